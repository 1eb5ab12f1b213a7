"""How the graph is painted: cards far and near, frames, lines. Each function paints one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from cnnviz.core.graph.shapes import PICTURE, RECORD, Card, Frame
from cnnviz.gui.graph import words
from cnnviz.gui.graph.camera import Camera
from cnnviz.gui.graph.scene import Scene
from cnnviz.gui.graph.tiles import Picture
from cnnviz.gui.theme import theme
from cnnviz.layout.shortening import shortened

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

RANGE = re.compile(r"\d+–\d+$")
"""Which ones of equal neighbours a card stands for: ``denselayer1–6``."""

_fonts: dict[tuple[int, bool], QFont] = {}
_inks: dict[str, QColor] = {}
_mixtures: dict[tuple[int, int, float], QColor] = {}
_texts: dict[tuple[str, int, bool, int, bool], str] = {}
_titles: dict[tuple[str, int, bool, float], QPixmap] = {}
_extents: dict[tuple[str, int, bool], tuple[int, int]] = {}

TEXTS_KEPT, TITLES_KEPT = 20_000, 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """How one card is to be painted.

    Attributes
    ----------
    color
        Of its family, or of its number.
    filled
        Whether the colour fills the card, as it stands for a number.
    faint
        Whether something else is looked at.
    value
        Its number in words.
    """

    color: QColor
    filled: bool = False
    faint: bool = False
    value: str = ""


def font(size: float, bold: bool = False) -> QFont:
    """The interface's font at a size in pixels."""
    name = (round(size), bold)
    if name not in _fonts:
        made = theme.font("body")
        made.setPixelSize(max(round(size), 1))
        made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        _fonts[name] = made
    return _fonts[name]


def forget() -> None:
    """Fonts and colours are others now."""
    for kept in (_fonts, _inks, _mixtures, _texts, _titles, _extents):
        kept.clear()


def ink(role: str) -> QColor:
    """A colour of the theme, which is asked thousands of times a second."""
    if role not in _inks:
        _inks[role] = theme.color(role)
    return _inks[role]


def mixed(color: QColor, ground: QColor, share: float) -> QColor:
    """So much of a colour on a ground."""
    name = (color.rgb(), ground.rgb(), share)
    if name not in _mixtures:
        pairs = zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
        _mixtures[name] = QColor(*(round(a * share + b * (1 - share)) for a, b in pairs))
    return _mixtures[name]


def elided(metrics: QFontMetrics, text: str, size: float, bold: bool, room: int, short: bool = False) -> str:
    """As much of a text as fits; a ``short`` one goes without its numbers rather than being cut."""
    name = (text, round(size), bold, room, short)
    if name not in _texts:
        if len(_texts) > TEXTS_KEPT:
            _texts.clear()
        if not short:
            _texts[name] = shortened(text, lambda short_: metrics.horizontalAdvance(short_) <= room)
        else:
            shorter = (text, text.partition(" ")[0], RANGE.sub("", text))
            fitting = (less for less in shorter if metrics.horizontalAdvance(less) <= room)
            cut = metrics.elidedText(shorter[1], Qt.TextElideMode.ElideMiddle, room)
            _texts[name] = next(fitting, cut)
    return _texts[name]


def extent(text: str, size: float, bold: bool) -> tuple[int, int]:
    """(width, height) of a text in pixels."""
    name = (text, round(size), bold)
    if name not in _extents:
        metrics = QFontMetrics(font(size, bold))
        _extents[name] = metrics.horizontalAdvance(text), metrics.height()
    return _extents[name]


def fill_of(look: Look) -> QColor:
    """The colour of a card that is but a block."""
    ground = ink("panel")
    fill = look.color if look.filled else mixed(look.color, ground, 0.62 if theme.dark else 0.5)
    return mixed(fill, ground, 0.35) if look.faint else fill


def ink_on(color: QColor) -> QColor:
    """Black or white, whichever is read better on a colour."""
    luminance = 0.2126 * color.redF() ** 2.2 + 0.7152 * color.greenF() ** 2.2 + 0.0722 * color.blueF() ** 2.2
    return QColor("#14161a") if luminance > 0.2 else QColor("#ffffff")


def head_of(card: Card, zoom: float) -> float:
    """Height of the words of a card, in units of the graph."""
    if zoom < CARD_ZOOM:
        return SMALL_HEAD / zoom
    return min(HEAD, 76 / zoom) if card.kind == RECORD else min(FOLDED_HEAD, 100 / zoom)  # words stop growing


