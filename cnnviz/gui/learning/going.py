"""To “Learn” and back: a lesson stands beside the window and drives the views that the person can touch as well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.figure import Figure
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.sandbox.going import Sandboxing
from cnnviz.gui.session import Session
from cnnviz.gui.top_bar import LEARN
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.gui.learning.panel import LearnPanel
    from cnnviz.gui.learning.reader import Reader
    from cnnviz.gui.learning.side import Side
    from cnnviz.gui.training.going import Training
    from cnnviz.lessons.base import Lesson

OVER = ("sandbox", "network", "table", "train")
"""Workspaces to which one goes back afterwards, beside the first."""

COMMANDS = ("lesson-next", "lesson-back", "lesson-show")
"""What can be done only while a step is shown."""


class Learning(QObject):
    """Opens and closes the panel, and gives the window back as it was.

    Signals
    -------
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    landed()
        Something that the window waited for is there.
    """

    problem = Signal(str, str)
    news = Signal(str)
    landed = Signal()

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        sandboxing: Sandboxing,
        training: Training,
        others: tuple[Any, ...],
        explorer: Callable[[], Explorer],
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._sandboxing = window, session, sandboxing
        self._training, self._others, self._explorer = training, others, explorer
        self.reader: Reader | None = None
        self._side: Side | None = None
        self._before: tuple[Request, str] | None = None  # what was shown before, to go back to
        commands = window.commands
        commands["learn"].triggered.connect(self.set_open)
        window.top.learning_picked.connect(lambda: self.set_open(not self.open))
        window.top.workspace_picked.connect(lambda name: name == LEARN and self.set_open(True))
        commands["lesson-next"].triggered.connect(lambda: self.reader and self.reader.turn(+1))
        commands["lesson-back"].triggered.connect(lambda: self.reader and self.reader.turn(-1))
        commands["lesson-show"].triggered.connect(lambda: self.reader and self.reader.doing.show_me())
        commands["lesson-open"].triggered.connect(self._ask_file)
        window.closed.connect(self.leave)
        self._tell(False)

    @property
    def open(self) -> bool:
        """Whether the panel is seen."""
        return self._before is not None

    @property
    def panel(self) -> LearnPanel | None:
        """What stands beside the window; None before the first lesson."""
        return self.reader.panel if self.reader is not None else None

    @property
    def lesson(self) -> Lesson | None:
        """What is read; None while none is, or the list is shown."""
        return self.reader.lesson if self.reader is not None else None

    @property
    def active(self) -> bool:
        """Whether something of a lesson is being computed."""
        return self.reader is not None and self.reader.demonstrating.active

    @property
    def figure(self) -> Figure | None:
        """What a demonstration shows, for export; None while none is seen."""
        return self.reader.demonstrating.figure if self.reader is not None else None

    def stop(self) -> None:
        """End the thread; nothing is asked for any more."""
        self._before = None
        if self.reader is not None:
            self.reader.doing.rest()
            self.reader.demonstrating.stop()

    def set_response(self, response: Response) -> None:
        """The layer that is shown is known, and so are its numbers."""
        if self.reader is not None:
            if self.open:
                self.reader.demonstrating.set_response(response)
            self.reader.showing.set_response(response)

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the lessons, or leave them."""
        if on and not self.open:
            reader = self._enter()
            if reader.lesson is not None:
                reader.go_to(reader.place)
            else:
                reader.show_list()
        elif not on:
            self.leave()
        self._tell(self.open)

    def _enter(self) -> Reader:
        reader = self._made()
        if self._before is None:
            self._before = self._session.request, self._window.top.workspace
            for other in self._others:
                other.leave()
            assert self._side is not None
            self._side.show()
            self._tell(True)
        return reader

    @Slot()
    def leave(self) -> None:
        """The window as it was before the lesson."""
        if self._before is None:
            return
        request, workspace = self._before
        assert self.reader is not None
        assert self._side is not None
        self.reader.panel.projector.setChecked(False)
        self._before = None
        self.reader.doing.rest()
        self.reader.showing.leave()
        self._side.hide()
        self._tell(False)
        now = self._session.request
        self._session.update(**{name: getattr(request, name) for name in Request.__slots__})
        if self._session.request.image != request.image and now.model != request.model:
            self._session.update(image=request.image)  # the tray has chosen one for the network
        if workspace in OVER:
            self._window.top.workspace_picked.emit(workspace)
        self.reader.keep()

    def _tell(self, on: bool) -> None:
        commands = self._window.commands
        commands["learn"].setChecked(on)
        self._window.top.set_learning(on)
        for name in COMMANDS:
            commands[name].setEnabled(on and self.lesson is not None)

    def _made(self) -> Reader:
        if self.reader is not None:
            return self.reader
        from cnnviz.gui.learning.reader import Reader  # not before it is wanted
        from cnnviz.gui.learning.side import Side

        reader = self.reader = Reader(
            self._window, self._session, self._sandboxing, self._training, self._others, self._explorer
        )
        reader.problem.connect(self.problem)
        reader.news.connect(self.news)
        reader.landed.connect(self.landed)
        reader.opened.connect(lambda: self._tell(True))
        panel = reader.panel
        panel.left.connect(lambda: self.set_open(False))
        panel.lesson_picked.connect(lambda lesson: self.open_file(Path(lesson.file)))
        panel.open_wanted.connect(self._ask_file)
        panel.handout_wanted.connect(self._ask_handout)
        self._side = Side(self._window, panel)
        self._side.lettered.connect(reader.relist)
        return reader

    # files

    def open_file(self, file: Path, place: int | None = None) -> None:
        """Read a lesson, one of one's own as well, and show the step at which one was."""
        from cnnviz.lessons.reading import read_all, told

        lesson, mistakes = read_all(file)
        if lesson is None or mistakes:
            self.problem.emit(*told(mistakes))
        else:
            self._enter().begin(lesson, place)

    def begin(self, name: str, step: int) -> None:
        """Open a lesson by its name or file at a step, from 1."""
        from cnnviz.lessons.reading import lesson_named

        self.open_file(lesson_named(name), step - 1)

    @Slot()
    def _ask_file(self) -> None:
        from cnnviz.gui.learning.asking import ask_lesson

        if (file := ask_lesson(self._window)) is not None:
            self.open_file(file)

    @Slot()
    def _ask_handout(self) -> None:
        from cnnviz.gui.learning.asking import ask_handout

        assert self.lesson is not None
        if (file := ask_handout(self._window, self.lesson.key)) is not None:
            self.print(file)

    def print(self, file: Path) -> None:
        """Write a handout of the lesson that is open."""
        assert self.reader is not None
        assert self.reader.lesson is not None
        self.reader.demonstrating.print(self.reader.lesson, file)
