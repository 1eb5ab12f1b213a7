"""The names of the classes, and which of several outputs the scores are."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.core.labels import BUILT_IN
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from cnnviz.response import ModelCard

_OWN = "As found"


class ClassesPage(QWidget):
    """Chooses class names from a data set or a file, and the output that holds the logits.

    Signals
    -------
    changed(ModelRequest)
        The model, to be opened with other names or another output.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._request = ModelRequest("")
        self.sets = named(QComboBox(), "classes-set", "Names of the classes")
        self.sets.activated.connect(self._on_set)
        self.browse = named(QPushButton("From a file…"), "classes-file")
        self.browse.setToolTip("One name a line; or JSON; or CSV with a column of numbers")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.output = named(QComboBox(), "classes-output", "The output that holds the scores")
        self.output.activated.connect(self._on_output)
        self._output_label = QLabel("Scores are")
        self._output_label.setProperty("role", "dim")
        self._about = named(QLabel(), "classes-about")
        self._about.setProperty("role", "dim")
        self._about.setWordWrap(True)
        self.list = named(QListWidget(), "classes-list", "Classes in the order of the scores")
        self.list.setUniformItemSizes(True)
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(*(theme.px(n) for n in (14, 10, 14, 12)))
        grid.setHorizontalSpacing(theme.px(16))
        grid.setColumnStretch(1, 1)
        label = QLabel("Names")
        label.setProperty("role", "dim")
        for place, part in enumerate((label, self.sets, self.browse)):
            grid.addWidget(part, 0, place)
        grid.addWidget(self._output_label, 1, 0)
        grid.addWidget(self.output, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(card)
        column.addWidget(self._about)
        column.addWidget(self.list, 1)
        column.addStretch(0)

    def set_model(self, card: ModelCard, request: ModelRequest) -> None:
        """Show the names that hold."""
        self._request = request
        self.sets.clear()
        self.sets.addItem(_OWN, None)
        for name, title in BUILT_IN.items():
            self.sets.addItem(title, name)
        if request.labels and self.sets.findData(request.labels) < 0:
            self.sets.addItem(request.labels, request.labels)
        self.sets.setCurrentIndex(max(self.sets.findData(request.labels), 0))
        self.output.clear()
        self.output.addItem("Found by itself", "")
        for name in card.outputs:
            self.output.addItem(name, name)
        self.output.setCurrentIndex(max(self.output.findData(request.output), 0))
        for part in (self._output_label, self.output):
            part.setVisible(bool(card.outputs))
        about = [note for note in card.notes if "class" in note.lower() or "softmax" in note.lower()]
        self._about.setText(" ".join(about))
        self._about.setVisible(bool(about))
        self.list.clear()
        self.list.setVisible(bool(card.labels))
        width = len(str(len(card.labels)))
        self.list.addItems([f"{index:>{width}}   {name}" for index, name in enumerate(card.labels)])

    @Slot()
    def _on_set(self) -> None:
        if (chosen := self.sets.currentData()) != self._request.labels:
            self.changed.emit(replace(self._request, labels=chosen))

    @Slot()
    def _on_output(self) -> None:
        if (chosen := self.output.currentData()) != self._request.output:
            self.changed.emit(replace(self._request, output=chosen))

    @Slot()
    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Names of the classes", "", "Names of classes (*.txt *.json *.csv);;All files (*)"
        )
        if path:
            self.changed.emit(replace(self._request, labels=path))
