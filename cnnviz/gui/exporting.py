"""Export of what is shown: to a file or to the clipboard, made in the background."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from cnnviz import paths
from cnnviz.figure import Figure
from cnnviz.gui import offers
from cnnviz.gui.export_dialog import FORMATS, ExportDialog
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.page_list import PageDraft
from cnnviz.gui.theme import theme


class Exporter(QObject):
    """Writes figures in the jobs' thread and tells how it went."""

    done = Signal(str)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._window = window
        self.draft = PageDraft()
        self._running: dict[int, str] = {}
        jobs.reported.connect(self._on_report)

    def ask(self, figure: Figure, name: str) -> None:
        """Ask for format and place, then write the figure."""
        dialog = ExportDialog(figure, self.draft, self._window)
        chosen = dialog.exec() == QDialog.DialogCode.Accepted
        suffix, style = dialog.suffix, dialog.style_
        if dialog.figure is not figure:
            figure, name = dialog.figure, "page"
        dialog.deleteLater()
        if not chosen:
            return
        filters = next(f"{title} (*.{s})" for title, s in FORMATS if s == suffix)
        kept = QSettings(str(paths.config() / "window.ini"), QSettings.Format.IniFormat)
        folder = Path(str(kept.value("export-folder") or ""))
        if not (folder.is_absolute() and folder.is_dir()):
            pictures = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
            folder = pictures if pictures.is_dir() else Path.home()
        path, _ = QFileDialog.getSaveFileName(self._window, "Export figure", str(folder / f"{name}.{suffix}"), filters)
        if path:
            kept.setValue("export-folder", str(Path(path).parent))
            file = Path(path) if Path(path).suffix else Path(f"{path}.{suffix}")
            self.write(figure, file, **style)

    def write(self, figure: Figure, file: Path, **style: Any) -> None:
        """Write the figure to a file; the suffix says the format, the rest is as `cnnviz.export` takes it."""
        self._start(f"Writing {file.name}", figure, file, {"scale": 2} | style, "file")

    def add_to_page(self, figure: Figure) -> None:
        """Collect the figure; the page is arranged and written in the export dialog."""
        self.draft.add(figure)
        count = len(self.draft.entries)
        among = "the page" if count == 1 else f"the page of {count:,} figures"
        self.done.emit(f"{figure.title} is on {among}; Export figure shows it")

    def copy_picture(self, figure: Figure) -> None:
        """Put the figure into the clipboard as a picture, in the colours of the window."""
        background = "dark" if theme.dark else "light"
        self._start("Copying the figure", figure, None, {"scale": 2, "theme": background}, "png")

    def copy_values(self, figure: Figure) -> None:
        """Put the figure's values into the clipboard as a table for a spreadsheet."""
        self._start("Copying the values", figure, None, {}, "csv")

    def _start(self, title: str, figure: Figure, file: Path | None, style: dict[str, Any], kind: str) -> None:
        job = self._jobs.start(Job(title, partial(_export, figure, file, style, kind)))
        self._running[job.number] = kind

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job.number not in self._running:
            return
        for result in report.results:
            self._take(self._running[report.job.number], result)
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            del self._running[report.job.number]

    def _take(self, kind: str, result: str | tuple[bytes, ...]) -> None:
        if isinstance(result, str):
            self.done.emit(f"Saved {result}")
            return
        mime = offers.of_figure(*result) if kind == "png" else offers.of_table(result[0].decode())
        QGuiApplication.clipboard().setMimeData(mime)
        self.done.emit("The figure is in the clipboard" if kind == "png" else "The values are in the clipboard")


def _export(figure: Figure, file: Path | None, style: dict[str, Any], kind: str) -> Iterator[Progress]:
    """The job: one figure to a file, or to bytes for the clipboard."""
    from cnnviz.export import export

    yield Progress(0, 1)
    if file is not None:
        yield Progress(1, 1, str(export(figure, file, **style)))
        return
    with tempfile.TemporaryDirectory() as folder:
        kinds = ("png", "svg") if kind == "png" else (kind,)
        files = [export(figure, Path(folder) / f"figure.{each}", **style) for each in kinds]
        yield Progress(1, 1, tuple(file.read_bytes() for file in files))
