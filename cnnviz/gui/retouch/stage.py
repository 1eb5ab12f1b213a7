"""The picture as the network gets it, in the hands of a person: drag, wheel, handle."""

from __future__ import annotations

from dataclasses import replace
from math import atan2, degrees

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.theme import theme
from cnnviz.request import UNEDITED, PictureEdit
from cnnviz.response import Seen

NOTCH = 1.05
"""By how much one notch of the wheel scales."""

ZOOMS = (0.2, 5.0)
"""Smallest and largest scale."""

LEAST = 0.02
"""Shortest edge of a cut, as a share of what is seen: less was a click."""

CALM = 250
"""Milliseconds without another notch after which turning the wheel is one finished act."""

NUDGE = 0.02
"""Share of the picture by which an arrow key shifts it."""

_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Stage(QWidget):
    """Shows a `Seen` and changes a `PictureEdit`.

    Dragging shifts, the wheel scales, the knob above turns, and dragging with Shift cuts a part out.

    Attributes
    ----------
    changed
        (edit, finished).
    """

    changed = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("retouch-stage")
        self.setAccessibleName("The picture as the network gets it")
        self.setToolTip("Drag: shift. Wheel: scale. Knob: turn. Shift and drag: cut out. Arrow keys: shift.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.edit = UNEDITED
        self._seen: Seen | None = None
        self._image = QImage()
        self._held = ""  # shift, turn or crop: what the mouse is doing
        self._from = QPointF()
        self._before = UNEDITED
        self._cut = QRectF()
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM)
        self._calm.timeout.connect(lambda: self.changed.emit(self.edit, True))

    # what is shown

    def set_seen(self, seen: Seen | None) -> None:
        """Show what the network gets."""
        self._seen = seen
        if seen is not None:
            pixels = np.ascontiguousarray(seen.pixels)
            grey = pixels.ndim == 2
            kind = QImage.Format.Format_Grayscale8 if grey else QImage.Format.Format_RGB888
            height, width = pixels.shape[:2]
            self._image = QImage(pixels.data, width, height, width * (1 if grey else 3), kind).copy()
        self.update()

    @property
    def area(self) -> QRectF:
        """Where the picture is drawn."""
        room = QRectF(self.rect())
        if self._image.isNull():
            return room
        share = min(room.width() / self._image.width(), room.height() / self._image.height())
        width, height = self._image.width() * share, self._image.height() * share
        return QRectF((room.width() - width) / 2, (room.height() - height) / 2, width, height)

    @property
    def knob(self) -> QPointF:
        """Centre of the handle that turns the picture."""
        return QPointF(self.area.center().x(), self.area.top() + theme.px(14))

    # what the person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._seen is None:
            return
        self._from, self._before = event.position(), self.edit
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._held = "crop"
        elif (event.position() - self.knob).manhattanLength() <= theme.px(12):
            self._held = "turn"
        else:
            self._held = "shift"
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held == "crop":
            self._cut = QRectF(self._from, event.position()).normalized().intersected(self.area)
            self.update()
        elif self._held:
            self._change(self._dragged(event.position()), finished=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, ""
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if held == "crop":
            cut, self._cut = self._cut, QRectF()
            self.update()
            if min(cut.width(), cut.height()) >= LEAST * self.area.width():
                self._change(replace(self.edit, crop=self._within(cut)), finished=True)
        elif held and self.edit != self._before:
            self.changed.emit(self.edit, True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / 120
        if notches and self._seen is not None:
            zoom = min(max(self.edit.zoom * NOTCH**notches, ZOOMS[0]), ZOOMS[1])
            self._change(replace(self.edit, zoom=round(zoom, 4)), finished=False)
            self._calm.start()
        event.accept()

    def event(self, event: QEvent) -> bool:
        """The arrows are the stage's while it has the focus, and no steps through the network."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and Qt.Key(event.key()) in _ARROWS:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _ARROWS.get(Qt.Key(event.key()))
        if way is None:
            event.ignore()
            return
        across, down = (at + step * NUDGE for at, step in zip(self.edit.shift, way, strict=True))
        self._change(replace(self.edit, shift=(round(across, 4), round(down, 4))), finished=True)

    def _dragged(self, to: QPointF) -> PictureEdit:
        """The edit at the start of the drag, with what the mouse has done since."""
        assert self._seen is not None
        area, box = self.area, self._seen.box
        if self._held == "turn":
            middle = area.center()
            angles = [degrees(atan2(p.y() - middle.y(), p.x() - middle.x())) for p in (self._from, to)]
            turn = (self._before.turn + angles[1] - angles[0] + 180) % 360 - 180
            return replace(self._before, turn=round(turn, 1))
        left, top, right, bottom = self._before.crop
        moved = to - self._from
        across = moved.x() / area.width() * (box[2] - box[0]) * (right - left)
        down = moved.y() / area.height() * (box[3] - box[1]) * (bottom - top)
        shift = self._before.shift[0] + across, self._before.shift[1] + down
        return replace(self._before, shift=(round(shift[0], 4), round(shift[1], 4)))

    def _within(self, cut: QRectF) -> tuple[float, float, float, float]:
        """A rectangle of the stage as shares of the moved picture."""
        assert self._seen is not None
        area, box, crop = self.area, self._seen.box, self.edit.crop
        ends = (cut.left(), cut.top(), cut.right(), cut.bottom())
        found = []
        for end, axis in zip(ends, (0, 1, 0, 1), strict=True):
            start, room = (area.left(), area.width()) if axis == 0 else (area.top(), area.height())
            part = box[axis] + (end - start) / room * (box[axis + 2] - box[axis])
            part = crop[axis] + part * (crop[axis + 2] - crop[axis])
            found.append(round(min(max(part, crop[axis]), crop[axis + 2]), 4))
        return found[0], found[1], found[2], found[3]

    def _change(self, edit: PictureEdit, *, finished: bool) -> None:
        self.edit = edit
        self.changed.emit(edit, finished)

    # Qt's side

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width

    def sizeHint(self) -> QSize:
        return QSize(theme.px(186), theme.px(186))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(96), theme.px(96))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("sunken"))
        if self._image.isNull():
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._image.width() > self.width())
        painter.drawImage(self.area, self._image)
        painter.setPen(QPen(theme.color("focus" if self.hasFocus() else "border"), 1))
        painter.drawRect(self.area.adjusted(0.5, 0.5, -0.5, -0.5))
        if self._held == "crop":
            outline(painter, self._cut, 1)
        else:
            painter.setPen(QPen(QColor(0, 0, 0, 140), 3))
            painter.drawEllipse(self.knob, theme.px(5), theme.px(5))
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.drawEllipse(self.knob, theme.px(5), theme.px(5))
        painter.end()
