"""Lines or named discs over two axes, on paper."""

from __future__ import annotations

from cnnviz.export.layout import Block, footed
from cnnviz.export.paper import LINE, SMALL, Sheet, width_of
from cnnviz.figure import Chart
from cnnviz.plot import COLORS, Box, Plot

WIDTH, HEIGHT, LEFT = 420, 280, 48


def chart(panel: Chart) -> Block:
    """The key over the plot, the axes with their names."""
    named = [(order, series.name) for order, series in enumerate(panel.series) if series.name]
    keys = LINE * len(named)
    top = keys + LINE + 4

    def draw(sheet: Sheet, x: int, y: int) -> None:
        plot = Plot(panel, Box(x + LEFT, y + top, WIDTH, HEIGHT))
        for row, (order, name) in enumerate(named):
            sheet.box(x, y + LINE * row + 5, 12, 4, COLORS[order % len(COLORS)])
            sheet.text(x + 18, y + LINE * row + 10, name, SMALL)
        _axes(sheet, x, plot)
        for order, series in enumerate(panel.series):
            if not series.labels:
                points, color = plot.line(order), COLORS[order % len(COLORS)]
                sheet.line([a for a, _ in points], [b for _, b in points], color, 1.5, zorder=3)
        _discs(sheet, plot)

    remarks = [panel.remark] if panel.remark else []
    return footed(Block(LEFT + WIDTH + 12, top + HEIGHT + 2 * LINE + 6, draw), remarks)


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
