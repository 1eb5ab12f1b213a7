"""The tray of pictures: drop them, pick one, remove, reorder, give true classes, sort and filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui import drops
from cnnviz.gui.drop_zone import DropZone
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.theme import theme
from cnnviz.gui.tray_delegate import TrayDelegate
from cnnviz.gui.tray_items import FILTERS, SORTS, TrayItem
from cnnviz.gui.tray_list import TrayList
from cnnviz.gui.tray_menus import add_choices, context_menu, fill_filters, menu_button
from cnnviz.gui.tray_model import TrayModel

SEARCH_FROM = 6
"""From how many pictures on there is a field to search them."""


class Tray(QWidget):
    """The pictures at the left of the window.

    Signals
    -------
    picked(str)
        The person chose a picture.
    removed(list), reordered(list)
        Paths that were taken out; all paths in their new order.
    dropped(list), image_dropped(QImage), refused(str)
        Paths or pixels that came by a drop; a sentence about what could not be taken.
    open_requested(), paste_requested()
        The drop zone's two buttons.
    labelled(str, str)
        Path and the true class that the person gave it; empty when it was taken away.
    """

    picked = Signal(str)
    removed = Signal(object)
    reordered = Signal(object)
    dropped = Signal(object)
    image_dropped = Signal(object)
    refused = Signal(str)
    open_requested = Signal()
    paste_requested = Signal()
    labelled = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tray")
        self.setAccessibleName("Pictures")
        self.setAcceptDrops(True)
        self._current = ""
        self._telling = True
        self.model = TrayModel(self)
        self.model.arranged.connect(self._on_arranged)
        self.model.labelled.connect(self.labelled)
        self.model.reordered.connect(self.reordered)
        self.list = TrayList(self.model)
        self.list.delete_pressed.connect(self.remove_selected)
        self.list.move_pressed.connect(self.move_selected)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.delegate = TrayDelegate(self.list)
        self.list.setItemDelegate(self.delegate)
        self._column = QVBoxLayout(self)
        self._head = QHBoxLayout()
        self._build_head()
        self.zone = DropZone()
        self.zone.open_button.clicked.connect(self.open_requested)
        self.zone.paste_button.clicked.connect(self.paste_requested)
        self.search = QLineEdit()
        self.search.setObjectName("tray-search")
        self.search.setAccessibleName("Search the pictures")
        self.search.setPlaceholderText("Search")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.model.set_text)
        self._empty = QLabel()
        self._empty.setObjectName("tray-empty")
        self._empty.setProperty("role", "dim")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column.addLayout(self._head)
        for widget in (self.zone, self.search, self._chip, self._empty):
            self._column.addWidget(widget)
        self._column.addWidget(self.list, 1)
        theme.changed.connect(self._space)
        self._space()
        self._on_arranged()

    def _build_head(self) -> None:
        title = QLabel("Pictures")
        title.setProperty("role", "section")
        self.count = ElidedLabel("", "tiny")
        self.count.setObjectName("tray-count")
        self._sort = menu_button("sort", "Sort the pictures", self._fill_sorts)
        self._filter = menu_button("filter", "Filter the pictures", self._fill_filters)
        self._chip = QPushButton()
        self._chip.setObjectName("tray-filter-chip")
        self._chip.setProperty("role", "chip")
        self._chip.setToolTip("Show all pictures again")
        theme.set_icon(self._chip, "close", "dim")
        self._chip.clicked.connect(lambda: self.set_filter("all"))
        self._head.addWidget(title)
        self._head.addWidget(self.count, 1)
        self._head.addWidget(self._sort)
        self._head.addWidget(self._filter)

    # what the window says

    def add(self, items: Iterable[TrayItem]) -> list[str]:
        """Append pictures; gives the paths that were not there yet."""
        return self.model.add(items)

    def update_item(self, path: str, **changes: Any) -> None:
        """Replace fields of one picture."""
        self.model.update(path, **changes)

    def stop_waiting(self) -> None:
        """Pictures that wait will not be predicted: the job was cancelled."""
        self.model.stop_waiting()

    def forget_predictions(self) -> None:
        """All pictures wait again: another model was opened."""
        self.model.update_all(prediction=None, probability=None, label="", problem="", running=False, waiting=True)

    def set_classes(self, labels: Sequence[str]) -> None:
        """The classes among which true ones are chosen."""
        self.delegate.classes = tuple(labels)

    def set_current(self, path: str) -> None:
        """Mark a picture as the one that is shown, without a signal."""
        self._current = path
        self._mark_current()

    def remove(self, paths: Iterable[str]) -> None:
        """Take pictures out, as the person would: the one below the current one is picked when that goes."""
        paths = set(paths)
        shown = self.model.shown
        at = shown.index(self._current) if self._current in paths and self._current in shown else -1
        gone = self.model.remove(paths)
        if not gone:
            return
        if self._current in paths:
            left = [p for p in shown[at:] if p not in paths] or [p for p in reversed(shown[:at]) if p not in paths]
            self._current = left[0] if at >= 0 and left else ""
            self._mark_current()
            if self._current:
                self.picked.emit(self._current)
        self.removed.emit(gone)

    @property
    def current(self) -> str:
        """Path of the picture that is shown; empty when there is none."""
        return self._current

    @property
    def selected(self) -> list[str]:
        """Paths of the selected rows, from the top."""
        return [self.model.path_at(row) for row in sorted(index.row() for index in self.list.selectedIndexes())]

    # what the person does

    def remove_selected(self) -> None:
        """Take the selected pictures out."""
        self.remove(self.selected)

    def move_selected(self, by: int) -> None:
        """Move the selected pictures up (−1) or down (+1)."""
        chosen = self.selected
        if not chosen:
            return
        rows = [self.model.row_of(path) for path in chosen]
        before = max(0, rows[0] - 1) if by < 0 else min(len(self.model.shown), rows[-1] + 2)
        if self.model.move(chosen, before):
            self._select(chosen)

    def pick(self, by: int) -> None:
        """Pick the next (+1) or previous (−1) picture of the list."""
        shown = self.model.shown
        if shown:
            row = self.model.row_of(self._current)
            row = min(max(row + by, 0), len(shown) - 1) if row >= 0 else 0
            self.list.setCurrentIndex(self.model.index(row))

    def set_sort(self, key: str) -> None:
        """Sort by a key of ``SORTS``."""
        self.model.set_sort(key)

    def set_filter(self, key: str) -> None:
        """Filter by a key of ``FILTERS`` or ``class:NAME``."""
        self.model.set_filter(key)

    def edit_true_class(self) -> None:
        """Edit the true class of the current row in place (F2)."""
        if self.list.currentIndex().isValid():
            self.list.edit(self.list.currentIndex())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if drops.can_take(event.mimeData()):
            self.zone.set_active(True)
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setAccepted(drops.can_take(event.mimeData()))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.zone.set_active(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.zone.set_active(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        mime = event.mimeData()
        if paths := drops.local_paths(mime):
            self.dropped.emit(paths)
        elif mime.hasImage() and isinstance(image := mime.imageData(), QImage):
            self.image_dropped.emit(image)
        if sentence := drops.refused(mime):
            self.refused.emit(sentence)

    # keeping the view in step

    def _on_current(self, index: QModelIndex) -> None:
        path = self.model.path_at(index.row()) if index.isValid() else ""
        if self._telling and path and path != self._current:
            self._current = path
            self.picked.emit(path)

    def _on_arranged(self) -> None:
        total, shown = len(self.model.items), len(self.model.shown)
        self.count.setText("" if not total else f"{total:,}" if shown == total else f"{shown:,} of {total:,}")
        key = self.model.filter_key
        self._chip.setVisible(key != "all")
        self._chip.setText(key.removeprefix("class:") if key.startswith("class:") else FILTERS[key])
        self._chip.setAccessibleName(f"Filter {self._chip.text()}: show all again")
        self.search.setVisible(total >= SEARCH_FROM or bool(self.search.text()))
        self._sort.setVisible(total > 1)
        self._filter.setVisible(total > 1)
        self.zone.set_large(not total)
        self._empty.setVisible(bool(total) and not shown)
        self._empty.setText("No picture fits the filter." if key != "all" else "No picture fits the search.")
        self.list.setVisible(bool(shown) or not total)
        self.list.setDragDropMode(
            QAbstractItemView.DragDropMode.DragDrop if self.model.plain else QAbstractItemView.DragDropMode.DragOnly
        )
        self._mark_current()

    def _mark_current(self) -> None:
        row = self.model.row_of(self._current)
        if row == self.list.currentIndex().row() and row >= 0:
            return
        self._telling = False
        self.list.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())
        self._telling = True

    def _select(self, paths: Iterable[str]) -> None:
        selection = self.list.selectionModel()
        for path in paths:
            selection.select(self.model.index(self.model.row_of(path)), selection.SelectionFlag.Select)

    def _fill_sorts(self, menu: QMenu) -> None:
        add_choices(menu, SORTS, self.model.sort_key, self.set_sort)

    def _fill_filters(self, menu: QMenu) -> None:
        fill_filters(menu, self.model.items, self.model.filter_key, self.set_filter)

    def _show_menu(self, position: QPoint) -> None:
        if self.selected:
            context_menu(self).popup(self.list.viewport().mapToGlobal(position))

    def _space(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._head.setSpacing(theme.px(4))
        self.setMinimumWidth(theme.px(176))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(208), theme.px(480))
