"""How each kind of panel is drawn on paper: which module does it, and with how much room."""

from __future__ import annotations

import numpy as np

from cnnviz.core.pixels import paint
from cnnviz.export import charts, explained, marked
from cnnviz.export.chart import chart
from cnnviz.export.colour_bar import BAR_LENGTH, beside, colour_bar, shared
from cnnviz.export.grid import BAR_ROOM, GRID_WIDTH, LEAST, grid_block
from cnnviz.export.layout import Block
from cnnviz.export.notes import note_block
from cnnviz.export.page import paged
from cnnviz.export.worked import worked
from cnnviz.figure import (
    Architecture,
    Bars,
    Chart,
    Contributions,
    Curve,
    Graph,
    Histogram,
    ImageGrid,
    LayerRows,
    Matrix,
    Note,
    Page,
    Panel,
    Sliding,
    Table,
    Vector,
)

AS_COLOURS = "as colours; CSV and NPZ hold the numbers"


def block_of(panel: Panel, *, with_bar: bool = True, room: int | None = None) -> Block:  # noqa: C901 - a case for each
    """A panel as a block, a mosaic in that many pixels; without its colour bar where its neighbour has the same."""
    beside_it = BAR_ROOM if with_bar and getattr(panel, "scale", None) is not None else 0
    wide = GRID_WIDTH if room is None else min(max(room - beside_it, LEAST), GRID_WIDTH)
    match panel:
        case ImageGrid():
            return grid_block(panel, with_bar, wide, limited=room is not None)
        case Matrix() if panel.values.shape[1] > charts.TABLE_COLUMNS:
            return grid_block(_heat_map(panel), with_bar, wide, AS_COLOURS, limited=room is not None)
        case Matrix():
            numbers = charts.table(panel)
            if room is not None and numbers.width > room * charts.READABLE:  # too small to be read
                return grid_block(_heat_map(panel), with_bar, wide, AS_COLOURS, limited=True)
            return numbers
        case Bars():
            return charts.bars(panel, room)
        case Vector():
            aside = None if room is None else room - BAR_ROOM
            bar = colour_bar(panel.scale, BAR_LENGTH)
            return beside(charts.columns(panel, aside), bar, shared(panel.scale), _units(panel))
        case Histogram():
            return charts.histogram(panel, room)
        case Contributions():
            return explained.contributions(panel, room)
        case Curve():
            return explained.curve(panel)
        case Chart():
            return chart(panel, room)
        case Sliding():
            return worked(panel, room)
        case LayerRows():
            return marked.rows_block(panel, room)
        case Architecture():
            return marked.architecture_block(panel, room)
        case Graph():
            return marked.graph_block(panel, room)
        case Table():
            return marked.table_block(panel, room)
        case Page():
            return paged(panel, room)
        case Note():
            return note_block(panel.text)


def _units(panel: Vector) -> str:
    """Which units are drawn where that are not all."""
    (first, last), count = charts.units_of(panel), len(panel.values)
    return f"units {first:,} to {last - 1:,} of {count:,} shown" if last - first < count else ""


def _heat_map(panel: Matrix) -> ImageGrid:
    """A matrix that is too wide for numbers, as one picture."""
    ends = np.array([[panel.scale.low, panel.scale.high]], np.float32)
    return ImageGrid(
        values=panel.values[None],
        raster=paint(panel.values[None], panel.scale.low, panel.scale.high),
        scale=panel.scale,
        ranges=ends,
        indices=(0,),
        captions=(panel.title,),
        notes=("",),
        total=1,
        title=panel.title,
    )
