"""Choose a model by name, or a file with weights and the architecture that they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest

WEIGHT_FILES = (".safetensors", ".pt", ".pth", ".bin", ".ckpt", ".tar", ".th")


def is_model_file(path: str) -> bool:
    """Whether a dropped file is to be opened as a model rather than as a picture."""
    return Path(path).suffix.lower() in WEIGHT_FILES


def list_names() -> Iterator[Progress]:
    """The job: every name that can be opened, bundled first, then torchvision's with and without trained weights."""
    from cnnviz.core import sources

    names = [offer.name if offer.ready else f"{offer.name}:random" for offer in sources.available()]
    yield Progress(1, 1, tuple(names))


class ModelDialog(QDialog):
    """Lists what can be opened by name; a file may be chosen instead."""

    chosen = Signal(object)  # ModelRequest

    def __init__(self, jobs: Jobs, file: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model-dialog")
        self.setWindowTitle("Open model")
        self.resize(theme.px(560), theme.px(520))
        self._names = QStringListModel(self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._names)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search = named(QLineEdit(), "model-search", "Search models")
        self._search.setPlaceholderText("Search: lenet5, resnet50, squeezenet…")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._on_search)
        self._list = named(QListView(), "model-list", "Models")
        self._list.setModel(self._shown)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.doubleClicked.connect(lambda _: self._accept())
        self._note = named(QLabel("Looking for models…"), "model-note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        self._file = named(QLineEdit(file), "model-file", "File with weights")
        self._file.setPlaceholderText("or a file with weights: .safetensors, .pt, .pth")
        browse = named(QPushButton("Choose file…"), "model-browse")
        browse.clicked.connect(self._browse)
        self._arch = named(QComboBox(), "model-arch", "Architecture of the file")
        self._arch.setEditable(True)
        self._arch.setLineEdit(QLineEdit())
        self._arch.setPlaceholderText("as the file says")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Open).setProperty("role", "accent")
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self._lay_out(browse, buttons)
        self._jobs = jobs
        jobs.reported.connect(self._on_report)
        self._job = jobs.start(Job("Looking for models", list_names))
        self._search.setFocus()

    def _lay_out(self, browse: QPushButton, buttons: QDialogButtonBox) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.px(24),) * 4)
        layout.setSpacing(theme.px(8))
        for widget in (self._search, self._list, self._note):
            layout.addWidget(widget)
        row = QHBoxLayout()
        row.addWidget(self._file, 1)
        row.addWidget(browse)
        layout.addLayout(row)
        row = QHBoxLayout()
        row.addWidget(QLabel("Architecture"))
        row.addWidget(self._arch, 1)
        layout.addLayout(row)
        layout.addSpacing(theme.px(8))
        layout.addWidget(buttons)

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job:
            return
        for names in report.results:
            self._names.setStringList(names)
            self._arch.addItems(
                ["", "lenet5", "vgg-small", *(n.removesuffix(":random") for n in names if "-" not in n)]
            )
            self._list.setCurrentIndex(self._shown.index(0, 0))
            self._note.setText(
                "“:random” builds a network with random weights; its trained weights are not on this computer."
            )
        if report.problem:
            self._note.setText(report.problem)

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self._shown.setFilterFixedString(text)
        self._list.setCurrentIndex(self._shown.index(0, 0))

    @Slot()
    def _browse(self) -> None:
        suffixes = " ".join(f"*{suffix}" for suffix in WEIGHT_FILES)
        path, _ = QFileDialog.getOpenFileName(
            self, "Open weights", self._file.text(), f"Weights ({suffixes});;All files (*)"
        )
        if path:
            self._file.setText(path)

    @Slot()
    def _accept(self) -> None:
        request = ModelRequest(
            self._file.text().strip() or str(self._list.currentIndex().data() or self._search.text().strip())
        )
        if self._file.text().strip() and self._arch.currentText().strip():
            request = replace(request, arch=self._arch.currentText().strip())
        if request.name:
            self.chosen.emit(request)
            self.accept()
