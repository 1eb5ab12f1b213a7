"""Loss and accuracy while a network learns: a line for the steps, points for what the validation pictures say."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import number
from cnnviz.gui.theme import theme

Point = tuple[float, float]
"""Epochs since the beginning, and a value."""


@dataclass(slots=True)
class Line:
    """What one plot shows: the steps, the epochs as checked, and where the weights that are looked at were kept."""

    steps: list[Point] = field(default_factory=list)
    checked: list[Point] = field(default_factory=list)


class CurvePlot(QWidget):
    """One quantity over the epochs.

    Parameters
    ----------
    title
        What it is.
    share
        Whether it goes from 0 to 1; otherwise from 0 to as much as there is.
    """

    def __init__(self, name: str, title: str, share: bool) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._title, self._share = title, share
        self.line = Line()
        self._epochs = 1
        self._at: float | None = None  # where the weights are that are looked at
        self._mouse: QPointF | None = None
        theme.changed.connect(self.update)

    def begin(self, epochs: int) -> None:
        """Empty, for so many epochs."""
        self.line, self._epochs, self._at = Line(), max(epochs, 1), None
        self.update()

    def add(self, at: float, value: float, checked: bool = False) -> None:
        """One more point."""
        (self.line.checked if checked else self.line.steps).append((at, value))
        self.update()

    def mark(self, at: float | None) -> None:
        """Where the weights are that are looked at."""
        self._at = at
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(360), theme.px(190))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(180), theme.px(110))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._mouse = None
        self.update()

    # painting

    @property
    def _high(self) -> float:
        if self._share:
            return 1.0
        values = [value for _, value in (*self.line.steps, *self.line.checked) if math.isfinite(value)]
        return max(values, default=1.0) * 1.05 or 1.0

    def _frame(self) -> QRectF:
        metrics = QFontMetrics(theme.font("tiny"))
        left = metrics.horizontalAdvance("0.0000") + theme.px(6)
        top = QFontMetrics(theme.font("strong")).height() + theme.px(8)
        return QRectF(self.rect()).adjusted(left, top, -theme.px(10), -metrics.height() - theme.px(6))

    def _place(self, frame: QRectF, point: Point, high: float) -> QPointF:
        x = frame.left() + frame.width() * point[0] / self._epochs
        return QPointF(x, frame.bottom() - frame.height() * min(point[1] / high, 1.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame, high = self._frame(), self._high
        painter.setFont(theme.font("strong"))
        painter.setPen(theme.color("text"))
        painter.drawText(QPointF(0, painter.fontMetrics().ascent() + 1), self._title)
        self._paint_axes(painter, frame, high)
        if self._at is not None:
            x = frame.left() + frame.width() * self._at / self._epochs
            painter.setPen(QPen(theme.color("dim"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
        steps = [self._place(frame, p, high) for p in self.line.steps if math.isfinite(p[1])]
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.drawPolyline(QPolygonF(steps))
        checked = [self._place(frame, p, high) for p in self.line.checked if math.isfinite(p[1])]
        painter.setPen(QPen(theme.color("info"), 1.5))
        painter.drawPolyline(QPolygonF(checked))
        painter.setBrush(theme.color("info"))
        for place in checked:
            painter.drawEllipse(place, 3.5, 3.5)
        self._paint_key(painter, frame)
        painter.end()

    def _paint_axes(self, painter: QPainter, frame: QRectF, high: float) -> None:
        painter.setFont(theme.font("tiny"))
        metrics = painter.fontMetrics()
        for part in (0.0, 0.5, 1.0):
            y = frame.bottom() - part * frame.height()
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            text = f"{100 * part:.0f} %" if self._share else number(part * high, 3)
            painter.setPen(theme.color("dim"))
            box = QRectF(0, y - metrics.height() / 2, frame.left() - theme.px(6), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        every = max(1, math.ceil(self._epochs * theme.px(40) / max(frame.width(), 1)))
        for epoch in range(0, self._epochs + 1, every):
            x = frame.left() + frame.width() * epoch / self._epochs
            text = str(epoch) if epoch + every <= self._epochs else f"{epoch}"
            wide = metrics.horizontalAdvance(text)
            painter.drawText(QPointF(x - wide / 2, frame.bottom() + metrics.ascent() + theme.px(4)), text)

    def _paint_key(self, painter: QPainter, frame: QRectF) -> None:
        """What the colours are, with the values under the mouse or the last ones."""
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        parts = []
        for points, color, name in ((self.line.steps, "accent", "learning"), (self.line.checked, "info", "validation")):
            if points:
                value = self._value(points, frame)
                text = f"{100 * value:.2f} %" if self._share else number(value, 4)
                parts.append((color, f"{name} {text}"))
        x = self.width() - theme.px(10) - sum(metrics.horizontalAdvance(text) + theme.px(14) for _, text in parts)
        for color, text in parts:
            painter.setPen(theme.color(color))
            painter.drawText(QPointF(x, metrics.ascent() + 2), text)
            x += metrics.horizontalAdvance(text) + theme.px(14)

    def _value(self, points: list[Point], frame: QRectF) -> float:
        if self._mouse is None or not frame.contains(self._mouse):
            return points[-1][1]
        at = (self._mouse.x() - frame.left()) / frame.width() * self._epochs
        return min(points, key=lambda point: abs(point[0] - at))[1]
