"""A drawn architecture laid out: blocks as high as their maps and as thick as they have channels, in rows.

The areas of the maps go down by thousands in a network. So an edge is drawn by its square root, which still tells
halves from wholes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from cnnviz.figure import Architecture, Fork, Unit
from cnnviz.marks import LINE, PLAIN, SMALL, Area, Drawn, Mark, Measure, Stroke, Words, box, lines_of, moved, shaded

COLORS = {
    "input": "#9aa3b2",
    "conv": "#4c8df6",
    "pool": "#3fc39a",
    "dense": "#c678dd",
    "join": "#f06f82",
    "block": "#e9b44c",
}
"""By the family of the operation."""

NAMES = {
    "input": "input",
    "conv": "convolution",
    "pool": "pooling",
    "dense": "dense",
    "join": "join",
    "block": "dense block",
}

SIGNS = {"add": "+", "mul": "×", "sub": "−", "cat": "c", "stack": "c"}

HIGHEST, THICKEST = 120.0, 34.0
"""Of a block, in pixels."""

SLANT = 0.24
"""How far the side of a block goes back, as a share of its width."""

NEAR, AWAY = 7.0, 18.0
"""Between blocks of one group, and between groups."""

SIZES = (1.5, 1.3, 1.15, 1.0, 0.85, 0.7)
"""How large blocks are, as shares of that."""

LONGEST = 22
"""Letters of a path below a block."""

LOWEST = 14.0  # so that a way of a fork can be seen


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something laid out along the line of flow: what stands above and below of it."""

    width: float
    above: float
    below: float
    marks: list[Mark]  # the line of flow is at y = 0, the left end at x = 0


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
            end = piece.width - row[-1].width + _edge(row[-1], right=True)
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


def _best(panel: Architecture, room: float, measure: Measure) -> list[list[_Piece]]:
    """Rows of the largest blocks that need the fewest rows; words have their size whatever the blocks have."""
    found: list[list[_Piece]] | None = None
    for size in SIZES:
        draw = _Draw(panel, measure, size)
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


def _width(row: list[_Piece]) -> float:
    return sum(piece.width for piece in row) + AWAY * (len(row) - 1)


def _rows(cells: list[_Piece], room: float) -> list[list[_Piece]]:
    """As few rows as there must be, of about the same width."""
    for count in range(1, len(cells) + 1):
        limit = _width(cells) / count
        for more in (1.0, 1.05, 1.1, 1.2, 1.3):
            rows = _filled(cells, min(limit * more, room))
            if len(rows) <= count:
                return rows
    return [[cell] for cell in cells]


def _filled(cells: list[_Piece], limit: float) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = []
    for cell in cells:
        if rows and _width([*rows[-1], cell]) <= limit:
            rows[-1].append(cell)
        else:
            rows.append([cell])
    return rows


def _row(cells: list[_Piece]) -> _Piece:
    """Cells side by side, with the flow from each to the next."""
    x = 0.0
    marks: list[Mark] = []
    for number, cell in enumerate(cells):
        marks += moved(cell.marks, x, 0)
        if number + 1 < len(cells):
            start, end = x + _edge(cell, right=True), x + cell.width + AWAY + _edge(cells[number + 1], right=False)
            marks.insert(0, Stroke(((start, 0), (end - 1, 0)), head=True))
        x += cell.width + AWAY
    return _Piece(x - AWAY, max(c.above for c in cells), max(c.below for c in cells), marks)


def _edge(cell: _Piece, *, right: bool) -> float:
    """Where the areas at the line of flow begin or end."""
    spans = [
        (min(x for x, _ in mark.points), max(x for x, _ in mark.points))
        for mark in cell.marks
        if isinstance(mark, Area) and min(y for _, y in mark.points) <= 0 <= max(y for _, y in mark.points)
    ]
    return max(b for _, b in spans) if right else min(a for a, _ in spans)


def _turn(y: float, ends: tuple[float, float], below: float, above: float) -> list[Mark]:
    """The flow from the last block of a row, which ends at the first of two places, to the start of the next."""
    start, right = ends
    between, down = below + 11, below + 22 + above
    corners = ((start, y), (right + 8, y), (right + 8, between), (-8, between), (-8, down), (-1, down))
    return [Stroke(corners, head=True)]


def _keys(items: tuple[Unit | Fork, ...], room: float, y: float, measure: Measure) -> Iterator[tuple[Mark, float]]:
    """What the colours mean, for those that are used; with how far down each reaches."""
    used = {unit.family for unit in _units(items)}
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


def _units(items: tuple[Unit | Fork, ...]) -> Iterator[Unit]:
    for item in items:
        if isinstance(item, Unit):
            yield item
        else:
            for way in item.branches:
                yield from _units(way)


