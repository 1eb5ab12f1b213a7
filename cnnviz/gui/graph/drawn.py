"""The graph on the screen as a figure: what is folded, the colours and the maps as they are seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.graph.shapes import PICTURE, RECORD, Card
from cnnviz.figure import Figure, Graph, GraphCard, Place
from cnnviz.gui.graph import words
from cnnviz.gui.graph.paint_numbers import Numbers
from cnnviz.gui.graph.scene import Scene, box_of
from cnnviz.gui.graph.tiles import Picture
from cnnviz.gui.graph.view import GraphView
from cnnviz.gui.theme import theme

NONE = "#9aa3b2"
"""Of a card that has no such number."""

SHADES = 12
"""Steps of a legend of numbers."""


def figure_of(view: GraphView, title: str, place: Place | None = None) -> Figure | None:
    """All of the graph, in the view's folding and colours; None while there is none."""
    scene = view.scene
    if scene is None:
        return None
    numbers = view.numbers
    panel = Graph(
        tuple(_card(card, view, scene) for card in scene.cards),
        tuple((box_of(frame), frame.title) for frame in scene.frames),
        tuple(
            tuple((point.x(), point.y()) for point in polygon.toList())
            for path in scene.paths
            for polygon in path.toSubpathPolygons()
        ),
        scene.size,
        _keys(scene) if numbers is None else (),
        tuple(numbers.shade(n / (SHADES - 1)).name() for n in range(SHADES)) if numbers is not None else (),
        _ends(numbers),
        place=place,
    )
    said = [f"{len(scene.facts):,} operations"]
    if scene.layout.depth is not None and scene.layout.depth < scene.layout.deepest:
        said.append(f"folded to depth {scene.layout.depth}")
    elif any(card.kind != RECORD for card in scene.cards):
        said.append("blocks folded")
    if any(card.count > 1 for card in scene.cards):
        said.append("“× n”: so many equal blocks, one after the other")
    return Figure("graph", title, " · ".join(said), (panel,))


def _card(card: Card, view: GraphView, scene: Scene) -> GraphCard:
    look = view.look(card)
    lines = [words.subheading(card, scene)]
    if card.kind != RECORD:
        lines.append(words.contents(card, scene))
    if look.value:
        lines[0] = look.value
    picture = view.tiles.get(card.shown)
    raster, columns, colormap = None, 1, ""
    if picture is not None and picture.shown and len(picture.tile.raster):
        raster, columns = _shown(picture), picture.wish.columns
        colormap = "" if picture.tile.scale is None else picture.tile.scale.colormap
    count = 0 if card.kind == RECORD or card.first == PICTURE else card.count
    title = words.heading(card, scene)
    numbered = look.filled and bool(look.value)
    color = NONE if look.filled and not numbered else look.color.name()
    return GraphCard(box_of(card), title, tuple(lines), color, numbered, count, raster, columns, colormap)


def _shown(picture: Picture) -> NDArray[np.uint8]:
    """The maps that are on the card."""
    raster = picture.tile.raster
    return raster[:1] if raster.ndim == 4 else raster[: picture.wish.count]


def _keys(scene: Scene) -> tuple[tuple[str, str], ...]:
    used = {record.family for record in scene.facts}
    return tuple(
        (theme.color(f"op-{family}").name(), name) for family, name in words.FAMILIES.items() if family in used
    )


def _ends(numbers: Numbers | None) -> tuple[str, str, str]:
    if numbers is None:
        return "", "", ""
    kind = numbers.kind
    low, high = ("0 %", "100 %") if kind.is_share else (kind.text(numbers.low), kind.text(numbers.high))
    return kind.title, low, f"{high} {f'({numbers.note})' if numbers.note else ''}".strip()
