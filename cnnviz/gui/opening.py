"""How models are opened: chosen in the gallery, downloaded where their weights are not here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.request import ModelRequest
from cnnviz.response import Failure, Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.gui.model_sheet.sheet import ModelSheet

# What it opens is imported when it is wanted: the window comes first.


class Opening(QObject):
    """Everything between the wish for a model and the request for it, and the sheet on the one that is open.

    Signals
    -------
    chosen(ModelRequest)
        What is to be opened.
    changed(ModelRequest)
        The model that is open, with another answer to what nobody knows about it.
    reported(JobReport)
        How listing and downloading go on.
    problem(str, str), news(str)
        Sentences for the bar, with details, and for the status line.
    """

    chosen = Signal(object)
    changed = Signal(object)
    reported = Signal(object)
    problem = Signal(str, str)
    news = Signal(str)

    def __init__(self, window: QWidget, explorer: Callable[[], Explorer]) -> None:
        super().__init__(window)
        self._window = window
        self._explorer = explorer
        self._sheet: ModelSheet | None = None
        always = threading.Event()  # neither takes the processor from the pictures
        always.set()
        self._listing = Jobs(always, self)
        self._downloads = Jobs(always, self)
        self._wanted: dict[Job, tuple[str, str]] = {}  # name and title of what is being downloaded
        self._listing.reported.connect(self.reported)
        self._downloads.reported.connect(self._on_download)

    @property
    def active(self) -> bool:
        """Whether something is being listed or downloaded."""
        return self._listing.active or self._downloads.active

    def stop(self) -> None:
        """End all threads; what was downloaded so far is used the next time."""
        self._listing.stop()
        self._downloads.stop()

    def ask(self) -> None:
        """Let the person choose a model."""
        from cnnviz.gui.model_dialog import ModelDialog

        dialog = ModelDialog(self._listing, self._window)
        dialog.chosen.connect(self.chosen)
        dialog.wanted.connect(self.download)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def ask_consent(self, failure: Failure) -> None:
        """Whether the code of a model may run, which could not be opened without; a yes opens it again."""
        from cnnviz.gui.consent_dialog import ConsentDialog

        assert failure.request is not None
        model = failure.request.model
        code = model.arch if model.arch and ":" in model.arch and not model.arch.startswith("plan:") else model.name
        what = Path(failure.consent).name or code
        dialog = ConsentDialog(what, failure.consent, failure.would, self._window)
        dialog.rejected.connect(lambda: self.problem.emit(f"{what} was not opened: its code was not run.", ""))
        dialog.agreed.connect(lambda kept: self.chosen.emit(model if kept else replace(model, trust=True)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def show_sheet(self, response: Response | None, page: str = "input") -> None:
        """What is known and guessed about the model of this response, to be changed."""
        if response is None:
            return
        if self._sheet is None:
            from cnnviz.gui.model_sheet.sheet import ModelSheet

            self._sheet = ModelSheet(self._listing, self._explorer, self._window)
            self._sheet.changed.connect(self.changed)
            self._sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self._sheet.destroyed.connect(self._on_sheet_gone)
            self._sheet.set_response(response)
        self._sheet.show_page(page)
        self._sheet.show()
        self._sheet.raise_()

    def set_response(self, response: Response) -> None:
        """The sheet follows what the window shows."""
        if self._sheet is not None:
            self._sheet.set_response(response)

    @Slot()
    def _on_sheet_gone(self) -> None:
        self._sheet = None

    @Slot(str, str)
    def download(self, name: str, title: str) -> None:
        """Fetch the weights of a network, and then open it."""
        from cnnviz.gui.gallery_jobs import fetch

        if any(name == under_way for under_way, _ in self._wanted.values()):
            self.news.emit(f"{title} is being downloaded already")
            return
        job = Job(f"Downloading {title}", partial(fetch, name))
        self._wanted[job] = name, title
        self._downloads.start(job)

    @Slot(object)
    def _on_download(self, report: JobReport) -> None:
        if report.job in self._wanted:
            self._take(report)
        self.reported.emit(report)

    def _take(self, report: JobReport) -> None:
        """How a download has ended: its result may come before the report that it is over."""
        name, title = self._wanted[report.job]
        for fetched in report.results:
            if fetched.problem:
                self.problem.emit(fetched.problem, fetched.details)
            else:
                self.news.emit(f"{title} is on this computer now")
                self.chosen.emit(ModelRequest(name))
        if report.problem:
            self.problem.emit(report.problem, report.details)
        if report.ended:
            del self._wanted[report.job]
        if report.ended and report.job.cancelled.is_set():
            self.news.emit(f"The download of {title} was cancelled; what is there is used the next time")
