"""What is seen below the curves: the classes, the layers, and what the network makes of a picture as it learns."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QSizePolicy,
    QSlider,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
)

from cnnviz.figure import Figure, Note
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures import FigureView
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme
from cnnviz.gui.training.links import ChainEditor

SHOWN = {
    "classes": "Classes",
    "layers": "Layers",
    "look": "Kernels",
    "confusion": "Confusion",
    "hardest": "Hardest",
}
"""What can be seen."""

_NOTHING = {
    "classes": "Choose a data set: how many pictures each class has, and which files are broken, is shown here.",
    "look": "Here one watches the kernels, and the maps of one picture, change from small random values.",
}


class TrainingWatch(QFrame):
    """The card below.

    Signals
    -------
    snapshot_picked(int)
        Which of the weights that were kept are to be looked at.
    played(bool)
        The kept weights are to go by, one after the other.
    pinned(int)
        Which of the pictures is to be looked at.
    side_picked(bool)
        Of two trainings that are compared, the one that begins from nothing is to be looked at, or the other one.
    """

    snapshot_picked = Signal(int)
    played = Signal(bool)
    pinned = Signal(int)
    side_picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-below")
        self.setProperty("role", "card")
        self.choice = named(Segment(SHOWN), "training-choice", "What is seen of the network")
        self.choice.chosen.connect(self.show_figure)
        self.view = FigureView()
        self.view.setMinimumWidth(theme.px(320))  # in less its panels stand one below the other
        self.chain = ChainEditor()
        self.about = named(ElidedLabel("", "dim"), "training-classes-about")
        self.left_out = named(QListWidget(), "training-left-out", "Files that are left out")
        self.left_out.setMaximumHeight(theme.px(96))
        self.left_out.hide()
        self.pin = named(QComboBox(), "training-pin", "The picture that is looked at")
        self.pin.setToolTip("The picture whose maps are watched: the open one, or one of each class")
        self.pin.setMinimumContentsLength(14)
        self.pin.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.pin.activated.connect(self.pinned)
        self.side = named(Segment({False: "Transfer", True: "From nothing"}), "training-side", "Which of the two")
        self.side.chosen.connect(self.side_picked)
        self._compares = False
        self.play = named(QToolButton(), "training-play", "Play through the kept weights")
        self.play.setProperty("role", "button")
        self.play.setToolTip("Play from small random values to what was learned")
        self.play.setCheckable(True)
        theme.set_icon(self.play, "play")
        self.play.toggled.connect(self._on_play)
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "training-slider", "Weights that were kept")
        self.slider.valueChanged.connect(self.snapshot_picked)
        self._when = named(QLabel(), "training-when")
        self._when.setProperty("role", "dim")
        self._figures: dict[str, Figure] = {}
        self.shown = ""
        self._lay_out()
        self._set_steps(0)
        self.forget()
        self.show_figure("classes")

    def set_sides(self, compares: bool) -> None:
        """Whether there are two trainings to look at; the one that knew something is the first."""
        self._compares = compares
        self.side.set_value(False)

    def set_pins(self, titles: tuple[str, ...], place: int) -> None:
        """The pictures that can be looked at, and the one that is."""
        self.pin.clear()
        self.pin.addItems(titles)
        self.pin.setCurrentIndex(place)

    def set_snapshots(self, count: int, place: int = 0) -> None:
        """How many weights are kept, and where those lie that are looked at; a slider at the end stays there."""
        last = self.slider.value() == self.slider.maximum() and not self.play.isChecked()
        with QSignalBlocker(self.slider):
            self._set_steps(count)
            self.slider.setValue(place)
        if last:
            self.slider.setValue(count - 1)

    def _set_steps(self, count: int) -> None:
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setEnabled(count > 1)
        self.play.setEnabled(count > 1)

    def say_when(self, text: str) -> None:
        """Which weights are looked at."""
        self._when.setText(text)

    def set_figure(self, name: str, figure: Figure | None) -> None:
        """One of ``SHOWN`` is there, or has changed."""
        if figure is None:
            self._figures.pop(name, None)
        else:
            self._figures[name] = figure
        self.choice.button(name).setEnabled(figure is not None or name in _NOTHING)
        if name == self.shown:
            self.show_figure(name)

    def set_left_out(self, sentences: tuple[str, ...]) -> None:
        """Which files are left out, a sentence each."""
        if self.left_out.count() != len(sentences):
            self.left_out.clear()
            self.left_out.addItems(sentences)
        self.left_out.setVisible(bool(sentences) and self.shown == "classes")

    def set_chain(self, text: str) -> str:
        """Show a plan, or none; answers with the sentence on why it cannot be shown."""
        button = self.choice.button("layers")
        button.setEnabled(bool(text))
        button.setToolTip("" if text else "Only a chain has layers to edit: choose one as the network")
        if not text and self.shown == "layers":
            self.show_figure("classes")
        return self.chain.set_text(text)

    def forget(self) -> None:
        """Nothing has been seen of a network yet."""
        for name in ("look", "confusion", "hardest"):
            self.set_figure(name, None)
        if self.shown not in ("classes", "layers"):
            self.show_figure("look")

    @Slot(object)
    def show_figure(self, name: str) -> None:
        """Show one of ``SHOWN``."""
        self.shown = name
        self.choice.set_value(name)
        for part in (self.slider, self._when, self.play, self.pin):
            part.setVisible(name == "look" and "look" in self._figures)
        self.side.setVisible(name == "look" and "look" in self._figures and self._compares)
        self.about.setVisible(name == "classes")
        self.left_out.setVisible(name == "classes" and self.left_out.count() > 0)
        seen = name == "layers"
        self._pages.setCurrentIndex(1 if seen else 0)
        across = QSizePolicy.Policy.Preferred if seen else QSizePolicy.Policy.Ignored  # unseen it needs no room
        self.chain.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        if name != "layers":
            empty = Figure(name, SHOWN[name], "", (Note(_NOTHING.get(name, "")),))
            self.view.set_figure(self._figures.get(name, empty))

    @Slot(bool)
    def _on_play(self, on: bool) -> None:
        theme.set_icon(self.play, "pause" if on else "play")
        self.played.emit(on)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.px(10))
        line.addWidget(self.choice)
        line.addStretch(1)
        steps = QHBoxLayout()
        steps.setSpacing(theme.px(10))
        for part, stretch in ((self.side, 0), (self.play, 0), (self.slider, 1), (self._when, 0), (self.pin, 0)):
            steps.addWidget(part, stretch)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.chain)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 10)))
        column.setSpacing(theme.px(8))
        column.addLayout(line)
        column.addLayout(steps)
        column.addWidget(self.about)
        column.addWidget(self._pages, 1)
        column.addWidget(self.left_out)
