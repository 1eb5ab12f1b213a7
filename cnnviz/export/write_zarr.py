"""Zarr 3 in a zip: arrays that programs for large data read piece by piece, also over a network."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from cnnviz.export.packing import Entry, packer, parted

DESCRIBED = "zarr.json"
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}


@packer("zarr.zip")
def pack_zarr(file: BinaryIO, entries: Sequence[Entry], metadata: Mapping[str, Any]) -> None:
    """The arrays by name in one group, whose attribute ``cnnviz`` says what they are; lists of words under ``texts``.

    Notes
    -----
    https://zarr-specs.readthedocs.io/en/latest/v3/core: a group or an array is described by its ``zarr.json``; each
    array is one chunk, ``c/0/0…``, its numbers row by row, the lowest byte first. No library is needed to write that.
    """
    numbers, words = parted(entries)
    with zipfile.ZipFile(file, "w") as archive:
        group = {"node_type": "group", "attributes": {"cnnviz": {**metadata, "texts": words}}}
        archive.writestr(DESCRIBED, _json(group))
        for entry in numbers:
            archive.writestr(f"{entry.name}/{DESCRIBED}", _json(_array(entry)))
            if 0 not in entry.shape:
                with archive.open("/".join([entry.name, "c", *"0" * len(entry.shape)]), "w", force_zip64=True) as chunk:
                    chunk.write(entry.little())


def _array(entry: Entry) -> dict[str, Any]:
    """How an array is described."""
    about = dict(entry.about)
    axes = about.pop("axes", None)
    return {
        "node_type": "array",
        "shape": list(entry.shape),
        "data_type": entry.dtype.name,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [max(size, 1) for size in entry.shape]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": False if entry.dtype.kind == "b" else 0,
        "codecs": [LITTLE],
        "attributes": about,
        **({} if axes is None else {"dimension_names": axes}),
    }


def _json(node: Mapping[str, Any]) -> bytes:
    return json.dumps({"zarr_format": 3, **node}, ensure_ascii=False).encode()
