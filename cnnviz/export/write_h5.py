"""HDF5, for programs that read nothing else: the values of a figure as data sets, and what they are."""

from __future__ import annotations

import io
import json
from typing import BinaryIO

from cnnviz.core.errors import CnnvizError
from cnnviz.export.base import Style, exporter
from cnnviz.export.values import held
from cnnviz.figure import Figure


@exporter("h5")
def write_h5(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The arrays by name; the data set ``metadata`` is a JSON text, see `held`.

    Raises
    ------
    CnnvizError
        h5py is not there.
    """
    try:
        import h5py  # type: ignore[import-untyped]
    except ImportError as error:
        raise CnnvizError(
            "HDF5 needs the library h5py: install it with pip install 'cnnviz[hdf5]', or choose NPZ."
        ) from error

    arrays, metadata = held(figure, style)
    whole = io.BytesIO()  # it reads what it has written, which the file does not let it
    with h5py.File(whole, "w") as box:
        for name, array in arrays.items():
            if array.dtype.kind == "U":
                box.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
            else:
                box.create_dataset(name, data=array)
        box["metadata"] = json.dumps(metadata, ensure_ascii=False)
    file.write(whole.getvalue())
