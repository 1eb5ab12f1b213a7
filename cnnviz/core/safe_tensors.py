"""The safetensors format, read by itself: a header that is checked against the file, then plain numbers.

Format: 8 bytes length (little-endian), so many bytes JSON ``{name: {dtype, shape, data_offsets}}``, then the numbers;
https://huggingface.co/docs/safetensors. The file is not mapped into memory: one that is cut off meanwhile would end the
process.
"""

from __future__ import annotations

import json
import math
from io import BufferedReader
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cnnviz.core.errors import ModelError
from cnnviz.core.torch_files import Bounded

_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "U16": torch.uint16,
    "U32": torch.uint32,
    "U64": torch.uint64,
    "C64": torch.complex64,
}
_HEADER_LIMIT = 100_000_000  # as the format has it
_DAMAGED = "It is damaged or cut off: it cannot be read as safetensors."


def looks_like_safetensors(head: bytes, path: Path) -> bool:
    """By its name, or by the bracket behind the length of its header."""
    return head[8:9] == b"{" or path.suffix.lower() == ".safetensors"


def read_safetensors(file: BufferedReader, path: Path, foreign: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the file's words about itself.

    Raises
    ------
    ModelError
        A header that does not agree with the file; ``foreign`` says what the file is instead.
    """
    bounded = Bounded(file)
    if foreign:
        raise ModelError(f"It {foreign}")
    length = int.from_bytes(bounded.read(8), "little")
    if not 2 <= length <= min(_HEADER_LIMIT, bounded.size - 8):
        raise ModelError(_DAMAGED, f"a header of {length:,} bytes in a file of {bounded.size:,}")
    try:
        header = json.loads(bounded.read(length))
        said = header.pop("__metadata__", {})
        entries = {name: _entry(about, bounded.size - 8 - length) for name, about in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(_DAMAGED, str(error)) from error
    tensors = {}
    for name, (dtype, shape, start, end) in entries.items():
        content = bounded.numbers(8 + length + start, end - start)
        tensors[name] = content.view(dtype).view(shape) if end > start else torch.empty(shape, dtype=dtype)
    return tensors, {str(key): str(value) for key, value in said.items()}


def _entry(about: dict[str, Any], size: int) -> tuple[torch.dtype, tuple[int, ...], int, int]:
    dtype, shape = _TYPES[about["dtype"]], tuple(about["shape"])
    start, end = about["data_offsets"]
    if not all(isinstance(n, int) and n >= 0 for n in (*shape, start, end)):
        raise ValueError("numbers that are none")
    if not start <= end <= size or end - start != math.prod(shape) * dtype.itemsize:
        raise ModelError(_DAMAGED, f"a tensor of {math.prod(shape):,} numbers in {end - start:,} of {size:,} bytes")
    return dtype, shape, start, end
