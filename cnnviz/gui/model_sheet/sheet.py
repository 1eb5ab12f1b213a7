"""The sheet itself: it stays open beside the window, and what is changed on it is seen there at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import percent
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.model_sheet.classes_page import ClassesPage
from cnnviz.gui.model_sheet.input_page import InputPage
from cnnviz.gui.model_sheet.looking import look
from cnnviz.gui.model_sheet.network_page import NetworkPage
from cnnviz.gui.model_sheet.weights_page import WeightsPage
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from cnnviz.response import ModelCard, Response
from cnnviz.softmax import class_name

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

PAGES = {"input": "Input", "classes": "Classes", "network": "Architecture", "weights": "Weights"}
_SIZE = (660, 600)  # pixels at 100 %: it has room on a screen of 720


class ModelSheet(QDialog):
    """What is known, guessed and given about the model that is open.

    Parameters
    ----------
    jobs
        Looks at weights and files in the background.
    explorer
        Where the loaded model is found.

    Signals
    -------
    changed(ModelRequest)
        The same model with another answer to what nobody knows.
    """

    changed = Signal(object)

    def __init__(self, jobs: Jobs, explorer: Callable[[], Explorer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model-sheet")
        self.setAccessibleName("About this model")
        self.setWindowTitle("About this model")
        self._jobs, self._explorer = jobs, explorer
        self._job: Job | None = None
        self._shown: ModelRequest | None = None
        self._picture = ""
        self._title = named(ElidedLabel("", "heading"), "sheet-title")
        self._caption = named(ElidedLabel("", "dim"), "sheet-caption")
        self.pages = named(Segment(PAGES), "sheet-pages", "Page")
        self.input, self.classes = InputPage(), ClassesPage()
        self.network, self.weights = NetworkPage(), WeightsPage()
        self._stack = QStackedWidget()
        for page in (self.input, self.classes, self.network, self.weights):
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setWidget(page)
            self._stack.addWidget(area)
        for editing in (self.input, self.classes, self.network):
            editing.changed.connect(self.changed)
        self.pages.chosen.connect(self.show_page)
        self._answer = named(ElidedLabel("", "strong"), "sheet-answer")
        self.restore = named(QPushButton("Back to what was found"), "sheet-restore")
        self.restore.setToolTip("Takes back what was given by hand")
        self.restore.setAutoDefault(False)
        self.restore.clicked.connect(self._restore)
        close = named(QPushButton("Close"), "sheet-close")
        close.setAutoDefault(False)  # Return belongs to the fields
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self._answer, 1)
        foot.addWidget(self.restore)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(16),) * 4)
        column.setSpacing(theme.px(10))
        for part in (self._title, self._caption, self.pages):
            column.addWidget(part)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self.resize(*(theme.px(n) for n in _SIZE))
        jobs.reported.connect(self._on_report)
        self.finished.connect(lambda _: self._cancel())
        self.show_page("input")

    @Slot(object)
    def show_page(self, name: str) -> None:
        """Open one of ``PAGES``."""
        self.pages.set_value(name)
        self._stack.setCurrentIndex(list(PAGES).index(name))

    def set_response(self, response: Response) -> None:
        """Show the model of a response, and its answer."""
        request, card = response.request.model, response.model
        top = ""
        if response.scores is not None and len(response.scores.probabilities):
            best = int(response.scores.probabilities.argmax())
            named_class = class_name(response.scores.labels, best)
            top = f"This picture: {named_class}, {percent(float(response.scores.probabilities[best]))}"
        self._answer.setText(top)
        if (request, response.key.picture) == (self._shown, self._picture):
            return
        self._shown, self._picture = request, response.key.picture
        self._title.setText(card.title)
        self._caption.setText(f"{card.name} · {card.parameters:,} parameters")
        for page in (self.input, self.classes, self.network):
            page.set_model(card, request)
        self.weights.clear()
        self.restore.setEnabled(request != self._found(request))
        self._look(response, card)

    def _look(self, response: Response, card: ModelCard) -> None:
        self._cancel()
        arch = response.request.model.arch or card.arch
        self._job = self._jobs.start(Job("Looking at the model", partial(look, self._explorer, response.request, arch)))

    def _cancel(self) -> None:
        if self._job is not None:
            self._jobs.cancel(self._job)

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job or report.job.cancelled.is_set():
            return
        shown: dict[str, Callable[..., None]] = {
            "Health": self.weights.set_health,
            "Examined": self.weights.set_examined,
            "Fit": self.network.set_fit,
            "Effect": self.input.add_effect,
        }
        for found in report.results:
            shown[type(found).__name__](found)

    @staticmethod
    def _found(request: ModelRequest) -> ModelRequest:
        return ModelRequest(request.name, device=request.device, trust=request.trust)

    @Slot()
    def _restore(self) -> None:
        if self._shown is not None:
            self.changed.emit(self._found(self._shown))

    def reject(self) -> None:
        """Closing by the key or the frame is closing."""
        self.accept()

    def showEvent(self, event: object) -> None:
        """The first button is not marked: the keys belong to the fields."""
        super().showEvent(event)  # type: ignore[arg-type]
        self.setFocus(Qt.FocusReason.OtherFocusReason)
