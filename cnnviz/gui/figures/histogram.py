"""A histogram whose axis is the colour bar."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnviz.figure import Histogram, share
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar
from cnnviz.gui.facts import Fact, Facts
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme

TOWERS = 5.0
"""A bin this many times higher than every other one is cut, with its count beside it, so that the others are seen."""


class HistogramPlot(QWidget):
    """The columns over their colour bar.

    Attributes
    ----------
    pointed
        The number of the bin under the cursor, or None.
    """

    pointed = Signal(object)

    def __init__(self, captioned: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("histogram-plot")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.columns = _Columns(self)
        self.bar = ColorBar(Qt.Orientation.Horizontal, captioned, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.columns, 1)
        column.addWidget(self.bar)
        self.columns.pointed.connect(self._on_pointed)

    def set_histogram(self, panel: Histogram | None) -> None:
        """Show a histogram, or nothing."""
        self.columns.set_panel(panel)
        self.bar.set_scale(panel.scale if panel else None)

    def described(self, order: int) -> str:
        """What a bin holds: ``−0.31 … −0.18  ·  124 values (8.0 %)``."""
        panel = self.columns.panel
        assert panel is not None
        low, high = (numbers.axis(float(edge), panel.scale.signed) for edge in panel.edges[order : order + 2])
        count, total = int(panel.counts[order]), max(int(panel.counts.sum()), 1)
        text = f"{low} … {high}  ·  {numbers.count(count)} values ({share(count / total)})"
        if panel.overlay is not None:
            text += f"  ·  {panel.overlay_label or 'selected'}: {numbers.count(int(panel.overlay[order]))}"
        return text

    def _on_pointed(self, order: int | None) -> None:
        panel = self.columns.panel
        if panel is not None and order is not None:
            self.setToolTip(self.described(order))
            self.bar.set_marker(float(panel.edges[order] + panel.edges[order + 1]) / 2)
        else:
            self.bar.set_marker(None)
        self.pointed.emit(order)


class _Columns(QWidget):
    pointed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.panel: Histogram | None = None
        self._pointed: int | None = None
        theme.changed.connect(self.update)

    def set_panel(self, panel: Histogram | None) -> None:
        self.panel, self._pointed = panel, None
        if panel is not None:
            self.setAccessibleName(
                f"Histogram of {int(panel.counts.sum())} values in {len(panel.counts)} bins, "
                f"from {numbers.axis(float(panel.edges[0]))} to {numbers.axis(float(panel.edges[-1]))}"
            )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(48))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(28))

    def _x(self, value: np.ndarray) -> np.ndarray:
        """Where values lie on the axis, which is the colour bar under it: the same ends."""
        assert self.panel is not None
        low, high = self.panel.scale.low, self.panel.scale.high
        return (value - low) / ((high - low) or 1.0) * self.width()

    def _top(self) -> tuple[float, int | None]:
        """The count at the upper edge, and the bin that is cut because it towers over all others."""
        assert self.panel is not None
        counts = self.panel.counts
        highest = float(counts.max(initial=0))
        if len(counts) > 2:
            tower = int(np.argmax(counts))
            second = float(np.delete(counts, tower).max())
            if second > 0 and highest > TOWERS * second:
                return second * 1.5, tower
        return highest or 1.0, None

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.panel is None:
            return
        painter = QPainter(self)
        x, (top, tower) = self._x(self.panel.edges.astype(np.float64)), self._top()
        room = self.height() - theme.px(4)
        over = self.panel.overlay
        ink = theme.color("faint" if over is not None else "dim")
        self._paint_bins(painter, x, np.minimum(self.panel.counts / top, 1.0) * room, ink)
        if self._pointed is not None:
            only = np.arange(len(self.panel.counts)) == self._pointed
            self._paint_bins(painter, x, np.minimum(self.panel.counts / top, 1.0) * room * only, theme.color("text"))
        if over is not None:
            share = top * float(over.max(initial=0)) / max(float(self.panel.counts.max(initial=0)), 1.0)
            ink = theme.color("accent")
            ink.setAlphaF(0.7)
            self._paint_bins(painter, x, np.minimum(over / (share or 1.0), 1.0) * room * 0.999, ink)
        if tower is not None:
            self._paint_cut(painter, x, tower)
        painter.end()

    def _paint_bins(self, painter: QPainter, x: np.ndarray, heights: np.ndarray, ink: QColor) -> None:
        """Columns over the axis, all in one go; a bin that holds anything is seen."""
        widths = np.diff(x)
        widths = np.maximum(widths - (widths >= 3), 0.5)
        bottom = self.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRects(
            [
                QRectF(left, bottom - max(height, 1.0), width, max(height, 1.0))
                for left, width, height in zip(x.tolist(), widths.tolist(), heights.tolist(), strict=False)
                if height > 0
            ]
        )

    def _paint_cut(self, painter: QPainter, x: np.ndarray, tower: int) -> None:
        """A slanted gap through the bin that is cut, and its count beside it."""
        assert self.panel is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = float(x[tower]) - 1, float(x[tower + 1]) + 1
        y, slope, thick = theme.px(11), theme.px(3), theme.px(3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel"))
        points = ((left, y + slope), (right, y - slope), (right, y - slope + thick), (left, y + slope + thick))
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("text"))
        text = f"{numbers.count(int(self.panel.counts[tower]))}, cut"
        width = painter.fontMetrics().horizontalAdvance(text)
        at = right + theme.px(4) if right + theme.px(4) + width <= self.width() else left - theme.px(4) - width
        painter.drawText(QPointF(at, theme.px(3) + painter.fontMetrics().ascent()), text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.panel is None:
            return
        order = int(np.searchsorted(self._x(self.panel.edges.astype(np.float64)), event.position().x(), "right")) - 1
        self._point_at(order if 0 <= order < len(self.panel.counts) else None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def _point_at(self, order: int | None) -> None:
        if order != self._pointed:
            self._pointed = order
            self.pointed.emit(order)
            self.update()


class HistogramWidget(PanelWidget[Histogram]):
    """A histogram with its facts at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("histogram", parent)
        self.plot = HistogramPlot(captioned=True, parent=self)
        self.facts = Facts("histogram-facts", parent=self)
        self.facts.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._panel: Histogram | None = None
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.facts, 0, Qt.AlignmentFlag.AlignTop)
        self.plot.pointed.connect(self._on_pointed)

    def set_panel(self, panel: Histogram) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self.plot.set_histogram(panel)
        self.facts.set_facts(tuple(Fact(*said) for said in panel.facts))
        self.facts.updateGeometry()
        self.facts.setVisible(bool(panel.facts))
        overlay = panel.overlay_label or "the selected channel"
        self.remark.set_color("accent")
        self.set_remark(f"{overlay}, drawn to its own height" if panel.overlay is not None else "")
        self._on_pointed(None)

    def _on_pointed(self, order: int | None) -> None:
        if self._panel is not None:
            total = f"{numbers.count(int(self._panel.counts.sum()))} finite values in {len(self._panel.counts)} bins"
            self.readout.set_text(total if order is None else self.plot.described(order))
