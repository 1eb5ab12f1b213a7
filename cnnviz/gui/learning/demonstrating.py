"""Demonstrations as a page over the network, live: the newest wish is computed in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure
from cnnviz.gui.cover import Cover
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.learning import work
from cnnviz.gui.learning.stage import DemoPage
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.gui.theme import theme
from cnnviz.gui.top_bar import LEARN
from cnnviz.lessons.base import Demo, Lesson
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer


class Demonstrating(QObject):
    """Shows the demonstration of a step, and knows the numbers that its words may name.

    Signals
    -------
    known()
        Numbers have changed.
    changed()
        The options of the demonstration have changed.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    """

    known = Signal()
    changed = Signal()
    problem = Signal(str, str)
    news = Signal(str)

    def __init__(self, window: MainWindow, session: Session, explorer: Callable[[], Explorer]) -> None:
        super().__init__(window)
        self._session, self._explorer = session, explorer
        self._cover = Cover(window)
        always = threading.Event()
        always.set()
        self._jobs = Jobs(always, self)
        self._jobs.reported.connect(self._on_report)
        self.page: DemoPage | None = None
        self._name = ""
        self._job: Job | None = None
        self._wanted: work.Wish | None = None  # the newest wish
        self._facts: dict[str, dict[str, object]] = {}  # by model
        self._asked: set[str] = set()
        self._numbers: dict[str, float] = {}
        self._window = window
        window.top.workspace_picked.connect(self._on_workspace)
        session.changed.connect(self._on_request)

    @property
    def active(self) -> bool:
        """Whether something is being computed."""
        return self._jobs.active

    @property
    def laid(self) -> bool:
        """Whether a demonstration is seen."""
        return self._cover.laid

    @property
    def figure(self) -> Figure | None:
        """What the demonstration shows; None while none is seen."""
        return self.page.view.figure if self.page is not None and self.laid else None

    def stop(self) -> None:
        """End the thread."""
        self._wanted = None
        self._jobs.stop()

    def show(self, demo: Demo | None) -> None:
        """The demonstration of a step; None for none."""
        from cnnviz.lessons import demonstrations

        self._numbers = {}
        self._ask_facts()
        if demo is None:
            self.leave()
            return
        try:
            found = demonstrations.get(demo.name)
        except CnnvizError as error:
            self.leave()
            self.problem.emit(str(error), "")
            return
        page = self.page = self.page or self._made()
        self._name = demo.name
        page.begin(found.title, found.controls, demo.options)
        if not self._cover.laid:
            self._cover.lay(page)
            self._window.top.set_over(LEARN)
        self._ask()

    def leave(self) -> None:
        """Show the network again."""
        self._wanted, self._name = None, ""
        if self._cover.laid:
            self._cover.lift()
            self._window.top.set_over("")

    def _made(self) -> DemoPage:
        page = DemoPage()
        page.changed.connect(self._on_changed)
        self._cover.place(page)
        return page

    @Slot(str)
    def _on_workspace(self, name: str) -> None:
        """To the network itself; every other workspace lays a page of its own."""
        if not name:
            self.leave()

    @Slot()
    def _on_changed(self) -> None:
        self._ask()
        self.changed.emit()

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        """Another picture: the demonstration is of that one."""
        if (old.image, old.picture_edit) != (new.image, new.picture_edit) and self.laid:
            self._ask()

    def set_response(self, response: Response) -> None:
        """The model is open: it can be counted."""
        self._ask_facts()
        self.known.emit()

    # computing

    def _ask(self) -> None:
        assert self.page is not None
        request = self._session.request
        self._wanted = work.Wish(self._name, self.page.options, request.image, request.picture_edit)
        self.page.set_busy(True)
        if self._job is None:
            self._begin()

    def _begin(self) -> None:
        wish = self._wanted
        if wish is not None:
            run = partial(work.demonstrate, wish, lambda: self._wanted == wish)
            self._job = self._jobs.start(Job(f"Demonstration “{wish.name}”", run))

    def _ask_facts(self) -> None:
        model = self._session.request.model
        if model.name not in self._asked:
            self._asked.add(model.name)
            self._jobs.start(Job("Counting", partial(work.know, self._explorer, model)))

    def print(self, lesson: Lesson, file: Path) -> None:
        """Write a handout."""
        from cnnviz.gui.learning import printing

        family = theme.font().family()
        self.news.emit(f"Writing {file.name}…")
        run = partial(printing.write, self._explorer, lesson, file, family)
        self._jobs.start(Job(f"Writing {file.name}", run))

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        for found in report.results:
            if isinstance(found, Path):
                self.news.emit(f"Saved {found}")
            elif isinstance(found, tuple):
                self.problem.emit(*found)
            if isinstance(found, work.Known):
                self._facts[found.model] = found.facts
                self.known.emit()
            elif isinstance(found, work.Shown) and found.wish == self._wanted:
                self._take(found)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended and report.job is self._job:
            self._job = None
            wish = self._wanted
            if wish is not None and wish != self._answered and not report.problem:
                self._begin()
        self.known.emit()

    _answered: work.Wish | None = None

    def _take(self, shown: work.Shown) -> None:
        assert self.page is not None
        self._answered = shown.wish
        if shown.made is None:
            self.page.set_busy(False)
            self.problem.emit(shown.problem, shown.details)
            return
        self.page.set_figure(shown.made.figure, shown.made.idle)
        self._numbers = {f"demo.{name}": value for name, value in shown.made.numbers.items()}

    # numbers

    def numbers(self, layer: str) -> dict[str, float]:
        """The numbers that words may name now; those that are not known yet are missing."""
        from cnnviz.lessons.facts import numbers

        facts = self._facts.get(self._session.request.model.name)
        return (numbers(facts, layer) if facts else {}) | self._numbers
