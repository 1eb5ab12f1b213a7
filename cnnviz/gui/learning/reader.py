"""The lesson that is read: its steps, what the window shows with them, and how far one has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.learning.demonstrating import Demonstrating
from cnnviz.gui.learning.doing import Doing
from cnnviz.gui.learning.panel import LearnPanel
from cnnviz.gui.learning.progress import Shelf
from cnnviz.gui.learning.showing import Showing
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.sandbox.going import Sandboxing
from cnnviz.gui.session import Session
from cnnviz.lessons.base import Lesson, Show
from cnnviz.lessons.expressions import printed
from cnnviz.lessons.following import FIRST, shown
from cnnviz.lessons.reading import lesson_files, read_all, told

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.gui.training.going import Training


class Reader(QObject):
    """Turns the pages: each is words in the panel, and something in the window.

    Signals
    -------
    opened(bool)
        A step is shown; else the list.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    landed()
        Something that the window waited for is there.
    """

    opened = Signal(bool)
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
        self.lesson: Lesson | None = None
        self.place = 0
        self._now: Show = FIRST
        self._shelf = Shelf()
        self.panel = LearnPanel()
        self.demonstrating = Demonstrating(window, session, explorer)
        self.showing = Showing(window, session, sandboxing, training, others, self.demonstrating)
        self.doing = Doing(self.showing, self.demonstrating)
        for part in (self.demonstrating, self.showing):
            part.problem.connect(self.problem)
        self.demonstrating.news.connect(self.news)
        self.demonstrating.known.connect(self._on_known)
        self.doing.done.connect(self._on_done)
        self.panel.turned.connect(self.turn)
        self.panel.step_picked.connect(self.go_to)
        self.panel.list_wanted.connect(self.show_list)
        self.panel.show_me.connect(self.doing.show_me)
        self.panel.answered.connect(self._on_answered)

    # lessons

    @Slot()
    def show_list(self) -> None:
        """The list of all lessons."""
        self.lesson = None
        self.doing.rest()
        self.demonstrating.leave()
        self.panel.show_contents(self._heads(lesson_files()), self._heads(self._shelf.own_files))
        self.opened.emit(False)

    @Slot()
    def relist(self) -> None:
        """The list once more, where it is shown: its letters have another size."""
        if self.lesson is None and self.panel.contents.rows:
            self.show_list()

    def _heads(self, files: Iterable[Path]) -> list[tuple[Lesson, float]]:
        """Lessons with the share that was read; of a file that is none any more its name, and what is wrong with it."""
        found = []
        for file in files:
            lesson, mistakes = read_all(file)
            if lesson is None or mistakes:
                found.append((Lesson(file.stem, file.name, 0, 0, told(mistakes)[0], (), str(file)), 0.0))
                continue
            share = len(self._shelf.of(lesson.key).read) / len(lesson.steps)
            found.append((lesson, share))
        return found

    def begin(self, lesson: Lesson, place: int | None = None) -> None:
        """A lesson, at the step at which one was; what has been read to its end begins anew."""
        file = Path(lesson.file)
        if file not in lesson_files():
            self._shelf.add_own(str(file.resolve()))
        self.lesson = lesson
        kept = self._shelf.of(lesson.key)
        again = 0 if kept.at >= len(lesson.steps) - 1 else kept.at
        self.go_to(again if place is None else place)

    # steps

    @Slot(int)
    def turn(self, by: int) -> None:
        """One step on or back; after the last comes the list."""
        if self.lesson is None:
            return
        if self.place + by >= len(self.lesson.steps):
            self.show_list()
        elif self.place + by >= 0:
            self.go_to(self.place + by)

    @Slot(int)
    def go_to(self, place: int) -> None:
        """Show a step: its words, and what the window shows with them."""
        assert self.lesson is not None
        self.place = place = min(max(place, 0), len(self.lesson.steps) - 1)
        step = self.lesson.steps[place]
        kept = self._shelf.of(self.lesson.key)
        kept.at = place
        kept.read.add(place)
        self._shelf.last = self.lesson.key
        self.doing.rest()
        self._now = shown(self.lesson, place)
        self.showing.show(self._now, self.lesson, step.demo)
        self.demonstrating.show(step.demo)
        self.panel.show_step(self.lesson, place, kept, self._said)
        self.panel.next.setFocus()
        self.keep()
        self.opened.emit(True)
        self.doing.begin(self.lesson, step, self._now)

    def keep(self) -> None:
        """Write down how far one has come."""
        if sentence := self._shelf.save():
            self.problem.emit(sentence, "")

    @Slot()
    def _on_done(self) -> None:
        """What was asked for has come true."""
        assert self.lesson is not None
        self.panel.set_done()
        self._shelf.of(self.lesson.key).done.add(self.place)
        self.keep()

    @Slot()
    def _on_answered(self) -> None:
        assert self.lesson is not None
        self._shelf.of(self.lesson.key).answered.add(self.place)
        self.keep()

    # numbers

    def _said(self, text: str) -> str:
        """What stands in the words for a number; while it is not known yet, three dots."""
        try:
            return printed(text, self.demonstrating.numbers(self._now.layer or ""))
        except CnnvizError:
            return "…"

    @Slot()
    def _on_known(self) -> None:
        if self.lesson is not None:
            self.panel.show_numbers()
        self.landed.emit()
