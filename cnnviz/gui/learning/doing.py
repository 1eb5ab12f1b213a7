"""The task of a step: whether it has come true, and “Show me”."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.gui.learning import driving
from cnnviz.gui.learning.demonstrating import Demonstrating
from cnnviz.gui.learning.showing import Showing
from cnnviz.lessons.base import Lesson, Show, Step
from cnnviz.lessons.following import after, reaching


class Doing(QObject):
    """Looks, whenever something has changed, whether the window shows what a step asks for.

    Signals
    -------
    done()
        It does.
    """

    done = Signal()

    def __init__(self, showing: Showing, demonstrating: Demonstrating) -> None:
        super().__init__(showing)
        self._showing, self._demonstrating = showing, demonstrating
        self._lesson: Lesson | None = None
        self._step: Step | None = None  # None while nothing is to be looked for
        self._now: Show | None = None
        self.is_done = False
        showing.changed.connect(self.look)

    def rest(self) -> None:
        """Look for nothing: what a step before still shows fulfils nothing."""
        self._step, self.is_done = None, False

    def begin(self, lesson: Lesson, step: Step, now: Show) -> None:
        """Look for what a step asks for, where it begins with what is shown now."""
        self._lesson, self._step, self._now = lesson, step, now
        self.is_done = False
        self.look()

    @Slot()
    def look(self) -> None:
        """Whether what was asked for has come true; once done it stays so."""
        if self._step is None or self._step.do is None or self.is_done:
            return
        assert self._lesson is not None
        if driving.has_come_true(self._step.do.until, self._showing.state(), self._lesson):
            self.is_done = True
            self.done.emit()

    def show_me(self) -> None:
        """Do what the step asks for."""
        step, lesson, now = self._step, self._lesson, self._now
        if step is None or step.do is None or lesson is None or now is None:
            return
        until = step.do.until
        if until.demo is not None and self._demonstrating.page is not None:
            self._demonstrating.page.set_options(reaching(until.demo))  # type: ignore[arg-type]
        else:
            options = tuple(sorted(reaching(until.options or ()).items()))
            wanted = replace(until, demo=None, options=options if until.options else None)  # type: ignore[arg-type]
            if wanted.workspace is None and until.sandbox is None:
                wanted = replace(wanted, workspace=now.workspace if step.demo is None else "explore")
            if until.sandbox is not None:
                wanted = replace(wanted, sandbox=tuple(sorted(reaching(until.sandbox).items())))  # type: ignore[arg-type]
            self._showing.show(after(replace(now, sandbox=None), wanted), lesson)
        self.look()
