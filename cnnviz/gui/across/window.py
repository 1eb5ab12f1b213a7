"""A window over all pictures of the tray: strongest patches, one map for all, pictures by class."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import Figure
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures import FigureView
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme

KINDS = {"strongest": "Strongest patches", "strip": "One map for all", "class": "By class"}
"""What can be looked at."""


class AcrossWindow(QDialog):
    """Choices above, the figure below.

    Attributes
    ----------
    asked
        A choice has changed: what is shown is to be made anew.
    channel_chosen
        Another channel of the layer.
    picture_picked
        Number of a picture that was clicked.
    export_requested, cancel_requested
        The two buttons.
    """

    asked = Signal()
    channel_chosen = Signal(int)
    picture_picked = Signal(int)
    export_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("across")
        self.setWindowTitle("Over all pictures")
        self.setAccessibleName("Over all pictures")
        self.figure: Figure | None = None
        self.title = ElidedLabel(role="heading")
        self.title.setObjectName("across-title")
        self.subtitle = ElidedLabel(role="dim")
        self.subtitle.setObjectName("across-subtitle")
        self.kind = "strongest"
        self.kinds = Segment(KINDS)
        self.kinds.setObjectName("across-kinds")
        self.kinds.set_value(self.kind)
        self.kinds.chosen.connect(self._on_kind)
        self.channel = named(QSpinBox(), "across-channel", "Channel")
        self.channel.valueChanged.connect(self.channel_chosen)
        self.classes = named(QComboBox(), "across-class", "Class")
        self.classes.setEditable(True)  # of a thousand one is found by typing a part of its name
        self.classes.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if (completer := self.classes.completer()) is not None:
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        if (line := self.classes.lineEdit()) is not None:
            line.editingFinished.connect(lambda: line.setText(self.classes.itemText(self.classes.currentIndex())))
        self.classes.currentIndexChanged.connect(lambda _: self.asked.emit())
        self._channel_word, self._class_word = QLabel("Channel"), QLabel("Class")
        self.progress = named(QProgressBar(), "across-progress", "Pictures looked at")
        self.progress.setFixedWidth(theme.px(120))
        self.progress.setTextVisible(False)  # beside it there is room to read
        self.said = named(QLabel(), "across-said", "How many pictures have been looked at")
        self.said.setProperty("role", "dim")
        self.cancel = named(QPushButton("Cancel"), "across-cancel", "Stop looking at pictures")
        self.cancel.setProperty("role", "quiet")
        self.cancel.clicked.connect(self.cancel_requested)
        self.export = named(QPushButton("Export figure…"), "across-export", "Export this figure")
        self.export.clicked.connect(self.export_requested)
        self.view = FigureView(self)
        self.view.channel_picked.connect(self._on_picked)
        for button in (self.cancel, self.export):
            button.setAutoDefault(False)
        self._lay_out()
        self._on_kind(self.kind)

    def _lay_out(self) -> None:
        head, row = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(theme.px(12))
        row.setSpacing(theme.px(8))
        head.addWidget(self.title)
        head.addWidget(self.subtitle, 1)
        row.addWidget(self.kinds)
        row.addSpacing(theme.px(8))
        choices: tuple[QWidget, ...] = (self._channel_word, self.channel, self._class_word, self.classes)
        for choice in choices:
            row.addWidget(choice)
        row.addStretch(1)
        for end in (self.said, self.progress, self.cancel, self.export):
            row.addWidget(end)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(16),) * 4)
        column.setSpacing(theme.px(12))
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self.view, 1)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(960), theme.px(560))

    def set_channels(self, count: int, current: int) -> None:
        """How many channels there are, and which is looked at; no signal."""
        self.channel.blockSignals(True)
        self.channel.setRange(0, max(count - 1, 0))
        self.channel.setValue(current)
        self.channel.blockSignals(False)

    def set_classes(self, labels: tuple[str, ...], current: int = 0) -> None:
        """The classes among which one is chosen, and with which one begins; no signal."""
        if labels != tuple(self.classes.itemText(i) for i in range(self.classes.count())):
            self.classes.blockSignals(True)
            self.classes.clear()
            self.classes.addItems(labels)
            self.classes.setCurrentIndex(current if labels else -1)
            self.classes.blockSignals(False)
        self.kinds.button("class").setEnabled(bool(labels))
        if not labels and self.kind == "class":
            self.kinds.set_value("strongest")
            self._on_kind("strongest")

    def set_figure(self, figure: Figure) -> None:
        """Draw what was found so far."""
        self.figure = figure
        self.title.setText(figure.title)
        self.subtitle.setText(figure.subtitle)
        self.view.set_figure(figure)
        self.export.setEnabled(bool(figure.panels))

    def set_progress(self, done: int, total: int, running: bool) -> None:
        """How many pictures have been looked at."""
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)
        self.said.setText(f"{done:,} of {total:,} pictures")
        for widget in (self.said, self.progress, self.cancel):
            widget.setVisible(running)

    def _on_kind(self, kind: str) -> None:
        self.kind = kind
        self._class_word.setVisible(kind == "class")
        self.classes.setVisible(kind == "class")
        self._channel_word.setVisible(kind != "class")
        self.channel.setVisible(kind != "class")
        self.asked.emit()

    def _on_picked(self, place: object) -> None:
        if isinstance(place, int):
            self.picture_picked.emit(place)
