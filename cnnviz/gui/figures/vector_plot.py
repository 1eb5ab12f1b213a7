"""The columns of a vector: painted, zoomed, panned, picked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import GROUND, Vector, Visible
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar, colors
from cnnviz.gui.figures.canvas import BY_KEYBOARD, CLICK
from cnnviz.gui.figures.seeing import DIGITS
from cnnviz.gui.theme import theme

WIDEST = 80.0
"""A column is never wider than this many pixels."""


class VectorPlot(QWidget):
    """The columns, with the wheel, the mouse and the keys that move about in them.

    Attributes
    ----------
    picked
        The unit that was chosen, or None.
    pointed
        The unit under the cursor, or None.
    """

    picked = Signal(object)
    pointed = Signal(object)

    def __init__(self, axis: ColorBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("vector-plot")
        self._axis = axis
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.marked: int | None = None
        self.unit: int | None = None
        self._panel: Vector | None = None
        self._inks: list[QColor] = []
        self._zoom, self._middle = 1.0, 0.5  # middle of the view as a share of all units
        self._press: QPointF | None = None
        self._dragged = False
        self._ringed = False
        theme.changed.connect(self.update)

    # what is shown

    def set_panel(self, panel: Vector) -> None:
        """Show other values; the zoom stays where their number is the same."""
        if self._panel is None or len(self._panel.values) != len(panel.values):
            self._zoom, self._middle, self.unit = 1.0, 0.5, None
        self._panel, self.marked = panel, panel.marked
        self._inks = [QColor.fromRgba(int(argb)) for argb in colors(panel.scale.colormap)]
        self.setAccessibleName(f"{len(panel.values)} units")
        self._describe()
        self.update()

    @property
    def visible(self) -> Visible | None:
        """Which units are seen, as shares of all; None for all."""
        whole = self._pitch * self._count
        if self._zoom <= 1 or not whole:
            return None
        start, stop = max(-self._left / whole, 0.0), min((self.width() - self._left) / whole, 1.0)
        return Visible(round(start, DIGITS), 0.0, round(stop - start, DIGITS), 1.0)

    def view_state(self) -> object:
        """(zoom, middle), or None when all is seen."""
        return None if self._zoom <= 1 else (self._zoom, self._middle)

    def restore(self, state: object) -> None:
        """Show again what ``view_state`` or ``visible`` told."""
        match state:
            case (float() | int() as start, _, float() | int() as share, _, _) if share > 0:
                self._move(1 / share, start + share / 2)
            case (float() | int() as zoom, float() | int() as middle):
                self._move(float(zoom), float(middle))
            case _:
                self._move(1.0, 0.5)

    def select(self, unit: int | None) -> None:
        """Choose a unit, as a click on it does."""
        self.marked = unit
        self._describe()
        self.update()
        self.picked.emit(unit)

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(360), theme.px(200))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(80))

    @property
    def _floor(self) -> int:
        """Where the columns end and the unit numbers begin: at the foot of the colour bar, which is the axis."""
        return self._axis.bar_rect().bottom() + 1

    @property
    def _count(self) -> int:
        return 0 if self._panel is None else len(self._panel.values)

    @property
    def _pitch(self) -> float:
        """Pixels from one unit to the next."""
        return self._zoom * min(self.width() / max(self._count, 1), WIDEST)

    @property
    def _left(self) -> float:
        """Where the first unit begins."""
        return self.width() / 2 - self._middle * self._count * self._pitch

    def _move(self, zoom: float, middle: float) -> None:
        if self._count == 0:
            return
        fit = min(self.width() / self._count, WIDEST)
        self._zoom = min(max(zoom, 1.0), max(1.0, WIDEST / max(fit, 1e-9)))
        half = min(0.5, self.width() / 2 / (self._count * self._zoom * fit)) if fit else 0.5
        self._middle = min(max(middle, half), 1 - half)
        self.update()

    def _unit_at(self, x: float) -> int | None:
        unit = int((x - self._left) // self._pitch) if self._count else -1
        return unit if 0 <= unit < self._count else None

    def _y(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        assert self._panel is not None
        low, high = self._panel.scale.low, self._panel.scale.high
        bar = self._axis.bar_rect()
        at = np.clip((np.nan_to_num(value, nan=0.0) - low) / ((high - low) or 1.0), 0.0, 1.0)
        return np.asarray(bar.top() + (1 - at) * bar.height())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._panel is not None and self._count:
            zero = float(self._y(np.zeros(1))[0])
            first = max(0, int(-self._left // self._pitch))
            last = min(self._count, int((self.width() - self._left) // self._pitch) + 1)
            if self._pitch >= 2:
                self._paint_columns(painter, first, last, zero)
            else:
                self._paint_extremes(painter, zero)
            painter.setPen(QPen(theme.color("border"), 1))
            painter.drawLine(QPointF(0, zero), QPointF(self.width(), zero))
            self._paint_units(painter, first, last)
        if self._ringed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.color("focus"), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
        painter.end()

    def _index(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Index of each value's colour."""
        assert self._panel is not None
        low, high = self._panel.scale.low, self._panel.scale.high
        at = np.clip((np.nan_to_num(values) - low) / ((high - low) or 1.0), 0.0, 1.0)
        return np.asarray(np.rint(at * (GROUND - 1)), np.uint8)

    def _paint_columns(self, painter: QPainter, first: int, last: int, zero: float) -> None:
        assert self._panel is not None
        values = self._panel.values[first:last].astype(np.float64)
        tops, index = self._y(values), self._index(values)
        gap = min(theme.px(4), self._pitch * 0.2) if self._pitch >= 4 else 0.0
        outline = QPen(theme.color("border"), 1) if self._pitch >= 6 else QPen(Qt.PenStyle.NoPen)
        for order, (value, y) in enumerate(zip(values, tops, strict=True)):
            unit = first + order
            x = self._left + unit * self._pitch
            if unit in (self.marked, self.unit):
                ground = theme.color("accent" if unit == self.marked else "text")
                ground.setAlphaF(0.13 if unit == self.marked else 0.10)
                painter.fillRect(QRectF(x, 0, self._pitch, self._floor), ground)
            box = QRectF(x + gap / 2, min(y, zero), self._pitch - gap, max(abs(y - zero), 1.0))
            painter.setPen(QPen(theme.color("accent"), 2) if unit == self.marked and self._pitch >= 6 else outline)
            painter.setBrush(self._inks[index[order]] if np.isfinite(value) else theme.color("error"))
            painter.drawRect(box)

    def _paint_extremes(self, painter: QPainter, zero: float) -> None:
        """Thousands of units: each column of pixels shows the highest and the lowest of the units under it."""
        assert self._panel is not None
        width, height = self.width(), self.height()
        starts = np.clip(((np.arange(width) - self._left) / self._pitch).astype(np.int64), 0, self._count - 1)
        starts, place = np.unique(starts, return_inverse=True)
        end = min(self._count, int((width - self._left) / self._pitch) + 1)
        values = np.nan_to_num(self._panel.values[:end].astype(np.float64))
        lows, highs = np.minimum.reduceat(values, starts)[place], np.maximum.reduceat(values, starts)[place]  # (width,)
        y = np.arange(height)[:, None] + 0.5
        index = np.full((height, width), GROUND, np.uint8)
        index = np.where((y > self._y(highs)) & (y <= zero), self._index(highs), index)
        index = np.where((y > zero) & (y <= self._y(lows)), self._index(lows), index)
        index = np.ascontiguousarray(index)
        image = QImage(index.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable([ink.rgba() for ink in self._inks])
        painter.drawImage(0, 0, image)
        if self.marked is not None:
            x = self._left + (self.marked + 0.5) * self._pitch
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawLine(QPointF(x, 0), QPointF(x, self._floor))

    def _paint_units(self, painter: QPainter, first: int, last: int) -> None:
        """Names under the columns where they have room, else round numbers."""
        assert self._panel is not None
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        metrics = painter.fontMetrics()
        labels = self._panel.labels
        named = labels and all(metrics.horizontalAdvance(name) < self._pitch - 2 for name in labels[first:last][:100])
        widest = metrics.horizontalAdvance(numbers.count(self._count)) + theme.px(14)
        if named or self._pitch >= widest:
            units = list(range(first, last))
        else:
            most = max(1, self.width() // widest)
            units = [round(tick) for tick in numbers.ticks(first, max(last - 1, first + 1), most)]
        top = self._floor + theme.px(4)
        for unit in dict.fromkeys(units):
            text = labels[unit] if named else numbers.count(unit)
            x = self._left + (unit + 0.5) * self._pitch
            width = metrics.horizontalAdvance(text) + 2
            start = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(start, top, width, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)

    # what the person does

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        self._zoom_by(1.2 ** (delta / 120), event.position().x())
        event.accept()

    def _zoom_by(self, factor: float, x: float) -> None:
        under = (x - self._left) / max(self._pitch * self._count, 1e-9)
        before = self._zoom
        self._move(self._zoom * factor, self._middle)
        self._move(self._zoom, under + (self._middle - under) * before / self._zoom)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.position().x() - self._press.x()
            if self._dragged or abs(moved) > CLICK:
                self._dragged, self._press = True, event.position()
                self._move(self._zoom, self._middle - moved / (self._pitch * max(self._count, 1)))
            return
        self._point_at(self._unit_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._press is not None:
            self._press = None
            unit = self._unit_at(event.position().x())
            if not self._dragged and unit is not None:
                self.select(None if unit == self.marked else unit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._move(1.0, 0.5)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            return True
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)
        return event.key() in keys or (event.key() == Qt.Key.Key_Escape and self.marked is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._takes(event):
            event.ignore()
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            if self._panel is not None:
                lines = [numbers.plain(float(v)) for v in self._panel.values]
                QGuiApplication.clipboard().setText("\n".join(lines))
            return
        match event.key():
            case Qt.Key.Key_0:
                self._move(1.0, 0.5)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom_by(1.2, self.width() / 2)
            case Qt.Key.Key_Minus:
                self._zoom_by(1 / 1.2, self.width() / 2)
            case Qt.Key.Key_Escape:
                self.select(None)
            case key:
                self._walk(1 if key == Qt.Key.Key_Right else -1)

    def _walk(self, step: int) -> None:
        unit = 0 if self.marked is None else self.marked + step
        if 0 <= unit < self._count:
            self.select(unit)
            x = self._left + unit * self._pitch
            if not 0 <= x <= self.width() - self._pitch:
                self._move(self._zoom, (unit + 0.5) / self._count)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        self.update()

    def _point_at(self, unit: int | None) -> None:
        if unit != self.unit:
            self.unit = unit
            self.pointed.emit(unit)
            self.update()

    def _describe(self) -> None:
        chosen = "none" if self.marked is None else str(self.marked)
        self.setAccessibleDescription(f"Selected unit: {chosen}. Arrows select, 0 shows all, plus and minus zoom.")
