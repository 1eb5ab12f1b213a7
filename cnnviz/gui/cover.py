"""A page that takes the place of everything but the bars, and gives it back as it was."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnnviz.gui.main_window import MainWindow

WALK = ("next-step", "previous-step", "first-step", "last-step", "play", "trace-back", "level-up")
"""Commands that walk through the network; they rest while it is not seen."""


class _Place(QScrollArea):
    """Where a page stands: what it asks for never makes the window larger than the screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As large as the place; larger only where its parts would lie over each other."""
        if (page := self.widget()) is not None:
            page.resize(self.viewport().size().expandedTo(page.minimumSizeHint()))


class Cover(QObject):
    """Lays a page over the network and its facts.

    Parameters
    ----------
    window
        Where.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._place = _Place(window)
        self._page: QWidget | None = None
        self._hidden: list[QWidget] = []  # what was seen before, and is seen again afterwards
        self._rested: list[QAction] = []  # commands to be woken afterwards
        window.facts_shown.connect(self._rest)

    @property
    def laid(self) -> bool:
        """Whether the page is seen."""
        return self._page is not None

    def place(self, page: QWidget) -> None:
        """Give the page its place in the window; it is not seen yet. Where it finds no room, it scrolls."""
        self._place.setWidget(page)
        self._place.setObjectName(f"{page.objectName()}-place")
        centre = self._window.centralWidget()
        assert centre is not None
        column = centre.layout()
        assert isinstance(column, QVBoxLayout)
        column.addWidget(self._place, 1)

    def lay(self, page: QWidget) -> None:
        """Show the page."""
        window = self._window
        for other in window.findChildren(Cover):
            if other is not self and other.laid:
                other.lift()
        self._page = page
        page.show()
        self._place.show()
        if page.focusPolicy() == Qt.FocusPolicy.NoFocus:
            page.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        page.setFocus()  # before what has the keys is hidden: else they would go to whatever comes next
        self._hidden = [part for part in (window.split, *window.docks) if not part.isHidden()]
        for part in self._hidden:
            part.hide()
        window.commands["play"].setChecked(False)
        self._rested.clear()
        self._rest()

    def lift(self) -> None:
        """Show the network again, as it was."""
        assert self._page is not None
        self._place.hide()
        self._page = None
        for part in self._hidden:
            part.show()
        self._hidden = []
        for action in self._rested:
            action.setEnabled(True)
        self._window.network.setFocus()
        self._window.status.set_remark(self._window.remark)

    @Slot()
    def _rest(self) -> None:
        """Commands and remarks on the network rest while it is not seen, also when it answers meanwhile."""
        if self._page is None:
            return
        commands = self._window.commands
        for name, action in commands.by_name.items():
            if (name in WALK or name.startswith("shift-")) and action.isEnabled():
                action.setEnabled(False)
                self._rested.append(action)
        commands["explain"].setChecked(False)  # its key leads from here to the explanation
        self._window.status.set_remark("")
