"""HDF5, for programs that read nothing else: arrays as data sets, and what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from cnnviz.export.extras import needed
from cnnviz.export.packing import Entry, packer


@packer("h5")
def pack_h5(file: BinaryIO, entries: Sequence[Entry], metadata: Mapping[str, Any]) -> None:
    """The arrays by name, with what is said of each as its attributes; the data set ``metadata`` is a JSON text.

    Raises
    ------
    CnnvizError
        h5py is not there.
    """
    needed("h5")
    import h5py  # type: ignore[import-untyped]

    texts = h5py.string_dtype()
    with h5py.File(file, "w") as box:
        box["metadata"] = json.dumps(metadata, ensure_ascii=False)
        for entry in entries:
            if entry.words:
                made = box.create_dataset(entry.name, data=entry.values().astype(object), dtype=texts)
            else:
                made = box.create_dataset(entry.name, data=entry.values())
            for name, value in entry.about.items():
                made.attrs[name] = np.array(value, texts) if name == "axes" else value
