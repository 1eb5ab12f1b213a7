"""safetensors: arrays as tensors; their words, which no tensor holds, in the metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from cnnviz.export.packing import Entry, packer, parted

KINDS = {
    "float16": "F16",
    "float32": "F32",
    "float64": "F64",
    "int8": "I8",
    "int16": "I16",
    "int32": "I32",
    "int64": "I64",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "bool": "BOOL",
}
"""What the types of numbers are called there."""


@packer("safetensors")
def pack_safetensors(file: BinaryIO, entries: Sequence[Entry], metadata: Mapping[str, Any]) -> None:
    """The arrays by name; the metadata's ``cnnviz`` is a JSON text, with lists of words under ``texts``.

    Notes
    -----
    Eight bytes with the header's length, the header as JSON, the numbers one array after the other:
    https://huggingface.co/docs/safetensors. Written here, as the library wants all arrays at once.
    """
    numbers, words = parted(entries)
    about = json.dumps({**metadata, "texts": words}, ensure_ascii=False)
    header: dict[str, Any] = {"__metadata__": {"cnnviz": about}}
    start = 0
    for entry in numbers:
        end = start + entry.nbytes
        header[entry.name] = {
            "dtype": KINDS[entry.dtype.name],
            "shape": list(entry.shape),
            "data_offsets": [start, end],
        }
        start = end
    head = json.dumps(header, ensure_ascii=False).encode()
    head += b" " * (-len(head) % 8)
    file.write(len(head).to_bytes(8, "little") + head)
    for entry in numbers:
        file.write(entry.little())
