"""Drawings made of marks, on paper: what is laid out once for the screen and for files."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from cnnviz.core.pixels import lut
from cnnviz.export.charts import bars, name_room
from cnnviz.export.layout import TALLEST, Block
from cnnviz.export.paper import LINE, SMALL, Sheet, cut, width_of
from cnnviz.figure import Architecture, Bars, Graph, ImageGrid, LayerRows, Panel, Table, number
from cnnviz.layout import architecture, graph, layer_rows, table
from cnnviz.layout.marks import Area, Drawn, Mark, Pixels, Stroke, Words, upright_bar

WIDE = 860
"""Pixels of a sheet whose width nobody has said."""

MANY = 40
"""Areas, or lines, one after the other that are drawn at once."""

HIGHEST, APART = 280, 10
"""Of pictures side by side."""


def architecture_block(panel: Architecture, room: int | None) -> Block:
    """A drawn architecture."""
    return drawn_block(architecture.laid_out(panel, room or WIDE, _measure))


def graph_block(panel: Graph, room: int | None) -> Block:
    """The graph of a network."""
    return drawn_block(graph.laid_out(panel, room, _measure))


def rows_block(panel: LayerRows, room: int | None) -> Block:
    """Rows of maps."""
    return drawn_block(layer_rows.laid_out(panel, room or WIDE, _measure, TALLEST if room else math.inf))


def table_block(panel: Table, room: int | None) -> Block:
    """A table."""
    return drawn_block(table.laid_out(panel, room or WIDE, _measure))


def photos_block(grids: Sequence[ImageGrid], room: int | None) -> Block:
    """Single pictures side by side, as large as the room allows, each with its title and its colours."""
    wide = min(room or WIDE, WIDE)
    bars = [0 if grid.scale is None else 56 for grid in grids]
    shapes = [grid.raster.shape[1:3] for grid in grids]
    left = wide - sum(bars) - APART * (len(grids) - 1)
    high = math.floor(min(left / sum(w / h for h, w in shapes), HIGHEST))
    marks: list[Mark] = []
    x = 0.0
    for grid, bar, (height, width) in zip(grids, bars, shapes, strict=True):
        across = high * width / height
        marks.append(Words(x, 10, cut(grid.title, int(across) + bar, SMALL)))
        colormap = "" if grid.scale is None else grid.scale.colormap
        marks.append(Pixels(x, LINE + 2, across, high, grid.raster[0], colormap))
        if grid.scale is not None:
            scale = grid.scale
            ends = number(scale.high, signed=scale.signed), number(scale.low)
            marks += upright_bar(scale, x + across + 5, LINE + 2, high, ends)
        x += across + bar + APART
    return drawn_block(Drawn(x - APART, high + LINE + 4, marks))


def answered(photo: ImageGrid, panel: Bars, room: int | None) -> Block:
    """A picture, and beside it bars as high as it is; below it where their names are too long for the paper."""
    high = max(LINE * 9, 18 * (len(panel.labels) + 1))
    height, width = photo.raster.shape[1:3]
    across = min(high * width / height, high * 1.6)
    high = round(across * height / width)
    left = None if room is None else round(room - across - 2 * APART)
    below = left is not None and name_room(left) < max(map(width_of, panel.labels), default=0)  # no name is cut
    beside = bars(panel, room if below else left)
    shown = drawn_block(Drawn(across, high, [Pixels(0, 0, across, high, photo.raster[0])]))

    def stacked(sheet: Sheet, x: int, y: int) -> None:
        shown.draw(sheet, x, y)
        beside.draw(sheet, x, y + shown.height + APART)

    if below:
        return Block(max(shown.width, beside.width), shown.height + APART + beside.height, stacked)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        shown.draw(sheet, x, y)
        beside.draw(sheet, x + shown.width + 2 * APART, y + max(0, (high - beside.height) // 2))

    return Block(shown.width + 2 * APART + beside.width, max(high, beside.height), draw)


def are_photos(panels: Sequence[Panel]) -> bool:
    """Whether panels are single pictures that belong beside each other."""
    grids = [panel for panel in panels if isinstance(panel, ImageGrid)]
    return 1 < len(grids) == len(panels) <= 4 and all(len(g.raster) == 1 and not g.notes[0] for g in grids)


def _measure(text: str, size: float, bold: bool) -> float:
    return width_of(text, size, bold=bold)


def drawn_block(drawn: Drawn) -> Block:
    """A drawing as a block; what goes beyond its left edge moves it to the right."""
    left = min([0.0, *(x for mark in drawn.marks if isinstance(mark, Stroke | Area) for x, _ in mark.points)])
    shift = math.ceil(-left)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        order = 0
        for kind, run in groupby(drawn.marks, _alike):
            marks = list(run)
            if kind is not None and len(marks) >= MANY:
                _draw_many(sheet, marks, x + shift, y, 2 + order * 1e-4)
            else:
                for place, mark in enumerate(marks, order):
                    draw_mark(sheet, mark, x + shift, y, 2 + place * 1e-4)
            order += len(marks)

    return Block(math.ceil(drawn.width) + shift, math.ceil(drawn.height), draw)


def draw_mark(sheet: Sheet, mark: Mark, x: float, y: float, zorder: float) -> None:
    """One mark; those that come later lie above."""
    color: Callable[[str], str] = lambda name: getattr(sheet.palette, name, name)  # noqa: E731
    match mark:
        case Area():
            from matplotlib.patches import Polygon

            fill = {"facecolor": "none"} if mark.color == "none" else {"facecolor": color(mark.color)}
            edge = color(mark.edge) if mark.edge else "none"
            points = [(a + x, b + y) for a, b in mark.points]
            sheet.axes.add_patch(Polygon(points, closed=True, edgecolor=edge, linewidth=0.5, zorder=zorder, **fill))
        case Stroke():
            points = [(a + x, b + y) for a, b in mark.points]
            sheet.line([a for a, _ in points], [b for _, b in points], color(mark.color), mark.width, zorder=zorder)  # type: ignore[arg-type]
            if mark.dashed:
                sheet.axes.lines[-1].set_dashes((3, 2))
            if mark.head:
                head(sheet, points, color(mark.color), zorder)
        case Words():
            sheet.text(
                mark.x + x, mark.y + y, mark.text, mark.size, color=color(mark.color), align=mark.align, bold=mark.bold
            )
        case Pixels():
            _pixels(sheet, mark, x, y, zorder)


def _alike(mark: Mark) -> tuple[object, ...] | None:
    """What marks have in common that can be drawn at once; None where there is no such thing."""
    if isinstance(mark, Area):
        return Area, mark.color == "none"
    if isinstance(mark, Stroke) and not (mark.dashed or mark.head):
        return Stroke, mark.color, mark.width
    return None


def _draw_many(sheet: Sheet, marks: Sequence[Mark], x: float, y: float, zorder: float) -> None:
    """Hundreds of areas, or of lines, as one: each by itself takes a millisecond."""
    from matplotlib.collections import Collection, LineCollection, PolyCollection

    def color(name: str) -> str:
        return str(getattr(sheet.palette, name, name))

    areas = [mark for mark in marks if isinstance(mark, Area)]
    drawn: Collection
    if areas:
        drawn = PolyCollection(
            [[(a + x, b + y) for a, b in area.points] for area in areas],
            facecolors="none" if areas[0].color == "none" else [color(area.color) for area in areas],
            edgecolors=[color(area.edge or "none") for area in areas],
            linewidths=[0.5 if area.edge else 0 for area in areas],
            zorder=zorder,
        )
    else:
        strokes = [mark for mark in marks if isinstance(mark, Stroke)]
        drawn = LineCollection(
            [[(a + x, b + y) for a, b in stroke.points] for stroke in strokes],
            colors=color(strokes[0].color),
            linewidths=strokes[0].width,
            joinstyle="miter",
            capstyle="butt",
            zorder=zorder,
        )
    sheet.axes.add_collection(drawn, autolim=False)


def head(sheet: Sheet, points: list[tuple[float, float]], color: str, zorder: float) -> None:
    """The head of an arrow, at the last of the points."""
    from matplotlib.patches import Polygon

    (a, b), (c, d) = points[-2:]
    length = math.hypot(c - a, d - b) or 1.0
    u, v = (c - a) / length, (d - b) / length
    corners = [(c, d), (c - 5 * u - 2.2 * v, d - 5 * v + 2.2 * u), (c - 5 * u + 2.2 * v, d - 5 * v - 2.2 * u)]
    sheet.axes.add_patch(Polygon(corners, closed=True, facecolor=color, linewidth=0, zorder=zorder))


def _pixels(sheet: Sheet, mark: Pixels, x: float, y: float, zorder: float) -> None:
    from cnnviz.export.embedded import Embedded

    left, top = mark.x + x, mark.y + y
    extent = (left, left + mark.width, top + mark.height, top)
    table = lut(mark.colormap) if mark.colormap else None
    picture = Embedded(sheet.axes, mark.raster, table, extent)
    picture.set_zorder(zorder)
    sheet.axes.add_image(picture)
