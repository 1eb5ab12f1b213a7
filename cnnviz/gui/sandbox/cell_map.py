"""One grid of cells on the screen: title above, colour scale below; pointed at, walked through, or painted in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import GROUND
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import colors
from cnnviz.gui.figures.canvas import BY_KEYBOARD
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.sandbox.cells import CellPicture, Cells, box_of, cell_under, fitted, mark_window, mark_winner
from cnnviz.gui.theme import theme

Place = tuple[int, int]

STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class CellMap(QWidget):
    """A grid of cells, as large as the room allows.

    Attributes
    ----------
    pointed
        (row, column) under the cursor, the padding included; None when it left.
    moved
        (down, across): an arrow key was pressed.
    """

    pointed = Signal(object)
    moved = Signal(int, int)

    def __init__(self, name: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._titles: tuple[str, ...] = ()
        self._cells: Cells | None = None
        self._picture = CellPicture()
        self._window: tuple[Sequence[int], Sequence[int]] | None = None
        self._spot: Place | None = None
        self._winner: Place | None = None
        self._ringed = False
        self._rect = QRectF()
        theme.changed.connect(self._on_theme)

    # what is shown

    @property
    def cells(self) -> Cells | None:
        """What is drawn; None for nothing."""
        return self._cells

    def set_cells(self, cells: Cells | None, *titles: str) -> None:
        """Show other cells under a title: the longest of some that fits."""
        self._titles = titles
        self._cells = cells
        self._picture.set_cells(cells)
        self._window = self._spot = self._winner = None
        self._fit()
        self.update()

    def mark(
        self,
        window: tuple[Sequence[int], Sequence[int]] | None = None,
        spot: Place | None = None,
        winner: Place | None = None,
    ) -> None:
        """Outline rows and columns, one cell, and the one that won."""
        self._window, self._spot, self._winner = window, spot, winner
        self.update()

    def cell_rect(self, at: Place) -> QRectF:
        """Where a cell is drawn."""
        assert self._cells is not None
        return box_of(self._rect, self._cells.shape, at, at)

    @property
    def grid_rect(self) -> QRectF:
        """Where the cells are drawn."""
        return self._rect

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(60), theme.px(60))

    @property
    def head(self) -> int:
        """Height of the title."""
        return QFontMetrics(theme.font("small")).height() + theme.px(4)

    @property
    def foot(self) -> int:
        """Height of the colour scale and its numbers."""
        return QFontMetrics(theme.font("tiny")).height() + theme.px(4 + 5 + 2)

    def _fit(self) -> None:
        if self._cells is not None:
            room = QRectF(0, self.head, self.width(), self.height() - self.head - self.foot).adjusted(2, 2, -2, -2)
            self._rect = fitted(self._cells.shape, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _on_theme(self) -> None:
        self._picture.forget()
        self._fit()
        self.update()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._cells is not None:
            self._picture.paint(painter, self._rect, self.devicePixelRatioF())
            self._paint_marks(painter, self._cells)
            self._paint_title(painter)
            self._paint_scale(painter, self._cells)
        painter.end()

    def _paint_marks(self, painter: QPainter, cells: Cells) -> None:
        if self._window is not None:
            mark_window(painter, self._rect, cells.shape, *self._window)
        if self._winner is not None:
            mark_winner(painter, self._rect, cells.shape, self._winner)
        if self._spot is not None:
            outline(painter, self.cell_rect(self._spot), 2)
        if self._ringed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("focus"), 1))
            painter.drawRect(self._rect.adjusted(-2, -2, 1, 1))

    def _paint_title(self, painter: QPainter) -> None:
        font = theme.font("small")
        metrics = QFontMetrics(font)
        text = next((t for t in self._titles if metrics.horizontalAdvance(t) <= self.width()), "")
        width = metrics.horizontalAdvance(text)
        left = min(max(self._rect.center().x() - width / 2, 0), max(self.width() - width, 0))
        painter.setFont(font)
        painter.setPen(theme.color("dim"))
        painter.drawText(QPointF(left, self._rect.top() - theme.px(6)), text)

    def _paint_scale(self, painter: QPainter, cells: Cells) -> None:
        font = theme.font("tiny")
        metrics, scale = QFontMetrics(font), cells.scale
        width = min(max(self._rect.width(), theme.px(90)), self.width() - 2)
        bar = QRectF(self._rect.center().x() - width / 2, self._rect.bottom() + theme.px(4), width, theme.px(5))
        pixels = np.ascontiguousarray(colors(scale.colormap)[:GROUND])
        painter.drawImage(bar, QImage(pixels.data, GROUND, 1, GROUND * 4, QImage.Format.Format_ARGB32_Premultiplied))
        painter.setFont(font)
        painter.setPen(theme.color("dim"))
        line = QRectF(bar.x(), bar.bottom() + theme.px(1), bar.width(), metrics.height())
        sides = [(Qt.AlignmentFlag.AlignLeft, scale.low), (Qt.AlignmentFlag.AlignRight, scale.high)]
        ends = max(metrics.horizontalAdvance(numbers.axis(value, scale.signed)) for _, value in sides)
        if scale.signed and 2 * ends + 3 * metrics.horizontalAdvance("0") <= line.width():
            sides.append((Qt.AlignmentFlag.AlignHCenter, 0.0))
        for side, value in sides:
            painter.drawText(line, side, numbers.axis(value, scale.signed))

    # what the person does

    def _under(self, point: QPointF) -> Place | None:
        return None if self._cells is None else cell_under(point, self._rect, self._cells.shape)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self._under(event.position())
        self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.CrossCursor)
        self.pointed.emit(cell)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is ours while we have the focus, and no command of the window."""
        return event.key() in STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.takes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (step := STEPS.get(Qt.Key(event.key()))) is not None:
            self.moved.emit(*step)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        self.update()
