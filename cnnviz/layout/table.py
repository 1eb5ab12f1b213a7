"""Tables laid out: texts and numbers between three rules, as books have them."""

from __future__ import annotations

import math

from cnnviz.figure import Table
from cnnviz.layout.marks import SMALL, Drawn, Mark, Measure, Stroke, Words, fitted, lines_of

ROW = 14
"""From one row to the next."""

MOST = 400
"""Rows of a drawing."""

NARROW = 500
"""Room in which columns stand closer and texts are shorter."""


def laid_out(panel: Table, room: float, measure: Measure) -> Drawn:
    """The rows under their headings; long texts lose their beginnings."""
    apart, longest = (9, 130.0) if room < NARROW else (14, 220.0)
    shown = [*panel.rows[:MOST], *([panel.last] if panel.last else [])]
    texts = [[fitted(cell_text(cell), longest, measure) for cell in row] for row in shown]
    right = [is_right(panel, column) for column in range(len(panel.heads))]
    wide = [
        max([measure(head, SMALL, True), *(measure(row[i], SMALL, False) for row in texts)])
        for i, head in enumerate(panel.heads)
    ]
    width = math.ceil(sum(wide) + apart * (len(wide) - 1)) + 3
    height = ROW * (len(texts) + 1) + 12 + (4 if panel.last else 0)
    ends, at = [], 0.0
    for column, size in enumerate(wide):
        ends.append(at + size if right[column] else at)
        at += size + apart
    levels = [(1.0, 1.0), (ROW + 4.0, 0.5), (height - 2.0, 1.0)]
    if panel.last:
        levels.append((height - ROW - 6.0, 0.5))
    marks: list[Mark] = [Stroke(((0, y), (width, y)), "text", thick) for y, thick in levels]
    for column, head in enumerate(panel.heads):
        marks.append(Words(ends[column], 13, head, align="right" if right[column] else "left", bold=True))
    for number, row in enumerate(texts):
        y = ROW * (number + 2) + 1 + (5 if panel.last and number == len(texts) - 1 else 0)
        for column, text in enumerate(row):
            marks.append(Words(ends[column], y, text, align="right" if right[column] else "left"))
    left = len(panel.rows) - MOST
    for line in lines_of(f"{MOST:,} of {len(panel.rows):,} rows shown.", width, measure) if left > 0 else ():
        height += ROW
        marks.append(Words(0, height - 2, line, color="dim"))
    return Drawn(width, height, marks)


def is_right(panel: Table, column: int) -> bool:
    """Whether a column holds numbers."""
    return bool(panel.rows) and all(isinstance(row[column], int) for row in panel.rows)


def cell_text(cell: str | int) -> str:
    """A cell as it is read: ``1,024``; a dash for nothing."""
    return cell if isinstance(cell, str) else f"{cell:,}" if cell else "–"
