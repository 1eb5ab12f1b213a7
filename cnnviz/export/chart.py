"""Lines or named discs over two axes, on paper."""

from __future__ import annotations

from collections.abc import Iterator

from cnnviz.export.layout import Block, footed
from cnnviz.export.paper import LINE, SMALL, Sheet, width_of
from cnnviz.figure import Chart
from cnnviz.layout.chart import COLORS, Box, Plot

WIDTH, HEIGHT, LEFT = 420, 280, 48
WIDEST, HIGHEST = 620, 360


def chart(panel: Chart, room: int | None = None) -> Block:
    """The key over the plot, the axes with their names; as wide as the room, where that is neither little nor much."""
    width = WIDTH if room is None else min(max(room - LEFT - 12, 240), WIDEST)
    height = min(max(width * 2 // 3, 200), HIGHEST if room is not None else HEIGHT)
    named = list(_keys(panel, LEFT + width))
    top = (max((y for *_, y in named), default=-LINE) + LINE) + LINE + 4

    def draw(sheet: Sheet, x: int, y: int) -> None:
        plot = Plot(panel, Box(x + LEFT, y + top, width, height))
        for order, name, at, down in named:
            sheet.box(x + at, y + down + 5, 12, 4, COLORS[order % len(COLORS)])
            sheet.text(x + at + 18, y + down + 10, name, SMALL)
        _axes(sheet, x, plot)
        for order, series in enumerate(panel.series):
            if not series.labels:
                points, color = plot.line(order), COLORS[order % len(COLORS)]
                sheet.line([a for a, _ in points], [b for _, b in points], color, 1.5, zorder=3)
        _discs(sheet, plot)

    remarks = [panel.remark] if panel.remark else []
    return footed(Block(LEFT + width + 12, top + height + 2 * LINE + 6, draw), remarks)


def _keys(panel: Chart, room: int) -> Iterator[tuple[int, str, int, int]]:
    """Order, name and place of each entry of the key, side by side while there is room."""
    at = down = 0
    for order, series in enumerate(panel.series):
        if not series.name:
            continue
        wide = 18 + width_of(series.name, SMALL)
        if at and at + wide > room:
            at, down = 0, down + LINE
        yield order, series.name, at, down
        at += wide + 16


def _axes(sheet: Sheet, x: int, plot: Plot) -> None:
    box, panel, palette = plot.box, plot.chart, sheet.palette
    for at, text in plot.x_ticks(7):
        sheet.line([at, at], [box.top, box.bottom], palette.line, zorder=1)
        sheet.text(at, box.bottom + LINE, text, SMALL, align="center", color=palette.dim)
    for at, text in plot.y_ticks(6):
        sheet.line([box.left, box.right], [at, at], palette.line, zorder=1)
        sheet.text(box.left - 6, at, text, SMALL, align="right", middle=True, color=palette.dim)
    sheet.text(x, box.top - 6, panel.y_name, SMALL, color=palette.dim)
    middle = box.left + box.width / 2
    sheet.text(middle, box.bottom + 2 * LINE + 2, panel.x_name, SMALL, align="center", color=palette.dim)
    if panel.at is not None:
        at = plot.across(panel.at)
        sheet.line([at, at], [box.top, box.bottom], palette.accent, 0.75, zorder=2)


def _discs(sheet: Sheet, plot: Plot) -> None:
    from matplotlib.patches import Circle

    for disc in plot.discs():
        if disc.radius:
            color = COLORS[disc.series % len(COLORS)]
            sheet.axes.add_patch(Circle((disc.x, disc.y), disc.radius, color=color, alpha=0.6, linewidth=0, zorder=3))
    for text, place in plot.names(lambda text: width_of(text, SMALL), LINE):
        sheet.text(place.left, place.top + LINE / 2, text, SMALL, middle=True)
