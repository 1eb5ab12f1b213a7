"""Rows of any kind under columns that read them; sorted, searched, and as text for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt

from cnnviz.figure import Table
from cnnviz.gui.theme import theme

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")

SORT = Qt.ItemDataRole.UserRole
SHARE = Qt.ItemDataRole.UserRole + 1
"""What a column is sorted by; how long the bar behind a number is, 0 to 1."""

START, END = "start", "end"
"""Which part of a long text is left out."""

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
    brief
        What stands in the cell where there is no room for all columns; None for the same text.
    head
        Its title in two lines for the same case; else empty.
    elastic
        For the one column that takes the room that the others leave: which part its texts lose where that is too
        little. Else empty.
    pinned
        Whether it stays in sight when the others are scrolled: such columns are the first ones.
    """

    title: str
    tip: str
    key: Callable[[R], Any]
    text: Callable[[R], str]
    number: bool = True
    bar: bool = False
    unit: str = ""
    brief: Callable[[R], str] | None = None
    head: str = ""
    elastic: str = ""
    pinned: bool = False

    def said(self, row: R, brief: bool) -> str:
        """What stands in the cell."""
        return self.brief(row) if brief and self.brief is not None else self.text(row)


class SheetModel(QAbstractTableModel, Generic[R]):
    """Rows of any kind under columns that read them.

    Attributes
    ----------
    is_brief
        Whether numbers are rounded and headings broken, as there is no room for all columns.
    hidden
        Numbers of the columns that the person does not want to see; they are not copied, either.
    """

    def __init__(self, columns: Sequence[Column[R]], tip: Callable[[R], str], ink: Callable[[R], str]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self.rows: tuple[R, ...] = ()
        self.is_brief = False
        self.hidden: frozenset[int] = frozenset()
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
            self._tell()

    def rowCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NONE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.said(row, self.is_brief)
        if role == SORT:
            return column.key(row)
        if role == SHARE:
            largest = self._largest[index.column()]
            return (column.key(row) or 0) / largest if largest else 0.0
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return theme.color(self._ink(row))
        return self._told(row, column) if role == Qt.ItemDataRole.ToolTipRole else None

    def _told(self, row: R, column: Column[R]) -> str:
        """What the row is; of a number that is rounded, all of it."""
        whole = column.text(row)
        more = f"{column.title}: {whole}" if column.said(row, self.is_brief) != whole else ""
        return "\n".join(filter(None, (self._tip(row), more)))

    def set_brief(self, brief: bool) -> None:
        """Round numbers and break headings, or not."""
        if brief != self.is_brief:
            self.is_brief = brief
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
            if self.rows:
                self._tell([Qt.ItemDataRole.DisplayRole])

    def _tell(self, roles: Sequence[int] = ()) -> None:
        """All cells have changed, in some respects or in all."""
        last = self.index(len(self.rows) - 1, len(self.columns) - 1)
        self.dataChanged.emit(self.index(0, 0), last, list(roles))

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
        title = column.head if self.is_brief and column.head else column.title
        tip = f"{column.title}\n{column.tip}. A click with the right button chooses the columns"
        return {Qt.ItemDataRole.DisplayRole: title, Qt.ItemDataRole.ToolTipRole: tip}.get(Qt.ItemDataRole(role))


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

    @property
    def model(self) -> SheetModel[R]:
        """All rows, and the columns."""
        return self._model

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """The columns that are shown."""
        return tuple(column for place, column in enumerate(self._model.columns) if place not in self._model.hidden)

    def row_at(self, position: int) -> R:
        """The row in a line of the table."""
        return self._model.rows[self.mapToSource(self.index(position, 0)).row()]

    @property
    def rows(self) -> tuple[R, ...]:
        """The rows that are shown, in their order."""
        return tuple(self.row_at(position) for position in range(self.rowCount()))

    def tsv(self, positions: Sequence[int]) -> str:
        """Lines of the table with their headings, every number whole: what a spreadsheet takes."""
        columns = self.columns
        lines = ["\t".join(column.title for column in columns)]
        lines += ["\t".join(_plain(column, self.row_at(place)) for column in columns) for place in positions]
        return "\n".join(lines)

    def table(self) -> Table:
        """All lines that are shown, numbers as numbers; columns that say nothing are left out."""
        rows = self.rows
        told = [column for column in self.columns if any(column.text(row) for row in rows)]
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


def _plain(column: Column[R], row: R) -> str:
    value = column.key(row) if column.number else column.text(row)
    return "" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)
