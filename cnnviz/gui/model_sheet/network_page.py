"""What is known and guessed about the architecture; a guessed one can be changed step by step, or written."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.model_sheet.steps import Where, exchanged, listed
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from cnnviz.response import ModelCard

if TYPE_CHECKING:
    from cnnviz.core.examined import Fit
    from cnnviz.core.finder.plan import Plan, Step

_POOLINGS = ("max2", "avg2", "max3s2", "avg3s2", "gap", "gmp", "flatten")
_WORDS = {"gap": "global average", "gmp": "global maximum", "flatten": "flatten"}
_ROWS = 160  # of a plan; longer ones are changed as text


def _words(word: str) -> str:
    """A step of a plan for people: ``max2`` is “max pooling 2”."""
    if word in _WORDS:
        return _WORDS[word]
    for kind in ("max", "avg"):
        if word.startswith(kind):
            size, _, stride = word[3:].partition("s")
            return f"{'max' if kind == 'max' else 'average'} pooling {size}" + (f", stride {stride}" if stride else "")
    return word


def _kind(word: str) -> str:
    """What a step without weights is."""
    if word.startswith("flatten"):
        return "reshaping"
    return "pooling" if word[:3] in ("max", "avg", "gap", "gmp", "sub") else "activation"


class NetworkPage(QWidget):
    """Notes, other architectures that fit, how well the chosen one fits, and the steps of a guessed chain.

    Signals
    -------
    changed(ModelRequest)
        The model, to be opened as another architecture.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._request = ModelRequest("")
        self._plan: Plan | None = None
        self._text = ""
        self._notes = named(QLabel(), "network-notes")
        self._notes.setWordWrap(True)
        self._fit = named(QLabel(), "network-fit")
        self._fit.setWordWrap(True)
        self._fit.setProperty("role", "dim")
        self.choices = named(QComboBox(), "network-choices", "Architectures that fit")
        self.choices.activated.connect(self._on_choice)
        self._choice_row = QWidget()
        row = QHBoxLayout(self._choice_row)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel("It could be")
        label.setProperty("role", "dim")
        row.addWidget(label)
        row.addWidget(self.choices, 1)
        self._steps = _Steps()
        self._steps.changed.connect(self._on_plan)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._steps)
        self.plan = named(QLineEdit(), "network-plan", "The architecture as a line of text")
        self.plan.setProperty("role", "mono")
        self.plan.setToolTip("What --arch takes. Return opens it.")
        self.plan.returnPressed.connect(self._on_text)
        self._problem = named(QLabel(), "network-problem")
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for part in (self._notes, self._fit, self._choice_row):
            column.addWidget(part)
        column.addWidget(self._area, 1)
        column.addWidget(self._problem)
        column.addWidget(self.plan)
        column.addStretch(0)

    def set_model(self, card: ModelCard, request: ModelRequest) -> None:
        """Show what is known of this model's architecture."""
        from cnnviz.core.finder.plan import PREFIX, parse

        self._request = request
        about = [note for note in card.notes if "could change" not in note and "--arch can change" not in note]
        self._notes.setText("\n".join(f"· {note}" for note in about) or card.caption)
        self._fit.hide()
        self._problem.hide()
        self._text = card.arch if card.arch.startswith(PREFIX) else ""
        self._plan = parse(self._text) if self._text else None
        self.choices.clear()
        self.choices.addItem(_choice(card.arch or card.title, card.title), card.arch)
        for arch, title in card.choices:
            self.choices.addItem(_choice(arch, title), arch)
        self._choice_row.setVisible(bool(card.choices))
        for part in (self._area, self.plan):
            part.setVisible(self._plan is not None)
        self.plan.setText(self._text)
        self.plan.setCursorPosition(0)
        self._steps.set_plan(self._plan)
        self.layout().setStretch(self.layout().count() - 1, 0 if self._plan else 1)  # type: ignore[union-attr]

    def set_fit(self, fit: Fit) -> None:
        """Show how well the architecture fits the file, tensor by tensor."""
        words = [f"{fit.matched:,} tensors of the file fit {fit.architecture}"]
        for names, what in (
            (fit.missing, "are missing"),
            (fit.unexpected, "are not expected"),
            (fit.reshaped, "have another shape"),
        ):
            if names:
                more = ", …" if len(names) > 3 else ""
                words.append(f"{len(names):,} {what} ({', '.join(names[:3])}{more})")
        self._fit.setText("; ".join(words) + ".")
        self._fit.show()

    @Slot()
    def _on_choice(self) -> None:
        if (arch := self.choices.currentData()) and arch != self._text:
            self._open(arch)

    @Slot(object)
    def _on_plan(self, plan: Plan) -> None:
        self._open(plan.text)

    @Slot()
    def _on_text(self) -> None:
        from cnnviz.core.finder.plan import parse

        try:
            plan = parse(self.plan.text())
        except CnnvizError as error:
            self._problem.setText(str(error))
            self._problem.show()
            return
        self._open(plan.text)

    def _open(self, arch: str) -> None:
        self._problem.hide()
        self.changed.emit(replace(self._request, arch=arch))


