"""The workspace “Train”: the form at the left, how it goes above, and what the network sees below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import Figure, number
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures import FigureView
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.status import remaining
from cnnviz.gui.theme import theme
from cnnviz.gui.training.curves import CurvePlot
from cnnviz.gui.training.form import TrainingForm

SHOWN = {"look": "Kernels and maps", "confusion": "Confusion matrix", "hardest": "Largest losses"}
"""What can be seen of the network below the curves."""


class TrainingPage(QWidget):
    """All parts of the workspace.

    Signals
    -------
    paused(bool), stopped(), rate_changed(float)
        What the person wants of the training that runs.
    snapshot_picked(int)
        Which of the weights that were kept are to be looked at.
    opened(), saved()
        The result is to be opened in the window, or saved elsewhere.
    """

    paused = Signal(bool)
    stopped = Signal()
    rate_changed = Signal(float)
    snapshot_picked = Signal(int)
    opened = Signal()
    saved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-page")
        self.form = TrainingForm()
        self._state = named(ElidedLabel("Nothing is being trained", "heading"), "training-state")
        self._about = named(ElidedLabel("Choose data and a network, then Train", "dim"), "training-about")
        self.loss = CurvePlot("training-loss", "Loss (cross-entropy)", share=False)
        self.accuracy = CurvePlot("training-accuracy", "Accuracy", share=True)
        self.pause = named(QPushButton("Pause"), "training-pause")
        self.pause.setCheckable(True)
        self.pause.toggled.connect(self._on_pause)
        self.stop = named(QPushButton("Stop"), "training-stop")
        self.stop.setToolTip("Ends after this step; what was learned is kept")
        self.stop.clicked.connect(self.stopped)
        self.rate = named(QDoubleSpinBox(), "training-live-rate", "Highest learning rate from now on")
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 10)
        self.rate.setSingleStep(0.005)
        self.rate.setKeyboardTracking(False)
        self.rate.setToolTip("Highest learning rate, from the next step on")
        self.rate.valueChanged.connect(self.rate_changed)
        self._rate_label = QLabel("Rate")
        self._rate_label.setProperty("role", "dim")
        self.open_button = named(QPushButton("Open in Explore"), "training-open")
        self.open_button.setProperty("role", "accent")
        self.open_button.clicked.connect(self.opened)
        self.save_button = named(QPushButton("Save as…"), "training-save")
        self.save_button.clicked.connect(self.saved)
        self.choice = named(Segment(SHOWN), "training-choice", "What is seen of the network")
        self.choice.chosen.connect(self.show_figure)
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "training-slider", "Weights that were kept")
        self.slider.valueChanged.connect(self.snapshot_picked)
        self._when = named(QLabel(), "training-when")
        self._when.setProperty("role", "dim")
        self.view = FigureView()
        self._figures: dict[str, Figure] = {}
        self._shown = "look"
        self._lay_out()
        self.choice.set_value("look")
        self.set_running(False)
        self.set_result(False)
        self._set_steps(0)

    # how it goes

    def begin(self, epochs: int, about: str, rate: float) -> None:
        """A training has begun."""
        for plot in (self.loss, self.accuracy):
            plot.begin(epochs)
        self._about.setText(about)
        self.rate.blockSignals(True)
        self.rate.setValue(rate)
        self.rate.blockSignals(False)

    def set_running(self, running: bool) -> None:
        """Whether a training runs."""
        self.form.set_running(running)
        for part in (self.pause, self.stop, self.rate):
            part.setEnabled(running)
        if not running:
            self.pause.setChecked(False)

    def say(self, state: str, about: str | None = None) -> None:
        """The two lines at the top."""
        self._state.setText(state)
        if about is not None:
            self._about.setText(about)

    def say_step(self, where: str, seconds_left: float, rate: float, gradient: float) -> None:
        """Where it is, how long it takes, and the numbers of this step."""
        self._state.setText(where)
        numbers = f"rate {number(rate, 3)} · norm of the gradient {number(gradient, 3)}"
        self._about.setText(f"{remaining(seconds_left)} left · {numbers}")

    def set_result(self, there: bool) -> None:
        """Whether there is a network that has learned."""
        for part in (self.open_button, self.save_button):
            part.setVisible(there)
        for name in ("confusion", "hardest"):
            self.choice.button(name).setEnabled(name in self._figures)

    # what the network sees

    def set_snapshots(self, count: int) -> None:
        """How many weights were kept; a slider that stands at the end stays there."""
        last = self.slider.value() == self.slider.maximum()
        self._set_steps(count)
        if last:
            self.slider.setValue(count - 1)

    def _set_steps(self, count: int) -> None:
        self.slider.setRange(0, max(count - 1, 0))
        self.slider.setEnabled(count > 1)

    def say_when(self, text: str) -> None:
        """Which weights are looked at."""
        self._when.setText(text)

    def set_figure(self, name: str, figure: Figure) -> None:
        """One of ``SHOWN`` is there, or has changed."""
        self._figures[name] = figure
        self.choice.button(name).setEnabled(True)
        if name == self._shown:
            self.view.set_figure(figure)
            self.view.show()

    def forget(self) -> None:
        """Nothing has been seen yet."""
        self._figures.clear()
        self.view.hide()
        self.show_figure("look")
        self.set_result(False)

    @Slot(object)
    def show_figure(self, name: str) -> None:
        """Show one of ``SHOWN``."""
        self._shown = name
        self.choice.set_value(name)
        for part in (self.slider, self._when):
            part.setVisible(name == "look")
        if name in self._figures:
            self.view.set_figure(self._figures[name])
            self.view.show()

    @Slot(bool)
    def _on_pause(self, on: bool) -> None:
        self.pause.setText("Go on" if on else "Pause")
        self.paused.emit(on)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setObjectName("training-scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.form)
        scroll.setFixedWidth(max(theme.px(300), self.form.minimumSizeHint().width() + theme.px(12)))
        above = named(QFrame(), "training-above")
        above.setProperty("role", "card")
        head = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(self._state)
        words.addWidget(self._about)
        head.addLayout(words, 1)
        for part in (self._rate_label, self.rate, self.pause, self.stop, self.save_button, self.open_button):
            head.addWidget(part)
        plots = QHBoxLayout()
        plots.setSpacing(theme.px(20))
        plots.addWidget(self.loss)
        plots.addWidget(self.accuracy)
        column = QVBoxLayout(above)
        column.setContentsMargins(*(theme.px(n) for n in (16, 12, 16, 10)))
        column.setSpacing(theme.px(10))
        column.addLayout(head)
        column.addLayout(plots, 1)
        below = named(QFrame(), "training-below")
        below.setProperty("role", "card")
        line = QHBoxLayout()
        line.setSpacing(theme.px(12))
        line.addWidget(self.choice)
        line.addWidget(self.slider, 1)
        line.addWidget(self._when)
        line.addStretch(0)
        column = QVBoxLayout(below)
        column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 10)))
        column.setSpacing(theme.px(8))
        column.addLayout(line)
        column.addWidget(self.view, 1)
        right = QVBoxLayout()
        right.setSpacing(theme.px(8))
        right.addWidget(above, 2)
        right.addWidget(below, 3)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(scroll)
        row.addLayout(right, 1)
