"""Lines or named discs over two axes, with a key; pointing at one tells its numbers."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import Chart, number
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme
from cnnviz.layout.chart import COLORS, Box, Disc, Plot

_NEAR = 12.0  # pixels from a point at which it is meant


class ChartWidget(PanelWidget[Chart]):
    """The plot under its heading, and below it what the mouse points at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("chart", parent)
        self.plot = ChartPlot(self)
        self.body.addWidget(self.plot)
        self._panel: Chart | None = None
        self.plot.pointed.connect(self._on_pointed)

    def set_panel(self, panel: Chart) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self.plot.set_panel(panel)
        self._on_pointed(None)

    def _on_pointed(self, disc: Disc | None) -> None:
        if self._panel is None:
            return
        if disc is None:
            self.readout.set_text(self._panel.remark)
            return
        series = self._panel.series[disc.series]
        name = series.labels[disc.point] if series.labels else series.name
        x, y = float(series.x[disc.point]), float(series.y[disc.point])
        parts = [name, f"{self._panel.x_name} {number(x, 4)}", f"{self._panel.y_name} {number(y, 4)}"]
        self.readout.set_text("  ·  ".join(part for part in parts if part))


class ChartPlot(QWidget):
    """Axes, lines or discs, and the key above them.

    Attributes
    ----------
    pointed
        The ``Disc`` of the point under the mouse, or None.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chart-plot")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._panel: Chart | None = None
        self._marked: Disc | None = None
        theme.changed.connect(self.update)

    def set_panel(self, panel: Chart) -> None:
        """Draw another chart."""
        self._panel, self._marked = panel, None
        named = ", ".join(series.name for series in panel.series if series.name)
        self.setAccessibleName(f"{panel.title or panel.y_name}: {named}" if named else panel.title or panel.y_name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(360), theme.px(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(180), theme.px(120))

    def plot(self) -> Plot | None:
        """Where everything is; None before there is a chart."""
        return None if self._panel is None else Plot(self._panel, self._box())

    def _keys(self) -> list[tuple[int, str]]:
        assert self._panel is not None
        return [(order, series.name) for order, series in enumerate(self._panel.series) if series.name]

    def _key_places(self) -> list[tuple[int, str, float, float]]:
        """Series, name and the place of each entry of the key, in as many rows as it takes."""
        metrics, at, row = QFontMetricsF(theme.font("small")), 0.0, 0
        places = []
        for order, name in self._keys():
            width = theme.px(18) + metrics.horizontalAdvance(name) + theme.px(12)
            if at and at + width > self.width():
                at, row = 0.0, row + 1
            places.append((order, name, at, row * metrics.height()))
            at += width
        return places

    def _box(self) -> Box:
        assert self._panel is not None
        metrics = QFontMetricsF(theme.font("tiny"))
        keys = self._key_places()
        key = keys[-1][3] + QFontMetricsF(theme.font("small")).height() if keys else 0.0
        left = metrics.horizontalAdvance("−0.000") + theme.px(8)
        top = key + metrics.height() + theme.px(8)  # the name of the y axis stands over it
        below = 2 * metrics.height() + theme.px(8)
        return Box(left, top, max(self.width() - left - theme.px(12), 1.0), max(self.height() - top - below, 1.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        plot = self.plot()
        if plot is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_key(painter)
        self._paint_axes(painter, plot)
        self._paint_series(painter, plot)
        painter.end()

    def _paint_key(self, painter: QPainter) -> None:
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        for order, name, x, y in self._key_places():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_color(order))
            middle = y + metrics.height() / 2
            painter.drawRoundedRect(QRectF(x, middle - theme.px(2), theme.px(12), theme.px(4)), 2, 2)
            painter.setPen(theme.color("text"))
            painter.drawText(QPointF(x + theme.px(18), y + metrics.ascent()), name)

    def _paint_axes(self, painter: QPainter, plot: Plot) -> None:
        box, panel = plot.box, plot.chart
        painter.setFont(theme.font("tiny"))
        metrics = painter.fontMetrics()
        height = metrics.height()
        texts = [text for _, text in plot.x_ticks(2)]
        wide = max(map(metrics.horizontalAdvance, texts), default=0) + theme.px(20)
        for x, text in plot.x_ticks(max(2, int(box.width / wide))):
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(x, box.top), QPointF(x, box.bottom))
            painter.setPen(theme.color("dim"))
            half = metrics.horizontalAdvance(text) / 2 + 1
            middle = min(max(x, half), self.width() - half)  # the last one stays inside
            painter.drawText(QRectF(middle - 40, box.bottom + 3, 80, height), Qt.AlignmentFlag.AlignHCenter, text)
        for y, text in plot.y_ticks(max(2, int(box.height / theme.px(40)))):
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(QPointF(box.left, y), QPointF(box.right, y))
            painter.setPen(theme.color("dim"))
            side = QRectF(0, y - height / 2, box.left - theme.px(6), height)
            painter.drawText(side, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(theme.color("dim"))
        above = QRectF(0, box.top - height - theme.px(4), self.width(), height)
        painter.drawText(above, Qt.AlignmentFlag.AlignLeft, metrics.elidedText(panel.y_name, _RIGHT, self.width()))
        below = QRectF(box.left, box.bottom + height + theme.px(4), box.width, height)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, metrics.elidedText(panel.x_name, _RIGHT, int(box.width)))
        if panel.at is not None:
            x = plot.across(panel.at)
            painter.setPen(QPen(theme.color("accent"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, box.top), QPointF(x, box.bottom))

    def _paint_series(self, painter: QPainter, plot: Plot) -> None:
        for order, series in enumerate(plot.chart.series):
            if not series.labels:
                painter.setPen(QPen(_color(order), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                points = [QPointF(*point) for point in plot.line(order)]
                painter.drawPolyline(QPolygonF(points))
                if len(points) <= 24:
                    painter.setBrush(_color(order))
                    for point in points:
                        painter.drawEllipse(point, 2.5, 2.5)
        for disc in plot.discs():
            if disc.radius:
                fill = _color(disc.series)
                painter.setPen(QPen(fill, 1))
                fill.setAlphaF(0.6)
                painter.setBrush(fill)
                painter.drawEllipse(QPointF(disc.x, disc.y), disc.radius, disc.radius)
        painter.setFont(theme.font("small"))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(theme.color("text"))
        for text, place in plot.names(metrics.horizontalAdvance, metrics.height()):
            painter.drawText(QPointF(place.left, place.top + metrics.ascent()), text)
        if self._marked is not None:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = max(self._marked.radius, 3.0) + 3
            painter.drawEllipse(QPointF(self._marked.x, self._marked.y), radius, radius)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which point is meant: the nearest one, if it is near."""
        plot = self.plot()
        near: list[tuple[float, Disc]] = []
        for disc in [] if plot is None else plot.discs():
            away = math.dist((event.position().x(), event.position().y()), (disc.x, disc.y))
            if away <= max(disc.radius, _NEAR):
                near.append((away, disc))
        self._mark(min(near, key=lambda found: found[0])[1] if near else None)

    def leaveEvent(self, event: object) -> None:
        self._mark(None)

    def _mark(self, disc: Disc | None) -> None:
        if disc != self._marked:
            self._marked = disc
            self.pointed.emit(disc)
            self.update()


_RIGHT = Qt.TextElideMode.ElideRight


def _color(order: int) -> QColor:
    color = QColor(COLORS[order % len(COLORS)])
    return color.lighter(125) if theme.dark else color
