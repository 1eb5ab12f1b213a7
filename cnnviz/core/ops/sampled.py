"""The curve of an activation as points to draw, with the cell's own point, and how much of the map it cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.arithmetic import Floats
from cnnviz.core.ops.activation import function_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import by_channel, cell

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace

_FLAT = frozenset("relu relu6 hardtanh hardsigmoid hardswish hardshrink softshrink threshold _threshold clamp".split())
"""Activations with flat parts: there the output no longer tells how large the input was."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledCurve:
    """A function of one number.

    Attributes
    ----------
    x, y
        (N,) points of the curve, over all inputs of the record and at least from −1 to 1.
    point
        (x, y) of the cell.
    cut
        Share of the map that is cut off, see `cut_share`.
    """

    x: Floats
    y: Floats
    point: tuple[float, float]
    cut: float | None


def sampled_curve(
    trace: Trace, record: Record, channel: int, at: tuple[int, ...] | None = None, *, points: int = 401
) -> SampledCurve | None:
    """The curve of an activation with a cell's point on it; None where the record is no function of one number.

    Raises
    ------
    CnnvizError
        When there is no such channel or position.
    Dropped
        When what went in was not kept.
    """
    index, function = cell(record, channel, at), function_of(record, channel)
    if function is None:
        return None
    values = Call(record).tensor()
    low, high = (float(end) for end in torch.aminmax(torch.nan_to_num(values.float(), 0.0, 0.0, 0.0)))
    x = np.linspace(min(-1.0, low), max(1.0, high), points)
    own = np.float64(float(values[index]))
    point = (float(own), float(function(own)))
    return SampledCurve(x, np.asarray(function(x)), point, cut_share(trace, record, channel))


def cut_share(trace: Trace, record: Record, channel: int | None = None) -> float | None:
    """Share of the cells of a map (of all maps) that an activation cuts off, 0 to 1.

    Cut off is what lies on a flat part of the curve, so that the output no longer tells how large the input was: behind
    a ReLU all that is below 0. None where the curve has no flat part.
    """
    function = function_of(record, channel or 0)
    if function is None or record.op not in _FLAT:
        return None
    maps = by_channel(record, Call(record).tensor().cpu().numpy())
    values = np.asarray(maps if channel is None else maps[channel], np.float64)
    step = 1e-6 * np.maximum(1.0, np.abs(values))
    return float(np.asarray(function(values - step) == function(values + step)).mean())
