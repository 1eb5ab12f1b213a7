"""The workspace “Train”: the form at the left, how it goes above, and what the network sees below."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.course import TrainingCourse
from cnnviz.gui.training.form import TrainingForm
from cnnviz.gui.training.watch import TrainingWatch
from cnnviz.gui.training.words import CHAINS


class Offer(QFrame):
    """A training that was cut off, and whether to go on with it; that it is to be forgotten is asked once more.

    Signals
    -------
    accepted(), refused()
        It is to go on; it is to be forgotten.
    """

    accepted = Signal()
    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-offer")
        self.setProperty("role", "message-info")
        self.words = named(QLabel(), "training-offer-words")
        self.words.setWordWrap(True)
        self.go_on = named(QPushButton("Go on"), "training-go-on")
        self.go_on.setProperty("role", "accent")
        self.go_on.clicked.connect(self.accepted)
        self.keep = named(QPushButton("Keep it"), "training-keep")
        self.keep.clicked.connect(lambda: self._ask(False))
        self.forget = named(QPushButton("Forget it"), "training-forget")
        self.forget.setProperty("role", "quiet")
        self.forget.clicked.connect(self._on_forget)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (14, 8, 8, 8)))
        row.addWidget(self.words, 1)
        for part in (self.forget, self.keep, self.go_on):
            row.addWidget(part)
        self._sentence = ""
        self.hide()

    def show_sentence(self, sentence: str) -> None:
        """Offer it, or nothing."""
        self._sentence = sentence
        self.setVisible(bool(sentence))
        self._ask(False)

    @property
    def asking(self) -> bool:
        """Whether it is asked if it is really to be forgotten."""
        return not self.keep.isHidden()

    def _ask(self, on: bool) -> None:
        self.words.setText("Forget it? Then it cannot go on any more." if on else self._sentence)
        self.forget.setText("Forget it for good" if on else "Forget it")
        self.go_on.setVisible(not on)
        self.keep.setVisible(on)
        if on:
            self.keep.setFocus()

    def _on_forget(self) -> None:
        if self.asking:
            self.refused.emit()
        else:
            self._ask(True)


class TrainingPage(QWidget):
    """All parts of the workspace."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training-page")
        self.form = TrainingForm()
        self.course = TrainingCourse()
        self.watch = TrainingWatch()
        self.offer = Offer()
        self.form.network_changed.connect(self._show_chain)
        self.watch.chain.changed.connect(self._on_chain)
        self._lay_out()
        self._show_chain(self.form.fields.network_name)

    def set_waiting(self, waiting: bool) -> None:
        """Whether a training was asked for that has not begun: it may yet be refused, so the form stays as it is."""
        self.form.set_waiting(waiting)
        self.course.set_waiting(waiting)
        self.offer.setEnabled(not waiting)

    def set_running(self, running: bool) -> None:
        """Whether a training runs. The keys stay where they have a meaning."""
        focus = QApplication.focusWidget()
        had = focus is not None and (self.form if running else self.course).isAncestorOf(focus)
        self.set_waiting(False)
        self.form.set_running(running)
        self.course.set_running(running)
        if had:
            (self.course.pause if running else self.form.start).setFocus()
        self.watch.chain.setEnabled(not running)
        self.offer.setEnabled(not running)

    def set_data(self, classes: int, shape: tuple[int, int, int] | None) -> None:
        """The data has so many classes, and its pictures (channels, height, width) where all are of one size."""
        self.watch.chain.set_data(classes, shape)

    def _show_chain(self, name: str) -> None:
        """The layers of what was chosen, where it is a chain."""
        if name.startswith("plan:"):
            if self.form.isVisible() and self.watch.shown == "classes":
                self.watch.show_figure("layers")
            problem = self.watch.set_chain(name)
            self.form.set_problem("network", problem or self._impossible())
        else:
            self.watch.set_chain(CHAINS.get(name, "") if name else "")

    def _on_chain(self, text: str) -> None:
        """The plan in the form stays in step with the layers."""
        if self.form.transfer:
            self.form.set_transfer("nothing")
        self.form.fields.set_network(text)
        self.watch.set_chain(text)
        self.form.set_problem("network", self._impossible())

    def _impossible(self) -> str:
        chain = self.watch.chain.chain
        return "" if chain is None else chain.problem

    def _lay_out(self) -> None:
        self.form.setFixedWidth(max(theme.px(320), self.form.minimumSizeHint().width()))
        right = QVBoxLayout()
        right.setSpacing(theme.px(8))
        right.addWidget(self.offer)
        right.addWidget(self.course, 2)
        right.addWidget(self.watch, 3)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.form)
        row.addLayout(right, 1)
