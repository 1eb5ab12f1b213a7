"""What a number is made of: signed bars, each leading back to the number that it comes from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from cnnviz.figure import Contributions, number
from cnnviz.gui import numbers
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme
from cnnviz.request import Cell


class ContributionsWidget(PanelWidget[Contributions]):
    """The bars under their heading; a click on one goes back to where it comes from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("contributions", parent)
        self.bars = SignedBars(self)
        self.body.addWidget(self.bars)
        self._panel: Contributions | None = None
        self.bars.entered.connect(self._on_entered)
        self.bars.picked.connect(self._on_picked)

    def set_panel(self, panel: Contributions) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self.bars.set_panel(panel)
        shown = sum(cell is not None for cell in panel.cells)
        self.set_remark(f"{numbers.count(shown)} of {numbers.count(panel.total)} shown" if shown < panel.total else "")
        self._on_entered(None)

    def wanted_width(self, height: int) -> int | None:
        return theme.px(270) + max(0, height - theme.px(400)) // 4

    def _on_entered(self, row: object) -> None:
        panel = self._panel
        if panel is None:
            return
        self.cell_pointed.emit(panel.cells[row] if isinstance(row, int) else None)
        if not isinstance(row, int):
            self.readout.set_text(panel.remark or ("click a bar to trace it back" if any(panel.cells) else ""))
            return
        told = [f"{head} {text}" for head, text in zip(panel.heads, panel.texts[row], strict=False) if text]
        self.readout.set_text("  ·  ".join([panel.labels[row], *told, numbers.exact(float(panel.values[row]))]))

    def mark_cell(self, cell: Cell | None) -> None:
        cells = self._panel.cells if self._panel is not None else ()
        self.bars.set_marked(cells.index(cell) if cell is not None and cell in cells else None)

    def _on_picked(self, row: int) -> None:
        if self._panel is not None and (cell := self._panel.cells[row]) is not None:
            self.cell_followed.emit(cell)


