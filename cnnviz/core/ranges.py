"""Which range of values the colours of a layer span, and what shares it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO, DIVERGING, SEQUENTIAL, fitting
from cnnviz.core.maps import Extents, extents, hand_on, once
from cnnviz.figure import Scale

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

LAYER = "layer"

INHERITING = frozenset(
    # |f(x)| ≤ |x| element by element: the scale of what went in shows what was cut away
    "relu relu6 leaky_relu prelu rrelu elu gelu silu mish hardswish hardtanh clamp threshold dropout dropout2d "
    "feature_dropout alpha_dropout stochastic_depth "
    # the largest or the average of a window
    "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d "
    "adaptive_max_pool1d adaptive_max_pool2d lp_pool2d mean amax "
    # the same values in another order
    "flatten reshape view view_as permute transpose squeeze unsqueeze contiguous clone chunk split getitem select "
    "narrow pad interpolate upsample channel_shuffle pixel_shuffle pixel_unshuffle roll unflatten movedim to".split()
)
"""Operations that keep the scale of their source."""

JOINING = frozenset(("cat", "stack", "hstack", "vstack", "dstack"))
"""Operations whose output holds the values of all of their sources."""


class Range(NamedTuple):
    """Values at the two ends of a scale. A signed range is symmetric, ``low == -high``; any other starts at 0.

    An empty one had no finite value to span; its ends are 0 and 1.
    """

    low: float
    high: float
    signed: bool
    empty: bool = False


def range_of(trace: Trace, record: Record | None) -> Range:
    """The range that a layer's colours span.

    It covers the layer's own values and those of the layer whose scale it inherits: an activation, a pooling or a
    reshape is drawn in the colours of the convolution (or normalisation, or sum) before it, a concatenation in the
    common range of its parts.
    """
    own = extents(trace, record)
    if record is None:
        return spanning(own)
    return once(record, "range", lambda: spanning(own, *(_extents(trace, i) for i in origins(trace, record))))


def spanning(*parts: Extents) -> Range:
    """The range that covers the finite values of all parts; never empty."""
    spans = [part.span for part in parts if part.low.size]
    low, high = min((low for low, _ in spans), default=0.0), max((high for _, high in spans), default=0.0)
    signed = low < 0
    limit = max(-low, high) or 1.0
    return Range(-limit if signed else 0.0, limit, signed, all(part.empty for part in parts))


def origins(trace: Trace, record: Record) -> tuple[int, ...]:
    """Indices of the layers (−1: the picture) whose scale a record inherits; empty when it has its own.

    A layer whose values were not kept has no scale to give.
    """
    return once(record, "origins", lambda: tuple(i for i in sorted(_origins(trace, record)) if _at_hand(trace, i)))


def take_over(trace: Trace, earlier: Trace) -> None:
    """Use for a trace the origins of an earlier one in which the same operations ran and as much was kept."""
    if any(record.dropped != like.dropped for record, like in zip(trace.records, earlier.records, strict=True)):
        return
    for record, like in zip(trace.records, earlier.records, strict=True):
        hand_on(like, record, "origins")


def shared_by(trace: Trace, record: Record | None) -> str:
    """What shares the range of `range_of`, as it continues the words "shared by"."""
    if record is None:
        return "all channels"
    before = origins(trace, record)
    if not before:
        return LAYER
    if len(before) > 1:
        return f"this layer and the {len(before)} that it joins"
    if before[0] < 0:
        return "this layer and the picture"
    return f"this layer and {before[0]} · {trace.records[before[0]].op}"


def stretched(whole: Range, maps: Extents, contrast: float) -> NDArray[np.float32]:
    """The range of each map, between the layer's and its own.

    Zero stays where it is. The limits are mixed as magnitudes, layer^(1 − contrast) · own^contrast, so that half of
    the way is halfway to the eye. A map of one value has nothing to stretch and keeps the layer's range.

    Parameters
    ----------
    contrast
        0: the layer's range for all; 1: each map its own.

    Returns
    -------
    (N, 2) float32.
    """
    own = np.maximum(np.abs(maps.low), np.abs(maps.high)).astype(np.float64)
    own[maps.flat | (own < 1e-30)] = whole.high
    high = whole.high ** (1 - contrast) * own**contrast if contrast else np.full(len(own), whole.high)
    return np.stack([-high if whole.signed else np.zeros_like(high), high], axis=1).astype(np.float32)


def scale_of(
    values: NDArray[np.float32], *, signed: bool | None = None, shared_by: str = LAYER, colormap: str = AUTO
) -> Scale:
    """A scale that spans an array's finite values; signed (and symmetric) where asked for or any is negative."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    limit = max(-low, high) or 1.0
    both = bool(signed) or low < 0
    span = Range(-limit if both else 0.0, limit, both, empty=values.size > 0 and not finite.size)
    return scale_from(span, shared_by, colormap)


def scale_from(span: Range, shared_by: str, colormap: str = AUTO) -> Scale:
    """The scale of a range of activations."""
    colormap = fitting(colormap, DIVERGING if span.signed else SEQUENTIAL)
    return Scale(span.low, span.high, colormap, span.signed, shared_by, span.empty)


def layer_scale(trace: Trace, record: Record | None, colormap: str = AUTO, contrast: float = 0.0) -> Scale:
    """The scale of a layer's maps, with what shares it after they were stretched by some contrast."""
    return scale_from(range_of(trace, record), mixed(shared_by(trace, record), contrast), colormap)


def mixed(shared: str, contrast: float, noun: str = "map") -> str:
    """What shares a scale after its pictures were stretched by some contrast."""
    if contrast <= 0:
        return shared
    if contrast >= 1:
        return f"nothing: each {noun} has its own"
    return f"{'this layer' if shared == LAYER else shared}, stretched {contrast:.0%} of the way to each {noun}'s own"


def _origins(trace: Trace, record: Record) -> set[int]:
    """Follows single sources in a loop and joins by recursion; remembers, as networks join the same layers often."""
    found: set[int] = set()
    waiting, seen = [(record.index, True)], set()
    while waiting:
        index, first = waiting.pop()
        if index in seen:
            continue
        seen.add(index)
        here = None if index < 0 else trace.records[index]
        if here is not None and here.op in INHERITING and here.sources:
            waiting.append((here.sources[0], False))
        elif here is not None and here.op in JOINING and here.sources:
            waiting += [(source, False) for source in here.sources]
        elif not first:
            found.add(index)
    return found


def _at_hand(trace: Trace, index: int) -> bool:
    return index < 0 or not trace.records[index].dropped


def _extents(trace: Trace, index: int) -> Extents:
    return extents(trace, None if index < 0 else trace.records[index])
