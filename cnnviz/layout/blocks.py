"""The pieces of a drawn architecture: a block in its proportions, and ways that part and meet again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cnnviz.figure import Architecture, Fork, Unit
from cnnviz.layout.families import COLORS
from cnnviz.layout.marks import LINE, PLAIN, SMALL, Area, Mark, Measure, Stroke, Words, box, moved, shaded

SIGNS = {"add": "+", "mul": "×", "sub": "−", "cat": "c", "stack": "c"}

HIGHEST, THICKEST = 120.0, 34.0
"""Of a block, in pixels."""

SLANT = 0.24
"""How far the side of a block goes back, as a share of its width."""

LONGEST = 22
"""Letters of a path below a block."""

LOWEST = 14.0  # so that a way of a fork can be seen

NEAR = 7.0
"""Between blocks of one group."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something laid out along the line of flow: what stands above and below of it."""

    width: float
    above: float
    below: float
    marks: list[Mark]  # the line of flow is at y = 0, the left end at x = 0


class Draughtsman:
    """Pieces of one drawing, all to the same measure."""

    def __init__(self, panel: Architecture, measure: Measure, size: float) -> None:
        self._high, self._thick = HIGHEST * size, THICKEST * size
        shapes = [unit.shape for unit in units_of(panel.items)]
        self._longest = max((max(shape[1:]) for shape in shapes if len(shape) > 2), default=1)
        self._widest = max((shape[0] for shape in shapes if len(shape) > 2), default=1)
        self._units = max((shape[-1] for shape in shapes if len(shape) < 3), default=1)
        self._measure: Callable[[str, float, bool], float] = measure

    # what stands in a row

    def cell(self, group: list[Unit | Fork]) -> Piece:
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
        return Piece(width, body.above, below + LINE * len(lines) + 2, marks)

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

    def _beside(self, pieces: list[Piece], gap: float = NEAR) -> Piece:
        x = 0.0
        marks: list[Mark] = []
        for number, piece in enumerate(pieces):
            if number:
                marks.append(Stroke(((x - gap - 1, 0), (x, 0))))
            marks += moved(piece.marks, x, 0)
            x += piece.width + gap
        return Piece(x - gap, max(p.above for p in pieces), max(p.below for p in pieces), marks)

    # one block

    def unit(self, unit: Unit, *, flat: bool = False) -> Piece:
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
        return Piece(thick + back, high / 2 + rise, high / 2, marks)

    def labelled(self, unit: Unit) -> Piece:
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
        return Piece(wide, bar.above, bar.below + 21, marks)

    # ways that meet again

    def series(self, items: tuple[Unit | Fork, ...]) -> Piece:
        """One way of a fork."""
        pieces = [self.labelled(item) if isinstance(item, Unit) else self.fork(item) for item in items]
        x = 0.0
        marks: list[Mark] = []
        for number, piece in enumerate(pieces):
            if number:
                start = x - 9 - pieces[number - 1].width + edge_of(pieces[number - 1], right=True)
                marks.append(Stroke(((start, 0), (x + edge_of(piece, right=False), 0))))
            marks += moved(piece.marks, x, 0)
            x += piece.width + 9
        return Piece(x - 9, max(p.above for p in pieces), max(p.below for p in pieces), marks)

    def fork(self, fork: Fork) -> Piece:
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
            begins, ends = left + edge_of(way, right=False), left + edge_of(way, right=True)
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
        piece = Piece(width, above, total - middle, marks)
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

    def _anchored(self, piece: Piece) -> Piece:
        """With a thin area where the flow comes in."""
        return Piece(piece.width, piece.above, piece.below, [*piece.marks, box(0, -1, 1.5, 2, "dim")])

    def _framed(self, piece: Piece, count: int) -> Piece:
        """With the frame that says how often it follows itself."""
        pad, head = 6.0, 13.0
        width = piece.width + 2 * pad
        top = -(piece.above + head)
        frame = box(0, top, width, piece.above + head + piece.below + 3, "none", "line")
        said = Words(width - 5, top + 10, f"× {count}", PLAIN, "right", "accent", True)
        return Piece(width, piece.above + head + 1, piece.below + 4, [frame, *moved(piece.marks, pad, 0), said])


def edge_of(cell: Piece, *, right: bool) -> float:
    """Where the areas at the line of flow begin or end."""
    spans = [
        (min(x for x, _ in mark.points), max(x for x, _ in mark.points))
        for mark in cell.marks
        if isinstance(mark, Area) and min(y for _, y in mark.points) <= 0 <= max(y for _, y in mark.points)
    ]
    return max(b for _, b in spans) if right else min(a for a, _ in spans)


def units_of(items: tuple[Unit | Fork, ...]) -> Iterator[Unit]:
    """All operations that are drawn, those inside of forks as well."""
    for item in items:
        if isinstance(item, Unit):
            yield item
        else:
            for way in item.branches:
                yield from units_of(way)


def shape_text(shape: tuple[int, ...]) -> str:
    """``64 × 56 × 56``."""
    return "×".join(map(str, shape))


def _range(names: list[str]) -> str:
    """``features.0 … 2``: from the first to the last of several paths."""
    first, last = names[0], names[-1]
    head = first.rpartition(".")[0]
    end = last.rpartition(".")[2] if head and last.rpartition(".")[0] == head else last
    return f"{first}–{end}"
