"""Drawings made of marks, on the screen: architectures, rows of maps, tables and pages, as they are on paper."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from cnnviz.core.colormaps import lut
from cnnviz.figure import Architecture, LayerRows, Panel, Table
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme
from cnnviz.layout import architecture, layer_rows, table
from cnnviz.layout.marks import Area, Drawn, Mark, Measure, Pixels, Stroke, Words

P = TypeVar("P", bound=Panel)
LayOut = Callable[[P, float, Measure], Drawn]

LARGER = 1.15
"""Screen pixels at 100 % for a hundredth of an inch: words are read from further away than on paper."""

SIZES = (1.7, 1.5, 1.3, LARGER, 1.0, 0.9)
"""The same for what is to be seen as a whole, the largest that fits; below, words could not be read."""


class DrawingWidget(PanelWidget[P]):
    """A drawing that fills the width; what is higher scrolls.

    Parameters
    ----------
    name
        Of the widget.
    lay_out
        Where everything is: of the panel, the room in pixels, and how wide a text is.
    """

    sizes: tuple[float, ...] = (LARGER,)

    def __init__(self, name: str, lay_out: LayOut[P], parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.canvas = DrawingCanvas()
        self.area = _Area(self)
        self.area.setObjectName(f"{name}-area")
        self.area.setWidget(self.canvas)
        self.body.addWidget(self.area)
        self._lay_out = lay_out
        self._panel: P | None = None
        self.area.resized = self._draw
        theme.changed.connect(self._draw)

    def set_panel(self, panel: P) -> None:
        if panel is not self._panel:
            self._panel = panel
            self.set_title(getattr(panel, "title", ""))
            self._draw()

    def view_state(self) -> object:
        return self.area.verticalScrollBar().value() or None

    def restore(self, state: object) -> None:
        self.area.verticalScrollBar().setValue(state if isinstance(state, int) else 0)

    def _draw(self) -> None:
        if self._panel is None:
            return
        bar = self.area.verticalScrollBar().sizeHint().width()  # kept free: whether it is there changes nothing
        room = max(self.area.width() - bar - 2, 120)
        for larger in self.sizes:
            self.canvas.larger = larger
            drawn = self._lay_out(self._panel, room / self.canvas.factor, self.canvas.measure)
            if drawn.height * self.canvas.factor <= self.area.viewport().height():
                break
        self.canvas.set_drawn(drawn)
        words = [mark.text for mark in drawn.marks if isinstance(mark, Words)]
        self.canvas.setAccessibleName(". ".join(words[:200]))


class ArchitectureWidget(DrawingWidget[Architecture]):
    """A drawn architecture, seen as a whole where it can be."""

    sizes = SIZES

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("architecture", architecture.laid_out, parent)


class LayerRowsWidget(DrawingWidget[LayerRows]):
    """A row of maps for each layer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("layer-rows", layer_rows.laid_out, parent)


