"""The drawing of a whole network: blocks in blocks, folded as it was asked for or as far as the room demands."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence

from cnnviz.core.cancel import Cancelled
from cnnviz.core.graph import blocks, flow
from cnnviz.core.graph.flow import Flow
from cnnviz.core.graph.layered import Layering, layered
from cnnviz.core.graph.shapes import RECORD, Card, Edge, Facts, Frame, GraphQuery, Layout, Part, Point
from cnnviz.core.graph.wrapped import NOTHING, Item, Placed, natural_width, placed

CARD = (132.0, 130.0)
"""Width and height of the card of one record."""

FOLDED = (172.0, 168.0)
"""Of a folded block."""

HEAD, FOOT = 28.0, 14.0
"""Room in a frame above and below what it holds."""

LEGIBLE = 0.5
"""The least zoom at which the words on a card can be read."""

TRIES = (0.6, 0.75, 0.9, 1.0, 1.15, 1.35, 1.6, 2.0, 2.6)
FINER = (0.88, 0.94, 1.06, 1.12)
"""Widths of the rows that are tried: shares of what the area suggests, and of the best of those."""

MANY = 1500
"""Cards from which fewer widths are tried."""

LAYOUTS_KEPT = 16


def _always() -> bool:
    return True


class Designer:
    """Draws one architecture; what was worked out for a block serves every block that is built alike.

    Parameters
    ----------
    facts
        All records in executed order.
    """

    def __init__(self, facts: Sequence[Facts]) -> None:
        self.facts = tuple(facts)
        self.tree = blocks.tree(facts)
        self.deepest = blocks.deepest(self.tree)
        self._flows: dict[str, dict[flow.Link, list[Flow]]] = {}
        self._drawn: dict[str, tuple[flow.Link, ...]] = {}
        self._layerings: dict[tuple[int, tuple[flow.Link, ...]], Layering] = {}
        self._placed: dict[tuple[object, ...], Placed] = {}
        self._kept: OrderedDict[object, Layout] = OrderedDict()
        self._last_user = [record.index for record in self.facts]
        for record in self.facts:
            for source in record.sources:
                if source >= 0:
                    self._last_user[source] = record.index  # users come in executed order
        self._share_out()

    def layout(self, query: GraphQuery, wanted: Callable[[], bool] = _always) -> Layout:
        """The drawing that a query asks for.

        Raises
        ------
        Cancelled
            It is no longer wanted.
        """
        name = (query.depth, query.opened, query.room)
        if name not in self._kept:
            self._kept[name] = self._asked(query, wanted)
            while len(self._kept) > LAYOUTS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(name)
        return self._kept[name]

    def _asked(self, query: GraphQuery, wanted: Callable[[], bool]) -> Layout:
        if query.depth is None and query.opened is not None:
            return self._fitted(query.opened | {self.tree.key}, query.room, None, wanted)[0]
        if query.depth is not None:
            depth = min(max(query.depth, 1), self.deepest)
            return self._fitted(blocks.to_depth(self.tree, depth), query.room, depth, wanted)[0]
        for depth in range(self.deepest, 0, -1):
            opened = blocks.to_depth(self.tree, depth)
            if depth > 1 and not self._could_fit(opened, query.room):
                continue
            layout, zoom = self._fitted(opened, query.room, depth, wanted)
            if zoom >= LEGIBLE:
                break
        return layout

    def _could_fit(self, opened: frozenset[str], room: tuple[int, int]) -> bool:
        """Whether the cards alone would find room at a legible size."""
        return self._cards(opened) * CARD[0] * CARD[1] * LEGIBLE**2 <= room[0] * room[1]

    def _cards(self, opened: frozenset[str]) -> int:
        """How many cards there are when these parts are open."""
        waiting, count = [self.tree], 0
        while waiting:
            part = waiting.pop()
            if part.key in opened and part.children:
                waiting += part.children
            else:
                count += 1
        return count

    def _fitted(
        self, opened: frozenset[str], room: tuple[int, int], depth: int | None, wanted: Callable[[], bool]
    ) -> tuple[Layout, float]:
        """The layout whose rows are as wide as suits the room, and the zoom at which it fits there."""
        found: dict[float, float] = {}  # zoom by the width of the rows

        def attempt(limit: float) -> None:
            whole = self.place(self.tree, opened, limit, wanted)
            found[limit] = min(room[0] / whole.width, room[1] / whole.height)

        count = self._cards(opened)
        limit = math.sqrt(1.8 * count * CARD[0] * CARD[1] * room[0] / max(room[1], 1))  # a guess by the area
        for factor in TRIES if count < MANY else TRIES[::3]:
            attempt(limit * factor)
        coarse = max(found, key=lambda width: (found[width], width))
        for factor in FINER if count < MANY else ():
            attempt(coarse * factor)
        best = max(found, key=lambda width: (round(found[width], 4), width))
        return _Drawing(self, opened, best, wanted).layout(depth), found[best]

    def _share_out(self) -> None:
        """Every flow goes to the blocks between whose parts it runs."""
        flows = [(source, record.index) for record in self.facts for source in record.sources]
        waiting = [(self.tree, flows)]
        while waiting:
            part, here = waiting.pop()
            found = flow.links(part, here)
            self._flows[part.key] = found
            self._drawn[part.key] = tuple(flow.drawn(found, len(part.children)))
            inside: dict[int, list[Flow]] = {}
            for (a, b), between in found.items():
                for child in {a, b} - {0, len(part.children) + 1}:
                    inside.setdefault(child, []).extend(between)
            waiting += [(child, inside.get(i, [])) for i, child in enumerate(part.children, 1) if child.children]

    def shown(self, part: Part) -> int:
        """The record whose maps stand for a part: the last one of which something outside makes use."""
        if part.kind == RECORD:
            return part.first
        inside = range(max(part.first, 0), part.last + 1)
        return max((i for i in inside if self._last_user[i] > part.last), default=part.last)

    def flows(self, part: Part) -> dict[flow.Link, list[Flow]]:
        """What flows between the children of a block."""
        return self._flows[part.key]

    def links(self, part: Part) -> tuple[flow.Link, ...]:
        """Which of its links are drawn, in the order of the routes."""
        return self._drawn[part.key]

    def item(self, part: Part, opened: frozenset[str], limit: float, wanted: Callable[[], bool]) -> Item:
        """The room that a part takes."""
        if not part.children or part.key not in opened:
            width, height = CARD if part.kind == RECORD else FOLDED
            return Item(width, height, height / 2, height / 2)
        inner = self.place(part, opened, limit, wanted)
        return Item(
            inner.width, inner.height + HEAD + FOOT, inner.enter + HEAD, inner.leave + HEAD, tall=inner.rows > 1
        )

    def place(self, part: Part, opened: frozenset[str], limit: float, wanted: Callable[[], bool]) -> Placed:
        """Where the children of an opened part stand in it."""
        if not wanted():
            raise Cancelled
        links = self.links(part)
        shape = (len(part.children) + 2, links)
        if shape not in self._layerings:
            self._layerings[shape] = layered(*shape, wanted)
        layering = self._layerings[shape]
        items = (NOTHING, *(self.item(child, opened, limit, wanted) for child in part.children), NOTHING)
        wide = natural_width(layering, items) > limit
        key = (shape, items, limit if wide else None)
        if key not in self._placed:
            self._placed[key] = placed(layering, items, limit)
        return self._placed[key]


class _Drawing:
    """Collects cards, frames and edges of one layout."""

    def __init__(self, designer: Designer, opened: frozenset[str], limit: float, wanted: Callable[[], bool]) -> None:
        self._designer, self._opened, self._limit, self._wanted = designer, opened, limit, wanted
        self._cards: list[Card] = []
        self._frames: list[Frame] = []
        self._edges: list[Edge] = []
        self._left_out: set[Flow] = set()

    def layout(self, depth: int | None) -> Layout:
        tree = self._designer.tree
        whole = self._designer.place(tree, self._opened, self._limit, self._wanted)
        self._fill(tree, whole, 0.0, 0.0)
        return Layout(
            tuple(self._cards),
            tuple(self._frames),
            tuple(self._edges),
            whole.width,
            whole.height,
            self._opened,
            depth,
            self._designer.deepest,
            frozenset(self._left_out),
        )

    def _fill(self, part: Part, inner: Placed, left: float, top: float) -> None:
        """Put the children of a part where they belong, the part's own inside at (left, top)."""
        designer = self._designer
        between = designer.flows(part)
        for link in between.keys() - set(designer.links(part)):
            if link[0] != link[1] and link != (0, len(part.children) + 1):
                self._left_out.update(between[link])
        for link, route in zip(designer.links(part), inner.routes, strict=True):
            points: tuple[Point, ...] = tuple((x + left, y + top) for x, y in route)
            self._edges.append(Edge(points, tuple(between[link])))
        for child, (x, y) in zip(part.children, inner.corners[1:-1], strict=True):
            if not child.children or child.key not in self._opened:
                self._cards.append(self._card(child, left + x, top + y))
                continue
            below = designer.place(child, self._opened, self._limit, self._wanted)
            size = below.width, below.height + HEAD + FOOT
            self._frames.append(
                Frame(
                    child.key, child.title, child.kind, child.first, child.last, child.depth, left + x, top + y, *size
                )
            )
            self._fill(child, below, left + x, top + y + HEAD)

    def _card(self, part: Part, x: float, y: float) -> Card:
        width, height = CARD if part.kind == RECORD else FOLDED
        shown = self._designer.shown(part)
        return Card(part.key, part.title, part.kind, part.first, part.last, shown, part.alike, x, y, width, height)
