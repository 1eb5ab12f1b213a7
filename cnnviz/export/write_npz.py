"""NumPy's archive: all values of a figure, and beside them what they are, as JSON."""

from __future__ import annotations

import json
from typing import BinaryIO

import numpy as np

from cnnviz.export.base import Style, exporter
from cnnviz.export.values import held
from cnnviz.figure import Figure


@exporter("npz")
def write_npz(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The arrays by name; ``metadata`` is a JSON text, see `held`."""
    arrays, metadata = held(figure, style)
    arrays["metadata"] = np.array(json.dumps(metadata, ensure_ascii=False))
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type] # NumPy has no name for "no other keyword"
