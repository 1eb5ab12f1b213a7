"""Opened blocks: their grounds, and their names, which never lie on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from cnnviz.core.graph.shapes import Frame
from cnnviz.gui.graph.inks import extent, font, ink, mixed
from cnnviz.gui.theme import theme

TITLES_KEPT = 1_000

Hidden = Callable[[QRectF], float]
"""How much of the cards a rectangle of the screen would hide, in square units of the graph."""

_titles: dict[tuple[str, int, bool, float], QPixmap] = {}


def forget() -> None:
    """Fonts and colours are others now."""
    _titles.clear()


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
    painter: QPainter, rect: QRectF, frame: Frame, room: QRectF, head: float, taken: list[QRectF], hidden: Hidden
) -> None:
    """The name of an opened block, in its head where there is room, else where it hides least of the cards."""
    inside = head >= 12
    size = min(max(head * 0.5, 10.0), 20.0) if inside else 11.0
    width, height = _title_extent(frame.title, size, inside)
    left = max(rect.x(), min(room.x(), rect.right() - width)) if rect.x() < room.x() else rect.x()
    if width > rect.width() or (not inside and frame.depth > 1 and rect.height() < 3 * height):
        return  # it would hide more than it says
    if inside:
        places = iter([QRectF(left + 2, rect.y() + (head - height) / 2, width, height)])
    else:
        places = _corners(rect, left + 3, max(min(rect.right(), room.right()) - width - 3, left + 3), width, height)
    box = _clearest(places, room, taken, None if inside else hidden)
    if box is None:
        return
    taken.append(box)
    painter.drawPixmap(box.topLeft().toPoint(), _title(frame.title, size, inside, painter.device().devicePixelRatioF()))


def _corners(rect: QRectF, left: float, right: float, width: float, height: float) -> Iterator[QRectF]:
    """Places for a name of that size: above a block, and in its corners."""
    for y in (rect.y() - height, rect.y() + 3, rect.bottom() - height - 3):
        for x in (left, right):
            yield QRectF(x, y, width, height)


def _clearest(places: Iterator[QRectF], room: QRectF, taken: list[QRectF], hidden: Hidden | None) -> QRectF | None:
    """The first free place that hides nothing, else the one that hides least; None where none is free."""
    best, least = None, float("inf")
    for place in places:
        if not place.intersects(room) or any(map(place.intersects, taken)):
            continue
        lost = hidden(place) if hidden is not None else 0.0
        if not lost:
            return place
        if lost < least:
            best, least = place, lost
    return best


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
