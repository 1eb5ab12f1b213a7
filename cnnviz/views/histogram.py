"""How the values of a record are distributed, over the axis that its colours span."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO
from cnnviz.core.distribution import Moments, counts, moments
from cnnviz.core.maps import DEAD, once
from cnnviz.core.pixels import extents, layer_scale, maps_of
from cnnviz.core.ranges import Range
from cnnviz.figure import Figure, Histogram, number
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.feature_maps import COLORS
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class HistogramOptions:
    """Bins and colours."""

    bins: int = field(
        default=64,
        metadata=option("Bins", low=2, high=254, help="Zero is on a border between two bins, so their number is even."),
    )
    zeros: bool = field(
        default=False,
        metadata=option(
            "Draw exact zeros",
            help="What a ReLU has cut away is often more than all the rest; its share is told in any case.",
        ),
    )
    colormap: str = field(default=AUTO, metadata=COLORS)
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Everything that has values."""
    return record is None or 0 not in record.output_shape


@layer_view("histogram", title="Histogram", options=HistogramOptions, fits=fits, priority=20)
def histogram(trace: Trace, record: Record | None, options: HistogramOptions) -> Figure:
    """Counts of all values, those of the selected channel over them, and the numbers that sum them up."""
    maps = maps_of(trace, record)
    scale = layer_scale(trace, record, options.colormap)
    span = Range(scale.low, scale.high, scale.signed)
    bins = options.bins + options.bins % 2 if scale.signed else options.bins
    owner: object = trace if record is None else record
    total = once(owner, "moments", lambda: moments(maps))
    drawn = once(owner, f"counts {bins} {options.zeros}", lambda: _bars(maps, span, bins, total.zeros, options.zeros))
    overlay, label = None, ""
    facts = _facts(total, maps.size, [note == DEAD for note in extents(trace, record).notes])
    if options.channel is not None and len(maps) > 1 and maps[0].size > 1:
        one = maps[options.channel]
        own = moments(one)
        overlay = _bars(one, span, bins, own.zeros, options.zeros)
        label = f"channel {options.channel}"
        facts += (
            (f"{label}: mean", number(own.mean, signed=span.signed)),
            (f"{label}: zeros", _share(own.zeros, one.size)),
        )
    silent = total.zeros and not options.zeros
    panel = Histogram(
        edges=np.linspace(span.low, span.high, bins + 1).astype(np.float32),
        counts=drawn,
        scale=scale,
        overlay=overlay,
        overlay_label=label,
        facts=facts,
        title=f"{_share(total.zeros, maps.size)} are exactly zero and not drawn" if silent else "",
    )
    return figure(trace, record, "histogram", f"{counted(maps.size, 'value')} in {bins} bins", panel)


def _bars(maps: NDArray[np.float32], span: Range, bins: int, zeros: int, draw_zeros: bool) -> NDArray[np.int64]:
    found = counts(maps, span.low, span.high, bins)
    if not draw_zeros:
        found[bins // 2 if span.signed else 0] -= zeros
    return found


def _facts(total: Moments, size: int, dead: list[bool]) -> tuple[tuple[str, str], ...]:
    signed = total.low < 0
    facts = [
        ("mean", number(total.mean, signed=signed)),
        ("deviation", number(total.deviation)),
        ("min", number(total.low, signed=signed)),
        ("max", number(total.high, signed=signed)),
        ("zeros", _share(total.zeros, size)),
    ]
    if any(dead):
        facts.append(("dead channels", f"{sum(dead):,} of {len(dead):,}"))
    facts += [(name, f"{count:,}") for name, count in (("NaN", total.nan), ("infinite", total.infinite)) if count]
    return tuple(facts)


def _share(part: int, whole: int) -> str:
    """A share in per cent that is 0 or 100 only where it is exactly that."""
    share = 100 * part / max(whole, 1)
    if part and share < 0.1:
        return "< 0.1 %"
    if part < whole and share > 99.9:
        return "> 99.9 %"
    return f"{share:.1f} %" if 0 < part < whole else f"{share:.0f} %"
