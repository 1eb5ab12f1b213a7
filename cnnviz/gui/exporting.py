"""Export of what is shown: to a file or to the clipboard, made in the background."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings, QStandardPaths, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFileDialog, QFormLayout, QWidget

from cnnviz import paths
from cnnviz.figure import Figure
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

FORMATS = (
    ("PNG picture", "png"),
    ("SVG drawing", "svg"),
    ("PDF drawing", "pdf"),
    ("NPZ: the values, for NumPy", "npz"),
    ("CSV: the values, for a spreadsheet", "csv"),
)
SCALES = (1, 2, 3, 4)


class ExportDialog(QDialog):
    """Asks for format, size and background; remembers nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export-dialog")
        self.setWindowTitle("Export figure")
        self._format = named(QComboBox(), "export-format", "Format")
        for title, suffix in FORMATS:
            self._format.addItem(title, suffix)
        self._scale = named(QComboBox(), "export-scale", "Size")
        for scale in SCALES:
            self._scale.addItem(f"{scale}×", scale)
        self._scale.setCurrentIndex(1)
        self._theme = named(QComboBox(), "export-theme", "Background")
        self._theme.addItem("Light, for paper", "light")
        self._theme.addItem("Dark, for a projector", "dark")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Save).setProperty("role", "accent")
        form = QFormLayout(self)
        form.setContentsMargins(*(theme.px(24),) * 4)
        form.setSpacing(theme.px(12))
        form.addRow("Format", self._format)
        form.addRow("Size", self._scale)
        form.addRow("Background", self._theme)
        form.addRow(buttons)
        self._format.currentIndexChanged.connect(self._on_format)

    @property
    def suffix(self) -> str:
        return str(self._format.currentData())

    @property
    def scale(self) -> int:
        return int(self._scale.currentData())

    @property
    def background(self) -> str:
        return str(self._theme.currentData())

    @Slot()
    def _on_format(self) -> None:
        self._scale.setEnabled(self.suffix == "png")
        self._theme.setEnabled(self.suffix in ("png", "svg", "pdf"))


class Exporter(QObject):
    """Writes figures in the jobs' thread and tells how it went."""

    done = Signal(str)
    problem = Signal(str, str)

    def __init__(self, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._jobs = jobs
        self._window = window
        self._running: dict[int, str] = {}
        jobs.reported.connect(self._on_report)

    def ask(self, figure: Figure, name: str) -> None:
        """Ask for format and place, then write the figure."""
        dialog = ExportDialog(self._window)
        chosen = dialog.exec() == QDialog.DialogCode.Accepted
        suffix, scale, background = dialog.suffix, dialog.scale, dialog.background
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
            self.write(figure, file, scale, background)

    def write(self, figure: Figure, file: Path, scale: int = 2, background: str = "light") -> None:
        """Write the figure to a file; the suffix says the format."""
        self._start(f"Writing {file.name}", figure, file, scale, background, "file")

    def copy_picture(self, figure: Figure) -> None:
        """Put the figure into the clipboard as a picture, in the colours of the window."""
        background = "dark" if theme.dark else "light"
        self._start("Copying the figure", figure, None, 2, background, "png")

    def copy_values(self, figure: Figure) -> None:
        """Put the figure's values into the clipboard as a table for a spreadsheet."""
        self._start("Copying the values", figure, None, 1, "light", "csv")

    def _start(self, title: str, figure: Figure, file: Path | None, scale: int, background: str, kind: str) -> None:
        job = self._jobs.start(Job(title, partial(_export, figure, file, scale, background, kind)))
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

    def _take(self, kind: str, result: str | bytes) -> None:
        if isinstance(result, str):
            self.done.emit(f"Saved {result}")
            return
        mime = QMimeData()
        if kind == "png":
            mime.setImageData(QImage.fromData(result))
        else:
            mime.setText("\n".join("\t".join(row) for row in csv.reader(result.decode().splitlines())))
        QGuiApplication.clipboard().setMimeData(mime)
        self.done.emit("The figure is in the clipboard" if kind == "png" else "The values are in the clipboard")


def _export(figure: Figure, file: Path | None, scale: int, background: str, kind: str) -> Iterator[Progress]:
    """The job: one figure to a file, or to bytes for the clipboard."""
    from cnnviz.export import export

    yield Progress(0, 1)
    if file is not None:
        yield Progress(1, 1, str(export(figure, file, scale=scale, theme=background)))
        return
    with tempfile.TemporaryDirectory() as folder:
        written = export(figure, Path(folder) / f"figure.{kind}", scale=scale, theme=background)
        yield Progress(1, 1, written.read_bytes())
