"""The weights of a record as kernels, whatever kind of layer they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.maps import once

if TYPE_CHECKING:
    from torch import Tensor

    from cnnviz.core.ops import Call
    from cnnviz.core.trace import Record, Trace

CONVOLUTIONS = ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")
DENSE = ("linear",)

_UNCHANGED_SHAPE = ("flatten", "reshape", "view", "dropout", "relu", "contiguous", "clone")


@dataclass(frozen=True, eq=False)
class Weights:
    """The weight of one record.

    Attributes
    ----------
    tensor
        As torch has it: (K, C / groups, kh, kw); transposed (C, K / groups, kh, kw); dense (K, C).
    bias
        (K,), or None.
    filters, inputs
        How many output channels (units) and input channels there are.
    kernel
        (kh, kw); (1, 1) for dense layers.
    """

    tensor: Tensor
    bias: Tensor | None
    filters: int
    inputs: int
    kernel: tuple[int, int]
    groups: int
    transposed: bool

    @cached_property
    def limit(self) -> float:
        """Largest finite magnitude in the whole weight: the layer's scale. Weights can be many: only when drawn."""
        return _limit(self.tensor)

    @property
    def reach(self) -> int:
        """Input channels that one filter sees."""
        return self.inputs // self.groups

    def filter(self, k: int) -> NDArray[np.float32]:
        """The kernels of output channel k, (inputs / groups, kh, kw)."""
        if self.transposed:
            per_group = self.filters // self.groups
            first = k // per_group * self.reach
            part = self.tensor[first : first + self.reach, k % per_group]
        else:
            part = self.tensor[k]
        return host(part).reshape(self.reach, *self.kernel)

    def seen_by(self, k: int) -> range:
        """The input channels that output channel k sees."""
        first = k // (self.filters // self.groups) * self.reach
        return range(first, first + self.reach)

    def every(self) -> NDArray[np.float32]:
        """All filters, (K, inputs / groups, kh, kw)."""
        if not self.transposed:
            return host(self.tensor).reshape(self.filters, self.reach, *self.kernel)
        return np.stack([self.filter(k) for k in range(self.filters)])

    def bias_of(self, k: int) -> float | None:
        """The bias of output channel k."""
        return None if self.bias is None else float(self.bias[k])


def weights_of(trace: Trace, record: Record) -> Weights | None:
    """The weight of a convolution in one or two dimensions or of a dense layer; None for any other record."""
    return once(record, "weights", lambda: _weights_of(trace, record))


def _weights_of(trace: Trace, record: Record) -> Weights | None:
    if record.op not in CONVOLUTIONS + DENSE:
        return None
    from cnnviz.core.ops import Call

    call = Call(record)
    tensor, bias = argument(trace, call, "weight"), argument(trace, call, "bias")
    if tensor is None or not tensor.numel() or (record.op in DENSE and tensor.ndim != 2):
        return None
    groups, transposed = int(call["groups"] or 1), "transpose" in record.op
    filters, inputs = tensor.shape[0], tensor.shape[1] * groups
    if transposed:
        filters, inputs = tensor.shape[1] * groups, tensor.shape[0]
    kernel = (1, 1, *tensor.shape[2:])[-2:]
    return Weights(tensor, bias, filters, inputs, (kernel[0], kernel[1]), groups, transposed)


def argument(trace: Trace, call: Call, name: str) -> Tensor | None:
    """A tensor among an operation's arguments, also where another record computed it."""
    import torch

    from cnnviz.core.trace import Source

    value = call[name]
    if isinstance(value, Source):
        value = trace.tensor(value.index)
    return value.detach() if isinstance(value, torch.Tensor) else None


def maps_before(record: Record, call: Call) -> tuple[int, int, int] | None:
    """(C, H, W) of the maps that were flattened into the input of a dense layer; None where there were none."""
    before = call.parent()
    size = 1 if before is None else int(np.prod(before.output_shape))
    while before is not None and len(before.output_shape) != 3 and before.op in _UNCHANGED_SHAPE and before.parents:
        before = before.parents[0]
    if before is None or before.axes != ("C", "H", "W") or int(np.prod(before.output_shape)) != size:
        return None
    channels, height, width = before.output_shape
    return (channels, height, width) if height * width > 1 else None


def host(tensor: Tensor) -> NDArray[np.float32]:
    """A tensor as a float32 array on the host; mostly no copy."""
    values: NDArray[np.float32] = tensor.detach().cpu().float().numpy()
    return values


def _limit(tensor: Tensor) -> float:
    low, high = (float(end) for end in tensor.aminmax())
    if not np.isfinite([low, high]).all():
        finite = tensor[tensor.isfinite()]
        low, high = (float(finite.min()), float(finite.max())) if finite.numel() else (0.0, 0.0)
    return max(abs(low), abs(high)) or 1.0