def _choice(arch: str, title: str) -> str:
    return f"{title}:  {arch.removeprefix('plan:').strip()}" if arch.startswith("plan:") else title


class _Steps(QWidget):
    """One row for each step: what is known stands there, what is guessed is a choice."""

    changed = Signal(object)  # Plan

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network-steps")
        self._plan: Plan | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(2))
        self._grid.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.addLayout(self._grid)
        column.addStretch(1)

    def set_plan(self, plan: Plan | None) -> None:
        """Show the steps of a plan."""
        self._plan = plan
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        rows = list(listed(plan.steps)) if plan else []
        flat = False
        for row, (where, step) in enumerate(rows if len(rows) <= _ROWS else []):
            flat = flat or step.word in ("flatten", "flatten_hwc", "gap", "gmp")
            self._add(row, where, step, flat)

    def _add(self, row: int, where: Where, step: Step, flat: bool) -> None:
        number = QLabel(str(row + 1))
        number.setProperty("role", "tiny")
        self._grid.addWidget(number, row, 0, Qt.AlignmentFlag.AlignRight)
        depth = "      " * (len(where) // 2)
        if step.word == "layer":
            self._grid.addWidget(ElidedLabel(depth + step.path), row, 1)
            if flat:
                self._grid.addWidget(ElidedLabel("dense", "dim"), row, 2)
            else:
                self._grid.addWidget(self._numbers(where, step), row, 2)
        elif step.branches:
            what = {"add": "sum of branches", "cat": "branches side by side", "gate": "product of branches"}
            self._grid.addWidget(ElidedLabel(depth + what.get(step.word, step.word), "dim"), row, 1)
        else:
            self._grid.addWidget(ElidedLabel(depth + _kind(step.word), "dim"), row, 1)
            self._grid.addWidget(self._choice(row, where, step), row, 2)
        self._grid.addWidget(self._buttons(where, step), row, 3)

    def _choice(self, row: int, where: Where, step: Step) -> QComboBox:
        from cnnviz.core.finder.plan import ACTIVATIONS

        box = named(QComboBox(), f"step-{row}", f"Step {row + 1}")
        alike = ACTIVATIONS if step.word in ACTIVATIONS else _POOLINGS
        for word in dict.fromkeys((step.word, *alike)):
            box.addItem(_words(word), word)
        box.setCurrentIndex(0)
        box.activated.connect(lambda _: self._change(where, (replace(step, word=box.currentData()),)))
        return box

    def _numbers(self, where: Where, step: Step) -> QWidget:
        """Stride and padding of a convolution: weights do not say them."""
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(4))
        for name, value, least in (("stride", step.stride, 1), ("padding", step.padding, 0)):
            label = QLabel(name)
            label.setProperty("role", "small")
            box = QSpinBox(minimum=least, maximum=15)
            box.setAccessibleName(f"{name} of {step.path}")
            box.setObjectName(f"{name}-{step.path}")
            box.setKeyboardTracking(False)
            box.setValue(value)
            box.valueChanged.connect(partial(self._on_number, where, step, name))
            line.addWidget(label)
            line.addWidget(box)
        return pair

    def _buttons(self, where: Where, step: Step) -> QWidget:
        from cnnviz.core.finder.plan import Step as Made

        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        acts = (
            ("plus", "Put a ReLU in after this step", (step, Made("relu"))),
            ("minus", "Leave this step out", ()),
        )
        for icon, tip, new in acts:
            button = QToolButton()
            button.setProperty("role", "small")
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            theme.set_icon(button, icon, "dim")
            button.clicked.connect(partial(self._change, where, new))
            button.setEnabled(bool(new) or step.word != "layer")
            line.addWidget(button)
        return pair

    def _on_number(self, where: Where, step: Step, name: str, value: int) -> None:
        self._change(where, (replace(step, stride=value) if name == "stride" else replace(step, padding=value),))

    def _change(self, where: Where, new: tuple[Step, ...], *_: object) -> None:
        if self._plan is not None:
            self.changed.emit(exchanged(self._plan, where, new))
