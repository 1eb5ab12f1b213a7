"""Films and figures of many pictures: asked for, made in the background, and what became of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from cnnviz.core import store
from cnnviz.gui.exports.form import last_folder, remember_folder
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


class Exports(QObject):
    """Asks, and writes in the jobs' thread.

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
        self._running: dict[Job, list[str]] = {}  # and the sentences on what failed
        self._made: dict[Job, list[Path]] = {}
        jobs.reported.connect(self._on_report)

    def ask_film(self, response: Response | None, pictures: tuple[str, ...]) -> None:
        """Ask for a film of what is shown and for its place, then make it."""
        from cnnviz.gui.exports.film_dialog import FORMATS, FilmDialog

        if response is None:
            return
        dialog = FilmDialog(response, pictures, self._explorer, self._window)
        chosen = dialog.exec() == QDialog.DialogCode.Accepted
        film, name, suffix = dialog.film, dialog.name, dialog.suffix
        dialog.deleteLater()
        if not chosen:
            return
        filters = next(f"{title.split(':')[0]} (*.{s})" for title, s in FORMATS if s == suffix)
        path, _ = QFileDialog.getSaveFileName(
            self._window, "Export film", str(last_folder() / f"{name}.{suffix}"), filters
        )
        if path:
            remember_folder(Path(path).parent)
            self.film(film, Path(path) if Path(path).suffix else Path(f"{path}.{suffix}"))

    def film(self, film: Film, file: Path) -> Job:
        """Make a film."""
        return self._start(f"Filming {file.name}", partial(_film, self._explorer, film, file))

    def ask_many(self, response: Response | None, pictures: tuple[str, ...]) -> None:
        """Ask for figures of many pictures, then make them."""
        from cnnviz.gui.exports.many_dialog import ManyDialog

        if response is None:
            return
        dialog = ManyDialog(response, tuple(path for path in pictures if not store.holds(path)), self._window)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            remember_folder(dialog.folder.parent)
            self.many(response.request.model, dialog.ask, list(dialog.pictures), dialog.folder)
        dialog.deleteLater()

    def many(self, model: ModelRequest, ask: Ask, pictures: list[str], folder: Path) -> Job:
        """Make figures of many pictures."""
        return self._start(f"Exporting to {folder.name}", partial(_many, self._explorer, model, ask, pictures, folder))

    def _start(self, title: str, run: Callable[[threading.Event], Iterator[Progress]]) -> Job:
        cancelled = threading.Event()
        job = self._jobs.start(Job(title, partial(run, cancelled), cancelled=cancelled))
        self._running[job] = []
        self._made[job] = []
        return job

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        job = report.job
        if job not in self._running:
            return
        for result in report.results:
            if isinstance(result, Path):
                self._made[job].append(result)
            else:
                self._running[job].append(str(result))
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            problems, made = self._running.pop(job), self._made.pop(job)
            if made:
                self.done.emit(f"Saved {made[0]}" if len(made) == 1 else f"{len(made):,} files were made")
            if problems:
                more = f" … and {len(problems) - NAMED:,} more" if len(problems) > NAMED else ""
                self.problem.emit(" ".join(problems[:NAMED]) + more, "\n".join(problems))


def _film(explorer: Callable[[], Explorer], film: Film, file: Path, cancelled: threading.Event) -> Iterator[Progress]:
    """The job: its result is the file, or a sentence."""
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError
    from cnnviz.motion import make

    try:
        for done, total, made in make(film, [file], explorer().beside(), lambda: not cancelled.is_set()):
            yield Progress(done, total, made, "packing the film" if done == total and made is None else "")
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(1, 1, str(error))


def _many(
    explorer: Callable[[], Explorer],
    model: ModelRequest,
    ask: Ask,
    pictures: list[str],
    folder: Path,
    cancelled: threading.Event,
) -> Iterator[Progress]:
    """The job: its results are files, and sentences on what failed."""
    from cnnviz.batch import Batch
    from cnnviz.core.errors import CnnvizError

    present = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        many = len(pictures) * len(ask.suffixes) >= WORTH
        batch = Batch(
            explorer().model(model), replace(ask, workers=min(os.cpu_count() or 1, MOST_WORKERS) if many else 0), folder
        )
        for number, done in batch.run(pictures):
            present += done.present
            result = done.problem if done.problem and not done.present else None
            yield Progress(number, len(pictures), result or (None if done.present or done.note else done.file))
    except CnnvizError as error:
        yield Progress(1, 1, str(error))
    except OSError as error:
        yield Progress(1, 1, f"The folder {folder} cannot be made: {error.strerror}; choose another one.")
    if present and ask.present == "refuse":
        what = "One file was" if present == 1 else f"{present:,} files were"
        yield Progress(1, 1, f"{what} there already and left as before; replace them, or choose another folder.")
