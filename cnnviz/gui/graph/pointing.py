"""What is under the cursor, and what there is to say about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF

from cnnviz.core.graph.shapes import RECORD, Card, Edge
from cnnviz.figure import number
from cnnviz.gui.graph import brush, words
from cnnviz.gui.graph.scene import box_of
from cnnviz.gui.graph.tiles import Picture

if TYPE_CHECKING:
    from cnnviz.gui.graph.view import GraphView

CARD, EDGE = "card", "edge"

REACH = 6.0
"""Pixels from which a line is taken."""

FARTHEST = 0.1
"""The zoom below which lines are too close to each other to be meant."""

HEAD, LEAST_HEAD = 28.0, 16.0
"""Height of a frame's head in units of the graph, and in pixels at least."""


class Pointed(NamedTuple):
    """A card or a line, by its place in the scene; of a card which of its maps, where it is on one."""

    kind: str
    place: int
    order: int | None = None


def pointed_at(view: GraphView, position: QPointF) -> Pointed | None:
    """What is at a point of the screen."""
    scene, camera = view.scene, view.camera
    if scene is None:
        return None
    x, y = camera.at(position.x(), position.y())
    card = scene.card_at(x, y)
    if card is not None:
        return Pointed(CARD, card, _order_at(view, scene.cards[card], position))
    edge = scene.edge_at(x, y, REACH / camera.zoom) if camera.zoom > FARTHEST else None
    return Pointed(EDGE, edge) if edge is not None else None


def frame_at(view: GraphView, position: QPointF, head: bool = False) -> str:
    """Key of the innermost frame at a point of the screen, if wanted only where its head is; else an empty text."""
    scene, camera = view.scene, view.camera
    place = scene.frame_at(*camera.at(position.x(), position.y())) if scene is not None else None
    if scene is None or place is None:
        return ""
    frame = scene.frames[place]
    beyond = position.y() - camera.box(box_of(frame))[1] > max(HEAD * camera.zoom, LEAST_HEAD)
    return "" if head and beyond else frame.key


# maps


def maps_rect(view: GraphView, card: Card) -> tuple[Picture, QRectF] | None:
    """The maps on a card, and where they are on the screen; None where none are drawn."""
    picture = view.tiles.get(card.shown) if view.camera.zoom >= brush.MAPS_ZOOM else None
    if picture is None or picture.pixmap.isNull():
        return None
    place = brush.place_on(QRectF(*view.camera.box(box_of(card))), card)
    return picture, brush.fitted(place, picture.pixmap)


def map_rect(view: GraphView, pointed: Pointed) -> QRectF | None:
    """Where the map that is pointed at is on the screen."""
    if pointed.kind != CARD or pointed.order is None or view.scene is None:
        return None
    found = maps_rect(view, view.scene.cards[pointed.place])
    return None if found is None else found[0].cell(pointed.order, found[1])


def channel_of(view: GraphView, pointed: Pointed | None) -> int | None:
    """The channel whose map is pointed at."""
    if pointed is None or pointed.order is None or view.scene is None:
        return None
    picture = view.tiles.get(view.scene.cards[pointed.place].shown)
    return picture.channel(pointed.order) if picture is not None else None


def _order_at(view: GraphView, card: Card, position: QPointF) -> int | None:
    found = maps_rect(view, card)
    return None if found is None else found[0].order_at(position, found[1])


# words


def said(view: GraphView, pointed: Pointed | None) -> list[str]:
    """What there is to say about it, one thing after the other."""
    if pointed is None or view.scene is None:
        return []
    if pointed.kind == EDGE:
        return [_flow(view, view.scene.edges[pointed.place])]
    card = view.scene.cards[pointed.place]
    look = view.look(card)
    number_ = [f"{view.numbers.kind.title}: {look.value}"] if view.numbers is not None and look.value else []
    return [*words.told(card, view.scene), *number_, *_maps(view, card, pointed)]


def tip(view: GraphView, position: QPointF) -> str:
    """The same, line by line, for a note beside the cursor; of the head of a frame what can be done there."""
    pointed = pointed_at(view, position)
    if pointed is None:
        return "Double-click to fold" if frame_at(view, position, head=True) else ""
    lines = said(view, pointed)
    if pointed.kind == CARD and view.scene is not None:
        card = view.scene.cards[pointed.place]
        path = card.key.rpartition("/")[0]
        if card.kind != RECORD and path != card.title:  # names on cards are short
            lines[:1] = [f"{card.title} ({path})" if path else card.title]
        lines.append("Double-click to open the block" if card.kind != RECORD else "Double-click to see it in Explore")
    return "\n".join(lines)


def _maps(view: GraphView, card: Card, pointed: Pointed) -> list[str]:
    found = maps_rect(view, card)
    channel = channel_of(view, pointed)
    if found is None or found[0].tile.scale is None:
        return []
    picture, total = found[0], found[0].tile.total
    lines = []
    if channel is not None:
        lines.append(f"{'unit' if picture.is_units else 'channel'} {channel:,}")
    if picture.shown < total:
        order = ", strongest first" if view.strongest else ""
        lines.append(f"{picture.shown:,} of {total:,} maps shown{order}")
    return lines


def _flow(view: GraphView, edge: Edge) -> str:
    assert view.scene is not None
    source = min(source for source, _ in edge.flows)
    picture = view.tiles.get(source) if view.tiles.is_fresh(source) else None
    tile = picture.tile if picture is not None and picture.tile.scale is not None else None
    values = f", values {number(tile.low)} to {number(tile.high)}" if tile is not None else ""
    return words.flowing(edge, view.scene, values)
