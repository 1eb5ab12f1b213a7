"""safetensors: the numbers of a figure as tensors; its words, which no tensor holds, in the metadata."""

from __future__ import annotations

import json
from typing import BinaryIO

import numpy as np

from cnnviz.export.base import Style, exporter
from cnnviz.export.values import held
from cnnviz.figure import Figure


@exporter("safetensors")
def write_safetensors(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The arrays by name; the metadata's ``cnnviz`` is a JSON text, see `held`, with lists of words under ``texts``."""
    from safetensors.numpy import save

    arrays, metadata = held(figure, style)
    words = {name: array.tolist() for name, array in arrays.items() if array.dtype.kind not in "fiub"}
    numbers = {name: np.ascontiguousarray(array) for name, array in arrays.items() if name not in words}
    file.write(save(numbers, {"cnnviz": json.dumps(metadata | {"texts": words}, ensure_ascii=False)}))
