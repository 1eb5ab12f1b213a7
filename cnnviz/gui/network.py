"""The network as columns of real activation maps: one column a step, the current one marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from cnnviz.core.pixels import lut
from cnnviz.gui.theme import theme
from cnnviz.response import PICTURE, Column, Columns, ColumnsQuery, PassKey, Response, Step

GAP = 5
MARGIN = 8
MAPS_SEEN = 6
"""Maps under each other that a column shows at least, as far as they stay legible."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A column's maps, stacked from top to bottom in one image."""

    image: QImage
    pixels: np.ndarray  # the image's memory
    count: int
    total: int
    height: int  # of one map, in image pixels

    @classmethod
    def of(cls, column: Column) -> _Drawn:
        raster = np.ascontiguousarray(column.raster)
        count, height, width = raster.shape[:3]
        if raster.ndim == 4:
            image = QImage(raster.data, width, height * count, width * 3, QImage.Format.Format_RGB888)
        else:
            image = QImage(raster.data, width, height * count, width, QImage.Format.Format_Indexed8)
            assert column.scale is not None
            image.setColorTable([QColor(*map(int, rgba)).rgba() for rgba in lut(column.scale.colormap)])
        return cls(image, raster, count, column.total, height)


class Network(QAbstractScrollArea):
    """All steps of a pass from left to right; draws what is visible and asks for maps that it has not yet."""

    picked = Signal(str, object)  # layer key, channel (int) or None
    columns_wanted = Signal(object)  # ColumnsQuery
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network")
        self.setAccessibleName("The network, one column a step")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._key: PassKey | None = None
        self._steps: tuple[Step, ...] = ()
        self._current = 0
        self._channel: int | None = None
        self._colormaps = ("auto", "auto", "auto")
        self._drawn: dict[int, _Drawn] = {}
        self._fresh: set[int] = set()  # columns whose maps belong to the current pass
        self._labels: tuple[str, ...] = ()
        self._stale = False
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self._on_theme)

    # what is shown

    def set_response(self, response: Response) -> None:
        """Show the steps of a response's pass, its current step and channel marked."""
        if response.request.colormaps != self._colormaps:
            self._colormaps = response.request.colormaps
            self._fresh.clear()
        if response.key != self._key or response.steps != self._steps:
            if response.steps != self._steps:
                self._drawn.clear()
            self._fresh.clear()
            self._key, self._steps = response.key, response.steps
        labels = response.scores.labels if response.scores else ()
        whole = self._stale or not self._fresh or labels != self._labels
        before, self._labels, self._stale = self._current, labels, False
        self._current, self._channel = response.current, response.request.channel
        self._layout()
        self._reveal(self._current)  # scrolling paints anew by itself
        self._ask()
        for index in (before, self._current):
            self.viewport().update(QRect(self._left(index), 0, self._width, self.viewport().height()))
        if whole:
            self.viewport().update()

    def set_columns(self, columns: Columns) -> None:
        """Take small maps that were asked for."""
        if (columns.query.key, columns.query.colormaps) != (self._key, self._colormaps):
            return
        for index, column in enumerate(columns.columns, columns.query.first):
            self._drawn[index] = _Drawn.of(column)
            self._fresh.add(index)
        self.viewport().update()
        self._ask()

    def set_stale(self, stale: bool) -> None:
        """Dim what belongs to an older answer."""
        if stale != self._stale:
            self._stale = stale
            self.viewport().update()

    # geometry, in viewport pixels; columns are numbered as the steps

    def sizeHint(self) -> QSize:
        return QSize(theme.px(800), theme.px(290))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(150))

    @property
    def _width(self) -> int:
        """Width of one column: as wide as lets all fit, within limits that keep them legible."""
        fit = self.viewport().width() // max(len(self._steps), 1)
        return max(theme.px(60), min(fit, theme.px(144)))

    @property
    def _edge(self) -> int:
        """Edge of one map: smaller where the window is low, so that a handful is seen anyway."""
        room = self.viewport().height() - self._head - self._foot
        fit = (room + GAP) // MAPS_SEEN - GAP
        return max(theme.px(24), min(fit, self._width - theme.px(24), theme.px(72)))

    @property
    def _head(self) -> int:
        return theme.px(52)

    @property
    def _foot(self) -> int:
        return theme.px(20)

    @property
    def _count(self) -> int:
        """How many maps fit under each other."""
        room = self.viewport().height() - self._head - self._foot
        return max(1, (room + GAP) // (self._edge + GAP))

    def _left(self, index: int) -> int:
        return index * self._width - self.horizontalScrollBar().value()

    def _cells(self, index: int, drawn: _Drawn) -> list[QRect]:
        """Where each map of a column is drawn."""
        step, left, top = self._steps[index], self._left(index), self._head
        if step.index == PICTURE:
            edge = self._width - 2 * MARGIN
            height = round(edge * drawn.height / max(drawn.image.width(), 1))
            return [QRect(left + MARGIN, top, edge, min(height, self.viewport().height() - top - self._foot))]
        width = height = self._edge
        if len(step.shape) == 1:
            height = (self._edge + GAP) // 2 - GAP
        elif drawn.image.width() != drawn.height:  # maps that are not square keep their shape
            longest = max(drawn.image.width(), drawn.height)
            width, height = (max(1, round(self._edge * n / longest)) for n in (drawn.image.width(), drawn.height))
        x = left + (self._width - width) // 2
        fits = (self.viewport().height() - top - self._foot + GAP) // (height + GAP)
        return [QRect(x, top + i * (height + GAP), width, height) for i in range(min(drawn.count, fits))]

    def _column_at(self, x: int) -> int | None:
        index = (x + self.horizontalScrollBar().value()) // self._width
        return index if 0 <= index < len(self._steps) else None

    def _hit(self, position: QPoint) -> tuple[int | None, int | None]:
        """(column, channel) under the cursor."""
        index = self._column_at(position.x())
        if index is None or index not in self._drawn or self._steps[index].index == PICTURE:
            return index, None
        cells = self._cells(index, self._drawn[index])
        return index, next((i for i, cell in enumerate(cells) if cell.contains(position)), None)

    # asking for maps

    def _visible(self) -> range:
        """Positions of the columns that are at least partly seen."""
        first = max(0, self.horizontalScrollBar().value() // self._width)
        last = min(len(self._steps) - 1, first + self.viewport().width() // self._width + 1)
        return range(first, last + 1)

    def _missing(self) -> list[int]:
        return [i for i in self._visible() if i not in self._fresh or self._is_short(i)]

    @property
    def complete(self) -> bool:
        """Whether every visible column shows the maps of the current pass."""
        return bool(self._steps) and not self._missing()

    def _ask(self) -> None:
        """Ask for the visible columns that are missing, or that hold fewer maps than there is room for."""
        if self._key is None or not self._steps:
            return
        if missing := self._missing():
            self.columns_wanted.emit(ColumnsQuery(self._key, missing[0], missing[-1], self._count, self._colormaps))

    def _is_short(self, index: int) -> bool:
        drawn = self._drawn[index]
        return self._steps[index].index != PICTURE and drawn.count < min(self._count, drawn.total)

    def _layout(self) -> None:
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(self._width)
        bar.setRange(0, max(0, len(self._steps) * self._width - self.viewport().width()))

    def _reveal(self, index: int) -> None:
        """Scroll so that a column and its neighbours are seen."""
        left, width, bar = self._left(index), self._width, self.horizontalScrollBar()
        if left < width:
            bar.setValue(bar.value() + left - width)
        elif left + 2 * width > self.viewport().width():
            bar.setValue(bar.value() + left + 2 * width - self.viewport().width())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in self._visible():
            if event.rect().intersects(QRect(self._left(index), 0, self._width, self.viewport().height())):
                self._paint_column(painter, index)
        painter.end()

    def _paint_column(self, painter: QPainter, index: int) -> None:
        step, left, width = self._steps[index], self._left(index), self._width
        area = QRectF(left + 2, 1, width - 4, self.viewport().height() - 2)
        if index == self._current:
            painter.setPen(QPen(theme.color("accent"), 1.5 if self.hasFocus() else 1))
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(8), theme.px(8))
        self._paint_head(painter, step, left, width)
        drawn = self._drawn.get(index)
        if drawn is None:
            self._paint_waiting(painter, left)
            return
        painter.setOpacity(0.4 if self._stale or index not in self._fresh else 1.0)
        cells = self._cells(index, drawn)
        for i, cell in enumerate(cells):
            painter.drawImage(cell, drawn.image, QRect(0, i * drawn.height, drawn.image.width(), drawn.height))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawRect(cell)
            self._paint_label(painter, step, i, cell)
        painter.setOpacity(1.0)
        if (
            index == self._current
            and self._channel is not None
            and self._channel < len(cells)
            and step.index != PICTURE
        ):
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(cells[self._channel]).adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)
        if step.index != PICTURE and len(cells) < drawn.total:
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("dim"))
            foot = QRect(left, self.viewport().height() - self._foot, width, self._foot - 4)
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, f"{len(cells)} of {drawn.total:,}")

    def _paint_head(self, painter: QPainter, step: Step, left: int, width: int) -> None:
        """Number and name in one line where that fits all columns, the name alone where it does not; then the shape."""
        room = width - 4
        lines = [(theme.font("strong"), "text", step.title)]
        if self._compact:
            small = theme.font("tiny")
            small.setWeight(QFont.Weight.DemiBold)
            lines = [
                (theme.font("tiny"), "dim", "" if step.index == PICTURE else str(step.index)),
                (small, "text", step.short),
            ]
        lines.append((theme.font("tiny"), "dim", step.shape_text))
        top = theme.px(5)
        for font, color, text in lines:
            painter.setFont(font)
            painter.setPen(theme.color(color))
            metrics = painter.fontMetrics()
            area = QRect(left + 2, top, room, metrics.height())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)
            top = area.bottom() + 1

    @property
    def _compact(self) -> bool:
        """Whether the columns are too narrow for number and name in one line."""
        return self._width < theme.px(104)

    def _paint_waiting(self, painter: QPainter, left: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("line"))
        x = left + (self._width - self._edge) // 2
        for i in range(self._count):
            painter.drawRoundedRect(x, self._head + i * (self._edge + GAP), self._edge, self._edge, 3, 3)

    def _paint_label(self, painter: QPainter, step: Step, i: int, cell: QRect) -> None:
        """Class names beside the units of the last step, where there is room."""
        if not self._labels or step.shape != (len(self._labels),) or self._steps[-1] is not step:
            return
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("dim"))
        room = (self._width - cell.width()) // 2 - 5
        text = painter.fontMetrics().elidedText(self._labels[i], Qt.TextElideMode.ElideRight, room)
        if text != "…":
            painter.drawText(cell.right() + 5, cell.y(), room, cell.height(), Qt.AlignmentFlag.AlignVCenter, text)

    # what the person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index, channel = self._hit(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.picked.emit(self._steps[index].key, channel)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index, channel = self._hit(event.position().toPoint())
        if index is None:
            self.hovered.emit("")
            return
        step = self._steps[index]
        name = f"{step.title} ({step.key})" if step.key and step.key != str(step.index) else step.title
        self.hovered.emit(f"{name}, {step.shape_text}" + (f", channel {channel}" if channel is not None else ""))

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # arrows are the window's: they step through layers wherever the focus is

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit("")

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and (index := self._column_at(event.pos().x())) is not None:  # type: ignore[attr-defined]
            step = self._steps[index]
            QToolTip.showText(event.globalPos(), f"{step.title}\n{step.key or 'the picture'}\n{step.shape_text}", self)  # type: ignore[attr-defined]
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout()
        self._reveal(self._current)
        self._ask()

    def _on_scrolled(self) -> None:
        self._ask()
        self.viewport().update()

    def _on_theme(self) -> None:
        self._layout()
        self._ask()
        self.viewport().update()
