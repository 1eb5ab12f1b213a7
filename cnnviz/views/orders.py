"""In which order maps are shown: by number, or by a number that each of them has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import CnnvizError
from cnnviz.core.maps import maps_shape, once
from cnnviz.core.pixels import extents, maps_of
from cnnviz.figure import number, percent
from cnnviz.softmax import class_in_words

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

ORDERS = ("channel", "strongest", "max", "mean", "sparsity", "contribution", "similarity")

BEST = -1
"""The class of the highest score."""

Numbers = NDArray[np.float64]


class Order(NamedTuple):
    """An order of the maps of a record.

    Attributes
    ----------
    channels
        (N,) numbers of the maps, the first first.
    values
        (C,) by what they are sorted, for each channel; None where that is its number.
    words
        What the sort is; or why there is none. Empty for the order by number.
    text
        How one of the values is written.
    """

    channels: NDArray[np.intp]
    values: Numbers | None
    words: str
    text: Callable[[float], str] = number

    def caption(self, channel: int) -> str:
        """The channel's number, and the value by which it is sorted."""
        return str(channel) if self.values is None else f"{channel}: {self.text(float(self.values[channel]))}"


def ordered(trace: Trace, record: Record, order: str, channel: int | None, of: int = BEST) -> Order:
    """The maps of a record in an order of `ORDERS`; by number where it needs what is not there.

    ``of`` is the class to which they contribute.
    """
    plain = np.arange(len(extents(trace, record).low))
    if order == "channel":
        return Order(plain, None, "")
    if order == "similarity":
        if channel is None or channel not in range(len(plain)):
            return Order(plain, None, "select a channel to sort by similarity to it")
        values, words = _similarity(trace, record, channel), f"by similarity to channel {channel} (cosine)"
        return _by(values, words, lambda v: number(v, 2, signed=True))
    if order == "contribution":
        return _by_contribution(trace, record, plain, of)
    numbers_of, words, text = _SORTS[order]
    return _by(once(record, f"order {order}", lambda: numbers_of(trace, record)), words, text)


def _by(values: Numbers, words: str, text: Callable[[float], str] = number) -> Order:
    """The largest first; equal ones by number."""
    return Order(np.argsort(-values, kind="stable"), values, words, text)


def _by_contribution(trace: Trace, record: Record, plain: NDArray[np.intp], of: int) -> Order:
    if of != BEST and of not in range(trace.logits.shape[-1]):
        return Order(plain, None, f"there is no class {of} to contribute to, so by number")
    try:
        label = trace.top(1)[0].index if of == BEST else of
    except (CnnvizError, IndexError):
        return Order(plain, None, "no class scores to contribute to, so by number")
    try:
        values, exact = once(record, f"contribution {label}", lambda: _contributions(trace, record, label))
    except CnnvizError:  # it comes after the scores, or what leads to them cannot be repeated
        return Order(plain, None, "what it adds to the class scores cannot be told, so by number")
    name = class_in_words(trace.labels, label)
    words = f"by what they add to the logit of {name}" if exact else f"by value × gradient of the logit of {name}"
    return _by(values, words, lambda v: number(v, 2, signed=True))


def _contributions(trace: Trace, record: Record, label: int) -> tuple[Numbers, bool]:
    """What each map adds to a logit, and whether the logit is nothing but their sum."""
    from cnnviz.core.contribution import contributions
    from cnnviz.core.evidence import evidence

    with suppress(CnnvizError):
        found = evidence(trace, label)
        if found.maps is record and len(found.channels) == maps_shape(record)[0]:
            return np.asarray(found.channels, np.float64), True
    return contributions(trace, record, label), False


def _strongest(trace: Trace, record: Record) -> Numbers:
    known = extents(trace, record)
    return np.maximum(np.abs(known.low), np.abs(known.high)).astype(np.float64)


def _highest(trace: Trace, record: Record) -> Numbers:
    return extents(trace, record).high.astype(np.float64)


def _mean(trace: Trace, record: Record) -> Numbers:
    """Of the finite values; 0 where there is none."""
    stack = maps_of(trace, record)
    flat = stack.reshape(len(stack), -1)
    means = flat.mean(axis=1, dtype=np.float64)
    for i in np.flatnonzero(~np.isfinite(means)):
        finite = flat[i][np.isfinite(flat[i])]
        means[i] = finite.mean(dtype=np.float64) if finite.size else 0.0
    return np.asarray(means)


def _sparsity(trace: Trace, record: Record) -> Numbers:
    stack = maps_of(trace, record)
    return np.asarray(1 - np.count_nonzero(stack.reshape(len(stack), -1), axis=1) / stack[0].size)


def _similarity(trace: Trace, record: Record, channel: int) -> Numbers:
    """Cosine of the angle between each map and one of them, as long rows of numbers; 0 for maps of zeros."""
    stack = maps_of(trace, record)
    flat = np.nan_to_num(stack.reshape(len(stack), -1), posinf=0.0, neginf=0.0)
    products = (flat @ flat[channel]).astype(np.float64)
    lengths = np.sqrt(np.einsum("ij,ij->i", flat, flat, dtype=np.float64))
    length = lengths * lengths[channel]
    return np.asarray(np.divide(products, length, out=np.zeros_like(products), where=length > 0))


_SORTS: dict[str, tuple[Callable[[Trace, Record], Numbers], str, Callable[[float], str]]] = {
    "strongest": (_strongest, "by the largest magnitude", number),
    "max": (_highest, "by the largest value", number),
    "mean": (_mean, "by the mean", number),
    "sparsity": (_sparsity, "by the share of zeros", percent),
}
