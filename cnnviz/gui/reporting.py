"""The report on what is shown: asked for its place, written in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from cnnviz.core import store
from cnnviz.gui.exports.place import ask_place
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

FILTERS = "Page for a browser (*.html);;Pages for paper (*.pdf)"


class Reporting(QObject):
    """Writes reports in the jobs' thread and tells how it went.

    Signals
    -------
    done(str), problem(str, str)
        What became of it; details for those who want them.
    """

    done = Signal(str)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, explorer: Callable[[], Explorer], window: QWidget) -> None:
        super().__init__(window)
        self._jobs, self._explorer, self._window = jobs, explorer, window
        self._running: set[Job] = set()
        jobs.reported.connect(self._on_report)

    def ask(self, request: Request) -> None:
        """Ask for a place, then write the report on the model and the picture of a request."""
        stem = "drawing" if store.holds(request.image) else Path(request.image).stem
        name = f"{Path(request.model.name).stem}-{stem}"
        if file := ask_place(self._window, "Save report", name, FILTERS, ("html", "pdf")):
            self.write(request, file)

    def write(self, request: Request, file: Path) -> None:
        """Write the report to a file."""
        self._running.add(self._jobs.start(Job(f"Writing {file.name}", partial(_write, self._explorer, request, file))))

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job not in self._running:
            return
        for result in report.results:
            if isinstance(result, Path):
                self.done.emit(f"Saved {result}")
            else:
                self.problem.emit(*result)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            self._running.discard(report.job)


def _write(explorer: Callable[[], Explorer], request: Request, file: Path) -> Iterator[Progress]:
    """The job: its result is the file, or a sentence with details."""
    from cnnviz.core import images
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.trace import trace
    from cnnviz.report import report

    yield Progress(0, 2)
    try:
        model = explorer().model(request.model)
        traced = trace(model, images.prepare(images.read(request.image), model.preprocessing), budget=explorer().budget)
        yield Progress(1, 2)
        yield Progress(2, 2, report(traced, file))
    except CnnvizError as error:
        yield Progress(2, 2, (str(error), error.details))
