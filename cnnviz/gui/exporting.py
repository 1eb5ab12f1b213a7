"""Export of what is shown: to a file or to the clipboard, made in the background."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.figure import Figure, Visible
from cnnviz.gui import offers
from cnnviz.gui.exports.kinds import FORMATS
from cnnviz.gui.exports.place import ask_place
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.page_list import PageDraft
from cnnviz.gui.theme import theme
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer


class Exporter(QObject):
    """Writes figures in the jobs' thread and tells how it went."""

    done = Signal(str)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, explorer: Callable[[], Explorer], window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._explorer = explorer
        self._window = window
        self.draft = PageDraft()
        self._running: dict[int, tuple[str, str]] = {}  # what is written, and what is said of it afterwards
        jobs.reported.connect(self._on_report)

    def ask(
        self,
        figure: Figure,
        name: str,
        suffix: str = "",
        response: Response | None = None,
        visible: Sequence[Visible | None] = (),
    ) -> None:
        """Ask for format, this one at first where one is named, and place, then write the figure.

        With the response that it belongs to, the outputs of the network's layers can be written instead; with what is
        visible of it on the screen, that alone.
        """
        from cnnviz.gui.exports.figure_dialog import ExportDialog

        steps = () if response is None else response.steps
        dialog = ExportDialog(figure, self.draft, steps, self._window, visible)
        if suffix:
            dialog.sheet.format.setCurrentIndex(dialog.sheet.format.findData(suffix))
        chosen = dialog.exec() == QDialog.DialogCode.Accepted
        suffix, style, outputs = dialog.suffix, dialog.style_, dialog.outputs
        figure, name = dialog.figure, "page" if dialog.is_page else name
        dialog.deleteLater()
        if not chosen:
            return
        filters = next(f"{title} (*.{s})" for title, s in FORMATS if s == suffix)
        if outputs and response is not None:
            stem = "drawing" if store.holds(response.request.image) else Path(response.request.image).stem
            name = f"{stem}-{outputs if isinstance(outputs, str) else 'layers'}-records"
        file = ask_place(self._window, "Export", name, filters, [known for _, known in FORMATS])
        if file is None:
            return
        if outputs and response is not None:
            self.write_outputs(response.request, outputs, file)
        else:
            self.write(figure, file, **style)

    def write_outputs(self, request: Request, layers: str | list[str], file: Path) -> Job:
        """Write the outputs of layers, of the pass that a request names, to one file."""
        cancelled = threading.Event()
        run = partial(_outputs, self._explorer, request, layers, file, cancelled)
        job = self._jobs.start(Job(f"Writing {file.name}", run, cancelled=cancelled))
        self._running[job.number] = "file", ""
        return job

    def write(self, figure: Figure, file: Path, **style: Any) -> Job:
        """Write the figure to a file; the suffix says the format, the rest is as `cnnviz.export` takes it."""
        return self._start(f"Writing {file.name}", figure, file, {"scale": 2} | style, "file")

    def add_to_page(self, figure: Figure) -> None:
        """Collect the figure; the page is arranged and written in the export dialog."""
        self.draft.add(figure)
        count = len(self.draft.entries)
        among = "the page" if count == 1 else f"the page of {count:,} figures"
        self.done.emit(f"{_told(figure, figure.title)} is on {among}; Export figure shows it")

    def copy_picture(self, figure: Figure) -> None:
        """Put the figure into the clipboard as a picture, in the colours of the window."""
        background = "dark" if theme.dark else "light"
        told = f"{_told(figure, 'The figure')} is in the clipboard"
        self._start("Copying the figure", figure, None, {"scale": 2, "theme": background}, "png", told)

    def copy_values(self, figure: Figure) -> None:
        """Put the figure's values into the clipboard as a table for a spreadsheet."""
        self._start("Copying the values", figure, None, {}, "csv", "The values are in the clipboard")

    def _start(
        self, title: str, figure: Figure, file: Path | None, style: dict[str, Any], kind: str, told: str = ""
    ) -> Job:
        job = self._jobs.start(Job(title, partial(_export, figure, file, style, kind)))
        self._running[job.number] = kind, told
        return job

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job.number not in self._running:
            return
        for result in report.results:
            self._take(*self._running[report.job.number], result)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            del self._running[report.job.number]

    def _take(self, kind: str, told: str, result: str | tuple[bytes, ...] | CnnvizError) -> None:
        if isinstance(result, CnnvizError):
            self.problem.emit(str(result), result.details)
            return
        if isinstance(result, str):
            self.done.emit(f"Saved {result}")
            return
        mime = offers.of_figure(*result) if kind == "png" else offers.of_table(result[0].decode())
        QGuiApplication.clipboard().setMimeData(mime)
        self.done.emit(told)


def _told(figure: Figure, words: str) -> str:
    """What a figure is called, where only a part of it is drawn, too."""
    return f"{words}, as far as it is visible," if figure.visible else words


def _export(figure: Figure, file: Path | None, style: dict[str, Any], kind: str) -> Iterator[Progress]:
    """The job: one figure to a file, or to bytes for the clipboard."""
    from cnnviz.export import export

    yield Progress(0, 1)
    try:
        if file is not None:
            yield Progress(1, 1, str(export(figure, file, **style)))
            return
        with tempfile.TemporaryDirectory() as folder:
            kinds = ("png", "svg") if kind == "png" else (kind,)
            files = [export(figure, Path(folder) / f"figure.{each}", **style) for each in kinds]
            yield Progress(1, 1, tuple(file.read_bytes() for file in files))
    except CnnvizError as error:
        yield Progress(1, 1, error)


def _outputs(
    explorer: Callable[[], Explorer], request: Request, layers: str | list[str], file: Path, cancelled: threading.Event
) -> Iterator[Progress]:
    """The job: the outputs of layers to a file, from a pass of its own, as the window's is at work."""
    from cnnviz.core.cancel import Cancelled
    from cnnviz.export import export_pass

    def wanted() -> bool:
        return not cancelled.is_set()

    yield Progress(0, 2)
    try:
        traced = explorer().beside().trace(request, wanted)
        yield Progress(1, 2)
        yield Progress(2, 2, str(export_pass(traced, file, layers, wanted=wanted)))
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(2, 2, error)
