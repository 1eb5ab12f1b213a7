"""The network's answer: the best classes as bars, all classes to search, the loss where the true class is known."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QSignalBlocker, QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import number, percent
from cnnviz.gui import numbers
from cnnviz.gui.figures.bar_list import BarHeads, BarList, Row
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.theme import theme
from cnnviz.response import Scores
from cnnviz.softmax import class_name

TOP = 5
FEW = 10
"""So many classes are found by looking: there is nothing to search with."""

TALLEST = 12
"""The list grows with k up to this many rows; beyond them it scrolls."""
UNKNOWN = "not known"


class SoftmaxPanel(QWidget):
    """Top-k bars with probability and logit, a search over all classes, the true class and its cross-entropy.

    Attributes
    ----------
    true_class_picked
        The person said what the picture shows: a class (int), or None for not known.
    top_k_changed
        She wants another number of classes.
    layer_picked
        She wants to see the layer (its key) that the answer's note speaks of.
    """

    true_class_picked = Signal(object)
    layer_picked = Signal(str)
    top_k_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("softmax-panel")
        self.setAccessibleName("Class scores")
        self._scores: Scores | None = None
        self._ranks: NDArray[np.int64] = np.zeros(0, np.int64)  # classes, best first
        self._true: int | None = None
        self._stale = False
        self._wished = TOP
        self._make_parts()
        self._lay_out()
        self.top_k.valueChanged.connect(self._on_top_k)
        self.search.textChanged.connect(self._fill)
        self.list.entered.connect(self._on_entered)
        self.list.viewportEntered.connect(self._on_left)
        self.list.left.connect(self._on_left)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.true_class.activated.connect(self._on_true_class)
        theme.changed.connect(self._space)
        self._space()
        self.set_scores(None)

    # what is shown

    def set_scores(self, scores: Scores | None) -> None:
        """Show the answer of another pass; None when there is none."""
        self._stale = False
        self.list.set_dimmed(False)
        if scores is not None and scores is self._scores:  # another layer of the same pass
            self._on_left()
            return
        old, self._scores = self._scores, scores
        labels = scores.labels if scores else ()
        if scores is not None:
            keys = np.where(np.isnan(scores.logits), -np.inf, scores.logits)
            self._ranks = np.argsort(-keys, kind="stable")
        if old is None or old.labels != labels or scores is None:
            self._set_labels(scores)
            self._true = None
        for part in (self.list, self.heads, self.top_k, self.search, self.true_class, self._true_name):
            part.setEnabled(scores is not None)
        self.note.setText(scores.note if scores else "No class scores for this picture yet.")
        self.note.setVisible(bool(self.note.text()))
        self.blamed.setVisible(scores is not None and bool(scores.blamed))
        self._fill()
        self._show_loss()

    def set_stale(self, stale: bool) -> None:
        """Mark the answer as that of an older request, or as the current one."""
        self._stale = stale
        self._on_left()
        self.list.set_dimmed(stale)

    def set_true_class(self, index: int | None) -> None:
        """Show what the picture is known to show."""
        if index == self._true:
            return
        self._true = index
        self._show_true_class()
        self._fill()
        self._show_loss()

    def set_top_k(self, k: int) -> None:
        """Show that many classes."""
        with QSignalBlocker(self.top_k):
            self.top_k.setValue(k)
        self._wished = k
        self._fill()

    def shown(self) -> tuple[int, ...]:
        """The classes in the list, best first."""
        return tuple(row.index for row in self.list.rows)

    # parts

    def _make_parts(self) -> None:
        self.heading = QLabel("Softmax", self)
        self.heading.setProperty("role", "section")
        self.top_k = QSpinBox(self)
        self.top_k.setObjectName("softmax-top-k")
        self.top_k.setAccessibleName("Number of classes shown")
        self.top_k.setToolTip("How many classes are shown")
        self.top_k.setPrefix("top ")
        self.top_k.setRange(1, 1000)
        self.top_k.setValue(TOP)
        self.search = QLineEdit(self)
        self.search.setObjectName("softmax-search")
        self.search.setAccessibleName("Find a class")
        self.search.setClearButtonEnabled(True)
        self.list = BarList("softmax-list", self)
        self.list.setAccessibleName("Classes, best first")
        self.heads = BarHeads(self.list, self)
        self.readout = Line("softmax-readout", "dim", "tiny", self)
        self.note = QLabel(self)
        self.note.setObjectName("softmax-note")
        self.note.setProperty("role", "small")
        self.note.setWordWrap(True)
        self.blamed = QPushButton("Show that layer", self)
        self.blamed.setObjectName("softmax-blamed")
        self.blamed.setProperty("role", "link")
        self.blamed.clicked.connect(lambda: self.layer_picked.emit(self._scores.blamed if self._scores else ""))
        self._true_name = QLabel("True class", self)
        self._true_name.setProperty("role", "dim")
        self.true_class = QComboBox(self)
        self.true_class.setObjectName("softmax-true-class")
        self.true_class.setAccessibleName("True class of the picture")
        self.true_class.setEditable(True)
        self.true_class.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.true_class.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.true_class.setMinimumContentsLength(6)
        self._names = QStringListModel(self)
        self.true_class.setModel(self._names)
        completer = QCompleter(self._names, self.true_class)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.true_class.setCompleter(completer)
        editor = self.true_class.lineEdit()
        assert editor is not None
        editor.editingFinished.connect(self._on_left_editor)
        self._loss_name = QLabel("Cross-entropy −log p", self)
        self._loss_name.setProperty("role", "dim")
        self.loss = QLabel(self)
        self.loss.setObjectName("softmax-cross-entropy")
        self.loss.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.heading, 1)
        head.addWidget(self.top_k)
        facts = QGridLayout()
        facts.setColumnStretch(0, 1)
        facts.addWidget(self._true_name, 0, 0)
        facts.addWidget(self.true_class, 0, 1)
        facts.addWidget(self._loss_name, 1, 0)
        facts.addWidget(self.loss, 1, 1, Qt.AlignmentFlag.AlignRight)
        self._facts = facts
        self._column = QVBoxLayout(self)
        self._column.addLayout(head)
        self._column.addWidget(self.note)
        self._column.addWidget(self.blamed, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.search, self.heads, self.list, self.readout):
            self._column.addWidget(part)
        self._column.addLayout(facts)
        self._column.addStretch(1)

    def _space(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (14, 8, 14, 12)))
        self._column.setSpacing(theme.px(6))
        self.top_k.setFixedWidth(theme.px(92))
        self._facts.setVerticalSpacing(theme.px(6))
        self.loss.setFont(theme.font("number"))
        self._fit_list()

    def _fit_list(self) -> None:
        """As high as k rows: the same while searching, so that nothing jumps."""
        classes = len(self._scores.logits) if self._scores else TOP
        self.list.setFixedHeight(min(self.top_k.value(), TALLEST, classes) * self.list.row_height())

    def _set_labels(self, scores: Scores | None) -> None:
        count = len(scores.logits) if scores else 0
        names = [self._label(index) for index in range(count)]
        with QSignalBlocker(self.true_class):
            self._names.setStringList([UNKNOWN, *names])
        self._show_true_class()
        with QSignalBlocker(self.top_k):  # a model of three classes does not change what is wished for
            self.top_k.setMaximum(count or 1000)
            self.top_k.setValue(self._wished)
        self.search.setPlaceholderText(f"Find one of {numbers.count(count)} classes" if count else "Find a class")
        self.search.setVisible(not 0 < count <= FEW or bool(self.search.text()))

    def _label(self, index: int) -> str:
        return class_name(self._scores.labels if self._scores is not None else (), index)

    def _numbered(self, index: int) -> str:
        """The name with the number, which is not said twice."""
        name = self._label(index)
        return name if name == class_name((), index) else f"{name} ({class_name((), index)})"

    # the list

    def _fill(self) -> None:
        """Fill the list: the best k, or all that match what is searched for."""
        self._fit_list()
        wanted = self.search.text().strip().casefold()
        ranked = list(enumerate(self._ranks.tolist(), 1)) if self._scores is not None else []
        if wanted:
            found = [(rank, i) for rank, i in ranked if wanted in self._label(i).casefold() or wanted == str(i)]
        else:
            found = ranked[: self.top_k.value()]
        heads = ("probability", "logit")
        self.list.set_rows(tuple(self._row(rank, index) for rank, index in found), heads)
        self.heads.set_heads(heads)
        if not wanted:
            self.list.scrollToTop()
        self._on_left()

    def _row(self, rank: int, index: int) -> Row:
        assert self._scores is not None
        probability, logit = float(self._scores.probabilities[index]), float(self._scores.logits[index])
        texts = (percent(probability), numbers.logit(logit))
        length = probability if np.isfinite(probability) else 0.0
        marked = index == self._true
        return Row(index, self._label(index), length, texts, partial(self._tip, rank, index), marked)

    def _tip(self, rank: int, index: int) -> str:
        assert self._scores is not None
        return "\n".join(
            [
                self._numbered(index) + (", the true class" if index == self._true else ""),
                f"rank {numbers.count(rank)} of {numbers.count(len(self._ranks))}",
                f"probability {number(float(self._scores.probabilities[index]), 6)}",
                f"logit {number(float(self._scores.logits[index]), 6, signed=True)}",
                f"−log p {number(self._surprise(index), 5)}",
            ]
        )

    def _surprise(self, index: int) -> float:
        """−log p of a class in nats, from the logits: exact where p is rounded to 0 or 1.

        −log softmax(z)ᵢ = log Σⱼ exp(zⱼ − m) + m − zᵢ with m = max z.
        """
        assert self._scores is not None
        logits = self._scores.logits
        highest = float(np.max(logits))
        if not np.isfinite(highest):
            return float("nan")
        others = np.exp(logits - highest)
        if logits[index] == highest:  # log(1 + small): keeps the digits of a confident answer
            others = np.delete(others, index)
            return float(np.log1p(others.sum()))
        return float(np.log(others.sum()) + highest - logits[index])

    def _on_entered(self, index: QModelIndex) -> None:
        row = self.list.rows[index.row()]
        _, *facts = row.tip.split("\n")
        self.readout.set_text("  ·  ".join(facts))

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self.list.rows):
            self._on_entered(index)

    def _on_left(self) -> None:
        shown, count = len(self.list.rows), len(self._ranks) if self._scores else 0
        if self._stale:
            self.readout.set_text("updating…")
            return
        found = "match" if self.search.text().strip() else "shown"
        self.readout.set_text(f"{numbers.count(shown)} of {numbers.count(count)} {found}" if count else "")

    def _on_top_k(self, k: int) -> None:
        self._wished = k
        self._fill()
        self.top_k_changed.emit(k)

    # the true class

    def _on_true_class(self, position: int) -> None:
        index = None if position <= 0 else position - 1
        if index != self._true:
            self.set_true_class(index)
            self.true_class_picked.emit(index)

    def _on_left_editor(self) -> None:
        """What was typed is a class, or it is taken back."""
        position = self.true_class.findText(self.true_class.currentText(), Qt.MatchFlag.MatchFixedString)
        if position >= 0:
            self._on_true_class(position)
        self._show_true_class()

    def _show_true_class(self) -> None:
        known = self._true is not None and self._true + 1 < self.true_class.count()
        with QSignalBlocker(self.true_class):
            self.true_class.setCurrentIndex(self._true + 1 if known and self._true is not None else 0)
            self.true_class.setEditText(self.true_class.itemText(self.true_class.currentIndex()))
        editor = self.true_class.lineEdit()
        if editor is not None:
            editor.setCursorPosition(0)  # a long name is read from its beginning

    def _show_loss(self) -> None:
        known = self._scores is not None and self._true is not None and self._true < len(self._scores.logits)
        self.loss.setText(number(self._surprise(self._true), 4) if known and self._true is not None else "–")
        right = known and len(self._ranks) > 0 and int(self._ranks[0]) == self._true
        rank = int(np.flatnonzero(self._ranks == self._true)[0]) + 1 if known else 0
        said = "right" if right else f"the network ranks it {numbers.count(rank)}"
        self.loss.setToolTip(
            f"Loss of this answer in nats; {said}" if known else "Choose the true class to see the loss"
        )
