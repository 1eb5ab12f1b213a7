"""The tray's list: rows that can be moved by hand; what comes from outside is left to the tray."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from cnnviz.gui.theme import theme
from cnnviz.gui.tray_model import ROWS_TYPE, TrayModel


class TrayList(QListView):
    """Shows the rows of a ``TrayModel`` and says which of the tray's keys were pressed."""

    delete_pressed = Signal()
    move_pressed = Signal(int)

    def __init__(self, model: TrayModel) -> None:
        super().__init__()
        self.setObjectName("tray-list")
        self.setAccessibleName("Pictures")
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, alt = Qt.Key, event.modifiers() == Qt.KeyboardModifier.AltModifier
        if event.key() in (keys.Key_Delete, keys.Key_Backspace):
            self.delete_pressed.emit()
        elif alt and event.key() in (keys.Key_Up, keys.Key_Down):
            self.move_pressed.emit(-1 if event.key() == keys.Key_Up else 1)
        elif event.key() in (keys.Key_Left, keys.Key_Right, keys.Key_Home, keys.Key_End, keys.Key_Space):
            event.ignore()  # the window's: steps of the network, play
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt makes the first row current when there is none; to look at the list is not to pick a picture."""
        selection = self.selectionModel()
        silent = not self.currentIndex().isValid()
        selection.blockSignals(silent)
        super().focusInEvent(event)
        if silent:
            selection.clear()
            selection.blockSignals(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(ROWS_TYPE):
            super().dragEnterEvent(event)
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(ROWS_TYPE):
            super().dragMoveEvent(event)
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        if event.mimeData().hasFormat(ROWS_TYPE):
            super().dropEvent(event)
        else:
            event.ignore()
