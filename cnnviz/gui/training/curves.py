"""Curves while a network learns: a line for the steps, points for what the validation pictures say."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from cnnviz.figure import number
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.layout.chart import axis

Point = tuple[float, float]
"""Epochs since the beginning, and a value."""

_MANY = 4000  # points of a line; every second one is dropped beyond

_ROUND = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a series is drawn: its name in the key, its colour, and whether each point counts by itself."""

    name: str
    color: str
    dots: bool = False
    faint: bool = False


KINDS = {
    "learning": Kind("learning", "accent"),
    "validation": Kind("validation", "info", dots=True),
    "transfer": Kind("transfer, learning", "accent", faint=True),
    "transfer-checked": Kind("transfer", "accent", dots=True),
    "nothing": Kind("from nothing, learning", "info", faint=True),
    "nothing-checked": Kind("from nothing", "info", dots=True),
}
"""All series that there are."""


def rounded_up(value: float) -> float:
    """The next number above 0 that is round, and half of which is, too."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in _ROUND if step * unit >= value * (1 - 1e-9))


class CurvePlot(QWidget):
    """One quantity over the epochs.

    Parameters
    ----------
    title
        What it is.
    share
        Whether it goes from 0 to 1; otherwise from 0 to as much as there is, or, where the person wants it, on
        a logarithmic axis.
    small
        Whether it stands beside, with less words.
    """

    def __init__(self, name: str, title: str, share: bool = False, small: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self._title, self._share, self._small = title, share, small
        self._series: dict[str, list[Point]] = {}
        self._epochs = 1
        self._at: float | None = None  # where the weights are that are looked at
        self._mouse: QPointF | None = None
        self.log: QCheckBox | None = None
        if not share and not small:
            self._offer_log(name)
        theme.changed.connect(self.update)

    def _offer_log(self, name: str) -> None:
        self.log = named(QCheckBox("log", self), f"{name}-log", f"{self._title} on a logarithmic axis")
        self.log.setToolTip("A logarithmic axis: small values are told apart, too")
        self.log.toggled.connect(self.update)
        self._place_log()
        theme.changed.connect(self._place_log)

    def _place_log(self) -> None:
        assert self.log is not None
        metrics = QFontMetrics(theme.font("strong"))
        self.log.setFixedSize(self.log.sizeHint().width(), metrics.height() + theme.px(4))
        self.log.move(metrics.horizontalAdvance(self._title) + theme.px(12), 0)

    def begin(self, epochs: int) -> None:
        """Empty, for so many epochs."""
        self._series, self._epochs, self._at = {}, max(epochs, 1), None
        self.update()

    def add(self, series: str, at: float, value: float) -> None:
        """One more point of one of ``KINDS``."""
        points = self._series.setdefault(series, [])
        points.append((at, value))
        if len(points) > _MANY:
            del points[1:-1:2]
        self.update()

    def points(self, series: str) -> list[Point]:
        """What one series shows."""
        return self._series.get(series, [])

    def mark(self, at: float | None) -> None:
        """Where the weights are that are looked at."""
        self._at = at
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(180 if self._small else 360), theme.px(90 if self._small else 190))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(130 if self._small else 180), theme.px(70 if self._small else 110))

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
        values = [value for points in self._series.values() for _, value in points if math.isfinite(value)]
        return rounded_up(max(values, default=1.0) or 1.0)

    @property
    def levels(self) -> tuple[float, ...]:
        """The values 1, 2, 5 · 10ⁿ between which all is drawn, upwards; empty where it is drawn from 0 on."""
        if self.log is None or not self.log.isChecked():
            return ()
        values = [value for points in self._series.values() for _, value in points if 0 < value < math.inf]
        low, high = min(values, default=0.1), max(values, default=1.0)
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        first = max(place for place, step in enumerate(steps) if step <= low * (1 + 1e-9))
        last = next(place for place, step in enumerate(steps) if place > first and step >= high * (1 - 1e-9))
        return tuple(steps[first : last + 1])

    def _frame(self) -> QRectF:
        metrics = QFontMetrics(theme.font("tiny"))
        left = metrics.horizontalAdvance("0.0000") + theme.px(6)
        top = QFontMetrics(theme.font("strong")).height() + theme.px(8)
        return QRectF(self.rect()).adjusted(left, top, -theme.px(10), -metrics.height() - theme.px(6))

    def _place(self, frame: QRectF, point: Point, high: float) -> QPointF:
        x = frame.left() + frame.width() * point[0] / self._epochs
        up = point[1] / high
        if levels := self.levels:
            up = math.log(max(point[1], levels[0]) / levels[0]) / math.log(levels[-1] / levels[0])
        return QPointF(x, frame.bottom() - frame.height() * min(up, 1.0))

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
        for series, points in self._series.items():
            self._paint_series(
                painter, KINDS[series], [self._place(frame, p, high) for p in points if math.isfinite(p[1])]
            )
        self._paint_key(painter, frame)
        painter.end()

    def _paint_series(self, painter: QPainter, kind: Kind, places: list[QPointF]) -> None:
        color = theme.color(kind.color)
        color.setAlphaF(0.35 if kind.faint else 1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1 if kind.faint else 1.5))
        painter.drawPolyline(QPolygonF(places))
        if kind.dots or len(places) == 1:
            painter.setBrush(color)
            radius = 3.5 if len(places) < 40 else 2
            for place in places:
                painter.drawEllipse(place, radius, radius)

    def _paint_axes(self, painter: QPainter, frame: QRectF, high: float) -> None:
        painter.setFont(theme.font("tiny"))
        metrics = painter.fontMetrics()
        for part, text in self._lines(high):
            y = frame.bottom() - part * frame.height()
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))
            painter.setPen(theme.color("dim"))
            box = QRectF(0, y - metrics.height() / 2, frame.left() - theme.px(6), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        every = max(1, math.ceil(self._epochs * theme.px(40) / max(frame.width(), 1)))
        for epoch in range(0, self._epochs + 1, every):
            x = frame.left() + frame.width() * epoch / self._epochs
            text = str(epoch) if epoch + every <= self._epochs else f"{epoch}"
            wide = metrics.horizontalAdvance(text)
            painter.drawText(QPointF(x - wide / 2, frame.bottom() + metrics.ascent() + theme.px(4)), text)

    def _lines(self, high: float) -> list[tuple[float, str]]:
        """Where lines lie across, as shares of the height, and their numbers."""
        if levels := self.levels:
            whole = math.log(levels[-1] / levels[0])
            told = levels if len(levels) <= 5 else [one for one in levels if f"{one:e}"[0] == "1"]
            return [(math.log(one / levels[0]) / whole, axis(one)) for one in told]
        parts = (0.0, 1.0) if self._small else (0.0, 0.5, 1.0)
        return [(part, f"{100 * part:.0f} %" if self._share else axis(part * high)) for part in parts]

    def _paint_key(self, painter: QPainter, frame: QRectF) -> None:
        """What the colours are, with the values under the mouse or the last ones."""
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        parts = []
        for series, points in self._series.items():
            kind = KINDS[series]
            if points and not kind.faint:
                value = self._value(points, frame)
                text = f"{100 * value:.1f} %" if self._share else number(value, 3)
                parts.append((kind.color, text if self._small else f"{kind.name} {text}"))
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
