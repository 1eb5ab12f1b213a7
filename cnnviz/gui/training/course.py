"""How a training goes: two lines of words, the hands on it, and its curves."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import number, remaining
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.curves import CurvePlot


class TrainingCourse(QFrame):
    """The card above.

    Signals
    -------
    paused(bool), stopped(), rate_changed(float)
        What the person wants of the training that runs.
    opened(), saved(), deepened()
        The result is to be opened in the window, saved elsewhere, or to go on with one more layer that learns.
    """

    paused = Signal(bool)
    stopped = Signal()
    rate_changed = Signal(float)
    opened = Signal()
    saved = Signal()
    deepened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-above")
        self.setAccessibleName("How the training goes")
        self.setProperty("role", "card")
        self._state = named(ElidedLabel("Nothing is being trained", "heading"), "training-state")
        self._about = named(ElidedLabel("Choose data and a network, then Train", "dim"), "training-about")
        self._where = self._numbers = ""  # of the last step
        self.verdict = named(QLabel(), "training-verdict")
        self.verdict.setProperty("role", "accent")
        self.verdict.setWordWrap(True)
        self.verdict.hide()
        self.loss = CurvePlot("training-loss", "Loss")
        self.loss.setToolTip("Cross-entropy: minus the logarithm of the probability of the true class, on average")
        self.accuracy = CurvePlot("training-accuracy", "Accuracy", share=True)
        self.rates = CurvePlot("training-rates", "Learning rate", small=True)
        self.gradients = CurvePlot("training-gradients", "Gradient norm", small=True)
        self.pause = named(QPushButton("Pause"), "training-pause")
        self.pause.setCheckable(True)
        self.pause.toggled.connect(self._on_pause)
        self.stop = self._button(
            "training-stop", "Stop", "Ends after this step; what was learned is kept", self.stopped
        )
        self.rate = named(QDoubleSpinBox(), "training-live-rate", "Highest learning rate from now on")
        self.rate.setDecimals(5)
        self.rate.setRange(0.00001, 10)
        self.rate.setSingleStep(0.005)
        self.rate.setKeyboardTracking(False)
        self.rate.setToolTip("Highest learning rate, from the next step on")
        self.rate.valueChanged.connect(self.rate_changed)
        self._rate_label = QLabel("Highest rate")
        self._rate_label.setProperty("role", "dim")
        self.open_button = self._button("training-open", "Open in Explore", "Look into what was trained", self.opened)
        self.open_button.setProperty("role", "accent")
        self.save_button = self._button("training-save", "Save as…", "Weights and all about them", self.saved)
        self.deepen = self._button(
            "training-deepen", "Unfreeze one more layer", "Goes on from this result with one more layer that learns",
            self.deepened,
        )  # fmt: skip
        self._lay_out()
        self.set_running(False)
        self.set_result(False, False)

    @property
    def plots(self) -> tuple[CurvePlot, ...]:
        """All curves."""
        return (self.loss, self.accuracy, self.rates, self.gradients)

    def begin(self, epochs: int, about: str, rate: float) -> None:
        """A training has begun."""
        for plot in self.plots:
            plot.begin(epochs)
        self._plots.show()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._about.setText(about)
        self._where = self._numbers = ""
        self.rate.blockSignals(True)
        self.rate.setValue(rate)
        self.rate.blockSignals(False)

    def set_waiting(self, waiting: bool) -> None:
        """Whether a training was asked for and has not begun: one can give it up."""
        self.stop.setVisible(waiting)

    def set_running(self, running: bool) -> None:
        """Whether a training runs."""
        for part in (self.pause, self.stop, self.rate, self._rate_label):
            part.setVisible(running)
        if not running:
            self.pause.setChecked(False)

    def set_result(self, there: bool, deeper: bool) -> None:
        """Whether there is a network that has learned, and whether more of it could."""
        for part in (self.open_button, self.save_button):
            part.setVisible(there)
        self.deepen.setVisible(deeper)

    def say(self, state: str, about: str | None = None) -> None:
        """The two lines."""
        self._state.setText(state)
        if about is not None:
            self._about.setText(about)

    def judge(self, sentence: str) -> None:
        """How the two that were compared have come out; empty where nothing is compared."""
        self.verdict.setText(sentence)
        self.verdict.setVisible(bool(sentence))

    def say_step(self, where: str, speed: str, seconds_left: float | None, rate: float, gradient: float) -> None:
        """Where it is, how long it takes where that is known, and the numbers of this step."""
        self._where = where
        if self.pause.isChecked():  # the last steps before it are told after it
            self._state.setText(f"Paused · {where}")
            return
        self._state.setText(where + speed)
        self._numbers = f"rate {number(rate, 3)} · norm of the gradient {number(gradient, 3)}"
        self.say_left(seconds_left)

    def say_left(self, seconds: float | None) -> None:
        """How long it takes yet, where that is known."""
        if not self.pause.isChecked() and self._numbers:
            self._about.setText((f"{remaining(seconds)} left · " if seconds else "") + self._numbers)

    def mark(self, at: float | None) -> None:
        """Where the weights are that are looked at."""
        for plot in self.plots:
            plot.mark(at)

    @Slot(bool)
    def _on_pause(self, on: bool) -> None:
        self.pause.setText("Go on" if on else "Pause")
        if on:
            self._state.setText(f"Paused · {self._where}" if self._where else "Paused")
            self._about.setText("It goes on where it stands")
        self.paused.emit(on)

    def _button(self, name: str, text: str, tip: str, act: object) -> QPushButton:
        button = named(QPushButton(text), name)
        button.setToolTip(tip)
        button.clicked.connect(act)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(self._state)
        words.addWidget(self._about)
        line.addLayout(words, 1)
        for part in (
            self._rate_label, self.rate, self.pause, self.stop, self.deepen, self.save_button, self.open_button
        ):  # fmt: skip
            line.addWidget(part)
        self._plots = QWidget()
        row = QHBoxLayout(self._plots)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(20))
        beside = QVBoxLayout()
        beside.addWidget(self.rates)
        beside.addWidget(self.gradients)
        row.addWidget(self.loss, 5)
        row.addWidget(self.accuracy, 5)
        row.addLayout(beside, 3)
        self._plots.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)  # only words as yet
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (16, 12, 16, 10)))
        column.setSpacing(theme.px(10))
        column.addLayout(line)
        column.addWidget(self.verdict)
        column.addWidget(self._plots, 1)
