"""To the workspace “Train” and back; what a training tells is shown, and what the person wants is told to it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from cnnviz.gui.cover import Cover
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.top_bar import TRAIN
from cnnviz.gui.training import work
from cnnviz.gui.training.wish import Wish
from cnnviz.request import ModelRequest
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.gui.training.page import TrainingPage
    from cnnviz.training import EpochEnded, Noted, Progressed, Snapped, Started, Stepped
    from cnnviz.training.snapshots import Snapshot


class Training(QObject):
    """Opens and closes the workspace. A training goes on while one looks at something else.

    Signals
    -------
    chosen(ModelRequest)
        What was trained is to be opened.
    reported(JobReport)
        How the training goes on, for the status line.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    """

    chosen = Signal(object)
    reported = Signal(object)
    problem = Signal(str, str)
    news = Signal(str)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._cover = Cover(window)
        always = threading.Event()  # a training does not wait for the pictures
        always.set()
        self._work, self._looks = Jobs(always, self), Jobs(always, self)
        self._work.reported.connect(self._on_work)
        self._looks.reported.connect(self._on_look)
        self.page: TrainingPage | None = None
        self._job: Job | None = None
        self._look_job: Job | None = None
        self._wanted: int | None = None  # which weights are to be looked at once the present look is done
        self._begun: work.Begun | None = None
        self._started: Started | None = None
        self._snapshots: list[Snapshot] = []
        self._done: work.Done | None = None
        self._response: Response | None = None
        self._picture = ""
        window.top.workspace_picked.connect(lambda name: self.set_open(name == TRAIN))
        window.commands["train"].triggered.connect(lambda on: window.top.workspace_picked.emit(TRAIN if on else ""))
        for name in ("explain", "sandbox", "network", "table"):
            window.commands[name].triggered.connect(self.leave)
        window.closed.connect(self.leave)

    @property
    def active(self) -> bool:
        """Whether something is being trained or looked at."""
        return self._work.active or self._looks.active

    def stop(self) -> None:
        """End all threads; what a training wrote after its last epoch stays."""
        if self._begun is not None:
            self._begun.control.stop()
        self._work.stop()
        self._looks.stop()

    # to and fro

    @Slot(bool)
    def set_open(self, on: bool) -> None:
        """Show the workspace, or what was there before."""
        if on and not self._cover.laid:
            self.page = self.page or self._made()
            self._show_model()
            self._cover.lay(self.page)
            self.page.form.data.setFocus()
            self._tell(True)
        elif not on:
            self.leave()

    @Slot()
    def leave(self) -> None:
        """Show the network again."""
        if self._cover.laid:
            self._cover.lift()
            self._tell(False)

    def set_response(self, response: Response) -> None:
        """The model and the picture that are shown: from the one one can start, the other is looked at."""
        self._response = response
        self._show_model()

    def _show_model(self) -> None:
        if self.page is not None and self._response is not None:
            model = self._response.request.model
            self.page.form.set_model(model.name, self._response.model.title, model.device)

    def _tell(self, on: bool) -> None:
        self._window.commands["train"].setChecked(on)
        self._window.top.set_over(TRAIN if on else "")

    def _made(self) -> TrainingPage:
        from cnnviz.gui.training.page import TrainingPage  # not before it is wanted

        page = TrainingPage()
        page.form.wanted.connect(self.begin)
        page.paused.connect(self._on_pause)
        page.stopped.connect(self._on_stop)
        page.rate_changed.connect(self._on_rate)
        page.snapshot_picked.connect(self._look)
        page.opened.connect(self._open)
        page.saved.connect(self._save)
        self._cover.place(page)
        return page

    # what the person does

    @Slot(object)
    def begin(self, wish: Wish) -> None:
        """Train."""
        assert self.page is not None
        self._snapshots.clear()
        self._begun = self._started = self._done = None
        self._picture = self._response.request.image if self._response is not None else ""
        self.page.forget()
        self.page.set_snapshots(0)
        self.page.set_running(True)
        self.page.say("Reading…", wish.network)
        self._job = self._work.start(Job(f"Training {wish.network[:30]}", partial(work.learn, wish)))

    @Slot(bool)
    def _on_pause(self, on: bool) -> None:
        if self._begun is not None:
            self._begun.control.pause() if on else self._begun.control.resume()

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

    @Slot()
    def _open(self) -> None:
        if self._done is not None:
            self.leave()
            self.chosen.emit(ModelRequest(str(self._done.file)))

    @Slot()
    def _save(self) -> None:
        if self._done is None:
            return
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Save the network", str(Path.home() / self._done.file.name), "Weights (*.safetensors)"
        )
        if not path:
            return
        target = Path(path) if Path(path).suffix else Path(path + ".safetensors")
        try:
            shutil.copyfile(self._done.file, target)
            shutil.copyfile(self._done.file.with_suffix(".json"), target.with_suffix(".json"))
        except OSError as error:
            self.problem.emit(f"{target.name} was not saved: {error.strerror}.", str(error))
        else:
            self.news.emit(f"Saved {target}")

    # what a training tells

    @Slot(object)
    def _on_work(self, report: JobReport) -> None:
        if report.job is self._job and self.page is not None:
            shown: dict[str, Callable[[Any], None]] = {
                "Begun": self._on_begun,
                "Started": self._on_started,
                "Stepped": self._on_step,
                "EpochEnded": self._on_epoch,
                "Snapped": self._on_snapped,
                "Noted": self._on_note,
                "Progressed": self._on_progress,
                "Done": self._on_done,
                "Failed": self._on_failed,
            }
            for event in report.results:
                shown[type(event).__name__](event)
            if report.problem:
                self.problem.emit(report.problem, report.details)
            if report.ended:
                self._end()
        self.reported.emit(report)

    def _end(self) -> None:
        assert self.page is not None
        self.page.set_running(False)
        if self._done is None:
            self.page.say("Nothing was trained" if self._started is None else "Ended before the first result")

    def _on_begun(self, begun: work.Begun) -> None:
        self._begun = begun

    def _on_started(self, started: Started) -> None:
        assert self.page is not None
        assert self._begun is not None
        self._started = started
        learned = "" if started.learned == started.parameters else f", {started.learned:,} of them learn"
        about = (
            f"{started.pictures:,} pictures of {len(started.classes):,} classes · {started.parameters:,} parameters"
            f"{learned} · {started.device}"
        )
        self.page.begin(started.epochs, about, started.rate)

    def _on_progress(self, event: Progressed) -> None:
        assert self.page is not None
        self.page.say(f"{event.what}: {event.done:,} of {event.total:,}")

    def _on_note(self, event: Noted) -> None:
        self.news.emit(event.sentence)

    def _on_step(self, event: Stepped) -> None:
        assert self.page is not None
        assert self._started is not None
        at = event.epoch - 1 + event.step / event.steps
        self.page.loss.add(at, event.loss)
        self.page.accuracy.add(at, event.accuracy)
        epochs = self._started.epochs
        left = ((epochs - event.epoch + 1) * event.steps - event.step) * event.seconds / event.step
        where = f"Epoch {event.epoch} of {epochs} · step {event.step:,} of {event.steps:,}"
        self.page.say_step(f"{where} · {event.speed:,.0f} pictures/s", left, event.rate, event.gradient)

    def _on_epoch(self, event: EpochEnded) -> None:
        assert self.page is not None
        if event.validation_loss is not None and event.validation_accuracy is not None:
            self.page.loss.add(event.epoch, event.validation_loss, checked=True)
            self.page.accuracy.add(event.epoch, event.validation_accuracy, checked=True)

    def _on_snapped(self, event: Snapped) -> None:
        assert self.page is not None
        self._snapshots.append(event.snapshot)
        self.page.set_snapshots(len(self._snapshots))
        if len(self._snapshots) == 1:
            self._look(0)

    def _on_done(self, done: work.Done) -> None:
        assert self.page is not None
        self._done = done
        ended = {"finished": "Done", "stopped": "Stopped", "no better": "Stopped: it grew no better"}
        self.page.say(f"{ended.get(done.reason, 'Done')} · {done.caption}", str(done.file))
        for name, figure in (("confusion", done.confusion), ("hardest", done.hardest)):
            if figure is not None:
                self.page.set_figure(name, figure)
        self.page.set_result(True)
        self.news.emit(f"Trained: {done.caption}")

    def _on_failed(self, failed: work.Failed) -> None:
        self.problem.emit(failed.sentence, failed.details)

    # looking at weights that were kept

    @Slot(int)
    def _look(self, place: int) -> None:
        """Look at the weights kept there; while one look is under way, only the newest wish waits."""
        if self._begun is None or self._started is None or self.page is None or not self._picture:
            return
        if not 0 <= place < len(self._snapshots):
            return
        self._wanted = place
        if self._look_job is None:
            self._next_look()

    def _next_look(self) -> None:
        place, self._wanted = self._wanted, None
        if place is None or self._begun is None or self._started is None:
            return
        run = partial(
            work.look,
            self._begun.network,
            self._begun.data,
            self._started.preprocessing,
            self._snapshots[place],
            self._picture,
        )
        self._look_job = self._looks.start(Job("Looking at the network", run))

    @Slot(object)
    def _on_look(self, report: JobReport) -> None:
        if report.job is not self._look_job:
            return
        for found in report.results:
            if isinstance(found, work.Look) and self.page is not None and self._started is not None:
                self.page.set_figure("look", found.figure)
                at = found.step / max(self._started.steps, 1)
                self.page.say_when(f"after {found.step:,} steps")
                for plot in (self.page.loss, self.page.accuracy):
                    plot.mark(at)
            elif isinstance(found, work.Failed):
                self.problem.emit(found.sentence, found.details)
        if report.ended:
            self._look_job = None
            self._next_look()
        self.reported.emit(report)
