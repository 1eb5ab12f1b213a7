"""A list of rows with a name, a bar and columns of numbers; only what is seen is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnviz.gui.theme import theme

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: its class, name, length between 0 and 1, columns of text at its right, and what tells the hovering."""

    index: int
    label: str
    length: float
    texts: tuple[str, ...]
    told: Callable[[], str]
    marked: bool = False

    @property
    def tip(self) -> str:
        """What hovering tells, put into words when it is wanted."""
        return self.told()


class RowModel(QAbstractListModel):
    """Rows for a list view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Row, ...] = ()

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """Show other rows; the selection and the scroll stay where their number is the same."""
        if len(rows) == len(self.rows):
            self.rows = rows  # no word of it to the list, which would lay itself out anew: all rows are of one height
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.tip.replace("\n", ", ")
        return None


class _RowPainter(QStyledItemDelegate):
    def __init__(self, view: BarList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(80), self._view.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._view.rows[index.row()]
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setOpacity(0.45 if self._view.dimmed else 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_MouseOver:
            self._ground(painter, rect, "hover")
        if state & QStyle.StateFlag.State_Selected and self._view.hasFocus():
            self._ground(painter, rect, "selected", "focus")
        self._paint_row(painter, rect, row)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRect, color: str, outline: str = "") -> None:
        painter.setPen(QPen(theme.color(outline), 1) if outline else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(color))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))

    def _paint_row(self, painter: QPainter, rect: QRect, row: Row) -> None:
        name, bar, texts = self._view.columns(rect)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font("strong" if row.marked else "number"))
        painter.setPen(theme.color("text"))
        label = painter.fontMetrics().elidedText(row.label, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft | middle, label)
        if bar.width() > 0:
            self._paint_bar(painter, bar, row.length)
        painter.setFont(theme.font("number"))
        for order, (box, text) in enumerate(zip(texts, row.texts, strict=False)):
            painter.setPen(theme.color("dim" if order else "text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | middle, text)

    def _paint_bar(self, painter: QPainter, bar: QRect, filled: float) -> None:
        track = QRectF(bar).adjusted(0, (bar.height() - theme.px(12)) / 2, 0, -(bar.height() - theme.px(12)) / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(track, theme.px(3), theme.px(3))
        if filled > 0:
            length = max(1.0, track.width() * min(filled, 1.0))
            painter.setClipRect(QRectF(track.x(), track.y(), length, track.height()))
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(track, theme.px(3), theme.px(3))
            painter.setClipping(False)


class BarList(QListView):
    """Rows with a name, a bar and columns of numbers; only what is seen is painted."""

    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._model = RowModel(self)
        self._widths: tuple[int, ...] = ()
        self._heads: tuple[str, ...] = ()
        self._name_width = 0
        self.dimmed = False
        self.setModel(self._model)
        self.setItemDelegate(_RowPainter(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        theme.changed.connect(self._on_theme)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._model.rows

    def set_rows(self, rows: tuple[Row, ...], heads: tuple[str, ...] = ()) -> None:
        """Show rows; the columns of text are as wide as their longest text or heading."""
        self._heads = heads
        self._model.set_rows(rows)
        self._measure()
        self.viewport().update()

    def set_dimmed(self, dimmed: bool) -> None:
        """Show the rows paler: they belong to an older answer."""
        if dimmed != self.dimmed:
            self.dimmed = dimmed
            self.viewport().update()

    def row_height(self) -> int:
        """Height of one row in pixels."""
        return QFontMetrics(theme.font("number")).height() + theme.px(7)

    def columns(self, rect: QRect) -> tuple[QRect, QRect, list[QRect]]:
        """Where name, bar and texts of a row lie."""
        gap = theme.px(10)
        right = rect.right() + 1 - theme.px(6)
        texts: list[QRect] = []
        for width in reversed(self._widths):
            texts.insert(0, QRect(right - width, rect.y(), width, rect.height()))
            right -= width + gap
        left = rect.x() + theme.px(6)
        room = max(0, right - left)
        bar = room - gap - min(self._name_width, theme.px(40))
        if bar < theme.px(16):  # too narrow for bars: the numbers say the same
            return QRect(left, rect.y(), room, rect.height()), QRect(right, rect.y(), 0, rect.height()), texts
        name = min(self._name_width, max(theme.px(40), room - gap - theme.px(40)))
        start = left + name + gap
        return QRect(left, rect.y(), name, rect.height()), QRect(start, rect.y(), right - start, rect.height()), texts

    def wanted_width(self) -> int:
        """What names, columns and a bar that can be read take together."""
        gap = theme.px(10)
        columns = sum(width + gap for width in self._widths)
        return (
            self._name_width + gap + theme.px(96) + columns + theme.px(12) + self.verticalScrollBar().sizeHint().width()
        )

    def _measure(self) -> None:
        metrics = QFontMetrics(theme.font("number"))
        columns = max((len(row.texts) for row in self.rows), default=0)
        longest = [max((row.texts[i] for row in self.rows if i < len(row.texts)), key=len) for i in range(columns)]
        tiny = QFontMetrics(theme.font("tiny"))
        heads = [tiny.horizontalAdvance(head) for head in self._heads] + [0] * columns
        wide = zip(longest, heads, strict=False)
        self._widths = tuple(max(metrics.horizontalAdvance(text), head) + 2 for text, head in wide)
        names = sorted((row.label for row in self.rows), key=len)[-20:]
        strong = QFontMetrics(theme.font("strong"))
        self._name_width = max((strong.horizontalAdvance(name) for name in names), default=0) + 2

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = [self.rows[i.row()] for i in self.selectedIndexes()] or list(self.rows)
            QGuiApplication.clipboard().setText("\n".join("\t".join((row.label, *row.texts)) for row in rows))
            return
        super().keyPressEvent(event)

    def _on_theme(self) -> None:
        self._measure()
        self.scheduleDelayedItemsLayout()


class BarHeads(QWidget):
    """Headings over the columns of text of a list."""

    def __init__(self, bars: BarList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._list = bars
        self._heads: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_heads(self, heads: tuple[str, ...]) -> None:
        """Show headings; without any there is no line for them."""
        self._heads = heads
        self.setVisible(bool(heads))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, QFontMetrics(theme.font("tiny")).height() + theme.px(2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        row = QRect(0, 0, self._list.viewport().width(), self.height())
        for box, head in zip(self._list.columns(row)[2], self._heads, strict=False):
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, head)
        painter.end()

    def head_at(self, x: int) -> str:
        """The head of the column that stands there; empty where none does."""
        row = QRect(0, 0, self._list.viewport().width(), self.height())
        boxes = zip(self._list.columns(row)[2], self._heads, strict=False)
        return next((head for box, head in boxes if box.left() <= x <= box.right()), "")
