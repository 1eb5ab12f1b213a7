"""One cell of a convolution or pooling, worked out on paper: the window on each input, times its kernel, adds up."""

from __future__ import annotations

import math

from cnnviz.export.layout import Block
from cnnviz.export.marked import WIDE, drawn_block
from cnnviz.export.paper import width_of
from cnnviz.figure import ImageGrid, Sliding, number
from cnnviz.layout.marks import LINE, SMALL, Drawn, Mark, Pixels, Stroke, Words, lines_of, ramp_below

LEAST, MOST = 36, 84
"""Pixels that a map is wide."""

SIGN, APART = 16, 8
"""Room of a sign between maps; between rows."""

TALL = 528
"""Pixels that rows are kept below where there are many: the bars of what adds up stand on the same page."""

RAMP = 26
"""Room of a colour bar below maps."""

ACCENT = "accent"


def worked(panel: Sliding, room: int | None) -> Block:
    """A row for each input that counts most, and at the right the output with the cell."""
    columns = [grid for grid in (panel.inputs, panel.kernels, panel.partials) if grid is not None]
    labels = [f"{panel.inputs.noun} {index}" for index in panel.inputs.indices]
    name = math.ceil(max(_wide(label) for label in labels)) + 8
    wide = min(room or WIDE, WIDE)
    last = min(max(wide * 0.3, 90), 220)
    edge = (wide - name - last - SIGN * (len(columns) + 1)) / len(columns)
    edge = min(max(min(edge, TALL / len(labels) - APART), LEAST), MOST)
    rows = (edge + APART) * len(labels)
    beside = _place(panel.output, 0, 0, last)[3] + APART
    top = LINE + 4.0
    y = top + max(beside - rows, 0) / 2
    marks: list[Mark] = []
    lefts = [name + (edge + SIGN) * order for order in range(len(columns))]
    titles = [panel.inputs.title or "input", "kernel", "partial map"]
    for left, title in zip(lefts, titles, strict=False):
        marks.append(Words(left + edge / 2, y - 8, title, align="center", color="dim"))
    for row, label in enumerate(labels):
        marks.append(Words(0, y + edge / 2 + 3, label))
        for order, (grid, left) in enumerate(zip(columns, lefts, strict=True)):
            marks += _map(grid, row, left, y, edge)
            if order + 1 < len(columns):
                sign = "∗" if order == 0 else "="
                marks.append(Words(left + edge + SIGN / 2, y + edge / 2 + 4, sign, align="center"))
        marks += _window(panel, lefts[0], y, edge)
        if panel.partials is not None:
            marks += _cell(panel, panel.partials, lefts[-1], y, edge)
        y += edge + APART
    for grid, left in zip(columns, lefts, strict=True):
        if grid.scale is not None:
            ends = number(grid.scale.low, 2), number(grid.scale.high, 2, signed=grid.scale.signed)
            marks += ramp_below(grid.scale, left, y, edge, ends)
    marks += _output(panel, lefts[-1] + edge + 2 * SIGN, top + (max(rows, beside) - APART) / 2, last)
    y = top + max(rows, beside) + RAMP
    for line in lines_of(_remark(panel, len(labels)), wide, _measure):
        marks.append(Words(0, y + 8, line, color="dim"))
        y += LINE
    return drawn_block(Drawn(lefts[-1] + edge + 2 * SIGN + last, y + 2, marks))


def _map(grid: ImageGrid, row: int, x: float, y: float, edge: float) -> list[Mark]:
    """A map in a square of its own proportions."""
    left, top, across, down = _place(grid, x, y, edge)
    colormap = "" if grid.scale is None else grid.scale.colormap
    return [Pixels(left, top, across, down, grid.raster[row], colormap)]


def _place(grid: ImageGrid, x: float, y: float, edge: float) -> tuple[float, float, float, float]:
    height, width = grid.raster.shape[1:3]
    share = edge / max(height, width)
    across, down = width * share, height * share
    return x + (edge - across) / 2, y + (edge - down) / 2, across, down


def _frame(x: float, y: float, width: float, height: float) -> Mark:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))
    return Stroke(corners, ACCENT, 1.2)


def _window(panel: Sliding, x: float, y: float, edge: float) -> list[Mark]:
    """The frame around what the cell reads, as far as it lies on the map."""
    left, top, across, _ = _place(panel.inputs, x, y, edge)
    height, width = panel.inputs.raster.shape[1:3]
    rows, columns = panel.window.places(panel.at)
    first, last = max(int(rows.min()), 0), min(int(rows.max()) + 1, height)
    begin, end = max(int(columns.min()), 0), min(int(columns.max()) + 1, width)
    if first >= last or begin >= end:
        return []
    unit = across / width
    return [_frame(left + begin * unit, top + first * unit, (end - begin) * unit, (last - first) * unit)]


def _cell(panel: Sliding, grid: ImageGrid, x: float, y: float, edge: float) -> list[Mark]:
    """The frame around the cell."""
    left, top, across, _ = _place(grid, x, y, edge)
    unit = across / grid.raster.shape[2]
    (row, column) = panel.at
    return [_frame(left + column * unit, top + row * unit, unit, unit)]


def _output(panel: Sliding, x: float, middle: float, edge: float) -> list[Mark]:
    """The output map with its cell, its name and its colours."""
    left, top, across, down = _place(panel.output, x, middle - edge / 2, edge)
    y, column = panel.at
    sign = "Σ" if panel.kernels is not None else "→"
    marks: list[Mark] = [
        Words(x - SIGN, top + down / 2 + 5, sign, 10.0, "center"),
        Words(left + across / 2, top - 5, panel.name.format(f"{y}, {column}"), align="center", bold=True),
        *_map(panel.output, 0, x, middle - edge / 2, edge),
        *_cell(panel, panel.output, x, middle - edge / 2, edge),
    ]
    scale = panel.output.scale
    if scale is not None:
        ends = number(scale.low, 3), number(scale.high, 3, signed=scale.signed)
        marks += ramp_below(scale, left, top + down + 6, across, ends)
    return marks


def _remark(panel: Sliding, shown: int) -> str:
    total = len(panel.window.maps)
    said = []
    if shown < total and panel.partials is not None:
        said.append(f"{shown:,} of {total:,} inputs shown, strongest first.")
    if panel.kernels is not None:
        said.append("Numbers below are the ends of the colours; the bias is added to the sum.")
    return " ".join(said)


def _measure(text: str, size: float, bold: bool) -> float:
    return width_of(text, size, bold=bold)


def _wide(text: str) -> float:
    return width_of(text, SMALL)
