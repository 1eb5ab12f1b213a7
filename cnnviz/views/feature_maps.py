"""All activation maps of a record as one mosaic, and the selected one enlarged."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnviz.core.colormaps import AUTO, DIVERGING, SEQUENTIAL, names
from cnnviz.core.maps import CONSTANT, DEAD
from cnnviz.core.pixels import extents, layer_scale, maps_of, maps_shape, range_of
from cnnviz.core.ranges import stretched
from cnnviz.figure import Figure, Note
from cnnviz.views.base import counted, figure, layer_view, times
from cnnviz.views.grids import LIMIT, enlarged, image_grid
from cnnviz.views.options import option
from cnnviz.views.orders import BEST, ORDERS, ordered

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

CONTRAST = option(
    "Contrast",
    high=1.0,
    help="0: one scale for the layer. 1: each map stretched to its own largest value. Zero keeps its colour.",
)
COLORS = option(
    "Colours",
    choices=names(DIVERGING, SEQUENTIAL),
    help="All are safe for the colour-blind. Where a layer needs the other kind, signed or not, its partner is taken.",
)


@dataclass(frozen=True)
class FeatureMapOptions:
    """How maps are painted and ordered."""

    contrast: float = field(default=0.0, metadata=CONTRAST)
    colormap: str = field(default=AUTO, metadata=COLORS)
    order: str = field(
        default="channel",
        metadata=option(
            "Order",
            choices=ORDERS,
            help="By number, or by largest magnitude, largest value, mean, share of zeros, contribution to the logit "
            "of a class, or similarity to the selected map.",
        ),
    )
    of: int = field(
        default=BEST,
        metadata=option(
            "For class",
            low=BEST,
            lowest="most likely",
            help="The class to whose logit the maps contribute.",
            when=("order", "contribution"),
        ),
    )
    alive: bool = field(default=False, metadata=option("Alive only", help="Leave out dead and constant maps."))
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Every output with two axes or more whose maps are larger than one value."""
    if record is None or len(record.output_shape) < 2:
        return False
    count, height, width = maps_shape(record)
    return count > 0 and height * width > 1


@layer_view("feature-maps", title="Feature maps", options=FeatureMapOptions, fits=fits, priority=60)
def feature_maps(trace: Trace, record: Record, options: FeatureMapOptions) -> Figure:
    """One grid of all maps; with a channel, that map marked and beside it enlarged."""
    maps, known = maps_of(trace, record), extents(trace, record)
    found = ordered(trace, record, options.order, options.channel, options.of)
    alive = [i for i in found.channels.tolist() if not (options.alive and _still(known.notes[i]))]
    order, total = alive[:LIMIT], len(maps)
    about = [size := times(*maps.shape[1:]), *remarks(known.notes), *filter(None, [found.words])]
    if not order:
        text = "No map of this layer is alive: all are dead or constant."
        return figure(trace, record, "feature-maps", f"{counted(total, 'map')} of {size}", Note(text))
    ranges = stretched(range_of(trace, record), known, options.contrast)
    if order != list(range(len(order))):
        maps, ranges = maps[order], ranges[order]
    grid = image_grid(
        maps[: len(order)],
        layer_scale(trace, record, options.colormap, options.contrast),
        ranges[: len(order)] if options.contrast else None,
        notes=[known.notes[i] for i in order],
        indices=order,
        captions=[found.caption(i) for i in order],
        channel=options.channel,
        total=total,
    )
    shown = [grid]
    if grid.marked is not None and total > 1:
        one = enlarged(grid, f"channel {options.channel}")
        assert one is not None
        shown.append(one)
    count = f"{len(order):,} of {counted(total, 'map')}" if len(order) < total else counted(total, "map")
    return figure(trace, record, "feature-maps", " · ".join((f"{count} of {about[0]}", *about[1:])), *shown)


def remarks(notes: tuple[str, ...]) -> list[str]:
    """What is remarkable about maps: ``3 dead``, ``1 constant``, ``2 with NaN``."""
    words = {"dead": "dead", "constant": "constant", "NaN": "with NaN", "infinite": "with infinite values"}
    found = Counter(note.split()[0] for note in notes if note)
    return [f"{found[kind]:,} {word}" for kind, word in words.items() if found[kind]]


def _still(note: str) -> bool:
    """Whether a map has one value everywhere."""
    return note == DEAD or note.startswith(CONSTANT)
