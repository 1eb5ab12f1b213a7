"""A table that is sorted, searched and copied: what the records and the findings have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionViewItem, QTableView, QWidget

from cnnviz.gui.table.cells import Cells
from cnnviz.gui.table.columns import END, SheetFilter
from cnnviz.gui.table.header import Header
from cnnviz.gui.theme import theme

R = TypeVar("R")

LEAST = 128
"""Pixels at 100 % that the elastic column keeps; before it gets less, the table scrolls."""

AIR = 24
"""Pixels at 100 % by which columns stand apart in a large window."""


class Sheet(QTableView, Generic[R]):
    """Whole lines are selected, a click on a heading sorts, Ctrl+C copies.

    Columns are as wide as what stands in them. Where there is no room for all, numbers are rounded, then the longest
    texts are cut, and columns in which nothing stands are left out; where that is too little, the table scrolls under
    the first columns, which stay.

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
        self.setItemDelegate(Cells(self))
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(26))
        self._header = Header(self)
        self.setHorizontalHeader(self._header)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._told = self._by_hand = self._fits = False
        self.pad = theme.px(18)  # what a cell takes around its text
        self._needs: dict[bool, list[int]] = {}  # what the columns need for whole and for rounded numbers
        self._header.customContextMenuRequested.connect(self._on_menu)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        shown.model.modelReset.connect(self._on_reset)
        shown.model.dataChanged.connect(lambda *_: self.fit())
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.activated.connect(lambda index: self.opened.emit(self.shown.row_at(index.row())))

    # rows

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

    # columns

    def fit(self) -> None:
        """Give each column the room that it needs, and the elastic one what is left."""
        model = self.shown.model
        if self._fits or not model.rows:
            return
        self._fits = True  # what follows may bring a scroll bar, and with it another width
        for brief in (False, True):
            before = self._needs.get(brief, [0] * len(model.columns))
            self._needs[brief] = [max(pair) for pair in zip(before, self._needed(brief), strict=True)]
        seen = [place for place in range(len(model.columns)) if place not in model.hidden]
        room = self.viewport().width()
        model.set_brief(sum(self._needs[False][place] for place in seen) > room)
        seen = [place for place in seen if not model.is_brief or self._tells(place)]
        for place in range(len(model.columns)):
            self.setColumnHidden(place, place not in seen)
        needs = self._needs[model.is_brief]
        others = sum(needs[place] for place in seen if not model.columns[place].elastic)
        air = min(max(room - sum(needs[place] for place in seen), 0) // len(seen), theme.px(AIR))
        for place in seen:
            elastic, width = model.columns[place].elastic, needs[place] + air
            if elastic:
                width = max(room - others - air * (len(seen) - 1), theme.px(LEAST))
                width = width if elastic == END else min(width, needs[place] + air)
            self._header.resizeSection(place, width)
        self._fits = False

    def _tells(self, place: int) -> bool:
        """Whether anything stands in a column: times do once they are measured."""
        column = self.shown.model.columns[place]
        return any(column.text(row) for row in self.shown.model.rows)

    def _needed(self, brief: bool) -> list[int]:
        """Pixels that each column needs for its heading and all that stands in it."""
        model, metrics = self.shown.model, QFontMetrics(self.font())
        self.pad, widths, least = self._pad(metrics), [], self._header.minimumSectionSize()
        for column in model.columns:
            texts = {column.said(row, brief) for row in model.rows}
            head = self._header.width_of(column.head if brief and column.head else column.title)
            widths.append(max(head, least, max(map(metrics.horizontalAdvance, texts)) + self.pad))
        return widths

    def _pad(self, metrics: QFontMetrics) -> int:
        """Pixels around a text in its cell."""
        first = self.shown.index(0, 0)
        if not first.isValid():
            return self.pad
        return self.sizeHintForIndex(first).width() - metrics.horizontalAdvance(first.data())

    def hide_columns(self, hidden: frozenset[int]) -> None:
        """Leave columns out; the pinned ones stay."""
        model = self.shown.model
        model.hidden = frozenset(place for place in hidden if not model.columns[place].pinned)
        self.fit()

    def columns_menu(self) -> QMenu:
        """Which columns are seen, and by which one is sorted."""
        menu, model = QMenu(self), self.shown.model
        sort = menu.addMenu("Sort by")
        by, down = self._header.sortIndicatorSection(), Qt.SortOrder.DescendingOrder
        for place, column in enumerate(model.columns):
            action = sort.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(place == by)
            action.triggered.connect(lambda _=False, at=place: self._header.sort(at))
        turned = sort.addAction("Largest first")
        sort.insertSeparator(turned)
        turned.setCheckable(True)
        turned.setChecked(self._header.sortIndicatorOrder() == down)
        turned.triggered.connect(lambda _=False: self._header.sort(by))
        menu.addSeparator()
        for place, column in enumerate(model.columns):
            if not column.pinned:
                action = menu.addAction(column.title)
                action.setCheckable(True)
                action.setChecked(place not in model.hidden)
                action.triggered.connect(lambda _=False, at=place: self.hide_columns(self.shown.model.hidden ^ {at}))
        menu.addSeparator()
        menu.addAction("Show all columns", lambda: self.hide_columns(frozenset())).setEnabled(bool(model.hidden))
        return menu

    def _on_menu(self, at: QPoint) -> None:
        menu = self.columns_menu()
        menu.exec(self._header.mapToGlobal(at))
        menu.deleteLater()

    def _on_reset(self) -> None:
        self._needs.clear()
        self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_needs"):
            self._on_reset()

    # the first columns stay in sight

    @property
    def pinned(self) -> list[tuple[int, int, int]]:
        """(column, left edge, width) of the columns that are painted over those that are scrolled under them."""
        if not self.horizontalScrollBar().value():
            return []
        found, left = [], 0
        for place, column in enumerate(self.shown.model.columns):
            if column.pinned:
                found.append((place, left, self.columnWidth(place)))
                left += self.columnWidth(place)
        return found

    def _on_scrolled(self) -> None:
        self.viewport().update()
        self._header.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if pinned := self.pinned:
            painter = QPainter(self.viewport())
            edge = pinned[-1][1] + pinned[-1][2]
            painter.fillRect(0, 0, edge, self.viewport().height(), theme.color("panel"))
            row = self.rowAt(0)
            while 0 <= row < self.shown.rowCount() and self.rowViewportPosition(row) < self.viewport().height():
                for place, left, width in pinned:
                    self._paint_pinned(painter, row, place, left, width)
                row += 1
            painter.fillRect(edge - 1, 0, 1, self.viewport().height(), theme.color("line"))
            painter.end()

    def _paint_pinned(self, painter: QPainter, row: int, place: int, left: int, width: int) -> None:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = QRect(left, self.rowViewportPosition(row), width, self.rowHeight(row))
        index = self.shown.index(row, place)
        if self.selectionModel().isSelected(index):
            option.state |= QStyle.StateFlag.State_Selected
        self.itemDelegate().paint(painter, option, index)

    # what the person does

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

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() == Qt.KeyboardModifier.ShiftModifier and event.angleDelta().y():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

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


def _copies(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Copy)
