"""Places for the layers of a graph: in rows like the lines of a text, each from left to right, without overlaps.

Within a row the main line runs straight: every node wants to stand where what feeds it, and what it feeds, stands; the
nearest places that keep the order and the gaps are an isotonic regression.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.core.graph.layered import Layering
from cnnviz.core.graph.shapes import Point

GAP = 30.0
"""Between two layers, and between two cards of a layer."""

LANE = 10.0
"""Height that an edge takes which passes by."""

PAD = 18.0
"""At both ends of a row."""

ROUNDS = 3
STRAIGHT = 1000.0
"""How much a card of the main line stays where it is, and pulls at the next, beside other cards."""

FAINT = 0.01
"""How much a lane pulls at what it leads to, beside a card."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that takes room: its size, and how far below its top values enter and leave it.

    Attributes
    ----------
    tall
        Whether it has several rows of its own; then no other such stands in its row.
    """

    width: float
    height: float
    enter: float
    leave: float
    tall: bool = False


NOTHING = Item(0, 0, 0, 0)
_LANE = Item(0, LANE, LANE / 2, LANE / 2)


@dataclass(frozen=True, slots=True)
class Placed:
    """A drawing of one block, its left top corner at 0.

    Attributes
    ----------
    corners
        Of each item, (x, y).
    routes
        For each chain of the layering the corners of its line.
    enter, leave
        Height at which values come in at the left and go out at the right.
    """

    corners: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float
    enter: float
    leave: float
    rows: int


def placed(layering: Layering, items: Sequence[Item], limit: float) -> Placed:
    """Find places for all items.

    Parameters
    ----------
    items
        One for each node of the graph; the first and the last are what comes in and goes out.
    limit
        Width in which a row is to end.
    """
    found = _Page(layering, items, limit, alone=False).placed()
    if any(item.tall for item in items):  # two ways to go on beside it; the one that takes less room
        found = min(
            found, _Page(layering, items, limit, alone=True).placed(), key=lambda page: page.width * page.height
        )
    return found


def natural_width(layering: Layering, items: Sequence[Item]) -> float:
    """Width of everything in one row."""
    widths = _widths(layering, items)
    return sum(widths) + sum(_gaps(layering)) + 2 * PAD


def _widths(layering: Layering, items: Sequence[Item]) -> list[float]:
    return [max((items[n].width for n in layer if n < layering.count), default=0.0) for layer in layering.layers]


def _gaps(layering: Layering) -> list[float]:
    """Room between each layer and the next: more where many lines swing; none beside the ends."""
    gaps = [GAP + min(4.0 * (lines - 1), 60.0) if lines > 1 else GAP for lines in layering.crossed()]
    for end in (0, -1):
        if gaps:
            gaps[end] -= GAP - 6
    return gaps


class _Page:
    """One drawing in the making."""

    def __init__(self, layering: Layering, items: Sequence[Item], limit: float, alone: bool) -> None:
        self.layering = layering
        lanes = sum(map(len, layering.layers)) - layering.count
        self.items = [*items, *[_LANE] * lanes]
        self.widths, self.gaps, self.crossed = _widths(layering, items), _gaps(layering), layering.crossed()
        self.before: dict[int, list[int]] = defaultdict(list)
        self.after: dict[int, list[int]] = defaultdict(list)
        for chain in layering.chains:
            for a, b in itertools.pairwise(chain):
                self.before[b].append(a)
                self.after[a].append(b)
        self.main = _main_line(layering, self.before, self.after)
        self.on_main = {node for link in self.main for node in link}
        tall = [any(self.items[n].tall for n in layer) for layer in layering.layers]
        self.rows = _rows(self.widths, self.gaps, self.crossed, tall, limit, alone)
        self.row_of = [r for r, row in enumerate(self.rows) for _ in row]
        self.tops = [0.0] * len(self.items)

    def placed(self) -> Placed:
        breaks = [self.crossed[row.stop - 1] for row in self.rows[:-1]]
        margin = PAD + LANE * max(breaks, default=0)
        lefts, ends = self._across(margin)
        channels, height = self._down(breaks)
        width = max(ends) + margin
        lefts[0], lefts[-1] = 0.0, width  # what comes in and goes out does so at the border
        corners = [(0.0, 0.0)] * self.layering.count
        for i, layer in enumerate(self.layering.layers):
            for node in layer:
                if node < self.layering.count:
                    corners[node] = lefts[i] + (self.widths[i] - self.items[node].width) / 2, self.tops[node]
        routes = self._routes(lefts, ends, channels, margin, corners)
        first, last = self.tops[0], self.tops[self.layering.count - 1]
        return Placed(tuple(corners), routes, width, height, first, last, len(self.rows))

    def _across(self, margin: float) -> tuple[list[float], list[float]]:
        """Left edge of each layer, right end of each row."""
        lefts, ends = [0.0] * len(self.widths), []
        for row in self.rows:
            x = margin - (self.gaps[0] if row.start == 0 else 0)
            for i in row:
                lefts[i] = x
                x += self.widths[i] + (self.gaps[i] if i + 1 < len(self.widths) else 0)
            last = row.stop - 1
            ends.append(x - (self.gaps[last] if last + 1 < len(self.widths) else self.gaps[-1]))
        return lefts, ends

    def _down(self, breaks: list[int]) -> tuple[list[float], float]:
        """Moves each row below the one before; where the lines between them begin, and the height of all."""
        top, channels = 0.0, []
        for r, row in enumerate(self.rows):
            self._align(row)
            nodes = [n for i in row for n in self.layering.layers[i]]
            seen = [n for n in nodes if self.items[n].height] or nodes
            highest = min(self.tops[n] for n in seen)
            lowest = max(self.tops[n] + self.items[n].height for n in seen)
            for n in nodes:
                self.tops[n] = min(max(self.tops[n] + top - highest, top), top + lowest - highest)
            top += lowest - highest
            if r < len(breaks):
                channels.append(top + GAP / 2)
                top += GAP + LANE * max(breaks[r] - 1, 0)
        return channels, top

    def _align(self, row: range) -> None:
        """Tops of all nodes of a row."""
        for i in row:
            top = 0.0
            for node in self.layering.layers[i]:
                self.tops[node] = top
                top += self.items[node].height + GAP
        for turn in range(ROUNDS):
            for i in row[1:]:
                self._settle(i, row, back=True, ahead=turn > 1)
            for i in row[-2::-1] if len(row) > 1 else ():
                self._settle(i, row, back=turn > 1, ahead=True)

    def _settle(self, layer: int, row: range, back: bool, ahead: bool) -> None:
        """Move the nodes of a layer as near to what they are joined with as order and gaps allow."""
        nodes = self.layering.layers[layer]
        wished, weights, offsets, offset = [], [], [], 0.0
        for at, node in enumerate(nodes):
            if at:
                lanes = node >= self.layering.count or nodes[at - 1] >= self.layering.count
                offset += self.items[nodes[at - 1]].height + (GAP / 3 if lanes else GAP)
            wished.append(self._wish(node, layer, row, back, ahead) - offset)
            weights.append(FAINT if node >= self.layering.count else STRAIGHT if node in self.on_main else 1.0)
            offsets.append(offset)
        if len(nodes) > 1:
            wished = isotonic(wished, weights)
        for node, place, offset in zip(nodes, wished, offsets, strict=True):
            self.tops[node] = place + offset

    def _wish(self, node: int, layer: int, row: range, back: bool, ahead: bool) -> float:
        total = weight = 0.0
        item = self.items[node]
        if back and layer > row.start:
            for n in self.before.get(node, ()):
                share = self._share(n, node)
                total += share * (self.tops[n] + self.items[n].leave - item.enter)
                weight += share
        if ahead and layer < row.stop - 1:
            for n in self.after.get(node, ()):
                share = self._share(node, n)
                total += share * (self.tops[n] + self.items[n].enter - item.leave)
                weight += share
        return total / weight if weight else self.tops[node]

    def _share(self, one: int, other: int) -> float:
        """How much the two ends of a line pull at each other."""
        if (one, other) in self.main:
            return STRAIGHT
        count = self.layering.count
        return 1.0 if (one < count) == (other < count) else FAINT

    def _routes(
        self, lefts: list[float], ends: list[float], channels: list[float], margin: float, corners: list[Point]
    ) -> tuple[tuple[Point, ...], ...]:
        layer_of = {node: i for i, layer in enumerate(self.layering.layers) for node in layer}
        used: dict[int, int] = defaultdict(int)  # lines that turn at the end of a row
        found = []
        for chain in self.layering.chains:
            a, b = chain[0], chain[-1]
            points = [(corners[a][0] + self.items[a].width, self._y(a, leave=True))]
            for one, other in itertools.pairwise(chain):
                i, y = layer_of[one], self._y(one, leave=True)
                points.append((lefts[i] + self.widths[i], y))
                into = self._y(other, leave=False)
                if (r := self.row_of[i]) != self.row_of[i + 1]:
                    nth = used[r]
                    used[r] += 1
                    turn, channel = ends[r] + GAP / 2 + LANE * nth, channels[r] + LANE * nth
                    back = margin - GAP / 2 - LANE * nth
                    points += [(turn, y), (turn, channel), (back, channel), (back, into)]
                points.append((lefts[i + 1], into))
            points.append((corners[b][0], self._y(b, leave=False)))
            found.append(_without_repeats(points))
        return tuple(found)

    def _y(self, node: int, leave: bool) -> float:
        item = self.items[node]
        return self.tops[node] + (item.leave if leave else item.enter)


def _main_line(layering: Layering, before: dict[int, list[int]], after: dict[int, list[int]]) -> set[tuple[int, int]]:
    """The links of the way with the most cards, but where more than two ways meet or part: there none is the main."""
    most: dict[int, tuple[int, int]] = {}
    for layer in layering.layers:
        for node in layer:
            longest = max(((most[n][0], -n) for n in before.get(node, ())), default=(0, 0))
            most[node] = longest[0] + (node < layering.count), -longest[1] if before.get(node) else -1
    found: set[tuple[int, int]] = set()
    node = layering.count - 1
    if not before.get(node):  # nothing goes out: the way to the last card
        node = max(range(layering.count), key=lambda n: most[n][0])
    while (n := most[node][1]) >= 0:
        if len(before[node]) <= 2 and len(after[n]) <= 2:
            found.add((n, node))
        node = n
    return found


def _without_repeats(points: list[Point]) -> tuple[Point, ...]:
    """The corners alone: not twice the same, none in the middle of a straight line."""
    found: list[Point] = []
    for point in points:
        if found and abs(found[-1][0] - point[0]) < 1e-6 and abs(found[-1][1] - point[1]) < 1e-6:
            continue
        if len(found) > 1 and found[-2][1] == found[-1][1] == point[1]:
            found.pop()
        found.append(point)
    return tuple(found)


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence nearest to ``values`` in the weighted mean square (pool adjacent violators)."""
    blocks: list[list[float]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight, length = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1] += weight
            before[2] += length
    return [mean for mean, _, length in blocks for _ in range(int(length))]


