"""What the window asks of the graph and gets: queries, records as facts, cards, frames and edges. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Scale
from cnnviz.response import PICTURE, PassKey

Point = tuple[float, float]

RECORD, BLOCK, REPEAT = "record", "block", "repeat"
"""Kinds of cards: one record (or the picture), a folded block, equal neighbours folded into one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One record in words and numbers, without its values.

    Attributes
    ----------
    family
        As in ``Step.family``.
    shape
        The output's shape without the batch axis.
    parameters
        How many it uses; 0 where an earlier record has used the same.
    macs
        Multiply-adds.
    nbytes
        Size of the output.
    """

    index: int
    key: str
    path: str
    op: str
    short: str
    family: str
    shape: tuple[int, ...]
    sources: tuple[int, ...]
    parameters: int = 0
    macs: int = 0
    nbytes: int = 0

    @property
    def shape_text(self) -> str:
        """``16×10×10``."""
        return "×".join(str(n) for n in self.shape)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the network: a record, a block, or equal neighbours.

    Attributes
    ----------
    key
        Unique: a record's own, a block's path and ``/``, of neighbours the first one's and how many.
    title
        What it is called where it stands.
    first, last
        Indices of its first and last record.
    children
        What it holds, in executed order; empty for a record.
    depth
        In how many blocks it lies; the network itself is the outermost.
    alike
        Of how many equal children it consists; else 1.
    """

    key: str
    title: str
    kind: str
    first: int
    last: int
    depth: int = 0
    children: tuple[Part, ...] = ()
    alike: int = 1


@dataclass(frozen=True, slots=True)
class Card:
    """A part that is not opened, and where it stands.

    Attributes
    ----------
    shown
        The record whose maps stand for it: the last one that something else uses.
    count
        How many equal neighbours it stands for; else 1.
    x, y, width, height
        In units of the graph: screen pixels at zoom 1.
    """

    key: str
    title: str
    kind: str
    first: int
    last: int
    shown: int
    count: int
    x: float
    y: float
    width: float
    height: float

    def holds(self, record: int) -> bool:
        """Whether a record is in it."""
        return self.first <= record <= self.last


@dataclass(frozen=True, slots=True)
class Frame:
    """An opened part: the frame around what it holds. Those that hold others come first."""

    key: str
    title: str
    kind: str
    first: int
    last: int
    depth: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Edge:
    """One line of the drawing.

    Attributes
    ----------
    points
        Its corners. Where two that follow each other differ in x and y, the line swings from one to the other.
    flows
        (source, user) indices of the records between which values flow along it.
    """

    points: tuple[Point, ...]
    flows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where everything stands.

    Attributes
    ----------
    opened
        Keys of the opened parts.
    depth
        To which depth it is folded; None where parts were opened one by one.
    deepest
        The depth at which everything is open.
    left_out
        Flows to which no line leads all the way.
    """

    cards: tuple[Card, ...]
    frames: tuple[Frame, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float
    opened: frozenset[str]
    depth: int | None
    deepest: int
    left_out: frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class GraphQuery:
    """How the graph is to be drawn.

    Attributes
    ----------
    depth
        Fold to this depth: 1 opens nothing. None: what ``opened`` says.
    opened
        Keys of the parts that are opened. None, and no depth: as many as can be read in the room.
    room
        (width, height) in screen pixels that the graph is to fill.
    """

    key: PassKey
    room: tuple[int, int]
    depth: int | None = None
    opened: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GraphAnswer:
    """The graph of a pass; ``facts`` are in the order of the records."""

    query: GraphQuery
    facts: tuple[Facts, ...]
    layout: Layout


@dataclass(frozen=True, slots=True)
class TilesQuery:
    """Maps for the cards that are seen: (record, how many maps, their longest edge in pixels) for each."""

    key: PassKey
    wanted: tuple[tuple[int, int, int], ...]
    strongest: bool = True
    colormaps: tuple[str, str, str] = ("auto", "auto", "auto")


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """The maps of one card.

    Attributes
    ----------
    raster
        (n, h, w) uint8 for the scale's colour map; (1, h, w, 3) RGB of the picture; n = 0 where nothing was kept.
    channels
        (n,) which channels they are.
    total
        How many there are.
    low, high
        The extreme values of the whole output.
    """

    record: int
    asked: tuple[int, int]
    raster: NDArray[np.uint8]
    scale: Scale | None
    channels: NDArray[np.int64]
    total: int
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """The answer to a ``TilesQuery``: as many tiles as were ready in a short while, in the order asked for."""

    query: TilesQuery
    tiles: tuple[Tile, ...]


__all__ = ["PICTURE", "Card", "Edge", "Facts", "Frame", "GraphAnswer", "GraphQuery", "Layout", "Part", "Point"]
