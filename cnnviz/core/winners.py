"""Which cells of its input a maximum (minimum) pooling hands on, over a whole record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.minimum import minimum_pooling
from cnnviz.core.ops.pool import AdaptivePooling, Pooling
from cnnviz.slides import Ints

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Winners:
    """The cells that win.

    Attributes
    ----------
    positions
        (C, *counts) for each output the winner's place in its flattened input map.
    wins
        (C, *sizes) in how many windows each cell of the input wins; windows that overlap may share a winner.
    """

    positions: Ints
    wins: Ints

    @property
    def survivors(self) -> int:
        """How many cells of the input are handed on."""
        return int((self.wins > 0).sum())

    @property
    def share(self) -> float:
        """What share of the input's cells that is: 0 to 1."""
        return self.survivors / self.wins.size

    def of_channel(self, channel: int) -> tuple[int, float]:
        """The same for one channel: how many, and what share."""
        count = int((self.wins[channel] > 0).sum())
        return count, count / self.wins[channel].size


def winners(trace: Trace, record: Record) -> Winners | None:
    """The winners of a maximum pooling, or of a minimum pooling for the last of its records; None of anything else.

    Of equal numbers the one wins that torch takes: the first in reading order, mostly.

    Raises
    ------
    Dropped
        When what went into the pooling was not kept.
    """
    pooling = minimum_pooling(record) or record
    kind = operation_of(pooling.op)
    call = Call(pooling)
    if "max" not in pooling.op or not isinstance(kind, (Pooling, AdaptivePooling)):
        return None
    maps, count = call.tensor(), int(pooling.op[-2])
    maps = maps.reshape(-1, *maps.shape[-count - 1 :])[0]  # the first picture: (C, *sizes)
    _, places = _pooled(call, kind, count, maps[None])
    positions = places[0]
    wins = torch.zeros(len(maps), maps[0].numel(), dtype=torch.int64, device=maps.device)
    flat = positions.flatten(1)
    wins.scatter_add_(1, flat, torch.ones_like(flat))
    return Winners(positions.cpu().numpy(), wins.view(maps.shape).cpu().numpy())


def _pooled(call: Call, kind: Pooling | AdaptivePooling, count: int, maps: Tensor) -> tuple[Tensor, Tensor]:
    if isinstance(kind, AdaptivePooling):
        adaptive: Any = getattr(F, f"adaptive_max_pool{count}d")
        result = adaptive(maps, call.output[-count:], return_indices=True)
        return result[0], result[1]
    slides = kind.slides(call)
    settings = {
        "kernel_size": [s.kernel for s in slides],
        "stride": [s.stride for s in slides],
        "padding": [s.before for s in slides],
        "dilation": [s.dilation for s in slides],
        "ceil_mode": bool(call["ceil_mode"]),
    }
    plain: Any = getattr(F, f"max_pool{count}d")
    result = plain(maps, **settings, return_indices=True)
    return result[0], result[1]
