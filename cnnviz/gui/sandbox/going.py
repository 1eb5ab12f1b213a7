"""To the sandbox and back: it takes the place of the network and its facts, and gives it back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.figure import Figure
from cnnviz.gui.cover import Cover
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.gui.top_bar import SANDBOX
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.gui.sandbox.page import SandboxPage


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
        self._cover = Cover(window)
        window.top.workspace_picked.connect(lambda name: self.set_open(name == SANDBOX))
        window.commands["sandbox"].triggered.connect(self.set_open)
        window.commands["explain"].triggered.connect(self.leave)
        window.closed.connect(self.leave)
        window.tray.model.dataChanged.connect(self._show_picture)
        session.changed.connect(self._on_request)

    @property
    def open(self) -> bool:
        """Whether the sandbox is shown."""
        return self._cover.laid

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
        page = self.page = self.page or self._made()
        page.set_colormaps(self._session.request.colormaps)
        self._cover.lay(page)
        self._show_picture()
        page.focus()
        self._tell(True)

    @Slot()
    def leave(self) -> None:
        """Show the network again, as it was."""
        if self.open:
            self._cover.lift()
            self._tell(False)

    def _tell(self, on: bool) -> None:
        self._window.commands["sandbox"].setChecked(on)
        self._window.top.set_over(SANDBOX if on else "")

    def _made(self) -> SandboxPage:
        from cnnviz.gui.sandbox.page import SandboxPage  # not before it is wanted: the window is to be there at once

        page = SandboxPage()
        page.left.connect(self.leave)
        page.news.connect(self.news)
        self._cover.place(page)
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
