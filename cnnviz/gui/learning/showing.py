"""Lets the window show what a step says, by the views that the person can touch as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.learning import driving
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.sandbox.going import Sandboxing
from cnnviz.gui.session import Session
from cnnviz.lessons.base import Demo, Lesson, Show
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.gui.learning.demonstrating import Demonstrating
    from cnnviz.gui.training.going import Training

WORKSPACES = ("explain", "sandbox", "network", "table", "train")
"""Those that a step can open beside “explore”."""


class Showing(QObject):
    """Makes requests, workspaces and demonstrations of what a step says, and says what is shown.

    Signals
    -------
    changed()
        What is shown has changed.
    problem(str, str)
        A sentence for the bar, with details.
    """

    changed = Signal()
    problem = Signal(str, str)

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        sandboxing: Sandboxing,
        training: Training,
        others: tuple[Any, ...],
        demonstrating: Demonstrating,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._sandboxing, self._training = window, session, sandboxing, training
        self._others, self._demonstrating = others, demonstrating
        self._response: Response | None = None
        for other in others:
            if hasattr(other, "entering"):  # it takes the same place
                other.entering.connect(demonstrating.leave)
        demonstrating.changed.connect(self.changed)
        session.changed.connect(self.changed)
        for name in WORKSPACES:
            window.commands[name].toggled.connect(self.changed)

    @property
    def workspace(self) -> str:
        """The workspace that is open, as a lesson names it."""
        shown = self._window.top.workspace
        return shown if shown in WORKSPACES else "explore"

    def show(self, show: Show, lesson: Lesson, demo: Demo | None = None) -> None:
        """Show what is said, or the demonstration over it."""
        self.leave(demo is not None)
        driving.ask(self._session, driving.request_of(show, self._session.request, lesson))
        if demo is not None:
            return
        if show.workspace in WORKSPACES and show.workspace not in ("explain", self.workspace):
            self._window.top.workspace_picked.emit(show.workspace)
        if show.workspace == "sandbox" and show.sandbox is not None and self._sandboxing.page is not None:
            driving.set_sandbox(self._sandboxing.page, show.sandbox)
        if show.train is not None and self._training.page is not None and not self._training.running:
            try:
                driving.set_training(self._training.page, show.train)
            except CnnvizError as error:
                self.problem.emit(str(error), error.details)
        if self._sandboxing.page is not None:
            self._sandboxing.page.shown.connect(self.changed, Qt.ConnectionType.UniqueConnection)

    def leave(self, demo: bool = False) -> None:
        """To the network itself, or to nothing but a demonstration over it."""
        if not demo:
            self._demonstrating.leave()
        for other in self._others:
            other.leave()

    def set_response(self, response: Response) -> None:
        """The layer that is shown is known."""
        self._response = response
        self.changed.emit()

    def state(self) -> Mapping[str, Any]:
        """What the window shows, by the keys of `Show`."""
        page = self._demonstrating.page if self._demonstrating.laid else None
        sandbox = self._sandboxing.page if self._sandboxing.open else None
        demo = dict(page.options) if page else {}
        return driving.state(self._session.request, self._response, self.workspace, sandbox, demo)
