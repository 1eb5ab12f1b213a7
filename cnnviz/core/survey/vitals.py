"""What of each channel of a record tells whether it is in good health; looked at once a record."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core import maps
from cnnviz.core.ops import Call
from cnnviz.core.survey.shapes import CONSTANT, DEAD, EXPLODING, HALF, INFINITE, NAN, OUTLIER, SATURATED

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

FEWEST = 8
"""Channels below which a layer has no median to speak of."""

NEAR = 0.01
"""A value is at the end of an activation's range within this share of the range."""

MOST = 0.95
"""A channel is saturated when this share of its values is at the ends."""


class Vitals(NamedTuple):
    """Of one record (or the input).

    Attributes
    ----------
    total
        How many channels there are.
    zeros
        Share of all values that are exactly 0.
    mean
        Of all finite values; NaN where there is none.
    ill
        For each kind of complaint the channels that have it; kinds that none has are left out.
    """

    total: int
    zeros: float
    mean: float
    ill: dict[str, tuple[int, ...]]


def vitals(trace: Trace, record: Record | None) -> Vitals:
    """The vitals of a record, computed once. Raises ``Dropped`` when its values were not kept."""
    owner: object = trace if record is None else record
    return maps.once(owner, "vitals", lambda: _vitals(trace, record))


def _vitals(trace: Trace, record: Record | None) -> Vitals:
    stack = maps.maps_of(trace, record)  # (N, H, W)
    if not stack.size:
        return Vitals(len(stack), 0.0, math.nan, {})
    known = maps.extents(trace, record)
    found: dict[str, Sequence[int] | NDArray[np.intp]] = {}
    broken = [i for i, note in enumerate(known.notes) if note in (maps.NAN, maps.INFINITE)]
    if broken:
        part = stack[broken]
        found[NAN] = np.array(broken)[np.isnan(part).any((1, 2))]
        found[INFINITE] = np.array(broken)[np.isinf(part).any((1, 2))]
    if record is not None:
        peaks = np.maximum(np.abs(known.low), np.abs(known.high))
        found[EXPLODING] = _exploding(peaks, stack[0].size)
        found[SATURATED] = _saturated(record, stack)
        found |= _still(known, stack)
    zeros = 1 - np.count_nonzero(stack) / stack.size
    mean = float(stack.mean(dtype=np.float64))
    if not math.isfinite(mean):
        finite = stack[np.isfinite(stack)]
        mean = float(finite.mean(dtype=np.float64)) if finite.size else math.nan
    return Vitals(
        len(stack), float(zeros), mean, {kind: tuple(map(int, ids)) for kind, ids in found.items() if len(ids)}
    )


def _exploding(peaks: NDArray[np.float32], cells: int) -> NDArray[np.intp]:
    """Channels beyond what half precision holds, or far beyond the others of their layer."""
    beyond = peaks > HALF
    if cells > 1 and len(peaks) >= FEWEST:
        median = float(np.median(peaks))
        if median > 0:
            beyond |= peaks > OUTLIER * median
    return np.flatnonzero(beyond)


def _saturated(record: Record, stack: NDArray[np.float32]) -> NDArray[np.intp]:
    """Channels of which nearly all values are at the ends of the activation's range."""
    ends = _ends(record)
    if ends is None:
        return np.zeros(0, np.intp)
    low, high = ends
    near = NEAR * ((high - low) if low is not None else high)
    values = stack.reshape(len(stack), -1) if stack[0].size > 1 else stack.reshape(1, -1)  # units count together
    at_end = np.count_nonzero(values >= high - near, axis=1)
    if low is not None:
        at_end = at_end + np.count_nonzero(values <= low + near, axis=1)
    ill = at_end >= MOST * values.shape[1]
    return np.flatnonzero(np.broadcast_to(ill, len(stack)))


def _ends(record: Record) -> tuple[float | None, float] | None:
    """The range of an activation that has one: where its slope vanishes. A rectifier's 0 is no such end."""
    if record.op in ("sigmoid", "hardsigmoid"):
        return 0.0, 1.0
    if record.op == "tanh":
        return -1.0, 1.0
    if record.op == "relu6":
        return None, 6.0
    if record.op == "hardtanh":
        call = Call(record)
        low, high = _number(call["min_val"], -1.0), _number(call["max_val"], 1.0)
        return (None if low == 0 else low), high
    return None


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def _still(known: maps.Extents, stack: NDArray[np.float32]) -> dict[str, Sequence[int] | NDArray[np.intp]]:
    """Dead and constant channels; of a row of units none is, unless all are the same."""
    if stack[0].size > 1:
        dead = [i for i, note in enumerate(known.notes) if note == maps.DEAD]
        constant = [i for i, note in enumerate(known.notes) if note.startswith(CONSTANT)]
        return {DEAD: dead, CONSTANT: constant}
    if len(stack) > 1 and not any(known.notes) and known.low.min() == known.high.max():
        return {(CONSTANT if known.low[0] else DEAD): range(len(stack))}
    return {}
