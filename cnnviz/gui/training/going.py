"""To the workspace “Train” and back; what a training tells is shown, and what the person wants is told to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.gui.cover import Cover
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.top_bar import TRAIN
from cnnviz.gui.training.wish import Wish
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.gui.training.counting import Counting
    from cnnviz.gui.training.kept import Unfinished
    from cnnviz.gui.training.looking import Looking
    from cnnviz.gui.training.outcome import Outcome
    from cnnviz.gui.training.page import TrainingPage
    from cnnviz.gui.training.resuming import Resuming
    from cnnviz.gui.training.telling import Telling
    from cnnviz.gui.training.work import Begun, Failed
    from cnnviz.training import Started


PAUSED = "paused"
"""What the status line says of a training that holds."""


class Training(QObject):
    """Opens and closes the workspace. A training goes on while one looks at something else.

    Signals
    -------
    chosen(ModelRequest)
        What was trained is to be opened.
    pictured(dict)
        Before that: files of pictures that it has not learned from, and their classes.
    reported(JobReport)
        How the training goes on, for the status line.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    offered(str, object)
        A sentence with something that can be done about it: its words, and what is called.
    """

    chosen = Signal(object)
    pictured = Signal(object)
    reported = Signal(object)
    problem = Signal(str, str)
    news = Signal(str)
    offered = Signal(str, object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._cover = Cover(window)
        always = threading.Event()  # a training does not wait for the pictures
        always.set()
        self._work = Jobs(always, self)
        self._work.reported.connect(self._on_work)
        self.page: TrainingPage | None = None
        self._looking: Looking | None = None
        self._counting: Counting | None = None
        self._telling: Telling | None = None
        self._job: Job | None = None
        self._wish: Wish | None = None
        self._goes_on = False  # whether it was cut off before
        self._paused = False
        self._begun: Begun | None = None
        self._outcome: Outcome | None = None
        self._resuming: Resuming | None = None
        self._response: Response | None = None
        window.top.workspace_picked.connect(lambda name: self.set_open(name == TRAIN))
        window.commands["train"].triggered.connect(lambda on: window.top.workspace_picked.emit(TRAIN if on else ""))
        for name in ("explain", "sandbox", "network", "table"):
            window.commands[name].triggered.connect(self.leave)
        window.closed.connect(self.leave)

    @property
    def active(self) -> bool:
        """Whether something is being trained or looked at."""
        helpers = (self._looking, self._counting)
        return self._work.active or any(helper.jobs.active for helper in helpers if helper is not None)

    @property
    def running(self) -> bool:
        """Whether something is being trained."""
        return self._work.active

    @property
    def wants_model(self) -> bool:
        """Whether the model that is open is what is to learn: who opens another one chooses it for that."""
        return self._cover.laid and self.page is not None and self.page.form.transfer and not self._work.active

    def stop(self) -> None:
        """End all threads; what a training wrote after its last epoch stays."""
        if self._begun is not None:
            self._begun.control.stop()
        self._work.stop()
        for helper in (self._looking, self._counting):
            if helper is not None:
                helper.jobs.stop()

    def look_back(self) -> None:
        """At the start: a training that was cut off can go on."""
        from cnnviz.gui.training.kept import unfinished

        for left in unfinished()[:1]:
            what = f"The {'comparison' if left.wish.compare else 'training'} of {left.wish.title}"
            sentence = f"{what} was cut off after epoch {left.epoch} of {left.wish.epochs}."
            self.offered.emit(sentence, ("Show it in Train", lambda: self.set_open(True)))

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the workspace, or what was there before."""
        if on and not self._cover.laid:
            self.page = self.page or self._made()
            self._show_model()
            self._cover.lay(self.page)
            self.page.form.fields.data.setFocus()
            self._tell(True)
            if self._resuming is not None and not self._work.active:
                self._resuming.look()
            if self._counting is not None:
                self._counting.begin()
        elif not on:
            self.leave()

    @Slot()
    def leave(self) -> None:
        """Show the network again."""
        if self._cover.laid:
            self._cover.lift()
            self._tell(False)
        self._window.commands["train"].setChecked(False)  # another page may have lifted it

    def set_response(self, response: Response) -> None:
        """The model and the picture that are shown: from the one one can start, the other is looked at."""
        self._response = response
        self._show_model()

    def _show_model(self) -> None:
        if self.page is not None and self._looking is not None and self._response is not None:
            self.page.form.set_model(self._response.request.model, self._response.model.title)
            self._looking.set_open(self._response.request.image)

    def _tell(self, on: bool) -> None:
        self._window.commands["train"].setChecked(on)
        self._window.top.set_over(TRAIN if on else "")

    def _made(self) -> TrainingPage:
        """The page, with all who work on it; nothing of it is imported before it is wanted."""
        from cnnviz.gui.training.counting import Counting
        from cnnviz.gui.training.looking import Looking
        from cnnviz.gui.training.page import TrainingPage
        from cnnviz.gui.training.resuming import Resuming
        from cnnviz.gui.training.telling import Telling

        page = TrainingPage()
        self._looking = Looking(page.course, page.watch, self)
        self._counting = Counting(page, self)
        self._telling = Telling(page, self)
        self._resuming = Resuming(page.offer, self)
        self._telling.started.connect(self._on_started)
        self._telling.snapped.connect(self._looking.keep)
        self._telling.news.connect(self.news)
        for helper in (self._looking, self._counting):
            helper.reported.connect(self.reported)
        self._looking.problem.connect(self.problem)
        page.form.wanted.connect(self.begin)
        page.course.paused.connect(self._on_pause)
        page.course.stopped.connect(self._on_stop)
        page.course.rate_changed.connect(self._on_rate)
        self._outcome = self._outcome_of(page)
        self._resuming.wanted.connect(self.begin)
        self._cover.place(page)
        return page

    def _outcome_of(self, page: TrainingPage) -> Outcome:
        from cnnviz.gui.training.outcome import Outcome

        outcome = Outcome(page, self)
        outcome.pictured.connect(self.pictured)
        outcome.opened.connect(self.leave)
        outcome.opened.connect(self.chosen)
        outcome.deepened.connect(self.begin)
        outcome.problem.connect(self.problem)
        outcome.news.connect(self.news)
        return outcome

    # what the person does

    @Slot(object)
    def begin(self, wish: Wish, going: Unfinished | None = None) -> None:
        """Train; or go on with a training that was cut off."""
        from cnnviz.gui.training import work

        assert self.page is not None
        assert self._telling is not None
        assert self._counting is not None
        if self._work.active:
            return
        self._counting.stop()
        self._begun, self._wish, self._goes_on, self._paused = None, wish, going is not None, False
        self._telling.forget(wish.compare)
        if going is not None:
            self.page.form.show_wish(wish)
        self.page.set_waiting(True)
        self.page.course.say("Reading…", wish.title)
        self._job = self._work.start(Job(f"Training {wish.title}", partial(work.learn, wish, going)))

    @Slot(bool)
    def _on_pause(self, on: bool) -> None:
        if self._begun is None:
            return
        self._begun.control.pause() if on else self._begun.control.resume()
        self._paused = on
        if on and self._job is not None and self._work.active:
            self.reported.emit(JobReport(self._job, 0, 0, None, (), note=PAUSED))

    @Slot()
    def _on_stop(self) -> None:
        if self._begun is not None:
            self._begun.control.stop()
        elif self._job is not None:
            self._work.cancel(self._job)

    @Slot(float)
    def _on_rate(self, rate: float) -> None:
        if self._begun is not None:
            self._begun.control.set_rate(rate)

    # what a training tells

    @Slot(object)
    def _on_work(self, report: JobReport) -> None:
        if report.job is self._job and self.page is not None and self._telling is not None:
            assert self._outcome is not None
            assert self._wish is not None
            for event in report.results:
                kind = type(event).__name__
                if kind == "Begun":
                    self._begun = event
                elif kind == "Done":
                    self._outcome.take(event, self._wish)
                elif kind == "Failed":
                    self._on_failed(event)
                else:
                    self._telling.tell(event, report.seconds_left)
            if report.problem:
                self.problem.emit(report.problem, report.details)
            if report.ended:
                self._end(self.page, self._telling)
        # the last steps before a pause are told after it
        self.reported.emit(replace(report, note=PAUSED) if self._paused and not report.ended else report)

    def _end(self, page: TrainingPage, telling: Telling) -> None:
        page.set_running(False)
        if self._looking is not None and telling.begun:
            self._looking.end()
        if self._outcome is not None and self._outcome.there:
            self._outcome.show()
        else:
            about = "" if telling.begun or not page.form.refused else "Why is said at the left, beside its field"
            page.course.say("It did not come to its end" if telling.begun else "Nothing was trained", about)
        if self._resuming is not None:
            self._resuming.look()

    def _on_started(self, started: Started) -> None:
        """The first step is about to be taken: only now what was there before gives way."""
        assert self._begun is not None
        assert self._wish is not None
        assert self._looking is not None
        assert self._outcome is not None
        assert self._counting is not None
        assert self.page is not None
        assert self._resuming is not None
        self._outcome.forget()
        self._resuming.rest()
        self.page.watch.forget()
        self.page.set_running(True)
        self._looking.forget(self._wish.compare)
        labels = self._response.model.labels if self._response is not None else ()
        self._looking.begin(self._begun, started, labels)
        self.page.watch.show_figure("look")
        if self._goes_on:
            self._counting.look()

    def _on_failed(self, failed: Failed) -> None:
        assert self.page is not None
        assert self._telling is not None
        if not self._telling.begun and self.page.form.refuse(failed.field, failed.sentence):
            return
        if self._resuming is not None:
            self._resuming.rate = failed.rate
        self.problem.emit(failed.sentence, failed.details)
