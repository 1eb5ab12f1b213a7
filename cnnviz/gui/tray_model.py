"""The tray's list for Qt: all pictures in the order of their arrival, and which of them are listed in which order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from cnnviz.gui.tray_items import TrayItem, arranged

ITEM = Qt.ItemDataRole.UserRole
"""Role of the whole ``TrayItem``."""

ROWS_TYPE = "application/x-cnnviz-tray"
"""Marks a drag that began in the tray itself."""

_Index = QModelIndex | QPersistentModelIndex


class TrayModel(QAbstractListModel):
    """Rows are the pictures that pass the filter, sorted."""

    arranged = Signal()  # rows have come, gone or moved, and the view has been told
    labelled = Signal(str, str)  # path, true label that the person gave
    reordered = Signal(object)  # all paths in their new order

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: dict[str, TrayItem] = {}
        self._shown: list[str] = []
        self._rows: dict[str, int] = {}
        self.sort_key, self.filter_key, self.text = "added", "all", ""
        self._later = QTimer(self, singleShot=True, interval=0)  # many predictions at once rearrange the list once
        self._later.timeout.connect(self._arrange)

    # the pictures

    @property
    def items(self) -> tuple[TrayItem, ...]:
        """All pictures, as added."""
        return tuple(self._items.values())

    @property
    def shown(self) -> tuple[str, ...]:
        """Paths of the rows, from the top."""
        return tuple(self._shown)

    @property
    def plain(self) -> bool:
        """Whether all pictures are listed as they were added, so that they can be moved by hand."""
        return self.sort_key == "added" and self.filter_key == "all" and not self.text.strip()

    def path_at(self, row: int) -> str:
        """Path of a row."""
        return self._shown[row]

    def item(self, path: str) -> TrayItem | None:
        """The picture of that path, or None."""
        return self._items.get(path)

    def row_of(self, path: str) -> int:
        """Row of a picture, −1 when it is not listed."""
        return self._rows.get(path, -1)

    def add(self, items: Iterable[TrayItem]) -> list[str]:
        """Append pictures; the paths that were not there yet."""
        new = [item for item in items if item.path not in self._items]
        new = list({item.path: item for item in new}.values())
        if not new:
            return []
        if self.plain:
            first = len(self._shown)
            self.beginInsertRows(QModelIndex(), first, first + len(new) - 1)
            self._items.update((item.path, item) for item in new)
            self._shown += [item.path for item in new]
            self._rows.update((item.path, first + place) for place, item in enumerate(new))
            self.endInsertRows()
            self.arranged.emit()
        else:
            self._items.update((item.path, item) for item in new)
            self._arrange()
        return [item.path for item in new]

    def update(self, path: str, **changes: Any) -> None:
        """Replace fields of one picture; a path that is gone is passed over."""
        item = self._items.get(path)
        if item is None:
            return
        self._items[path] = replace(item, **changes)
        row = self.row_of(path)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))
        if not self.plain:
            self._later.start()

    def update_all(self, **changes: Any) -> None:
        """Replace the same fields of all pictures: their predictions when another model is opened."""
        self._items = {path: replace(item, **changes) for path, item in self._items.items()}
        self._repaint()

    def stop_waiting(self) -> None:
        """What waits or runs will not be predicted: the job was cancelled."""
        self._items = {
            path: replace(item, waiting=False, running=False) if item.state in ("waiting", "running") else item
            for path, item in self._items.items()
        }
        self._repaint()

    def _repaint(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))
        if not self.plain:
            self._later.start()

    def remove(self, paths: Iterable[str]) -> list[str]:
        """Take pictures out; the paths that were there."""
        gone = [path for path in paths if path in self._items]
        for path in gone:
            del self._items[path]
        if gone:
            self._arrange()
        return gone

    def move(self, paths: Sequence[str], before: int) -> bool:
        """Put pictures in front of a row (or at the end); only while the list is ``plain``."""
        if not self.plain:
            return False
        moved = [path for path in self._shown if path in set(paths)]
        head = [path for path in self._shown[:before] if path not in set(moved)]
        tail = [path for path in self._shown[before:] if path not in set(moved)]
        order = head + moved + tail
        if not moved or order == self._shown:
            return False
        self._items = {path: self._items[path] for path in order}
        self._arrange()
        self.reordered.emit(order)
        return True

    # how they are listed

    def set_sort(self, key: str) -> None:
        """Sort by a key of ``SORTS``."""
        self.sort_key = key
        self._arrange()

    def set_filter(self, key: str) -> None:
        """List what passes a key of ``FILTERS`` or ``class:NAME``."""
        self.filter_key = key
        self._arrange()

    def set_text(self, text: str) -> None:
        """List what contains a text."""
        self.text = text
        self._arrange()

    def _arrange(self) -> None:
        self._later.stop()
        shown = [item.path for item in arranged(self._items.values(), self.sort_key, self.filter_key, self.text)]
        if shown != self._shown:
            self.beginResetModel()
            self._shown = shown
            self._rows = {path: row for row, path in enumerate(shown)}
            self.endResetModel()
        self.arranged.emit()

    # Qt's side

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        item = self._items[self._shown[index.row()]]
        if role == ITEM:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.EditRole:
            return item.true_label
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{item.path}\n{item.summary}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}, {item.summary}"
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        self.set_true_label([self._shown[index.row()]], str(value).strip())
        return True

    def set_true_label(self, paths: Iterable[str], label: str) -> None:
        """Give pictures their true class, as the person did; empty takes it away."""
        for path in paths:
            item = self._items.get(path)
            if item is not None and item.true_label != label:
                self.update(path, true_label=label)
                self.labelled.emit(path, label)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled  # between rows, not onto them
        flags = Qt.ItemFlag
        return flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsEditable | flags.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def mimeTypes(self) -> list[str]:
        return [ROWS_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        paths = [self._shown[index.row()] for index in indexes]
        mime = QMimeData()
        mime.setData(ROWS_TYPE, "\n".join(paths).encode())
        return mime

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        paths = bytes(data.data(ROWS_TYPE).data()).decode().split("\n")
        self.move(paths, row if row >= 0 else len(self._shown))
        return False  # the rows have been moved here; the view must not remove the dragged ones