def _forks(items: tuple[Unit | Fork, ...]) -> Iterator[Fork]:
    for item in items:
        if isinstance(item, Fork):
            yield item
            for way in item.branches:
                yield from _forks(way)


class _Draw:
    """Pieces of one drawing, all to the same measure."""

    def __init__(self, panel: Architecture, measure: Measure, size: float) -> None:
        self._high, self._thick = HIGHEST * size, THICKEST * size
        shapes = [unit.shape for unit in _units(panel.items)]
        self._longest = max((max(shape[1:]) for shape in shapes if len(shape) > 2), default=1)
        self._widest = max((shape[0] for shape in shapes if len(shape) > 2), default=1)
        self._units = max((shape[-1] for shape in shapes if len(shape) < 3), default=1)
        self._measure: Callable[[str, float, bool], float] = measure

    # what stands in a row

    def cell(self, group: list[Unit | Fork]) -> _Piece:
        """A group with its caption."""
        first = group[0]
        body = (
            self.fork(first)
            if isinstance(first, Fork)
            else self._beside([self.unit(item) for item in group if isinstance(item, Unit)])
        )
        lines = list(self._caption(group))
        wide = max(self._measure(text, size, bold) for text, size, bold, _ in lines)
        width = max(body.width, wide)
        below = max(body.below, 8) + 4
        marks = moved(body.marks, (width - body.width) / 2, 0)
        for number, (text, size, bold, color) in enumerate(lines):
            marks.append(Words(width / 2, below + 9 + LINE * number, text, size, "center", color, bold))
        return _Piece(width, body.above, below + LINE * len(lines) + 2, marks)

    def _caption(self, group: list[Unit | Fork]) -> Iterator[tuple[str, float, bool, str]]:
        item = group[0]
        times = f" × {len(group)}" if len(group) > 1 else ""
        if isinstance(item, Fork):
            times = (f" × {item.count}" if item.count > 1 else "") + ("*" if item.note else "")
        yield (item.short or "Fork") + times, SMALL, True, "text"
        yield shape_text(item.shape), SMALL, False, "text"
        names = item.name if len(group) == 1 else _range([unit.name for unit in group])
        if names and not names.replace("–", "").isdigit():
            short = names
            while len(short) > LONGEST and "." in short:
                short = short.partition(".")[2]  # paths differ in their ends
            yield short if short == names else f"…{short}", SMALL, False, "dim"

    def _beside(self, pieces: list[_Piece], gap: float = NEAR) -> _Piece:
        x = 0.0
        marks: list[Mark] = []
        for number, piece in enumerate(pieces):
            if number:
                marks.append(Stroke(((x - gap - 1, 0), (x, 0))))
            marks += moved(piece.marks, x, 0)
            x += piece.width + gap
        return _Piece(x - gap, max(p.above for p in pieces), max(p.below for p in pieces), marks)

    # one block

    def unit(self, unit: Unit, *, flat: bool = False) -> _Piece:
        """A block in its proportions: seen from the side, or as a bar."""
        shape, color = unit.shape, COLORS.get(unit.family, COLORS["block"])
        if len(shape) < 3 or max(shape[1:]) == 1:
            wide = shape[-1] if len(shape) < 3 else shape[0]
            most = self._units if len(shape) < 3 else self._widest
            high, thick, back = max(self._high * 0.6 * math.sqrt(min(wide / most, 1)), LOWEST), 8.0, 0.0
        else:
            edges = shape[1:]
            high = max(self._high * math.sqrt(edges[0] / self._longest), LOWEST / 2)
            thick = max(self._thick * math.sqrt(shape[0] / self._widest), 3.5)
            back = 0.0 if flat else max(self._high * math.sqrt(edges[-1] / self._longest) * SLANT, 2.0)
        if flat:
            high, thick = max(high * 0.62, LOWEST), max(thick * 0.62, 6.0)
        rise, top = back * 0.6, -high / 2
        left, right, bottom = 0.0, thick, high / 2
        edge = shaded(color, -0.35)
        marks: list[Mark] = [box(left, top, thick, high, color, edge)]
        if back:
            lid = ((left, top), (left + back, top - rise), (right + back, top - rise), (right, top))
            side = ((right, top), (right + back, top - rise), (right + back, bottom - rise), (right, bottom))
            marks += [Area(lid, shaded(color, 0.35), edge), Area(side, shaded(color, -0.18), edge)]
        return _Piece(thick + back, high / 2 + rise, high / 2, marks)

    def labelled(self, unit: Unit) -> _Piece:
        """A bar inside of a fork, with its window and its channels below."""
        bar = self.unit(unit, flat=True)
        kind = unit.size or unit.short.split()[0]
        if unit.short.startswith("Depthwise"):
            kind = f"dw {unit.size}"
        elif unit.family == "pool":
            kind = "pool" if unit.short.startswith("Max") else "avg"
        texts = (kind, f"{unit.shape[-1] if len(unit.shape) == 2 else unit.shape[0]:,}")
        wide = max(bar.width, *(self._measure(text, 6.0, False) for text in texts))
        marks = moved(bar.marks, (wide - bar.width) / 2, 0)
        for number, text in enumerate(texts):
            marks.append(
                Words(wide / 2, bar.below + 9 + 9 * number, text, 6.0, "center", "text" if not number else "dim")
            )
        return _Piece(wide, bar.above, bar.below + 21, marks)

    # ways that meet again

    def series(self, items: tuple[Unit | Fork, ...]) -> _Piece:
        """One way of a fork."""
        pieces = [self.labelled(item) if isinstance(item, Unit) else self.fork(item) for item in items]
        x = 0.0
        marks: list[Mark] = []
        for number, piece in enumerate(pieces):
            if number:
                start = x - 9 - pieces[number - 1].width + _edge(pieces[number - 1], right=True)
                marks.append(Stroke(((start, 0), (x + _edge(piece, right=False), 0))))
            marks += moved(piece.marks, x, 0)
            x += piece.width + 9
        return _Piece(x - 9, max(p.above for p in pieces), max(p.below for p in pieces), marks)

    def fork(self, fork: Fork) -> _Piece:
        """Ways one above the other, skips over them, and the sign of what joins them."""
        if not fork.join:
            return self._framed(self._anchored(self.series(fork.branches[0])), fork.count)
        ways = [self.series(way) for way in fork.branches if way]
        skips = len(fork.branches) - len(ways)
        inner = max(way.width for way in ways)
        lead, radius = 12.0, 6.5
        heights = [way.above + way.below for way in ways]
        total = sum(heights) + 8.0 * (len(ways) - 1)
        middle = ways[0].above if len(ways) == 1 else total / 2
        width, end = lead + inner + lead + 2 * radius, lead + inner + lead
        marks: list[Mark] = []
        y = -middle
        for way in ways:
            level = y + way.above
            left = lead + (inner - way.width) / 2
            begins, ends = left + _edge(way, right=False), left + _edge(way, right=True)
            marks.append(Stroke(((4, 0), (4, level), (begins, level))))
            if abs(level) > radius:
                down = math.copysign(radius, level)
                marks.append(Stroke(((ends, level), (end + radius, level), (end + radius, down))))
            else:
                marks.append(Stroke(((ends, level), (end + 1, level))))
            marks += moved(way.marks, left, level)
            y += way.above + way.below + 8.0
        above = middle
        for number in range(skips):
            up = -(middle + 9 + 7 * number)
            above = -up + 3
            marks.append(Stroke(((4, 0), (4, up), (end + radius, up), (end + radius, -radius)), head=True))
        marks.append(Stroke(((0, 0), (4, 0))))
        marks += self._sign(fork.join, end + radius, radius)
        piece = _Piece(width, above, total - middle, marks)
        return self._framed(piece, fork.count) if fork.count > 1 else self._anchored(piece)

    def _sign(self, join: str, x: float, radius: float) -> list[Mark]:
        """A disc with the sign of what is done."""
        around = [math.tau * i / 20 for i in range(20)]
        disc = tuple((x + radius * math.cos(a), radius * math.sin(a)) for a in around)
        color = COLORS["join"]
        sign = SIGNS.get(join, "·")
        return [
            Area(disc, shaded(color, 0.45), shaded(color, -0.35)),
            Words(x, 3.0, sign, PLAIN, "center", "#1b1f27", True),
        ]

    def _anchored(self, piece: _Piece) -> _Piece:
        """With a thin area where the flow comes in."""
        return _Piece(piece.width, piece.above, piece.below, [*piece.marks, box(0, -1, 1.5, 2, "dim")])

    def _framed(self, piece: _Piece, count: int) -> _Piece:
        """With the frame that says how often it follows itself."""
        pad, head = 6.0, 13.0
        width = piece.width + 2 * pad
        top = -(piece.above + head)
        frame = box(0, top, width, piece.above + head + piece.below + 3, "none", "line")
        said = Words(width - 5, top + 10, f"× {count}", PLAIN, "right", "accent", True)
        return _Piece(width, piece.above + head + 1, piece.below + 4, [frame, *moved(piece.marks, pad, 0), said])


def shape_text(shape: tuple[int, ...]) -> str:
    """``64 × 56 × 56``."""
    return "×".join(map(str, shape))


def _range(names: list[str]) -> str:
    """``features.0 … 2``: from the first to the last of several paths."""
    first, last = names[0], names[-1]
    head = first.rpartition(".")[0]
    end = last.rpartition(".")[2] if head and last.rpartition(".")[0] == head else last
    return f"{first}–{end}"


__all__ = ["COLORS", "laid_out", "shape_text"]
