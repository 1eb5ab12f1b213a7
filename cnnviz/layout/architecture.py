"""A drawn architecture laid out: blocks as high as their maps and as thick as they have channels, in rows.

The areas of the maps go down by thousands in a network. So an edge is drawn by its square root, which still tells
halves from wholes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from cnnviz.figure import Architecture, Fork, Unit
from cnnviz.layout.blocks import Draughtsman, Piece, edge_of, units_of
from cnnviz.layout.families import COLORS, NAMES
from cnnviz.layout.marks import LINE, SMALL, Drawn, Mark, Measure, Stroke, Words, box, lines_of, moved

AWAY = 18.0
"""Between groups of blocks."""

SIZES = (1.5, 1.3, 1.15, 1.0, 0.85, 0.7)
"""How large blocks are, as shares of that."""


def laid_out(panel: Architecture, room: float, measure: Measure) -> Drawn:
    """The drawing, in as many rows as the room demands.

    Parameters
    ----------
    room
        Pixels from the left to the right.
    measure
        How wide a text is.
    """
    rows = _best(panel, room, measure)
    width = max(_width(row) for row in rows)
    marks: list[Mark] = []
    y = 0.0
    for number, row in enumerate(rows):
        piece = _row(row)
        marks += moved(piece.marks, 0, y + piece.above)
        if number + 1 < len(rows):
            end = piece.width - row[-1].width + edge_of(row[-1], right=True)
            below = y + piece.above + piece.below
            marks += _turn(y + piece.above, (end, piece.width), below, _row(rows[number + 1]).above)
        y += piece.above + piece.below + (22 if number + 1 < len(rows) else 6)
    keys = list(_keys(panel.items, max(width, min(room, 300)), y + 10, measure))
    marks += [mark for mark, _ in keys]
    y = max([bottom for _, bottom in keys], default=y)
    notes = [f"* {note}" for note in dict.fromkeys(fork.note for fork in _forks(panel.items) if fork.note)]
    for note in [*notes, *([panel.remark] if panel.remark else [])]:
        for line in lines_of(note, max(width, min(room, 300)), measure):
            y += LINE
            marks.append(Words(0, y, line, color="dim"))
    ends = [
        mark.x + measure(mark.text, mark.size, mark.bold)
        for mark in marks
        if isinstance(mark, Words) and mark.align == "left"
    ]
    return Drawn(math.ceil(max([width + (14 if len(rows) > 1 else 0), *ends])), math.ceil(y + 4), marks)


def _best(panel: Architecture, room: float, measure: Measure) -> list[list[Piece]]:
    """Rows of the largest blocks that need the fewest rows; words have their size whatever the blocks have."""
    found: list[list[Piece]] | None = None
    for size in SIZES:
        draw = Draughtsman(panel, measure, size)
        rows = _rows([draw.cell(group) for group in _groups(panel.items)], room - (0 if found is None else 16))
        if found is None or len(rows) < len(found):
            found = rows
    assert found is not None
    return found


def _groups(items: tuple[Unit | Fork, ...]) -> list[list[Unit | Fork]]:
    """Blocks that stand close together under one caption: those that do the same to a like output."""

    def key(numbered: tuple[int, Unit | Fork]) -> object:
        at, item = numbered
        return (item.short, item.family, item.shape) if isinstance(item, Unit) else at

    return [[item for _, item in group] for _, group in groupby(enumerate(items), key)]


def _width(row: list[Piece]) -> float:
    return sum(piece.width for piece in row) + AWAY * (len(row) - 1)


def _rows(cells: list[Piece], room: float) -> list[list[Piece]]:
    """As few rows as there must be, of about the same width."""
    for count in range(1, len(cells) + 1):
        limit = _width(cells) / count
        for more in (1.0, 1.05, 1.1, 1.2, 1.3):
            rows = _filled(cells, min(limit * more, room))
            if len(rows) <= count:
                return rows
    return [[cell] for cell in cells]


def _filled(cells: list[Piece], limit: float) -> list[list[Piece]]:
    rows: list[list[Piece]] = []
    for cell in cells:
        if rows and _width([*rows[-1], cell]) <= limit:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _row(cells: list[Piece]) -> Piece:
    """Cells side by side, with the flow from each to the next."""
    x = 0.0
    marks: list[Mark] = []
    for number, cell in enumerate(cells):
        marks += moved(cell.marks, x, 0)
        if number + 1 < len(cells):
            start, end = x + edge_of(cell, right=True), x + cell.width + AWAY + edge_of(cells[number + 1], right=False)
            marks.insert(0, Stroke(((start, 0), (end - 1, 0)), head=True))
        x += cell.width + AWAY
    return Piece(x - AWAY, max(c.above for c in cells), max(c.below for c in cells), marks)


def _turn(y: float, ends: tuple[float, float], below: float, above: float) -> list[Mark]:
    """The flow from the last block of a row, which ends at the first of two places, to the start of the next."""
    start, right = ends
    between, down = below + 11, below + 22 + above
    corners = ((start, y), (right + 8, y), (right + 8, between), (-8, between), (-8, down), (-1, down))
    return [Stroke(corners, head=True)]


def _keys(items: tuple[Unit | Fork, ...], room: float, y: float, measure: Measure) -> Iterator[tuple[Mark, float]]:
    """What the colours mean, for those that are used; with how far down each reaches."""
    used = {unit.family for unit in units_of(items)}
    joins = {fork.join for fork in _forks(items) if fork.join}
    x = 0.0
    entries: list[tuple[str, str]] = [(COLORS[family], name) for family, name in NAMES.items() if family in used]
    names = {"add": "+ sum", "mul": "× product", "cat": "c concatenation"}
    entries += [(COLORS["join"], names.get(join, join)) for join in sorted(joins)]
    for color, name in entries:
        wide = 14 + measure(name, SMALL, False)
        if x and x + wide > room:
            x, y = 0.0, y + LINE
        yield box(x, y, 8, 8, color), y + 8
        yield Words(x + 12, y + 8, name, color="dim"), y + 10
        x += wide + 12


def _forks(items: tuple[Unit | Fork, ...]) -> Iterator[Fork]:
    for item in items:
        if isinstance(item, Fork):
            yield item
            for way in item.branches:
                yield from _forks(way)
