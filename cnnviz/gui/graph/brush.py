"""How the graph is painted: cards far and near, frames, lines. Each function paints one thing."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from cnnviz.core.graph.shapes import PICTURE, RECORD, Card
from cnnviz.gui.graph import words
from cnnviz.gui.graph.camera import Camera
from cnnviz.gui.graph.inks import Look, elided, fill_of, font, ink, ink_on, mixed
from cnnviz.gui.graph.scene import Scene
from cnnviz.gui.graph.tiles import Picture
from cnnviz.gui.theme import theme

BLOCK_ZOOM = 0.3
"""From here on a card has a word on it."""

MAPS_ZOOM = 0.36
"""From here on it has maps below the word."""

CARD_ZOOM = 0.62
"""From here on it is a card with all its words."""

HEAD, FOLDED_HEAD = 42.0, 56.0
"""Height of the words on a card, in units of the graph."""

SIDE = 7.0


SMALL_HEAD, SMALL_SIDE = 16.0, 3.0
"""The same in pixels, of a card with one word."""


def head_of(card: Card, zoom: float) -> float:
    """Height of the words of a card, in units of the graph."""
    if zoom < CARD_ZOOM:
        return SMALL_HEAD / zoom
    return min(HEAD, 76 / zoom) if card.kind == RECORD else min(FOLDED_HEAD, 100 / zoom)  # words stop growing


def letters(zoom: float) -> tuple[float, float]:
    """Sizes in pixels of the first line on a card, and of those below it; however near it is, they stop growing."""
    return min(max(13 * zoom, 10.0), 26.0), min(max(10.5 * zoom, 8.5), 20.0)


def top_of(zoom: float) -> float:
    """Pixels above those words."""
    return min(5 * zoom, 8.0)


def place_of_maps(card: Card, zoom: float) -> tuple[float, float]:
    """(width, height) for the maps of a card, in units of the graph."""
    side = SIDE if zoom >= CARD_ZOOM else SMALL_SIDE / zoom
    return card.width - 2 * side, card.height - head_of(card, zoom) - side


def place_on(rect: QRectF, card: Card) -> QRectF:
    """The same on the screen, of a card that is painted into a rectangle."""
    zoom = rect.width() / card.width
    if zoom < CARD_ZOOM:
        return rect.adjusted(SMALL_SIDE, SMALL_HEAD, -SMALL_SIDE, -SMALL_SIDE)
    width, height = (side * zoom for side in place_of_maps(card, zoom))
    return QRectF(rect.x() + SIDE * zoom + 2, rect.y() + head_of(card, zoom) * zoom, width - 2, height)


def fitted(place: QRectF, pixmap: QPixmap) -> QRectF:
    """The middle of a place, as large as a picture fits."""
    scale = min(place.width() / pixmap.width(), place.height() / pixmap.height())
    width, height = pixmap.width() * scale, pixmap.height() * scale
    return QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)


def paint_block(
    painter: QPainter, rect: QRectF, card: Card, scene: Scene, look: Look, picture: Picture | None, fresh: bool
) -> None:
    """A coloured block with a word on it."""
    zoom = rect.width() / card.width
    ground, fill = ink("panel"), fill_of(look)
    if card.kind != RECORD and rect.width() > 12:
        shift = max(2.0, 4 * zoom)
        painter.fillRect(rect.translated(shift, shift), mixed(fill, ground, 0.45))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, 4, 4)
    size = min(max(13 * zoom * 1.5, 9.0), 13.0)
    painter.setPen(ink_on(fill))
    painter.setFont(font(size, bold=card.kind != RECORD))
    lines = [words.heading(card, scene)]
    if card.kind != RECORD and card.count > 1:
        lines.append(f"× {card.count}")
    elif look.value:
        lines.append(look.value)
    elif rect.height() > 44 and card.first != PICTURE:
        lines.append(scene.facts[card.shown].shape_text)
    metrics = painter.fontMetrics()
    height = metrics.height()
    top = rect.center().y() - height * len(lines) / 2
    room = int(rect.width() - 4)
    for line in lines:
        if line == lines[0] or metrics.horizontalAdvance(line) <= room:
            text = elided(metrics, line, size, card.kind != RECORD, room, short=True)
            painter.drawText(QRectF(rect.x(), top, rect.width(), height), Qt.AlignmentFlag.AlignCenter, text)
        top += height


def paint_small(
    painter: QPainter, rect: QRectF, card: Card, scene: Scene, look: Look, picture: Picture | None, fresh: bool
) -> None:
    """A coloured block with one word, and maps below it."""
    ground, fill = ink("panel"), fill_of(look)
    painter.setPen(Qt.PenStyle.NoPen)
    if card.kind != RECORD:
        painter.setBrush(mixed(fill, ground, 0.45))
        painter.drawRoundedRect(rect.translated(3, 3), 4, 4)
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, 4, 4)
    room = QRectF(rect.x() + 4, rect.y(), rect.width() - 8, SMALL_HEAD)
    painter.setPen(ink_on(fill))
    painter.setFont(font(10, bold=card.kind != RECORD))
    metrics = painter.fontMetrics()
    if card.count > 1:
        badge = f"×{card.count}"
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, badge)
        room.setWidth(room.width() - metrics.horizontalAdvance(badge) - 3)
    bold = card.kind != RECORD
    text = elided(metrics, look.value or words.heading(card, scene), 10, bold, int(room.width()), short=True)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
    _paint_maps(painter, place_on(rect, card), picture, fresh and not look.faint)


def paint_near(
    painter: QPainter, rect: QRectF, card: Card, scene: Scene, look: Look, picture: Picture | None, fresh: bool
) -> None:
    """A card with words and maps."""
    zoom = rect.width() / card.width
    radius = 7 * min(zoom, 1.4)
    ground = ink("panel")
    back = mixed(look.color, ground, 0.30) if look.filled else ink("raised" if theme.dark else "panel")
    if card.kind != RECORD:  # a pile
        painter.setPen(QPen(ink("border"), 1))
        for n in range(min(card.count, 2) or 1, 0, -1):
            painter.setBrush(mixed(look.color, ground, 0.16))
            painter.drawRoundedRect(rect.translated(4 * n * zoom, 4 * n * zoom), radius, radius)
    painter.setPen(QPen(mixed(look.color, ground, 0.75) if look.filled else ink("border"), 1))
    painter.setBrush(back)
    painter.drawRoundedRect(rect, radius, radius)
    stripe = QRectF(rect.x() + 1, rect.y() + radius, max(3.0, 4 * zoom), rect.height() - 2 * radius)
    painter.fillRect(stripe, look.color)
    _paint_head(painter, rect, card, scene, look, zoom)
    _paint_maps(painter, place_on(rect, card), picture, fresh and not look.faint)


def _paint_head(painter: QPainter, rect: QRectF, card: Card, scene: Scene, look: Look, zoom: float) -> None:
    large, small = letters(zoom)
    left, room = rect.x() + SIDE * zoom + 4, rect.width() - 2 * SIDE * zoom - 4
    top = rect.y() + top_of(zoom)
    painter.setFont(font(large, bold=True))
    metrics = painter.fontMetrics()
    badge = f"× {card.count}" if card.count > 1 else ""
    taken = 0.0
    if badge:
        taken = metrics.horizontalAdvance(badge) + 12 * zoom
        pill = QRectF(rect.right() - taken - 5 * zoom, top - 1, taken, metrics.height() + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        painter.setPen(ink_on(look.color))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, badge)
    painter.setPen(ink("faint" if look.faint else "text"))
    text = elided(metrics, words.heading(card, scene), large, True, int(room - taken))
    painter.drawText(QPointF(left, top + metrics.ascent()), text)
    top += metrics.height()
    painter.setFont(font(small))
    metrics = painter.fontMetrics()
    lines = [look.value or words.subheading(card, scene)]
    if card.kind != RECORD:
        lines.append(words.contents(card, scene))
    for line in lines:
        role = "faint" if look.faint else "text" if look.filled else "dim"  # on a colour what is dim cannot be read
        painter.setPen(ink(role))
        text = elided(metrics, line, small, False, int(room))
        painter.drawText(QPointF(left, top + metrics.ascent()), text)
        top += metrics.height()


def _paint_maps(painter: QPainter, place: QRectF, picture: Picture | None, fresh: bool) -> None:
    """The picture of the maps, as large as it fits, in the middle."""
    if picture is None or picture.pixmap.isNull():
        painter.fillRect(place.adjusted(0, 2, 0, -2), mixed(ink("line"), ink("panel"), 0.6))
        if picture is not None:
            painter.setPen(ink("dim"))
            painter.setFont(font(9))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "not kept")
        return
    if not fresh:
        painter.setOpacity(0.4)
    painter.drawPixmap(fitted(place, picture.pixmap), picture.pixmap, QRectF(picture.pixmap.rect()))
    painter.setOpacity(1.0)


def transform(painter: QPainter, camera: Camera) -> None:
    """Let the painter paint in units of the graph."""
    painter.translate(camera.left, camera.top)
    painter.scale(camera.zoom, camera.zoom)
