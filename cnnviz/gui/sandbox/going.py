"""To the sandbox and back: it takes the place of the network and its facts, and gives it back as it was."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnviz.figure import Figure
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.sandbox.page import SandboxPage
from cnnviz.gui.session import Session
from cnnviz.gui.top_bar import SANDBOX
from cnnviz.request import Request

WALK = ("next-step", "previous-step", "first-step", "last-step", "play", "trace-back", "level-up")
"""Commands that walk through the network; they rest while it is not seen."""


class Sandboxing(QObject):
    """Opens and closes the sandbox. The page is made when it is wanted for the first time, and kept.

    Nothing of it goes into the session's request: the network stays where it was.

    Attributes
    ----------
    news
        A sentence for the status line.
    """

    news = Signal(str)

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window, self._session = window, session
        self.page: SandboxPage | None = None
        self._hidden: list[QWidget] = []  # what was seen before, and is seen again afterwards
        self._rested: list[QAction] = []  # commands to be woken afterwards
        window.top.workspace_picked.connect(lambda name: self.set_open(name == SANDBOX))
        window.commands["sandbox"].triggered.connect(self.set_open)
        window.commands["explain"].triggered.connect(self.leave)
        window.closed.connect(self.leave)
        window.tray.model.dataChanged.connect(self._show_picture)
        window.facts_shown.connect(self._rest)
        session.changed.connect(self._on_request)

    @property
    def open(self) -> bool:
        """Whether the sandbox is shown."""
        return bool(self._hidden)

    @property
    def figure(self) -> Figure | None:
        """What the sandbox shows, for export; None while it is closed, or nothing comes of its setting."""
        found = self.page.found if self.page is not None and self.open else None
        return found.figure(self._session.request.colormaps) if found is not None else None

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the sandbox, or the network again."""
        if on and not self.open:
            self._enter()
        elif not on:
            self.leave()

    def _enter(self) -> None:
        window = self._window
        page = self.page = self.page or self._made()
        self._hidden = [part for part in (window.split, *window.docks) if not part.isHidden()]
        for part in self._hidden:
            part.hide()
        window.commands["play"].setChecked(False)
        self._rested.clear()
        self._rest()
        page.set_colormaps(self._session.request.colormaps)
        self._show_picture()
        page.show()
        page.focus()
        self._tell(True)

    @Slot()
    def leave(self) -> None:
        """Show the network again, as it was."""
        if self.page is None or not self.open:
            return
        self.page.hide()
        for part in self._hidden:
            part.show()
        self._hidden = []
        for action in self._rested:
            action.setEnabled(True)
        self._window.network.setFocus()
        self._window.status.set_remark(self._window.remark)
        self._tell(False)

    @Slot()
    def _rest(self) -> None:
        """Commands and remarks on the network rest while it is not seen, also when it answers meanwhile."""
        if not self.open:
            return
        commands = self._window.commands
        for name, action in commands.by_name.items():
            if (name in WALK or name.startswith("shift-")) and action.isEnabled():
                action.setEnabled(False)
                self._rested.append(action)
        commands["explain"].setChecked(False)  # its key leads from here to the explanation
        self._window.status.set_remark("")

    def _tell(self, on: bool) -> None:
        self._window.commands["sandbox"].setChecked(on)
        self._window.top.set_over(SANDBOX if on else "")

    def _made(self) -> SandboxPage:
        page = SandboxPage()
        page.hide()
        page.left.connect(self.leave)
        page.news.connect(self.news)
        centre = self._window.centralWidget()
        assert centre is not None
        column = centre.layout()
        assert isinstance(column, QVBoxLayout)
        column.addWidget(page, 1)
        return page

    @Slot()
    def _show_picture(self) -> None:
        """The window's picture as the tray has it: small, and decoded already."""
        if self.page is not None and self.open:
            item = self._window.tray.model.item(self._session.request.image)
            self.page.set_picture(item.thumbnail if item is not None else None)

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        """Another picture is shown here, too; who asks for another layer or view wants to see the network."""
        if (old.layer, old.view, old.channel, old.at) != (new.layer, new.view, new.channel, new.at):
            self.leave()
        self._show_picture()
        if self.page is not None:
            self.page.set_colormaps(self._session.request.colormaps)
