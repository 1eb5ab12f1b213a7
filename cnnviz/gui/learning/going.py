"""To “Learn” and back: a lesson stands beside the window and drives the views that the person can touch as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.sandbox.going import Sandboxing
from cnnviz.gui.session import Session
from cnnviz.gui.top_bar import LEARN
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.gui.learning.demonstrating import Demonstrating
    from cnnviz.gui.learning.panel import LearnPanel
    from cnnviz.gui.learning.progress import Shelf
    from cnnviz.gui.learning.side import Side
    from cnnviz.gui.training.going import Training
    from cnnviz.lessons.base import Lesson, Show

WORKSPACES = ("explain", "sandbox", "network", "table", "train")
"""Those that a step can open beside “explore”."""


class Learning(QObject):
    """Opens and closes the panel; a step becomes requests, and what the person does is compared with what was asked.

    Signals
    -------
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    scaled(float)
        The whole interface is to be so much larger than it is now: projector mode.
    landed()
        Something that the window waited for is there.
    """

    problem = Signal(str, str)
    news = Signal(str)
    scaled = Signal(float)
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
        self.panel: LearnPanel | None = None
        self.lesson: Lesson | None = None
        self.place = 0
        self._side: Side | None = None
        self._demonstrating: Demonstrating | None = None
        self._shelf: Shelf | None = None
        self._response: Response | None = None
        self._before: tuple[Request, str] | None = None  # what was shown before, to go back to
        commands = window.commands
        commands["learn"].triggered.connect(self.set_open)
        window.top.learning_picked.connect(lambda: self.set_open(not self.open))
        window.top.workspace_picked.connect(lambda name: name == LEARN and self.set_open(True))
        commands["lesson-next"].triggered.connect(lambda: self.turn(+1))
        commands["lesson-back"].triggered.connect(lambda: self.turn(-1))
        commands["lesson-show"].triggered.connect(self.show_me)
        commands["lesson-open"].triggered.connect(self._ask_file)
        for name in WORKSPACES:
            commands[name].toggled.connect(self._look)
        window.closed.connect(self.leave)
        session.changed.connect(self._look)
        self._tell(False)

    @property
    def open(self) -> bool:
        """Whether the panel is seen."""
        return self._before is not None

    @property
    def active(self) -> bool:
        """Whether something of a lesson is being computed."""
        return self._demonstrating is not None and self._demonstrating.active

    @property
    def figure(self) -> Figure | None:
        """What a demonstration shows, for export; None while none is seen."""
        return self._demonstrating.figure if self._demonstrating is not None else None

    def stop(self) -> None:
        """End the thread; nothing is asked for any more."""
        self._before = None
        if self._demonstrating is not None:
            self._demonstrating.stop()

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the lessons, or leave them."""
        if on and not self.open:
            self._enter()
            if self.lesson is not None:
                self.go_to(self.place)
            else:
                self.show_list()
        elif not on:
            self.leave()
        self._tell(self.open)

    def _enter(self) -> None:
        window = self._window
        self._before = self._session.request, window.top.workspace
        for other in self._others:
            other.leave()
        self._made()
        assert self._side is not None
        self._side.show()
        self._tell(True)

    @Slot()
    def leave(self) -> None:
        """The window as it was before the lesson."""
        if self._before is None:
            return
        request, workspace = self._before
        assert self.panel is not None
        assert self._side is not None
        self.panel.projector.setChecked(False)
        self._before = None
        self._leave_others()
        self._side.hide()
        self._tell(False)
        now = self._session.request
        self._session.update(**{name: getattr(request, name) for name in Request.__slots__})
        if self._session.request.image != request.image and now.model != request.model:
            self._session.update(image=request.image)  # the tray has chosen one for the network
        if workspace in WORKSPACES and workspace != "explain":
            self._window.top.workspace_picked.emit(workspace)
        self._keep()

    def _leave_others(self, demo: bool = False) -> None:
        """The network itself, or nothing but a demonstration over it."""
        if self._demonstrating is not None and not demo:
            self._demonstrating.leave()
        for other in self._others:
            other.leave()

    def _tell(self, on: bool) -> None:
        commands = self._window.commands
        commands["learn"].setChecked(on)
        self._window.top.set_learning(on)
        reading = on and self.lesson is not None
        for name in ("lesson-next", "lesson-back", "lesson-show"):
            commands[name].setEnabled(reading)

    def _made(self) -> LearnPanel:
        if self.panel is not None:
            return self.panel
        from cnnviz.gui.learning.demonstrating import Demonstrating  # not before it is wanted
        from cnnviz.gui.learning.panel import LearnPanel
        from cnnviz.gui.learning.progress import Shelf
        from cnnviz.gui.learning.side import Side

        self._shelf = Shelf()
        self._demonstrating = Demonstrating(self._window, self._session, self._explorer)
        for other in self._others:
            if hasattr(other, "entering"):  # it takes the same place
                other.entering.connect(self._demonstrating.leave)
        self._demonstrating.known.connect(self._on_known)
        self._demonstrating.problem.connect(self.problem)
        self._demonstrating.news.connect(self.news)
        self._demonstrating.changed.connect(self._look)
        panel = self.panel = LearnPanel()
        panel.left.connect(lambda: self.set_open(False))
        panel.turned.connect(self.turn)
        panel.step_picked.connect(self.go_to)
        panel.lesson_picked.connect(lambda lesson: self.open_file(Path(lesson.file)))
        panel.list_wanted.connect(self.show_list)
        panel.open_wanted.connect(self._ask_file)
        panel.handout_wanted.connect(self._ask_handout)
        panel.enlarged.connect(self._enlarge)
        panel.show_me.connect(self.show_me)
        panel.answered.connect(self._on_done)
        self._side = Side(self._window, panel)
        return panel

    # lessons and steps

    @Slot()
    def show_list(self) -> None:
        """The list of all lessons."""
        from cnnviz.lessons.reading import lesson_files

        assert self.panel is not None
        assert self._shelf is not None
        assert self._demonstrating is not None
        self.lesson = None
        self._demonstrating.leave()
        self.panel.show_contents(self._heads(lesson_files()), self._heads(self._shelf.own_files))
        self._tell(True)

    def _heads(self, files: Any) -> list[tuple[Lesson, float]]:
        """Lessons with the share that was read; of a file that is none any more its name, and what is wrong with it."""
        from cnnviz.lessons.base import Lesson
        from cnnviz.lessons.reading import read_all, told

        assert self._shelf is not None
        found = []
        for file in files:
            lesson, mistakes = read_all(file)
            if lesson is None or mistakes:
                found.append((Lesson(file.stem, file.name, 0, 0, told(mistakes)[0], (), str(file)), 0.0))
                continue
            share = len(self._shelf.of(lesson.key).read) / len(lesson.steps)
            found.append((lesson, share))
        return found

    def open_file(self, file: Path, place: int | None = None) -> None:
        """Read a lesson, one of one's own as well, and show the step at which one was."""
        from cnnviz.lessons.reading import lesson_files, read_all, told

        lesson, mistakes = read_all(file)
        if lesson is None or mistakes:
            self.problem.emit(*told(mistakes))
            return
        if not self.open:
            self._enter()
        assert self._shelf is not None
        if file not in lesson_files():
            self._shelf.add_own(str(file.resolve()))
        self.lesson = lesson
        kept = self._shelf.of(lesson.key)
        again = 0 if kept.at >= len(lesson.steps) - 1 else kept.at
        self.go_to(again if place is None else place)

    def begin(self, name: str, step: int) -> None:
        """Open a lesson by its name or file at a step, from 1."""
        from cnnviz.lessons.reading import lesson_named

        self.open_file(lesson_named(name), step - 1)

    @Slot(int)
    def turn(self, by: int) -> None:
        """One step on or back; after the last comes the list."""
        if not self.open or self.lesson is None:
            return
        if self.place + by >= len(self.lesson.steps):
            self.show_list()
        elif self.place + by >= 0:
            self.go_to(self.place + by)

    @Slot(int)
    def go_to(self, place: int) -> None:
        """Show a step: its words, and what the window shows with them."""
        from cnnviz.lessons.following import shown

        assert self.lesson is not None
        assert self.panel is not None
        assert self._shelf is not None
        assert self._demonstrating is not None
        self.place = place = min(max(place, 0), len(self.lesson.steps) - 1)
        step = self.lesson.steps[place]
        kept = self._shelf.of(self.lesson.key)
        kept.at = place
        kept.read.add(place)
        self._shelf.last = self.lesson.key
        self._done = True  # what the step before still shows fulfils nothing
        self._now = shown(self.lesson, place)
        self._show(self._now, demo=step.demo is not None)
        self._demonstrating.show(step.demo)
        self._done = False
        self.panel.show_step(self.lesson, place, kept.read, self._done, self._said)
        self.panel.next.setFocus()
        self._keep()
        self._tell(True)
        self._look()

    def _keep(self) -> None:
        if self._shelf is not None and (sentence := self._shelf.save()):
            self.problem.emit(sentence, "")

    def _show(self, show: Show, demo: bool = False) -> None:
        """Let the window show what a step says."""
        from cnnviz.gui.learning import driving

        assert self.lesson is not None
        self._leave_others(demo)
        driving.ask(self._session, driving.request_of(show, self._session.request, self.lesson))
        if demo:
            return
        if show.workspace in WORKSPACES and show.workspace not in ("explain", self._workspace):
            self._window.top.workspace_picked.emit(show.workspace)
        if show.workspace == "sandbox" and show.sandbox is not None and self._sandboxing.page is not None:
            driving.set_sandbox(self._sandboxing.page, show.sandbox)
        if show.train is not None and self._training.page is not None and not self._training.running:
            try:
                driving.set_training(self._training.page, show.train)
            except CnnvizError as error:
                self.problem.emit(str(error), error.details)
        if self._sandboxing.page is not None:
            self._sandboxing.page.shown.connect(self._look, Qt.ConnectionType.UniqueConnection)

    @property
    def _workspace(self) -> str:
        shown = self._window.top.workspace
        return shown if shown in WORKSPACES else "explore"

    # what is to be done

    @Slot()
    def show_me(self) -> None:
        """Do what the step asks for."""
        from cnnviz.lessons.following import after, reaching

        step = self.lesson.steps[self.place] if self.lesson is not None else None
        if step is None or step.do is None:
            return
        until = step.do.until
        if until.demo is not None and self._demonstrating is not None and self._demonstrating.page is not None:
            self._demonstrating.page.set_options(reaching(until.demo))  # type: ignore[arg-type]
        else:
            options = tuple(sorted(reaching(until.options or ()).items()))
            wanted = replace(until, demo=None, options=options if until.options else None)  # type: ignore[arg-type]
            if wanted.workspace is None and until.sandbox is None:
                wanted = replace(wanted, workspace=self._now.workspace if step.demo is None else "explore")
            if until.sandbox is not None:
                wanted = replace(wanted, sandbox=tuple(sorted(reaching(until.sandbox).items())))  # type: ignore[arg-type]
            self._show(after(replace(self._now, sandbox=None), wanted))
        self._look()

    @Slot()
    def _look(self) -> None:
        """Whether what was asked for has come true."""
        from cnnviz.gui.learning import driving

        if not self.open or self.lesson is None or self._done:
            return
        do = self.lesson.steps[self.place].do
        if do is not None and driving.has_come_true(do.until, self._state(), self.lesson):
            self._on_done()

    def _state(self) -> Mapping[str, Any]:
        """What the window shows, by the keys of `Show`."""
        from cnnviz.gui.learning import driving

        assert self._demonstrating is not None
        page = self._demonstrating.page if self._demonstrating.laid else None
        sandbox = self._sandboxing.page if self._sandboxing.open else None
        return driving.state(
            self._session.request, self._response, self._workspace, sandbox, dict(page.options) if page else {}
        )

    @Slot()
    def _on_done(self) -> None:
        """What was asked for has come true, or the question was answered."""
        assert self.panel is not None
        assert self.lesson is not None
        assert self._shelf is not None
        if self.lesson.steps[self.place].do is not None:
            self._done = True
            self.panel.set_done()
        self._shelf.of(self.lesson.key).done.add(self.place)
        self._keep()

    # numbers

    def set_response(self, response: Response) -> None:
        """The layer that is shown is known, and so are its numbers."""
        self._response = response
        if self.open and self._demonstrating is not None:
            self._demonstrating.set_response(response)
            self._look()

    def _said(self, text: str) -> str:
        """What stands in the words for a number; while it is not known yet, three dots."""
        from cnnviz.lessons.expressions import printed

        assert self._demonstrating is not None
        try:
            return printed(text, self._demonstrating.numbers(self._now.layer or ""))
        except CnnvizError:
            return "…"

    @Slot()
    def _on_known(self) -> None:
        if self.panel is not None and self.lesson is not None:
            self.panel.show_numbers()
        self.landed.emit()

    # larger, from a file

    @Slot(bool)
    def _enlarge(self, on: bool) -> None:
        """Projector mode: the words are much larger, and everything else is larger, too."""
        from cnnviz.gui.learning.panel import LARGE

        assert self.panel is not None
        self.scaled.emit(1.25 if on else 0.8)
        self.panel.set_factor(LARGE if on else 1.0)
        if self.open and self._side is not None:
            self._side.widen()
            if self.lesson is not None and self._shelf is not None:
                read = self._shelf.of(self.lesson.key).read
                self.panel.show_step(self.lesson, self.place, read, self._done, self._said)
            else:
                self.show_list()

    @Slot()
    def _ask_file(self) -> None:
        from cnnviz.gui.learning.asking import ask_lesson

        if (file := ask_lesson(self._window)) is not None:
            self.open_file(file)
            self._tell(self.open)

    @Slot()
    def _ask_handout(self) -> None:
        from cnnviz.gui.learning.asking import ask_handout

        assert self.lesson is not None
        if (file := ask_handout(self._window, self.lesson.key)) is not None:
            self.print(file)

    def print(self, file: Path) -> None:
        """Write a handout of the lesson that is open."""
        assert self.lesson is not None
        assert self._demonstrating is not None
        self._demonstrating.print(self.lesson, file)

    _done = False
    _now: Show
