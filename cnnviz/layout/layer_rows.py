"""Rows of maps laid out: at the left what the layer is, then its maps, at the right the colours with their numbers."""

from __future__ import annotations

import math
from dataclasses import replace

from cnnviz.figure import ImageGrid, LayerRow, LayerRows, number
from cnnviz.layout.marks import (
    BAR,
    LINE,
    SMALL,
    Drawn,
    Mark,
    Measure,
    Pixels,
    Words,
    box,
    fitted,
    lines_of,
    moved,
    upright_bar,
)

LEAST, MOST = 34, 72
"""Pixels that a map is high."""

GAP, APART, BETWEEN = 3, 9, 24
"""Between the maps of a row, between rows, and between columns of rows."""


def laid_out(panel: LayerRows, room: float, measure: Measure, high: float = math.inf) -> Drawn:
    """The rows in their columns, their maps as large as the room allows, and no higher than that where it can be."""
    if not panel.rows:
        return Drawn(10, 10, [])
    each = math.ceil(len(panel.rows) / panel.columns)
    share = (room - BETWEEN * (panel.columns - 1)) / panel.columns
    marks: list[Mark] = []
    width = height = 0.0
    for first in range(0, len(panel.rows), each):
        column = _column(replace(panel, rows=panel.rows[first : first + each]), share, measure, high)
        left = width + BETWEEN if first else 0.0
        marks += moved(column.marks, left, 0)
        width, height = left + column.width, max(height, column.height)
    for line in lines_of(_remark(panel), width, measure):
        height += LINE
        marks.append(Words(0, height - 4, line, color="dim"))
    return Drawn(math.ceil(width), math.ceil(height + 2), marks)


def _column(panel: LayerRows, room: float, measure: Measure, high: float) -> Drawn:
    """Rows below one another."""
    told = [word for row in panel.rows for word in (*row.about.split(" · "), row.name)]
    left = math.ceil(min(max(measure(word, SMALL, True) for word in told), max(room * 0.3, 90))) + 10
    texts = [_ends(row.grid) for row in panel.rows]
    numbers = math.ceil(max(measure(text, SMALL, False) for pair in texts for text in pair)) + BAR + 6
    count = max(len(row.grid.raster) for row in panel.rows)
    shapes = [row.grid.raster.shape[1:3] for row in panel.rows]
    wide = min(max([1.0, *(w / h for h, w in shapes)]), 2.0)
    across, down = ((room - left - numbers - 8) / count - GAP) / wide, high / len(panel.rows) - APART - LINE
    edge = math.floor(min(max(min(across, down), LEAST), MOST))
    marks: list[Mark] = []
    y = captions = LINE if _captioned(panel, edge, measure) else 0
    pitch = edge * wide + GAP
    for row, ends in zip(panel.rows, texts, strict=True):
        marks += _row(row, y, left, edge, wide, measure, bool(captions))
        if row.grid.scale is not None and not panel.shared:
            marks += upright_bar(row.grid.scale, left + pitch * count + 5, y, edge, ends)
        y += edge + APART + captions
    y -= captions
    if panel.shared and panel.rows[0].grid.scale is not None:
        length = min(y - captions - APART, 160)
        marks += upright_bar(panel.rows[0].grid.scale, left + pitch * count + 5, captions, length, texts[0])
    return Drawn(math.ceil(left + pitch * count + 5 + numbers), math.ceil(y), marks)


def _row(row: LayerRow, y: float, left: int, edge: int, wide: float, measure: Measure, captioned: bool) -> list[Mark]:
    about = [row.about] if measure(row.about, SMALL, False) <= left - 10 else row.about.split(" · ")
    top = y + (edge - 12 * (1 + len(about))) / 2 + 9
    marks: list[Mark] = [Words(0, top, fitted(row.name, left - 10, measure, SMALL, True), bold=True)]
    for order, line in enumerate(about, 1):
        marks.append(Words(0, top + 12 * order, fitted(line, left - 10, measure), color="dim"))
    colormap = "" if row.grid.scale is None else row.grid.scale.colormap
    for place, raster in enumerate(row.grid.raster):
        height, width = raster.shape[:2]
        share = min(edge * wide / width, edge / height)
        x = left + place * (edge * wide + GAP)
        shown = width * share, height * share
        marks.append(Pixels(x, y + (edge - shown[1]) / 2, *shown, raster, colormap))
        if row.grid.notes[place]:
            marks.append(box(x, y, edge * wide, edge, "none", "line"))
        if captioned:
            marks.append(Words(x, y - 3, row.grid.captions[place], 6.0, color="dim"))
    return marks


def _captioned(panel: LayerRows, edge: int, measure: Measure) -> bool:
    """Whether the channels' numbers can stand above the maps."""
    return all(measure(text, 6.0, False) <= edge for row in panel.rows for text in row.grid.captions)


def _ends(grid: ImageGrid) -> tuple[str, str]:
    scale = grid.scale
    if scale is None:
        return "", ""
    return number(scale.high, signed=scale.signed), number(scale.low)


def _remark(panel: LayerRows) -> str:
    shown = len(panel.rows)
    said = [] if shown == panel.total else [f"{shown:,} of {panel.total:,} {panel.noun}s shown."]
    said.append("One scale for all rows." if panel.shared else "Each row has its own scale.")
    return " ".join(said)
