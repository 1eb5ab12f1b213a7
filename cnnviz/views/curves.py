"""The curve of an activation with the cell's point on it, and how much of the map it cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.figure import Curve, share

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


def curve(trace: Trace, record: Record, channel: int, at: tuple[int, ...]) -> tuple[Curve, ...]:
    """The curve over the range of the whole layer's inputs; none for what is no function of one number."""
    from cnnviz.core import ops

    found = ops.sampled_curve(trace, record, channel, at)
    if found is None:
        return ()
    whole = ops.cut_share(trace, record)
    shares = ((("cut in this map", found.cut),) if at else ()) + (("in the layer", whole),)
    facts = tuple((name, share(part)) for name, part in shares if part is not None)
    return (Curve(found.x, found.y, found.point, "input", "output", facts, record.op.replace("_", " ")),)
