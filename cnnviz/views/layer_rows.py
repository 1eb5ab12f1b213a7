"""One row of maps for each layer: the whole network at a glance, as papers show it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.core.colormaps import AUTO, DIVERGING, SEQUENTIAL, fitting
from cnnviz.core.maps import maps_shape
from cnnviz.core.pixels import maps_of
from cnnviz.core.ranges import Range, layer_scale, range_of, scale_from
from cnnviz.figure import Figure, LayerRow, LayerRows, Note, Scale
from cnnviz.views.architecture import fits as fits_network
from cnnviz.views.architecture import network
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.feature_maps import COLORS
from cnnviz.views.feature_maps import fits as has_maps
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option
from cnnviz.views.orders import ordered

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

CONVOLUTIONS, BLOCKS, ALL = "convolutions", "blocks", "all"
SORTS = ("strongest", "max", "mean", "channel")


@dataclass(frozen=True)
class RowsOptions:
    """Which layers and which of their maps."""

    layers: str = field(
        default=CONVOLUTIONS,
        metadata=option(
            "Layers",
            choices=(CONVOLUTIONS, BLOCKS, ALL),
            help="Convolutions; the last maps of each block; or every operation with maps.",
        ),
    )
    n: int = field(default=8, metadata=option("Maps", low=1, high=64, help="So many channels of each layer."))
    order: str = field(
        default="strongest",
        metadata=option("Order", choices=SORTS, help="Which channels: those of the largest magnitude, value or mean."),
    )
    rows: int = field(
        default=16, metadata=option("Rows", low=1, high=500, help="Where there are more, they are taken evenly.")
    )
    shared: bool = field(default=False, metadata=option("One scale", help="One scale for all rows, or one for each."))
    colormap: str = field(default=AUTO, metadata=COLORS)


def fits(trace: Trace, record: Record | None) -> bool:
    """From the picture, where any layer has maps."""
    return fits_network(trace, record) and any(has_maps(trace, known) for known in trace.records)


@layer_view("layer-rows", title="Layers", options=RowsOptions, fits=fits, priority=44)
def layer_rows(trace: Trace, record: None, options: RowsOptions) -> Figure:
    """The n strongest channels of each layer, row by row."""
    known = [found for found in chosen(trace, options.layers) if not found.dropped]
    noun = {CONVOLUTIONS: "convolution", BLOCKS: "block"}.get(options.layers, "layer")
    if not known:
        return figure(trace, None, "layer-rows", "", Note(f"This network has no {noun}s with maps."))
    places = np.unique(np.rint(np.linspace(0, len(known) - 1, min(options.rows, len(known)))).astype(int))
    shown = [known[place] for place in places]
    scale = _common(trace, shown, options.colormap) if options.shared else None
    rows = tuple(_row(trace, found, options, scale) for found in shown)
    words = {"strongest": "the strongest", "max": "those of the largest value", "mean": "those of the largest mean"}
    about = f"{words.get(options.order, 'the first')} {options.n:,} channels of {counted(len(rows), noun)}"
    panel = LayerRows(rows, len(known), noun, options.shared)
    picture = "" if trace.prepared is None else f" · {trace.prepared.picture.name}"
    return replace(figure(trace, None, "layer-rows", about, panel), title=network(trace) + picture)


def chosen(trace: Trace, layers: str) -> list[Record]:
    """The records of which a row is made, in the order in which they ran."""
    from cnnviz.core.graph.answers import facts

    known = facts(trace)
    maps = [found for found in trace.records if has_maps(trace, found)]
    if layers == CONVOLUTIONS:
        return [found for found in maps if known[found.index].family == "conv"]
    if layers == ALL:
        return maps
    last: dict[str, Record] = {}
    for found in maps:
        last[_block(found.path)] = found
    return sorted(last.values(), key=lambda found: found.index)


def _block(path: str) -> str:
    """The outermost module of a path, with the number of one in a row: ``layer1.0``, ``features.3``."""
    words = path.split(".")
    return ".".join(words[:2]) if len(words) > 2 or (len(words) == 2 and words[1].isdigit()) else words[0]


def _row(trace: Trace, record: Record, options: RowsOptions, scale: Scale | None) -> LayerRow:
    from cnnviz.core.graph.answers import facts

    channels = ordered(trace, record, options.order, None).channels[: options.n].tolist()
    grid = image_grid(
        maps_of(trace, record)[channels],
        scale or layer_scale(trace, record, options.colormap),
        indices=channels,
        total=maps_shape(record)[0],
    )
    size = " × ".join(f"{n:,}" for n in record.output_shape)
    return LayerRow(record.key, f"{facts(trace)[record.index].short} · {size}", grid)


def _common(trace: Trace, records: list[Record], colormap: str) -> Scale:
    """One scale for all of them."""
    ranges = [range_of(trace, record) for record in records]
    signed = any(one.signed for one in ranges)
    high = max(max(abs(one.low), abs(one.high)) for one in ranges)
    low = -high if signed else min(one.low for one in ranges)
    return scale_from(Range(low, high, signed), "network", fitting(colormap, DIVERGING if signed else SEQUENTIAL))