class TableWidget(DrawingWidget[Table]):
    """A table of texts and numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("listing", table.laid_out, parent)


class _Area(QScrollArea):
    """Scrolls the canvas, and says when it has another size."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.resized: Callable[[], None] = lambda: None
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("role", "plain")
        self.viewport().setAutoFillBackground(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size() != event.oldSize():
            self.resized()


class DrawingCanvas(QWidget):
    """Paints marks in the colours of the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawing-canvas")
        self.setAutoFillBackground(False)
        self.larger = LARGER
        self._drawn = Drawn(1, 1, [])
        self._left = 0.0
        self._images: list[tuple[Pixels, QImage]] = []

    @property
    def factor(self) -> float:
        """Screen pixels for one of the drawing's."""
        return self.larger * theme.scale

    @property
    def drawn(self) -> Drawn:
        """What is painted."""
        return self._drawn

    def set_drawn(self, drawn: Drawn) -> None:
        """Paint something else."""
        self._drawn = drawn
        points = [x for mark in drawn.marks if isinstance(mark, Stroke | Area) for x, _ in mark.points]
        self._left = max(0.0, -min(points, default=0.0))
        self._images = [(mark, _image(mark)) for mark in drawn.marks if isinstance(mark, Pixels)]
        self.resize(self.sizeHint())
        self.update()

    def measure(self, text: str, size: float, bold: bool) -> float:
        """How wide a text of that many points is."""
        return QFontMetricsF(self._font(size, bold)).horizontalAdvance(text) / self.factor + 0.5

    def sizeHint(self) -> QSize:
        drawn = self._drawn
        return QSize(math.ceil((drawn.width + self._left) * self.factor) + 2, math.ceil(drawn.height * self.factor) + 2)

    def _font(self, points: float, bold: bool) -> QFont:
        font = QFont(theme.font("small"))
        font.setPixelSize(max(round(points * 100 / 72 * self.factor), 1))
        font.setBold(bold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(event.rect())
        images = iter(self._images)
        for mark in self._drawn.marks:
            if isinstance(mark, Pixels):
                painter.drawImage(self._rect(mark), next(images)[1])
            else:
                self._paint(painter, mark, seen)
        painter.end()

    def _rect(self, mark: Pixels) -> QRectF:
        f = self.factor
        return QRectF((mark.x + self._left) * f, mark.y * f, mark.width * f, mark.height * f)

    def _points(self, points: tuple[tuple[float, float], ...]) -> list[QPointF]:
        return [QPointF((x + self._left) * self.factor, y * self.factor) for x, y in points]

    def _paint(self, painter: QPainter, mark: Mark, seen: QRectF) -> None:
        match mark:
            case Area():
                none = Qt.BrushStyle.NoBrush
                painter.setBrush(none if mark.color == "none" else _color(mark.color))
                painter.setPen(QPen(_color(mark.edge), 1) if mark.edge else Qt.PenStyle.NoPen)
                painter.drawPolygon(QPolygonF(self._points(mark.points)))
            case Stroke():
                pen = QPen(_color(mark.color), max(mark.width * 1.4 * theme.scale, 1.0))
                pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
                if mark.dashed:
                    pen.setStyle(Qt.PenStyle.DashLine)
                painter.setPen(pen)
                points = self._points(mark.points)
                painter.drawPolyline(QPolygonF(points))
                if mark.head:
                    self._head(painter, points, _color(mark.color))
            case Words():
                self._write(painter, mark, seen)

    def _head(self, painter: QPainter, points: list[QPointF], color: QColor) -> None:
        a, b = points[-2], points[-1]
        length = math.hypot(b.x() - a.x(), b.y() - a.y()) or 1.0
        u, v, f = (b.x() - a.x()) / length, (b.y() - a.y()) / length, self.factor
        back = QPointF(b.x() - 5 * u * f, b.y() - 5 * v * f)
        side = QPointF(-2.2 * v * f, 2.2 * u * f)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([b, back + side, back - side]))

    def _write(self, painter: QPainter, mark: Words, seen: QRectF) -> None:
        y = mark.y * self.factor
        if not seen.top() - 30 <= y <= seen.bottom() + 30:
            return
        font = self._font(mark.size, mark.bold)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[mark.align]
        wide = QFontMetricsF(font).horizontalAdvance(mark.text)
        painter.setFont(font)
        painter.setPen(_color(mark.color))
        painter.drawText(QPointF((mark.x + self._left) * self.factor - share * wide, y), mark.text)


def _color(name: str) -> QColor:
    return QColor(name) if name.startswith("#") else QColor(theme.color(name))


def _image(mark: Pixels) -> QImage:
    """A picture of its own memory."""
    raster = mark.raster
    height, width = raster.shape[:2]
    if not mark.colormap:
        return QImage(raster.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
    image = QImage(raster.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable([QColor(*map(int, entry)).rgba() for entry in lut(mark.colormap)])
    return image