def _rows(
    widths: Sequence[float],
    gaps: Sequence[float],
    crossed: Sequence[int],
    tall: Sequence[bool],
    limit: float,
    alone: bool,
) -> list[range]:
    """Ranges of layers, each one row: cut where few lines are, with one tall item, which may have to be alone."""
    for most in (1, 3, max(crossed, default=0)):
        chunks = _chunks(crossed, most)
        if max(_width(chunk, widths, gaps) for chunk in chunks) <= 2 * limit:
            break
    rows = _filled(chunks, widths, gaps, tall, limit, alone)
    low, high = 0.0, limit
    for _ in range(10):  # as narrow as they may be without another row: then all are about as wide
        middle = (low + high) / 2
        if len(_filled(chunks, widths, gaps, tall, middle, alone)) > len(rows):
            low = middle
        else:
            high = middle
    return _filled(chunks, widths, gaps, tall, high, alone)


def _chunks(crossed: Sequence[int], most: int) -> list[range]:
    """Layers that stay together, as more than ``most`` lines run between them."""
    last = len(crossed)
    cuts = [i + 1 for i in range(1, last - 1) if crossed[i] <= most]
    return [range(a, b) for a, b in zip([0, *cuts], [*cuts, last + 1], strict=True)]


def _width(chunk: range, widths: Sequence[float], gaps: Sequence[float]) -> float:
    return sum(widths[i] for i in chunk) + sum(gaps[i] for i in chunk[:-1])


def _filled(
    chunks: Sequence[range],
    widths: Sequence[float],
    gaps: Sequence[float],
    tall: Sequence[bool],
    limit: float,
    alone: bool,
) -> list[range]:
    """Chunks one after the other into rows; two that are tall would form a staircase."""
    rows: list[range] = []
    room, is_tall = 0.0, False
    for chunk in chunks:
        width = _width(chunk, widths, gaps)
        high = any(tall[i] for i in chunk)
        more = width + gaps[chunk.start - 1] if chunk.start else width
        if not rows or (is_tall and high) or (alone and (is_tall or high)) or room + more > limit:
            rows.append(chunk)
            room, is_tall = width, high
        else:
            rows[-1] = range(rows[-1].start, chunk.stop)
            room, is_tall = room + more, is_tall or high
    return rows
