"""Tensors as a pickle describes them, and the storages that their numbers come from: read only when they are wanted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Foreign, Global, Makers

Fetch = Callable[[str, int], Tensor]
"""The bytes of a storage by its key and length, as a uint8 tensor."""

_STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "UntypedStorage": torch.uint8,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
}
QUANTIZED = frozenset(["QInt8Storage", "QUInt8Storage", "QInt32Storage", "QUInt4x2Storage", "QUInt2x4Storage"])


@dataclass(slots=True, eq=False)
class Stored:
    """A storage: where its bytes are, and what they mean.

    Attributes
    ----------
    key
        Its name in the file.
    dtype, numel
        Type and number of its values.
    start
        Where a legacy view of another storage begins, in values.
    fetch
        Reads its bytes.
    """

    key: str
    dtype: torch.dtype
    numel: int
    fetch: Fetch
    start: int = 0
    kept: Tensor | None = None

    def values(self) -> Tensor:
        """All values (numel,), read once; tensors that share the storage share them."""
        if self.kept is None:
            size = self.numel * self.dtype.itemsize
            self.kept = self.fetch(self.key, size)[:size].view(self.dtype) if size else torch.empty(0, dtype=self.dtype)
        return self.kept


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """A tensor that was not read yet.

    Attributes
    ----------
    storage, offset, shape, stride
        Where its values are, as torch writes it.
    dtype
        Of its values.
    """

    storage: Stored
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: torch.dtype

    def tensor(self) -> Tensor:
        """The tensor itself. Raises ``ModelError`` when it reaches beyond its storage."""
        numel = math.prod(self.shape)
        reach = self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.stride, strict=True)) + 1
        size = self.storage.numel * self.storage.dtype.itemsize // self.dtype.itemsize
        if numel and (reach > size or numel > max(size, 1 << 24)):
            raise ModelError("A tensor in it is larger than its numbers: it is damaged, or made to do harm.")
        if not numel:
            return torch.empty(self.shape, dtype=self.dtype)
        return self.storage.values().view(self.dtype).as_strided(self.shape, self.stride, self.offset)


def makers(load_bytes: Callable[[bytes], Any]) -> Makers:
    """What is made for the functions that rebuild tensors; ``load_bytes`` reads a storage that was saved by itself."""
    return {
        "torch._utils._rebuild_tensor": _described,
        "torch._utils._rebuild_tensor_v2": _described,
        "torch._utils._rebuild_tensor_v3": lambda s, o, n, t, grad, hooks, dtype, *_: _described(s, o, n, t, dtype),
        "torch._utils._rebuild_parameter": lambda data, *_: data,
        "torch._utils._rebuild_parameter_with_state": lambda data, *_: data,
        "torch._utils._rebuild_device_tensor_from_numpy": lambda data, *_: data,
        "torch._utils._rebuild_device_tensor_from_cpu_tensor": lambda data, *_: data,
        "torch._tensor._rebuild_from_type_v2": _from_type,
        "torch.storage._load_from_bytes": load_bytes,
        "torch.Size": lambda sizes=(): tuple(sizes),
        "numpy.core.multiarray.scalar": _scalar,
        "numpy._core.multiarray.scalar": _scalar,
    }


def storage(kind: Any, key: Any, numel: Any, fetch: Fetch) -> Stored:
    """A storage as a persistent id names it. Raises ``ModelError`` for types that are not read."""
    name = kind.name if isinstance(kind, Global) else ""
    if name in QUANTIZED:
        raise ModelError(_INT8)
    if name not in _STORAGES or not isinstance(numel, int) or numel < 0:
        raise ModelError("It holds numbers of a type that is not known.", f"{kind}, {numel}")
    return Stored(str(key), _STORAGES[name], numel, fetch)


_INT8 = (
    "It is quantised to whole numbers (int8), and such networks cannot be opened: "
    "open the network from which it was made, before quantisation."
)


def _described(stored: Any, offset: Any, shape: Any, stride: Any, *rest: Any) -> Any:
    dtype = _dtype(rest[0]) if rest and isinstance(rest[0], Global) else None
    if not isinstance(stored, Stored):
        return Foreign(Global("torch", "Tensor"), (stored, offset, shape, stride))
    numbers = (offset, *shape, *stride)
    if not all(isinstance(n, int) and n >= 0 for n in numbers) or len(shape) != len(stride):
        raise ModelError("A tensor in it has an impossible shape: it is damaged.", str(numbers))
    return Described(stored, stored.start + offset, tuple(shape), tuple(stride), dtype or stored.dtype)


def _from_type(function: Any, kind: Any, args: Any, state: Any) -> Any:
    make = makers(lambda content: None).get(str(function))
    return make(*args) if make and isinstance(args, tuple) else Foreign(function, args)


def _dtype(name: Global) -> torch.dtype | None:
    found = getattr(torch, name.name, None) if name.module == "torch" else None
    return found if isinstance(found, torch.dtype) else None


def _scalar(dtype: Any, content: Any = b"", *_: Any) -> Any:
    """A number as NumPy pickles it: an epoch's accuracy, mostly."""
    found = _numpy_dtype(dtype)
    if found is None or not isinstance(content, bytes) or len(content) != found.itemsize:
        return Foreign(Global("numpy", "generic"), (dtype, content))
    return np.frombuffer(content, found)[0].item()


def _numpy_dtype(foreign: Any) -> np.dtype[Any] | None:
    if not isinstance(foreign, Foreign) or not foreign.args or not isinstance(foreign.args[0], str):
        return None
    order = foreign.state[1] if isinstance(foreign.state, tuple) and len(foreign.state) > 1 else "|"
    code = foreign.args[0]
    if code[:1] not in "biufc" or not code[1:].isdecimal() or order not in ("<", ">", "|", "="):
        return None
    return np.dtype(order + code)


def array_of(foreign: Any) -> Tensor | None:
    """The tensor of an array that NumPy pickled; None for anything else."""
    if not isinstance(foreign, Foreign) or foreign.kind not in (
        "numpy.core.multiarray._reconstruct",
        "numpy._core.multiarray._reconstruct",
    ):
        return None
    state = foreign.state
    if not isinstance(state, tuple) or len(state) != 5:
        return None
    _, shape, kind, fortran, content = state
    dtype = _numpy_dtype(kind)
    if (
        dtype is None
        or not isinstance(content, (bytes, bytearray))
        or len(content) != math.prod(shape) * dtype.itemsize
    ):
        return None
    array = np.frombuffer(bytes(content), dtype).reshape(shape, order="F" if fortran else "C")
    return torch.from_numpy(array.astype(dtype.newbyteorder("="), order="C"))
