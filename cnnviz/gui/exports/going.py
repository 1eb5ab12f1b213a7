"""Films and figures of many pictures: asked for, made in the background, and what became of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from cnnviz.gui.exports.kinds import NOTHING_YET
from cnnviz.gui.exports.place import ask_place, opened
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.request import ModelRequest
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.batch import Ask
    from cnnviz.explore import Explorer
    from cnnviz.motion import Film

MOST_WORKERS = 4
WORTH = 40
"""Figures from which on it is worth to start processes that draw."""

NAMED = 3
"""Failures that are told one by one; the details hold all."""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one file: it was made, or was there already, or there is a sentence on why not."""

    file: Path | None = None
    problem: str = ""
    present: bool = False


@dataclass(eq=False)
class Run:
    """An export that is under way: where it goes, what became of its files, and how it is made again.

    ``again`` takes what happens to files that are there, as `Ask` does; None where it is not made in parts.
    """

    folder: Path
    again: Callable[[str], object] | None = None
    made: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    present: int = 0

    def take(self, made: Made) -> None:
        """Count one file."""
        if made.problem:
            self.problems.append(made.problem)
        elif made.present:
            self.present += 1
        elif made.file is not None:
            self.made.append(made.file)

    def sentence(self, stopped: bool) -> str:
        """What was made; empty where there is nothing to say."""
        count = len(self.made)
        if stopped:
            return f"Stopped; what was made so far is in {self.folder}." if self.again else ""
        stay = f"{_files(self.present)} there already and stayed as before" if self.present else ""
        if not count:
            return f"{stay}: nothing was made." if stay else ""
        what = f"Saved {self.made[0]}" if count == 1 else f"{_files(count)} made in {self.folder}"
        return f"{what}; {stay[0].lower() + stay[1:]}." if stay else f"{what}."


class Exports(QObject):
    """Asks, and writes in the jobs' thread.

    Signals
    -------
    offered(str, object)
        What was made, and what can be done with it: words for a button and what it does.
    problem(str, str)
        What failed; details for those who want them.
    """

    offered = Signal(str, object)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, explorer: Callable[[], Explorer], window: QWidget) -> None:
        super().__init__(window)
        self._jobs, self._explorer, self._window = jobs, explorer, window
        self._running: dict[Job, Run] = {}
        jobs.reported.connect(self._on_report)

    def ask_film(self, response: Response | None, pictures: tuple[str, ...]) -> None:
        """Ask for a film of what is shown and for its place, then make it."""
        from cnnviz.gui.exports.film_dialog import FORMATS, FilmDialog

        if response is None:
            self.problem.emit(NOTHING_YET, "")
            return
        dialog = FilmDialog(response, pictures, self._explorer, self._window)
        chosen = dialog.exec() == QDialog.DialogCode.Accepted
        film, name, suffix = dialog.film, dialog.name, dialog.suffix
        dialog.deleteLater()
        if not chosen:
            return
        filters = next(f"{title.split(':')[0]} (*.{s})" for title, s in FORMATS if s == suffix)
        suffixes = [known for _, known in FORMATS]
        if file := ask_place(self._window, "Export film", name, filters, suffixes):
            self.film(film, file)

    def film(self, film: Film, file: Path) -> Job:
        """Make a film."""
        return self._start(f"Filming {file.name}", Run(file.parent), partial(_film, self._explorer, film, file))

    def ask_many(self, response: Response | None, pictures: tuple[str, ...]) -> None:
        """Ask for figures of many pictures, then make them."""
        from cnnviz.gui.exports.many_dialog import ManyDialog

        if response is None:
            self.problem.emit(NOTHING_YET, "")
            return
        dialog = ManyDialog(response, pictures, self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.many(response.request.model, dialog.ask, dialog.pictures, dialog.folder, dialog.each)
        dialog.deleteLater()

    def many(self, model: ModelRequest, ask: Ask, pictures: tuple[str, ...], folder: Path, each: int = 1) -> Job:
        """Make figures of many pictures; of each about so many files."""

        def again(present: str) -> Job:
            return self.many(model, replace(ask, present=present), pictures, folder, each)

        doing = partial(_many, self._explorer, model, ask, pictures, folder, each)
        return self._start(f"Exporting to {folder.name}", Run(folder, again), doing)

    def _start(self, title: str, run: Run, doing: Callable[[threading.Event], Iterator[Progress]]) -> Job:
        cancelled = threading.Event()
        job = self._jobs.start(Job(title, partial(doing, cancelled), cancelled=cancelled))
        self._running[job] = run
        return job

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        job = report.job
        if job not in self._running:
            return
        run = self._running[job]
        for made in report.results:
            run.take(made)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            del self._running[job]
            self._tell(run, job.cancelled.is_set())

    def _tell(self, run: Run, stopped: bool) -> None:
        """What was made, what failed, and the way on."""
        if sentence := run.sentence(stopped):
            self.offered.emit(sentence, self._way_on(run, stopped))
        if run.problems and not (stopped and run.again is None):
            more = len(run.problems) - NAMED
            rest = f" … and {more:,} more" if more > 0 else ""
            self.problem.emit(" ".join(run.problems[:NAMED]) + rest, "\n".join(run.problems) if more > 0 else "")

    def _way_on(self, run: Run, stopped: bool) -> tuple[str, Callable[[], object]]:
        """Words for a button, and what it does."""
        if run.again is not None:
            if stopped:
                return "Go on", partial(run.again, "resume")
            if run.problems:
                return "Try again", partial(run.again, "resume")
            if not run.made:
                return "Replace them", partial(run.again, "overwrite")
        return "Show in folder", partial(self._show, run.folder)

    def _show(self, folder: Path) -> None:
        if not opened(folder):
            self.problem.emit(f"No program that shows folders was found; the folder is {folder}.", "")


def _files(count: int) -> str:
    return "No file was" if not count else "One file was" if count == 1 else f"{count:,} files were"


def _film(explorer: Callable[[], Explorer], film: Film, file: Path, cancelled: threading.Event) -> Iterator[Progress]:
    """The job: its result says what became of the file."""
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError
    from cnnviz.motion import make

    try:
        for done, total, made in make(film, [file], explorer().beside(), lambda: not cancelled.is_set()):
            packing = "packing the film" if done == total and made is None else ""
            yield Progress(done, total, None if made is None else Made(made), packing)
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(1, 1, Made(problem=str(error)))


def _many(
    explorer: Callable[[], Explorer],
    model: ModelRequest,
    ask: Ask,
    pictures: tuple[str, ...],
    folder: Path,
    each: int,
    cancelled: threading.Event,
) -> Iterator[Progress]:
    """The job: its results say what became of each file."""
    from cnnviz.batch import Batch
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError

    def wanted() -> bool:
        return not cancelled.is_set()

    try:
        folder.mkdir(parents=True, exist_ok=True)
        loaded = explorer().model(model)
        many = len(pictures) * each >= WORTH and not ask.together
        workers = min(os.cpu_count() or 1, MOST_WORKERS) if many else 0
        batch = Batch(loaded, replace(ask, workers=workers), folder, explorer().budget, wanted)
        total, of_picture, before = len(pictures) * each, 0, 0
        for number, done in batch.run(list(pictures)):
            of_picture, before = of_picture + 1 if number == before else 1, number
            result = None if done.note else Made(done.file, "" if done.present else done.problem, done.present)
            yield Progress(number * each + min(of_picture, each), total, result)
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(1, 1, Made(problem=str(error)))
    except OSError as error:
        sentence = f"The folder {folder} cannot be made: {error.strerror}; choose another one."
        yield Progress(1, 1, Made(problem=sentence))