def place_of_maps(card: Card, zoom: float) -> tuple[float, float]:
    """(width, height) for the maps of a card, in units of the graph."""
    side = SIDE if zoom >= CARD_ZOOM else SMALL_SIDE / zoom
    return card.width - 2 * side, card.height - head_of(card, zoom) - side


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
    place = rect.adjusted(SMALL_SIDE, SMALL_HEAD, -SMALL_SIDE, -SMALL_SIDE)
    _paint_maps(painter, place, picture, fresh and not look.faint)


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
    width, height = (side * zoom for side in place_of_maps(card, zoom))
    place = QRectF(rect.x() + SIDE * zoom + 2, rect.y() + head_of(card, zoom) * zoom, width - 2, height)
    _paint_maps(painter, place, picture, fresh and not look.faint)


def _paint_head(painter: QPainter, rect: QRectF, card: Card, scene: Scene, look: Look, zoom: float) -> None:
    large, small = min(max(13 * zoom, 10.0), 26.0), min(max(10.5 * zoom, 8.5), 20.0)
    left, room = rect.x() + SIDE * zoom + 4, rect.width() - 2 * SIDE * zoom - 4
    top = rect.y() + 5 * zoom
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
    painter.setPen(ink("faint" if look.faint else "dim"))
    metrics = painter.fontMetrics()
    lines = [look.value or words.subheading(card, scene)]
    if card.kind != RECORD:
        lines.append(words.contents(card, scene))
    for line in lines:
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
    size = picture.pixmap.size()
    scale = min(place.width() / size.width(), place.height() / size.height())
    width, height = size.width() * scale, size.height() * scale
    target = QRectF(place.center().x() - width / 2, place.center().y() - height / 2, width, height)
    if not fresh:
        painter.setOpacity(0.4)
    painter.drawPixmap(target, picture.pixmap, QRectF(picture.pixmap.rect()))
    painter.setOpacity(1.0)


def frame_color(depth: int) -> QColor:
    """The ground of an opened block, of two kinds in turns."""
    shares = (0.085, 0.045) if theme.dark else (0.065, 0.03)
    return mixed(ink("text"), ink("ground"), shares[depth % 2])


def paint_frame(painter: QPainter, rect: QRectF, frame: Frame, zoom: float, marked: bool) -> None:
    """An opened block."""
    painter.setPen(QPen(ink("accent" if marked else "line"), 1.5 if marked else 1))
    painter.setBrush(frame_color(frame.depth))
    radius = min(10 * zoom, 10)
    if radius < 2:
        painter.drawRect(rect)
    else:
        painter.drawRoundedRect(rect, radius, radius)


def paint_frame_title(
    painter: QPainter, rect: QRectF, frame: Frame, room: QRectF, head: float, taken: list[QRectF]
) -> None:
    """The name of an opened block, in its head where there is room, else over its corner; never over another name."""
    inside = head >= 12
    size = min(max(head * 0.5, 10.0), 20.0) if inside else 11.0
    width, height = _title_extent(frame.title, size, inside)
    left = max(rect.x(), min(room.x(), rect.right() - width)) if rect.x() < room.x() else rect.x()
    if width > rect.width() or (not inside and frame.depth > 1 and rect.height() < 3 * height):
        return  # it would hide more than it says
    box = QRectF(left + (2 if inside else 3), rect.y() + ((head - height) / 2 if inside else 3), width, height)
    if any(other.intersects(box) for other in taken) or not box.intersects(room):
        return
    taken.append(box)
    painter.drawPixmap(box.topLeft().toPoint(), _title(frame.title, size, inside, painter.device().devicePixelRatioF()))


def _title(text: str, size: float, inside: bool, ratio: float) -> QPixmap:
    """The name of an opened block on its plate; it is seen in many frames, and painted once."""
    name = (text, round(size), inside, ratio)
    if name not in _titles:
        if len(_titles) > TITLES_KEPT:
            _titles.clear()
        width, height = _title_extent(text, size, inside)
        made = QPixmap(round(width * ratio), round(height * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, 0, width, height)
        if not inside:
            back = QColor(ink("ground"))  # its own, to be made translucent
            back.setAlpha(215)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(back)
            painter.drawRoundedRect(box, 4, 4)
        painter.setFont(font(size, bold=True))
        painter.setPen(ink("dim" if inside else "text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()
        _titles[name] = made
    return _titles[name]


def _title_extent(text: str, size: float, inside: bool) -> tuple[int, int]:
    """(width, height) of such a plate in pixels."""
    width, height = extent(text, size, bold=True)
    return width + 12, height + (0 if inside else 2)


def transform(painter: QPainter, camera: Camera) -> None:
    """Let the painter paint in units of the graph."""
    painter.translate(camera.left, camera.top)
    painter.scale(camera.zoom, camera.zoom)
