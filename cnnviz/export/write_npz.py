"""NumPy's archive: arrays by name, and beside them what they are, as JSON."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from cnnviz.export.packing import Entry, packer

SQUEEZED = 1
"""Of the nine degrees of deflate: the others take many times as long for a few bytes."""


@packer("npz")
def pack_npz(file: BinaryIO, entries: Sequence[Entry], metadata: Mapping[str, Any]) -> None:
    """The arrays by name; ``metadata`` is a JSON text. What `numpy.savez_compressed` writes, one array at a time."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=SQUEEZED) as archive:
        with archive.open("metadata.npy", "w") as box:
            np.lib.format.write_array(box, np.array(json.dumps(metadata, ensure_ascii=False)), allow_pickle=False)
        for entry in entries:
            with archive.open(f"{entry.name}.npy", "w", force_zip64=True) as box:
                np.lib.format.write_array(box, np.asarray(entry.values()), allow_pickle=False)
