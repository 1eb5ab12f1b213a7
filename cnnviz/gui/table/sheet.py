"""A table that is sorted, searched and copied: what the records and the findings have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from cnnviz.figure import Table
from cnnviz.gui.theme import theme

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")

SORT = Qt.ItemDataRole.UserRole
SHARE = Qt.ItemDataRole.UserRole + 1
WIDEST = Qt.ItemDataRole.UserRole + 2
"""What a column is sorted by; how long the bar behind a number is, 0 to 1; how wide a column gets, 0 for no limit."""

NONE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """One column.

    Attributes
    ----------
    key
        What it is sorted by, and what is copied; None where a row has no such number.
    text
        What stands in the cell.
    number
        Whether it holds numbers: they stand at the right.
    bar
        Whether a bar behind a number shows its share of the largest one.
    unit
        Its title where whole numbers stand instead of the texts; else the same one.
    widest
        Pixels at 100 % that it takes at most, longer texts lose their beginning; 0 for as many as they need.
    """

    title: str
    tip: str
    key: Callable[[R], Any]
    text: Callable[[R], str]
    number: bool = True
    bar: bool = False
    unit: str = ""
    widest: int = 0


class SheetModel(QAbstractTableModel, Generic[R]):
    """Rows of any kind under columns that read them."""

    def __init__(self, columns: Sequence[Column[R]], tip: Callable[[R], str], ink: Callable[[R], str]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: tuple[R, ...] = ()
        self._tip, self._ink = tip, ink
        self._largest: list[float] = []

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show other rows; as many of the same stay selected."""
        same = len(rows) == len(self.rows)
        if not same:
            self.beginResetModel()
        self.rows = tuple(rows)
        self._largest = [max((c.key(r) or 0 for r in rows), default=0) if c.bar else 0 for c in self.columns]
        if not same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))

    def rowCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == SORT:
            return column.key(row)
        if role == SHARE:
            largest = self._largest[index.column()]
            return (column.key(row) or 0) / largest if largest else 0.0
        if role == WIDEST:
            return column.widest
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.color(self._ink(row))
        return self._tip(row) if role == Qt.ItemDataRole.ToolTipRole else None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
        return {Qt.ItemDataRole.DisplayRole: column.title, Qt.ItemDataRole.ToolTipRole: column.tip}.get(
            Qt.ItemDataRole(role)
        )


