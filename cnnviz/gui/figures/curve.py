"""A function of one variable, drawn with its axes, and the point on it that is explained."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import Curve, number
from cnnviz.gui import numbers
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme


class CurveWidget(PanelWidget[Curve]):
    """The plot under its heading, and the facts below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("curve", parent)
        self.plot = CurvePlot(self)
        self.body.addWidget(self.plot)
        self._panel: Curve | None = None

    def set_panel(self, panel: Curve) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self.plot.set_panel(panel)
        point = f"{panel.x_name} {numbers.exact(panel.at[0])} → {panel.y_name} {numbers.exact(panel.at[1])}"
        self.readout.set_text("  ·  ".join([point, *(f"{name} {text}" for name, text in panel.facts)]))

    def wanted_width(self, height: int) -> int | None:
        return round(height * 1.1)


class CurvePlot(QWidget):
    """Axes through zero, the curve, the point with its two coordinates."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curve-plot")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._panel: Curve | None = None
        theme.changed.connect(self.update)

    def set_panel(self, panel: Curve) -> None:
        """Draw another curve."""
        self._panel = panel
        self.setAccessibleName(f"{panel.title}: {number(panel.at[0])} becomes {number(panel.at[1])}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(220))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(90))

    def paintEvent(self, event: QPaintEvent) -> None:
        panel = self._panel
        if panel is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(theme.font("tiny"))
        frame = QRectF(self.rect()).adjusted(metrics.horizontalAdvance("−1,000 "), 6, -8, -metrics.height() - 4)
        finite = panel.y[np.isfinite(panel.y)]
        low, high = float(min(finite.min(initial=0.0), 0.0)), float(max(finite.max(initial=0.0), 0.0))
        pad = (high - low or 1.0) * 0.06
        place = _Place(frame, (float(panel.x[0]), float(panel.x[-1])), (low - pad, high + pad))
        self._paint_axes(painter, frame, place)
        painter.setPen(QPen(theme.color("text"), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        known = np.isfinite(panel.y)
        painter.drawPolyline(
            QPolygonF([place(float(x), float(y)) for x, y in zip(panel.x[known], panel.y[known], strict=True)])
        )
        if np.isfinite(panel.at).all():
            self._paint_point(painter, place, panel.at)
        painter.end()

    def _paint_axes(self, painter: QPainter, frame: QRectF, place: _Place) -> None:
        painter.setFont(theme.font("tiny"))
        metrics = painter.fontMetrics()
        for x in numbers.ticks(*place.across, 4):
            at = place(x, place.up[0]).x()
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(at, frame.top()), QPointF(at, frame.bottom()))
            painter.setPen(theme.color("dim"))
            painter.drawText(
                QRectF(at - 40, frame.bottom() + 2, 80, metrics.height()),
                Qt.AlignmentFlag.AlignHCenter,
                numbers.axis(x),
            )
        for y in numbers.ticks(*place.up, 4):
            at = place(place.across[0], y).y()
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(frame.left(), at), QPointF(frame.right(), at))
            painter.setPen(theme.color("dim"))
            side = QRectF(0, at - metrics.height() / 2, frame.left() - 5, metrics.height())
            painter.drawText(side, Qt.AlignmentFlag.AlignRight, numbers.axis(y))
        painter.setPen(QPen(theme.color("border"), 1))
        zero = place(0.0, 0.0)
        painter.drawLine(QPointF(frame.left(), zero.y()), QPointF(frame.right(), zero.y()))
        painter.drawLine(QPointF(zero.x(), frame.top()), QPointF(zero.x(), frame.bottom()))

    def _paint_point(self, painter: QPainter, place: _Place, at: tuple[float, float]) -> None:
        point, zero = place(*at), place(0.0, 0.0)
        painter.setPen(QPen(theme.color("accent"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(point, QPointF(point.x(), zero.y()))
        painter.drawLine(point, QPointF(zero.x(), point.y()))
        painter.setPen(QPen(theme.color("panel"), 2))
        painter.setBrush(theme.color("accent"))
        painter.drawEllipse(point, theme.px(5), theme.px(5))


class _Place:
    """From values to a place in the frame."""

    def __init__(self, frame: QRectF, across: tuple[float, float], up: tuple[float, float]) -> None:
        self._frame, self.across, self.up = frame, across, up

    def __call__(self, x: float, y: float) -> QPointF:
        width, height = self.across[1] - self.across[0] or 1.0, self.up[1] - self.up[0] or 1.0
        return QPointF(
            self._frame.left() + (x - self.across[0]) / width * self._frame.width(),
            self._frame.bottom() - (y - self.up[0]) / height * self._frame.height(),
        )