class SignedBars(QAbstractScrollArea):
    """Rows of label, numbers and a bar: each begins where the one before it ended, up to the sum (a waterfall).

    Parts that do not add up begin at zero.

    Attributes
    ----------
    entered
        The row under the cursor, or None.
    picked
        The row that was clicked.
    """

    entered = Signal(object)
    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contribution-bars")
        self.setAccessibleName("Where the number comes from")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self._panel: Contributions | None = None
        self._row: int | None = None
        theme.changed.connect(self._refit)

    def set_panel(self, panel: Contributions) -> None:
        """Show other parts, from the strongest on."""
        self._panel, self._row = panel, None
        self.verticalScrollBar().setValue(0)
        self._refit()

    def set_marked(self, row: int | None) -> None:
        """Mark a row whose cell is pointed at elsewhere."""
        if row != self._row:
            self._row = row
            self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), theme.px(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(180), theme.px(80))

    @property
    def _pitch(self) -> int:
        return QFontMetrics(theme.font("small")).height() + theme.px(8)

    @property
    def _sums(self) -> list[tuple[str, float]]:
        panel = self._panel
        if panel is None or panel.value is None:
            return []
        shown = sum(cell is not None for cell in panel.cells)
        rest = [(f"{numbers.count(panel.total - shown)} others", panel.rest)] if shown < panel.total else []
        return [*rest, ("=", panel.value)]

    def _refit(self) -> None:
        count = 0 if self._panel is None else len(self._panel.labels) + len(self._sums) + 1
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._pitch)
        bar.setRange(0, max(0, count * self._pitch - self.viewport().height()))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._refit()

    def paintEvent(self, event: QPaintEvent) -> None:
        panel = self._panel
        if panel is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns = _Columns(panel, self.viewport().width())
        top = -self.verticalScrollBar().value()
        columns.paint_heads(painter, top, self._pitch)
        top += self._pitch
        reached = 0.0
        for row, label in enumerate(panel.labels):
            value = float(panel.values[row])
            if row == self._row and panel.cells[row] is not None:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("selected"))
                painter.drawRoundedRect(QRectF(0, top, self.viewport().width() - 1, self._pitch), 4, 4)
            columns.paint_row(painter, top, self._pitch, label, panel.texts[row], (reached, value))
            reached += value if panel.value is not None else 0.0
            top += self._pitch
        for label, value in self._sums:
            if label == "=":
                painter.setPen(QPen(theme.color("border"), 1))
                painter.drawLine(QPointF(0, top), QPointF(self.viewport().width(), top))
            columns.paint_row(painter, top, self._pitch, label, (), (0.0 if label == "=" else reached, value))
            top += self._pitch
        painter.end()

    # what the person does

    def _row_at(self, y: float) -> int | None:
        row = int((y + self.verticalScrollBar().value()) // self._pitch) - 1
        return row if self._panel is not None and 0 <= row < len(self._panel.labels) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._enter(self._row_at(event.position().y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row is not None:
            self.picked.emit(row)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = 0 if self._panel is None else len(self._panel.labels)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and count:
            self._enter(min(max((-1 if self._row is None else self._row) + step, 0), count - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._row is not None:
            self.picked.emit(self._row)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._enter(None)

    def _enter(self, row: int | None) -> None:
        if row != self._row:
            self._row = row
            follows = row is not None and self._panel is not None and self._panel.cells[row] is not None
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if follows else Qt.CursorShape.ArrowCursor)
            self.viewport().update()
            self.entered.emit(row)


class _Columns:
    """Where label, texts, bar and value stand in a width."""

    def __init__(self, panel: Contributions, width: int) -> None:
        self._panel, self._width = panel, width
        small, mono = QFontMetrics(theme.font("small")), QFontMetrics(theme.font("mono"))
        gap = theme.px(10)
        sums = [] if panel.value is None else [panel.value, panel.rest]
        self._texts = [
            max(mono.horizontalAdvance(t[i]) if i < len(t) else 0 for t in (*panel.texts, panel.heads))
            for i in range(len(panel.heads))
        ]
        self._value = max(mono.horizontalAdvance(number(float(v), 4, signed=True)) for v in (*panel.values, *sums, 0.0))
        widest = max(small.horizontalAdvance(label) for label in (*panel.labels, "1,000 others"))
        self._label = min(widest + theme.px(4), width - self._value - 2 * gap)
        left = self._label + gap
        self._text_places: list[int] = []
        if left + sum(self._texts) + gap * (len(self._texts) + 2) + self._value > width:
            self._texts = []  # they are read out below
        for text in self._texts:
            self._text_places.append(left)
            left += text + gap
        self._bar = left, max(width - left - self._value - gap - theme.px(6), 0)
        parts = np.nan_to_num(np.append(panel.values, panel.rest if panel.value is not None else []))
        ends = np.append(0.0, np.cumsum(parts) if panel.value is not None else parts)
        self._low, self._high = float(ends.min()), float(ends.max())

    def paint_heads(self, painter: QPainter, top: float, pitch: int) -> None:
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        for head, left, width in zip(self._panel.heads, self._text_places, self._texts, strict=False):
            painter.drawText(QRectF(left, top, width, pitch), _RIGHT, head)
        name = "contribution" if self._panel.value is not None else "value"
        painter.drawText(QRectF(0, top, self._width - theme.px(6), pitch), _RIGHT, name)

    def paint_row(
        self, painter: QPainter, top: float, pitch: int, label: str, texts: tuple[str, ...], step: tuple[float, float]
    ) -> None:
        """One part: its bar goes from where those before it have come to ``step`` (start, value)."""
        start, value = step
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        shown = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideMiddle, self._label)
        painter.drawText(QRectF(2, top, self._label, pitch), _LEFT, shown)
        painter.setFont(theme.font("mono"))
        painter.setPen(theme.color("dim"))
        for text, left, width in zip(texts, self._text_places, self._texts, strict=False):
            painter.drawText(QRectF(left, top, width, pitch), _RIGHT, text)
        self._paint_bar(painter, top, pitch, start, value, strong=label == "=")
        painter.setPen(theme.color("text"))
        right = QRectF(self._width - self._value - theme.px(6), top, self._value, pitch)
        painter.drawText(right, _RIGHT, number(value, 4, signed=True))

    def _paint_bar(
        self, painter: QPainter, top: float, pitch: int, start: float, value: float, *, strong: bool
    ) -> None:
        left, width = self._bar
        if width < theme.px(20) or value != value:
            return
        scale = width / ((self._high - self._low) or 1.0)
        zero = left - self._low * scale
        first = left + (min(start, start + value) - self._low) * scale
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(QPointF(zero, top), QPointF(zero, top + pitch))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent" if strong else "warning" if value >= 0 else "info"))
        bar = QRectF(first, top + pitch * 0.25, max(abs(value) * scale, 1.0), pitch * 0.5)
        painter.drawRoundedRect(bar, min(2.0, bar.width() / 2), 2)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
