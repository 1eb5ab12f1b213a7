"""The gallery's networks as a table that can be sorted by each of its columns and searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from cnnviz.gui.gallery_jobs import Row
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

Index = QModelIndex | QPersistentModelIndex

SORT = Qt.ItemDataRole.UserRole
"""What a column is sorted by."""


def _weights(row: Row) -> str:
    return row.weights.removeprefix("IMAGENET1K_").replace("_", " ")


_COLUMNS: tuple[tuple[str, str, Callable[[Row], Any], Callable[[Row], str]], ...] = (
    ("Network", "What it is called", lambda r: r.title.casefold(), lambda r: r.title),
    ("Weights", "One network may have several", lambda r: r.weights, _weights),
    ("Here", "Whether the weights are on this computer", lambda r: r.here, lambda r: "yes" if r.here else ""),
    (
        "Top\u20111",
        "How often the best class is the right one, in percent",
        lambda r: r.top1,
        lambda r: f"{r.top1:.1f} %",
    ),
    ("Parameters", "Numbers that were learned", lambda r: r.parameters, lambda r: count(r.parameters)),
    (
        "GFLOPs",
        "Thousand million multiply-adds of one pass; torchvision calls them GFLOPS",
        lambda r: r.gflops,
        lambda r: gflops(r.gflops),
    ),
    ("File", "Megabytes of the weights", lambda r: r.megabytes, lambda r: megabytes(r.megabytes)),
    ("Year", "Of the paper", lambda r: r.year, lambda r: str(r.year) if r.year else ""),
    (
        "Top\u20115",
        "How often the right class is among the best five, in percent",
        lambda r: r.top5 or 0.0,
        lambda r: "" if r.top5 is None else f"{r.top5:.1f} %",
    ),
    ("Input", "Pixels, height × width", lambda r: r.size, lambda r: f"{r.size[0]} × {r.size[1]}"),
)
HERE, TOP1 = 2, 3
_WORDS = (0, 1, 2)  # columns of words; the others hold numbers


class GalleryModel(QAbstractTableModel):
    """The rows, as they are; sorted and searched by ``GalleryFilter``."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []

    def add(self, rows: tuple[Row, ...]) -> None:
        """More networks, below those that are there."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(_COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        _, _, key, text = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text(row)
        if role == SORT:
            return key(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() in _WORDS else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == HERE:
            return theme.color("ok")
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.name}, measured on {row.data}"
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if way != Qt.Orientation.Horizontal:
            return None
        title, tip, _, _ = _COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft if section in _WORDS else Qt.AlignmentFlag.AlignRight
        return {Qt.ItemDataRole.DisplayRole: title, Qt.ItemDataRole.ToolTipRole: tip}.get(Qt.ItemDataRole(role))


class GalleryFilter(QSortFilterProxyModel):
    """The rows in which all typed words stand, sorted."""

    def __init__(self, model: GalleryModel) -> None:
        super().__init__()
        self._model = model
        self._words: list[str] = []
        self.setSourceModel(model)

    def search(self, text: str) -> None:
        """Show the rows in which each of these words stands."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def row_at(self, position: int) -> Row:
        """The network in a line of the table."""
        return self._model.rows[self.mapToSource(self.index(position, 0)).row()]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The networks that are shown, in their order."""
        return tuple(self.row_at(position) for position in range(self.rowCount()))

    def filterAcceptsRow(self, position: int, parent: Index) -> bool:
        row = self._model.rows[position]
        here = "here" if row.here else ""
        text = f"{row.name} {row.title} {row.weights} {row.family} {row.data} {row.year or ''} {here}".casefold()
        return all(word in text for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        return bool(self._model.data(left, SORT) < self._model.data(right, SORT))


def make_table(shown: GalleryFilter) -> QTableView:
    """The table: whole lines are selected, a click on a heading sorts."""
    table = named(QTableView(), "gallery-table", "Networks")
    table.setModel(shown)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.px(26))
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setMinimumSectionSize(theme.px(56))
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setResizeContentsPrecision(-1)
    header.setSortIndicatorClearable(False)
    table.setSortingEnabled(True)
    table.sortByColumn(TOP1, Qt.SortOrder.DescendingOrder)
    return table


def count(number: int) -> str:
    """``61.7 k``, ``25.6 M``."""
    if number >= 1e6:
        return f"{number / 1e6:,.1f} M"
    return f"{number / 1e3:,.1f} k" if number >= 1e3 else str(number)


def gflops(number: float) -> str:
    """Three figures that say something: ``4.09``, ``0.042``, ``1,016``."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}" if number >= 0.1 else f"{number:.4f}"


def megabytes(number: float) -> str:
    """``97.8 MB``, ``2,461 MB``."""
    return f"{number:,.0f} MB" if number >= 100 else f"{number:.1f} MB"
