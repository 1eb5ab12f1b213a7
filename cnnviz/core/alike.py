"""Two passes in which the same operations ran: what depends on shapes alone is found once for both."""

from __future__ import annotations

from cnnviz.core import geometry, ops, ranges
from cnnviz.core.trace import Trace

Ran = tuple[tuple[object, ...], ...]
"""What ran, in order: name, operation, shape of the output, indices of the sources."""


def what_ran(traced: Trace) -> Ran:
    """The operations of a pass with the shapes of their outputs, the input's first; equal for passes that are alike."""
    records = ((r.key, r.op, tuple(r.shape), r.sources) for r in traced.records)
    return ((tuple(traced.input.shape),), *records)


def take_over(traced: Trace, earlier: Trace) -> None:
    """Let a pass know what an earlier one of the same network does: names of axes, heads, receptive fields, origins."""
    for record, like in zip(traced.records, earlier.records, strict=True):
        record._axes = like._axes
        ops.take_over(record, like)
    geometry.take_over(traced, earlier)
    ranges.take_over(traced, earlier)
