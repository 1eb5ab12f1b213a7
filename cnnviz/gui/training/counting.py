"""Looking at the pictures before anything learns: how many each class has, and which files are broken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.figure import Figure, Note
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.training.census import Census, census
from cnnviz.gui.training.page import TrainingPage


class Counting(QObject):
    """Keeps what the page says of the data and of the networks that there are.

    Signals
    -------
    reported(JobReport)
        How it goes on.
    """

    reported = Signal(object)

    def __init__(self, page: TrainingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        always = threading.Event()
        always.set()
        self.jobs = Jobs(always, self)
        self.jobs.reported.connect(self._on_report)
        self._job: Job | None = None
        self._named = False
        self._quiet = False  # only the classes are to be shown
        self._seen = False  # any pictures; before, the layers are worth more than a sentence
        page.form.data_changed.connect(self.look)

    def begin(self) -> None:
        """The workspace was opened."""
        if not self._named:
            self._named = True
            self.look()
            self.jobs.start(Job("Listing networks", _networks))

    def stop(self) -> None:
        """A training begins: it reads the pictures itself."""
        if self._job is not None:
            self.jobs.cancel(self._job)

    @Slot()
    def look(self) -> None:
        """Look at what the form names, and at nothing else any more."""
        self.stop()
        wish = self._page.form.wish()
        if wish.data or wish.where:
            self._quiet = self._page.form.running  # a training says itself which files are broken
            run = partial(census, wish, not self._quiet)
            self._job = self.jobs.start(Job("Looking at the pictures", run))

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        for found in report.results:
            if isinstance(found, tuple):
                self._page.form.fields.set_networks(found)
            elif isinstance(found, Census) and report.job is self._job:
                self._show(found)
        self.reported.emit(report)

    def _show(self, found: Census) -> None:
        watch = self._page.watch
        if self._quiet:
            watch.set_figure("classes", found.figure)
            watch.about.setText(f"{found.title}: {found.about}" if found.figure else "")
            return
        if found.figure is None:
            watch.set_figure("classes", Figure("classes", "Classes", "", (Note(found.problem),)))
            watch.about.setText("")
            watch.set_left_out(())
            if self._page.form.fields.where.text().strip():  # one is just choosing it: said at once, where one looks
                self._page.form.refuse("where", found.problem)
            if watch.shown == "classes" and watch.choice.button("layers").isEnabled() and not self._seen:
                watch.show_figure("layers")
            return
        if not self._seen and watch.shown == "layers":
            watch.show_figure("classes")
        self._seen = True
        checked = f" · {found.checked:,} of {found.files:,} files read" if found.checked < found.files else ""
        broken = f" · {len(found.broken):,} broken, left out" if found.broken else ""
        watch.about.setText(f"{found.title}: {found.about}{checked}{broken}")
        watch.set_figure("classes", found.figure)
        watch.set_left_out((*found.notes, *found.broken))
        self._page.form.set_problem("data", found.problem)
        self._page.set_data(len(found.labels), found.shape)


def _networks() -> Iterator[Progress]:
    """The job: name and title of each of torchvision's networks."""
    from cnnviz.core.gallery import entries

    yield Progress(0, 1, note="listing networks")
    found = {entry.architecture: entry.parameters for entry in entries()}
    yield Progress(1, 1, tuple((name, f"{name} · {count / 1e6:.1f} M") for name, count in sorted(found.items())))
