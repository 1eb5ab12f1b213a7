"""The report on what is shown: asked for its place, written in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from cnnviz.core import store
from cnnviz.gui.exports.place import ask_place, opened
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

FILTERS = "Page for a browser (*.html);;Pages for paper (*.pdf)"


class Reporting(QObject):
    """Writes reports in the jobs' thread and tells how it went.

    Signals
    -------
    offered(str, object)
        It is saved: words for a button that opens it, and what that does.
    problem(str, str)
        Why it is not; details for those who want them.
    """

    offered = Signal(str, object)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, explorer: Callable[[], Explorer], window: QWidget) -> None:
        super().__init__(window)
        self._jobs, self._explorer, self._window = jobs, explorer, window
        self._running: set[Job] = set()
        jobs.reported.connect(self._on_report)

    def ask(self, request: Request) -> None:
        """Ask for a place, then write the report on the model and the picture of a request."""
        stem = "drawing" if store.holds(request.image) else Path(request.image).stem
        name = f"{Path(request.model.name.replace(':', '-')).stem}-{stem}"
        if file := ask_place(self._window, "Save report", name, FILTERS, ("html", "pdf")):
            self.write(request, file)

    def write(self, request: Request, file: Path) -> Job:
        """Write the report to a file."""
        cancelled = threading.Event()
        run = partial(_write, self._explorer, request, file, lambda: not cancelled.is_set())
        job = self._jobs.start(Job(f"Writing {file.name}", run, cancelled=cancelled))
        self._running.add(job)
        return job

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job not in self._running:
            return
        for result in report.results:
            if isinstance(result, Path):
                self.offered.emit(f"Saved {result}.", ("Open it", partial(self._open, result)))
            else:
                self.problem.emit(*result)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            self._running.discard(report.job)

    def _open(self, file: Path) -> None:
        if not opened(file):
            self.problem.emit(f"No program that opens {file.name} was found; it is in {file.parent}.", "")


def _write(
    explorer: Callable[[], Explorer], request: Request, file: Path, wanted: Callable[[], bool]
) -> Iterator[Progress]:
    """The job: its result is the file, or a sentence with details."""
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError
    from cnnviz.report import writing

    yield Progress(0, 0)
    try:
        traced = explorer().beside().trace(request, wanted)
        for done, total in writing(traced, file):
            yield Progress(done, total)
        yield Progress(1, 1, file)
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(1, 1, (str(error), error.details))
