"""Which pictures are exported: those of the tray, the current one, or those of a folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from cnnviz.core import store
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.request import UNEDITED, Request

TRAY, CURRENT, FOLDER = "tray", "current", "folder"
ASK = "Those of a folder…"


class PictureSource(QComboBox):
    """A choice; a folder is looked through in a thread of its own.

    Parameters
    ----------
    request
        What is shown.
    pictures
        The tray's pictures; drawings, which are in no file, are left out.

    Signals
    -------
    changed()
        There are other pictures, or it is looked for some.
    """

    changed = Signal()

    def __init__(self, request: Request, pictures: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "many-pictures", "Pictures")
        self._current = request.image
        self._tray = tuple(path for path in pictures if not store.holds(path))
        self._found: tuple[str, ...] = ()
        self._job: Job | None = None
        self._folder = ""
        always = threading.Event()
        always.set()
        self._jobs = Jobs(always, self)
        self._jobs.reported.connect(self._on_report)
        count = len(self._tray)
        tray = f"The {count:,} pictures of the tray" if count != 1 else "The picture of the tray"
        self.addItem(tray + (", without drawings" if count < len(pictures) else ""), TRAY)
        if not store.holds(request.image):
            unedited = ", as it is in its file" if request.picture_edit != UNEDITED else ""
            self.addItem(f"This one: {Path(request.image).name}{unedited}", CURRENT)
        self.addItem(ASK, FOLDER)
        self._before = 0
        self.activated.connect(self._on_activated)
        self.currentIndexChanged.connect(self.changed)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Their paths; none while they are looked for."""
        return {TRAY: self._tray, CURRENT: (self._current,), FOLDER: self._found}[str(self.currentData())]

    @property
    def problem(self) -> str:
        """Why there are none; empty where there are some."""
        if self.pictures:
            return ""
        return "Looking for pictures …" if self._job is not None else "There are no pictures there."

    def take_folder(self, folder: str) -> None:
        """The pictures of a folder, and of folders in it."""
        self._folder, self._found = folder, ()
        self._job = self._jobs.start(Job("Looking for pictures", partial(_looked, folder)))
        self._before = self.findData(FOLDER)
        self.setItemText(self._before, f"Those of {Path(folder).name}")
        self.setCurrentIndex(self._before)
        self.changed.emit()

    def stop(self) -> None:
        """End the thread."""
        self._jobs.stop()

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        if self.itemData(row) != FOLDER:
            self._before = row
        elif folder := QFileDialog.getExistingDirectory(self, "A folder of pictures", self._folder):
            self.take_folder(folder)
        else:
            self.setCurrentIndex(self._before)

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job or not report.ended:
            return
        self._job = None
        for found in report.results:
            self._found = found
        count = len(self._found)
        words = f"{count:,} picture{'s' * (count != 1)} of {Path(self._folder).name}"
        self.setItemText(self.findData(FOLDER), words)
        self.changed.emit()


def _looked(folder: str) -> Iterator[Progress]:
    """The job: its result are the paths."""
    from cnnviz.core.images import expand

    yield Progress(0, 1)
    yield Progress(1, 1, tuple(expand([folder])[0]))
