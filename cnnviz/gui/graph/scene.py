"""A layout made ready to be painted: what is where, which records a card holds, lines as paths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from cnnviz.core.graph.shapes import PICTURE, Card, Facts, Frame, GraphAnswer, Point
from cnnviz.gui.graph.camera import Box

CELL = 400.0
"""Edge of the squares by which cards and lines are found, in units of the graph."""

MOST_LINES = 100
"""Free lines that are drawn at once."""

CORNER = 9.0
"""Radius with which a line turns."""


class Scene:
    """Cards, frames and lines of one answer.

    Attributes
    ----------
    paths, polygons
        Each line as a smooth path, and as straight strokes for far away.
    """

    def __init__(self, answer: GraphAnswer) -> None:
        self.answer = answer
        self.layout = answer.layout
        self.facts = answer.facts
        self.cards = answer.layout.cards
        self.frames = answer.layout.frames
        self.edges = answer.layout.edges
        self.size = answer.layout.width, answer.layout.height
        self.paths = [path_of(edge.points) for edge in self.edges]
        self.polygons = [QPolygonF([QPointF(x, y) for x, y in edge.points]) for edge in self.edges]
        self.bounds = [path.boundingRect().adjusted(-2, -2, 2, 2) for path in self.paths]
        self.rects = [rect_of(card) for card in self.cards]
        self.frames_in_order = sorted(range(len(self.frames)), key=lambda i: self.frames[i].depth)
        self.lines = QPainterPath()  # all of them, for far away
        for polygon in self.polygons:
            self.lines.addPolygon(polygon)
        self.words: dict[tuple[str, str], str] = {}  # what cards say, made once
        self._by_key = {card.key: i for i, card in enumerate(self.cards)}
        order = sorted(range(len(self.cards)), key=lambda i: self.cards[i].first)
        self._order, self._firsts = order, [self.cards[i].first for i in order]
        self._users: list[list[int]] = [[] for _ in range(len(self.facts) + 1)]  # the picture's stand last
        for record in self.facts:
            for source in record.sources:
                self._users[source].append(record.index)
        self._card_cells: dict[tuple[int, int], list[int]] = {}
        self._edge_cells: dict[tuple[int, int], list[int]] = {}
        for i, card in enumerate(self.cards):
            for cell in _cells(box_of(card)):
                self._card_cells.setdefault(cell, []).append(i)
        for i, rect in enumerate(self.bounds):
            for cell in _cells((rect.x(), rect.y(), rect.width(), rect.height())):
                self._edge_cells.setdefault(cell, []).append(i)

    # what is where

    def cards_in(self, box: Box) -> list[int]:
        """Places of the cards that a box of the graph touches."""
        return self._touching(self._card_cells, len(self.cards), box)

    def covered(self, box: Box) -> float:
        """How much of the cards lies under a box, in square units."""
        left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
        area = 0.0
        for i in self.cards_in(box):
            card = self.cards[i]
            width = min(card.x + card.width, right) - max(card.x, left)
            height = min(card.y + card.height, bottom) - max(card.y, top)
            if width > 0 and height > 0:
                area += width * height
        return area

    def edges_in(self, box: Box) -> list[int]:
        """Places of the lines that a box of the graph touches."""
        return self._touching(self._edge_cells, len(self.edges), box)

    def _touching(self, cells: dict[tuple[int, int], list[int]], count: int, box: Box) -> list[int]:
        if box[2] * box[3] >= 0.7 * self.size[0] * self.size[1]:
            return list(range(count))
        found: set[int] = set()
        for cell in _cells(box):
            found.update(cells.get(cell, ()))
        return sorted(found)

    def card_at(self, x: float, y: float) -> int | None:
        """The card at a point of the graph."""
        near = self._card_cells.get((int(x // CELL), int(y // CELL)), ())
        return next((i for i in near if _inside(self.cards[i], x, y)), None)

    def frame_at(self, x: float, y: float) -> int | None:
        """The innermost frame at a point of the graph."""
        found = (i for i in range(len(self.frames) - 1, -1, -1) if _inside(self.frames[i], x, y))
        return max(found, key=lambda i: self.frames[i].depth, default=None)

    def edge_at(self, x: float, y: float, reach: float) -> int | None:
        """The line nearest to a point of the graph, within ``reach``."""
        best, nearest = None, reach
        for i in self.edges_in((x - reach, y - reach, 2 * reach, 2 * reach)):
            if self.bounds[i].adjusted(-reach, -reach, reach, reach).contains(x, y):
                distance = _distance(self.paths[i], x, y)
                if distance <= nearest:
                    best, nearest = i, distance
        return best

    # records

    def card_of(self, record: int) -> int:
        """The card that holds a record, or the picture."""
        return self._order[max(0, bisect_right(self._firsts, record) - 1)]

    def card_named(self, key: str) -> int | None:
        return self._by_key.get(key)

    def sources(self, card: Card) -> list[int]:
        """Records outside a card from which values flow into it."""
        inside = (self.facts[i] for i in range(max(card.first, 0), card.last + 1))
        return sorted({s for record in inside for s in record.sources if not card.holds(s)})

    def users(self, card: Card) -> list[int]:
        """Records outside a card that take values out of it."""
        return sorted({u for i in range(card.first, card.last + 1) for u in self._users[i] if not card.holds(u)})

    def lines_of(self, card: Card) -> Iterator[tuple[str, QPainterPath]]:
        """All lines that end or begin at a card, those that are left out otherwise included; what is in is ``info``."""
        hidden = self.layout.left_out
        for edge, path in zip(self.edges, self.paths, strict=True):
            if any(card.holds(u) and not card.holds(s) and (s, u) not in hidden for s, u in edge.flows):
                yield "info", path
            elif any(card.holds(s) and not card.holds(u) and (s, u) not in hidden for s, u in edge.flows):
                yield "ok", path
        pairs = {(self.card_of(s), self.card_of(u)) for s, u in hidden if card.holds(s) != card.holds(u)}
        for one, other in sorted(pairs)[:MOST_LINES]:
            role = "ok" if self.cards[one] is card else "info"
            yield role, edge_between(self.cards[one], self.cards[other])

    def records_of(self, card: Card) -> tuple[Facts, ...]:
        """The records that a card stands for; none for the picture."""
        return self.facts[max(card.first, 0) : card.last + 1] if card.first != PICTURE else ()


def box_of(thing: Card | Frame) -> Box:
    """Where a card or frame is, in units of the graph."""
    return thing.x, thing.y, thing.width, thing.height


def rect_of(thing: Card | Frame) -> QRectF:
    """The same for painting."""
    return QRectF(thing.x, thing.y, thing.width, thing.height)


def path_of(points: tuple[Point, ...]) -> QPainterPath:
    """A line through its corners: it swings between heights, and turns at right angles with round corners."""
    path = QPainterPath(QPointF(*points[0]))
    for at in range(1, len(points)):
        (ax, ay), (bx, by) = points[at - 1], points[at]
        if ax != bx and ay != by:
            middle = (ax + bx) / 2
            path.cubicTo(middle, ay, middle, by, bx, by)
            continue
        if at + 1 < len(points):
            cx, cy = points[at + 1]
            turns = (ax == bx) != (bx == cx) and (bx == cx or by == cy)
            if turns:
                radius = min(CORNER, (abs(bx - ax) + abs(by - ay)) / 2, (abs(cx - bx) + abs(cy - by)) / 2)
                before = QPointF(bx - _sign(bx - ax) * radius, by - _sign(by - ay) * radius)
                after = QPointF(bx + _sign(cx - bx) * radius, by + _sign(cy - by) * radius)
                path.lineTo(before)
                path.quadTo(QPointF(bx, by), after)
                continue
        path.lineTo(bx, by)
    return path


def edge_between(one: Card, other: Card) -> QPainterPath:
    """A free line from one card to another, for what is not drawn by itself: over what lies between, or down."""
    if other.x > one.x + one.width:
        start = QPointF(one.x + one.width, one.y + one.height / 2)
        end = QPointF(other.x, other.y + other.height / 2)
        reach = max((end.x() - start.x()) / 2, 40.0)
        lift = -70.0 if abs(end.y() - start.y()) < one.height else 0.0
        path = QPainterPath(start)
        path.cubicTo(start.x() + reach, start.y() + lift, end.x() - reach, end.y() + lift, end.x(), end.y())
        return path
    below = other.y > one.y
    start = QPointF(one.x + one.width / 2, one.y + (one.height if below else 0))
    end = QPointF(other.x + other.width / 2, other.y + (0 if below else other.height))
    reach = max(abs(end.y() - start.y()) / 2, 40.0) * (1 if below else -1)
    path = QPainterPath(start)
    path.cubicTo(start.x(), start.y() + reach, end.x(), end.y() - reach, end.x(), end.y())
    return path


def _sign(value: float) -> float:
    return (value > 0) - (value < 0)


def _inside(thing: Card | Frame, x: float, y: float) -> bool:
    return thing.x <= x <= thing.x + thing.width and thing.y <= y <= thing.y + thing.height


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    x, y, width, height = box
    for column in range(int(x // CELL), int((x + width) // CELL) + 1):
        for row in range(int(y // CELL), int((y + height) // CELL) + 1):
            yield column, row


def _distance(path: QPainterPath, x: float, y: float) -> float:
    """From a point to a path, by its straight pieces."""
    best = float("inf")
    for polygon in path.toSubpathPolygons():
        points = polygon.toList()
        for a, b in pairwise(points):
            across, down = b.x() - a.x(), b.y() - a.y()
            length = across * across + down * down
            share = min(max(((x - a.x()) * across + (y - a.y()) * down) / length, 0.0), 1.0) if length else 0.0
            best = min(best, ((a.x() + share * across - x) ** 2 + (a.y() + share * down - y) ** 2) ** 0.5)
    return best
