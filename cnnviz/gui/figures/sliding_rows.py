"""One row for each input map: map ∗ kernel = partial map, and what it contributes to the cell; then the sum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from cnnviz.arithmetic import Patch
from cnnviz.figure import Sliding, number
from cnnviz.gui import numbers
from cnnviz.gui.figures.thumbs import Thumbs, outline
from cnnviz.gui.theme import theme

GAP = 6


class SlidingRows(QAbstractScrollArea):
    """The rows, scrolled where they are many.

    Attributes
    ----------
    row_picked
        The row (int) whose window and kernel are wanted in numbers.
    input_pointed
        (y, x) under the cursor in an input map; None when it left.
    output_pointed, output_picked
        (y, x) of the output under the cursor in a partial map, and where it was clicked.
    """

    row_picked = Signal(int)
    input_pointed = Signal(object)
    output_pointed = Signal(object)
    output_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sliding-rows")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Input maps and what each contributes")
        self.viewport().setMouseTracking(True)
        self.row = 0
        self._panel: Sliding | None = None
        self._at = (0, 0)
        self._window: tuple[int, ...] = (0, 0, 0, 0)
        self._terms: NDArray[np.float64] = np.zeros(0)
        self._value = 0.0
        self._edge = self._line = 1
        self._still: dict[int, QPixmap] = {}  # rows without what moves, painted once
        theme.changed.connect(self._refit)

    def set_panel(self, panel: Sliding) -> None:
        """Show other rows."""
        if self._panel is None or self._panel.inputs.indices != panel.inputs.indices:
            self.row = 0
            self.verticalScrollBar().setValue(0)
        self._panel, self._terms = panel, np.zeros(0)
        self._inputs, self._output = Thumbs(panel.inputs), Thumbs(panel.output)
        self._kernels = Thumbs(panel.kernels) if panel.kernels else None
        self._partials = Thumbs(panel.partials) if panel.partials else None
        self.updateGeometry()
        self._refit()

    def set_cell(self, at: tuple[int, int], patch: Patch, terms: NDArray[np.float64], value: float) -> None:
        """Mark another cell: ``terms`` (N,) is what each of the window's inputs contributes to it."""
        first = not len(self._terms)
        self._at, self._terms, self._value = at, terms, value
        rows, columns = patch.places
        if len(rows) and len(columns):
            self._window = tuple(int(n) for n in (rows.min(), columns.min(), rows.max(), columns.max()))
        if first:
            self._refit()
        else:
            self.viewport().update()

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(self._wide(theme.px(60)), theme.px(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wide(theme.px(40)), theme.px(100))

    def _wide(self, edge: int) -> int:
        """Width that rows of maps of such an edge take, their numbers included."""
        text = QFontMetrics(theme.font("mono")).horizontalAdvance("−0.0000")
        panel = self._panel
        if panel is not None and panel.kernels is None:
            return theme.px(34 + 12) + edge + text
        return theme.px(34 + 2 * 18 + 12) + round(edge * 2.62) + text + self.verticalScrollBar().sizeHint().width()

    def _fitting_edge(self) -> int:
        """Height of a row's maps: they shrink where all rows then fit, down to a legible size."""
        lines = 1 if self._panel is None else len(self._panel.rows)
        room = self.viewport().height() - self._tail * self._line
        text = self._wide(0)
        across = 1.0 if self._panel is not None and self._panel.kernels is None else 2.62
        widest = int((self.width() - text) / across)
        return max(theme.px(32), min(theme.px(96), room // max(lines, 1) - GAP, widest))

    @property
    def _tail(self) -> int:
        """Lines of text below the rows: the rest, the bias, the sum."""
        return len(self._sums())

    def _refit(self) -> None:
        self._line = QFontMetrics(theme.font("small")).height() + theme.px(4)
        self._still.clear()
        if self._panel is not None:
            self._edge = self._fitting_edge()
            whole = len(self._panel.rows) * (self._edge + GAP) + self._tail * self._line
            bar = self.verticalScrollBar()
            bar.setPageStep(self.viewport().height())
            bar.setSingleStep(self._edge + GAP)
            bar.setRange(0, max(0, whole - self.viewport().height()))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._refit()

    def _places(self, row: int) -> tuple[QRectF, QRectF, QRectF, float]:
        """Rectangles of the input, the kernel and the partial map of a row, and where its number begins."""
        edge, top = self._edge, row * (self._edge + GAP) - self.verticalScrollBar().value() + 1
        sign = theme.px(18)
        caption = theme.px(34)

        def centred(thumbs: Thumbs | None, left: float, edge: float) -> QRectF:
            if thumbs is None:
                return QRectF(left, top, 0, 0)
            scale = min(edge / thumbs.width, edge / thumbs.height)
            width, height = thumbs.width * scale, thumbs.height * scale
            return QRectF(left, top + (self._edge - height) / 2, width, height)

        first = centred(self._inputs, caption, edge)
        second = centred(self._kernels, first.right() + sign, edge * 0.62)
        third = centred(self._partials, (second if self._kernels else first).right() + sign, edge)
        last = third if self._partials else first
        return first, second, third, last.right() + theme.px(12)

    def _row_at(self, point: QPointF) -> int | None:
        if self._panel is None:
            return None
        row = int((point.y() + self.verticalScrollBar().value()) // (self._edge + GAP))
        return row if 0 <= row < len(self._panel.rows) else None

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        panel = self._panel
        if panel is None or not len(self._terms):
            return
        painter = QPainter(self.viewport())
        height = self.viewport().height()
        pitch, offset = self._edge + GAP, self.verticalScrollBar().value()
        first, last = offset // pitch, min(len(panel.rows), (offset + height) // pitch + 1)
        for row in range(first, last):
            self._paint_row(painter, panel, row)
        top = len(panel.rows) * pitch - offset
        for text, value in self._sums():
            self._paint_sum(painter, text, value, top, strong=text == "=")
            top += self._line
        painter.end()

    def _paint_row(self, painter: QPainter, panel: Sliding, row: int) -> None:
        """The row as it stands, and over it what moves: the window, the cell, the number."""
        source, _, partial, left = self._places(row)
        top = source.center().y() - self._edge / 2
        if row == self.row:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(QRectF(0, top - 2, self.viewport().width() - 1, self._edge + 4), 4, 4)
        if row not in self._still:
            self._still[row] = self._painted(panel, row)
        painter.drawPixmap(QPointF(0, top - 1), self._still[row])
        painter.save()
        painter.setClipRect(source.adjusted(-3, -3, 3, 3))
        outline(painter, self._inputs.box(source, *self._window))
        painter.restore()
        if self._partials is not None:
            outline(painter, self._partials.box(partial, *self._at, *self._at))
        painter.setFont(theme.font("mono"))
        painter.setPen(theme.color("text"))
        room = QRectF(left, top, self.viewport().width() - left - 4, self._edge)
        term = number(float(self._terms[int(panel.rows[row])]), 4, signed=True)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, term)

    def _painted(self, panel: Sliding, row: int) -> QPixmap:
        """A row's caption, maps and signs."""
        source, kernel, partial, left = self._places(row)
        up = 1 - (source.center().y() - self._edge / 2)
        source, kernel, partial = (rect.translated(0, up) for rect in (source, kernel, partial))
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(left * ratio), round((self._edge + 3) * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        caption = QRectF(0, source.y(), theme.px(30), source.height())
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(caption, aligned, panel.inputs.captions[row])
        self._inputs.paint(painter, row, source)
        if self._kernels is not None:
            self._kernels.paint(painter, row, kernel)
            self._sign(painter, "∗", source, kernel)
        if self._partials is not None:
            self._partials.paint(painter, row, partial)
            self._sign(painter, "=", kernel, partial)
        painter.end()
        return pixmap

    def _sign(self, painter: QPainter, sign: str, before: QRectF, after: QRectF) -> None:
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("dim"))
        room = QRectF(before.right(), before.center().y() - 10, after.left() - before.right(), 20)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_sum(self, painter: QPainter, text: str, value: float, top: float, *, strong: bool) -> None:
        _, _, _, left = self._places(0)
        room = QRectF(0, top, left - theme.px(12), self._line)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text" if strong else "dim"))
        shown = QFontMetrics(theme.font("small")).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
        font = theme.font("mono")
        font.setBold(strong)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        if strong:
            painter.setPen(QPen(theme.color("border"), 1))
            painter.drawLine(QPointF(left, top), QPointF(self.viewport().width() - theme.px(8), top))
            painter.setPen(theme.color("text"))
        room = QRectF(left, top, self.viewport().width() - left, self._line)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, number(value, 4, signed=True))

    def _sums(self) -> list[tuple[str, float]]:
        """What comes below the rows: the inputs that are not shown, the bias, the sum."""
        panel = self._panel
        if panel is None or panel.kernels is None or not len(self._terms):
            return []
        lines = []
        hidden = len(self._terms) - len(panel.rows)
        if hidden:
            rest = float(self._terms.sum() - self._terms[panel.rows].sum())
            lines.append((f"{numbers.count(hidden)} other inputs", rest))
        if panel.window.bias is not None:
            lines.append(("bias", float(panel.window.bias)))
        return [*lines, ("=", self._value)]

    # what the person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            event.ignore()
            return
        self.select(row)
        _, _, partial, _ = self._places(row)
        if self._partials is not None and (cell := self._partials.cell_at(event.position(), partial)) is not None:
            self.output_picked.emit(cell)

    def select(self, row: int) -> None:
        """Show the numbers of a row."""
        if row != self.row:
            self.row = row
            self.viewport().update()
            self.row_picked.emit(row)

    def _point(self, point: QPointF) -> None:
        row = self._row_at(point)
        if row is None:
            self.output_pointed.emit(None)
            return
        source, _, partial, _ = self._places(row)
        if (cell := self._inputs.cell_at(point, source)) is not None:
            self.input_pointed.emit(cell)
        elif self._partials is not None and (cell := self._partials.cell_at(point, partial)) is not None:
            self.output_pointed.emit(cell)
        else:
            self.output_pointed.emit(None)

    def leaveEvent(self, event: QEvent) -> None:
        self.output_pointed.emit(None)