class SheetFilter(QSortFilterProxyModel, Generic[R]):
    """The rows that a test passes, sorted; rows without a number come last."""

    def __init__(self, model: SheetModel[R]) -> None:
        super().__init__()
        self._model = model
        self._test: Callable[[R], bool] = lambda _: True
        self.setSourceModel(model)

    def pass_if(self, test: Callable[[R], bool]) -> None:
        """Show the rows that pass this test."""
        self.beginFilterChange()
        self._test = test
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def row_at(self, position: int) -> R:
        """The row in a line of the table."""
        return self._model.rows[self.mapToSource(self.index(position, 0)).row()]

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows that are shown, in their order."""
        return tuple(self.row_at(position) for position in range(self.rowCount()))

    def tsv(self, positions: Sequence[int]) -> str:
        """Lines of the table with their headings, every number whole: what a spreadsheet takes."""
        columns = self._model.columns
        lines = ["\t".join(column.title for column in columns)]
        lines += ["\t".join(_plain(column, self.row_at(place)) for column in columns) for place in positions]
        return "\n".join(lines)

    def table(self) -> Table:
        """All lines that are shown, numbers as numbers; columns that say nothing are left out."""
        rows = self.rows
        told = [column for column in self._model.columns if any(column.text(row) for row in rows)]
        whole = [column.number and all(isinstance(column.key(row), int) for row in rows) for column in told]
        heads = tuple(column.unit or column.title for column in told)
        cells = tuple(
            tuple(
                column.key(row) if is_whole else column.text(row) for column, is_whole in zip(told, whole, strict=True)
            )
            for row in rows
        )
        return Table(heads, cells)

    def filterAcceptsRow(self, position: int, parent: Index) -> bool:
        return self._test(self._model.rows[position])

    def lessThan(self, left: Index, right: Index) -> bool:
        a, b = self._model.data(left, SORT), self._model.data(right, SORT)
        if a is None or b is None:
            return (a is None) == (self.sortOrder() == Qt.SortOrder.DescendingOrder) and a is not b
        return bool(a < b)


class Sheet(QTableView, Generic[R]):
    """Whole lines are selected, a click on a heading sorts, Ctrl+C copies.

    Attributes
    ----------
    picked, opened
        A row that the person came to by mouse or key, and one that was double-clicked or opened with Enter.
    """

    picked = Signal(object)
    opened = Signal(object)

    def __init__(self, name: str, shown: SheetFilter[R], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.shown = shown
        self.setModel(shown)
        self.setItemDelegate(_Bars(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(26))
        header = _Header(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(theme.px(32))
        header.setResizeContentsPrecision(-1)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSortIndicatorClearable(False)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._told = self._by_hand = False
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.activated.connect(lambda index: self.opened.emit(self.shown.row_at(index.row())))

    def show_row(self, test: Callable[[R], bool]) -> None:
        """Select the first row that passes a test, and bring it in sight; nobody has picked it."""
        position = next((i for i, row in enumerate(self.shown.rows) if test(row)), -1)
        self._told = True
        if position < 0:
            self.selectionModel().clear()
        elif position != self.currentIndex().row():
            self.selectRow(position)
            self._reveal(position)
        self._told = False

    def _reveal(self, position: int) -> None:
        """Bring a line in sight: into the middle when it is far away."""
        place = self.visualRect(self.shown.index(position, 0))
        if not self.viewport().rect().contains(place.center()):
            self.scrollTo(self.shown.index(position, 0), QTableView.ScrollHint.PositionAtCenter)

    def copy(self, whole: bool = False) -> None:
        """Put the selected lines, or all that are shown, on the clipboard."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        QGuiApplication.clipboard().setText(self.shown.tsv(range(self.shown.rowCount()) if whole else chosen))

    def _on_current(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and self._by_hand and not self._told:
            self.picked.emit(self.shown.row_at(current.row()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        was_anywhere = self.currentIndex().isValid()
        super().focusInEvent(event)
        if not was_anywhere:
            self.selectionModel().clearCurrentIndex()  # the first row is nobody's choice

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_hand = True
        super().mousePressEvent(event)
        self._by_hand = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._by_hand = bool(event.buttons())
        super().mouseMoveEvent(event)
        self._by_hand = False

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _copies(event):
            event.accept()  # the window's own key copies the figure
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _copies(event):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.shown.row_at(self.currentIndex().row()))
        else:
            self._by_hand = True
            super().keyPressEvent(event)
            self._by_hand = False


class _Header(QHeaderView):
    """Keeps no room beside a heading for the arrow of what is sorted, which stands above it."""

    def sectionSizeFromContents(self, section: int) -> QSize:
        size = super().sectionSizeFromContents(section)
        arrow = sum(
            map(self.style().pixelMetric, (QStyle.PixelMetric.PM_HeaderMarkSize, QStyle.PixelMetric.PM_HeaderMargin))
        )
        return size - QSize(arrow, 0)


class _Bars(QStyledItemDelegate):
    """Behind a number the share that it has of the largest."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size, widest = super().sizeHint(option, index), index.data(WIDEST)
        return size.boundedTo(QSize(theme.px(widest), size.height())) if widest else size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(SHARE)
        if share and share > 0.01:
            rect: QRect = option.rect
            room = rect.width() - theme.px(12)
            width = round(room * share)
            line = QRect(rect.right() - theme.px(8) - width, rect.bottom() - theme.px(3), width, theme.px(2))
            painter.fillRect(line, theme.color("accent"))


def _copies(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Copy)


def _plain(column: Column[R], row: R) -> str:
    value = column.key(row) if column.number else column.text(row)
    return "" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)
