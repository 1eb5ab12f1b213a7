"""How a picture becomes the input of the network, and what the usual scalings would make of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import percent
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.naming import named
from cnnviz.gui.segment import Segment
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from cnnviz.response import ModelCard

if TYPE_CHECKING:
    from cnnviz.core.effects import Effect
    from cnnviz.core.model import Preprocessing

_FITS = {"crop": "Crop the centre", "stretch": "Stretch", "pad": "Pad with black"}
_WIDEST = 4096  # pixels of an edge that can be asked for


def numbers(values: tuple[float, ...]) -> str:
    """``0.485  0.456  0.406``; one number where all are the same."""
    return "  ".join(f"{value:.5g}" for value in (values[:1] if len(set(values)) == 1 else values))


class InputPage(QWidget):
    """Size, fit, mean and deviation, each to be changed; below it the answers that the usual scalings give.

    Signals
    -------
    changed(ModelRequest)
        The model, to be opened with another preprocessing.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._request = ModelRequest("")
        self._own: Preprocessing | None = None
        self._showing = False
        self._guessed = named(QLabel(), "input-guessed")
        self._guessed.setWordWrap(True)
        self._planes = named(QLabel(), "input-planes")
        self.height_box, self.width_box = self._spin("input-height", "Height"), self._spin("input-width", "Width")
        self.fit = named(Segment(_FITS), "input-fit", "How a picture of other proportions fits")
        self.fit.chosen.connect(lambda fit: self._change(fit=fit))
        self.mean = self._field("input-mean", "Mean of each channel, on a scale from 0 to 1")
        self.std = self._field("input-std", "Standard deviation of each channel, on a scale from 0 to 1")
        self._problem = named(QLabel(), "input-problem")
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._scalings = _Effects("Scaling", "What the usual scalings make of this picture")
        self._fits = _Effects("Fit", "What the ways to make it fit make of this picture")
        for table in (self._scalings, self._fits):
            table.picked.connect(self._on_effect)
        self._lay_out()

    def _lay_out(self) -> None:
        card = named(QFrame(), "input-card")
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(*(theme.px(n) for n in (14, 10, 14, 12)))
        grid.setHorizontalSpacing(theme.px(16))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(1, 1)
        size = QHBoxLayout()
        size.setSpacing(theme.px(6))
        edges: tuple[QWidget, ...] = (self.height_box, QLabel("rows ×"), self.width_box, QLabel("columns"))
        for edge in edges:
            size.addWidget(edge)
        size.addStretch(1)
        rows: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            ("Channels", self._planes),
            ("Size", size),
            ("Other proportions", self.fit),
            ("Mean", self.mean),
            ("Deviation", self.std),
        )
        for row, (title, part) in enumerate(rows):
            label = QLabel(title)
            label.setProperty("role", "dim")
            grid.addWidget(label, row, 0)
            if isinstance(part, QHBoxLayout):
                grid.addLayout(part, row, 1)
            else:
                grid.addWidget(part, row, 1, Qt.AlignmentFlag.AlignLeft if part is self.fit else Qt.AlignmentFlag(0))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for section in (self._guessed, card, self._problem, self._scalings, self._fits):
            column.addWidget(section)
        column.addStretch(1)

    def set_model(self, card: ModelCard, request: ModelRequest) -> None:
        """Show how this model's pictures are prepared; the answers of other ways are to come."""
        self._showing = True
        own, self._request = card.preprocessing, request
        self._own = own
        self._planes.setText("1, grey: colour pictures are converted" if own.mode == "L" else "3: red, green and blue")
        self.height_box.setValue(own.size[0])
        self.width_box.setValue(own.size[1])
        self.fit.set_value(own.fit)
        self.mean.setText(numbers(own.mean))
        self.std.setText(numbers(own.std))
        given = [request.mean, request.std, request.fit, request.input_size]
        if own.guessed and not any(given):
            said, role = "A guess: nothing says how pictures were prepared when this network was trained.", "warning"
        elif any(given):
            said, role = "Given by hand.", "dim"
        else:
            said, role = "As the model's source says.", "dim"
        self._guessed.setText(said)
        self._guessed.setProperty("role", role)
        self._guessed.style().polish(self._guessed)
        self._problem.hide()
        self._scalings.clear()
        self._fits.clear()
        self._showing = False

    def add_effect(self, effect: Effect) -> None:
        """Show what one way to prepare the picture makes of the answer."""
        (self._fits if effect.fit is not None else self._scalings).add(effect)

    def _spin(self, name: str, accessible: str) -> QSpinBox:
        box = named(QSpinBox(minimum=1, maximum=_WIDEST), name, accessible)
        box.setKeyboardTracking(False)
        box.setFixedWidth(theme.px(84))
        box.editingFinished.connect(self._on_size)
        return box

    def _field(self, name: str, accessible: str) -> QLineEdit:
        field = named(QLineEdit(), name, accessible)
        field.setToolTip(accessible)
        field.editingFinished.connect(partial(self._on_numbers, field))
        return field

    @Slot()
    def _on_size(self) -> None:
        size = self.height_box.value(), self.width_box.value()
        if self._own is not None and size != self._own.size:
            self._change(input_size=size)

    def _on_numbers(self, field: QLineEdit) -> None:
        """Mean or deviation as they were written: one number, or one a channel."""
        if self._own is None:
            return
        name = "mean" if field is self.mean else "std"
        now = self._own.mean if name == "mean" else self._own.std
        if field.text() == numbers(now):
            return
        words = field.text().replace(",", " ").split()
        try:
            values = tuple(float(word) for word in words)
        except ValueError:
            values = ()
        good = len(values) in (1, len(now)) and (name == "mean" or all(value > 0 for value in values))
        if not good:
            above = "" if name == "mean" else " above 0"
            self._problem.setText(f"Write one number{above}, or {len(now)}, one a channel, with spaces between them.")
            self._problem.show()
            return
        self._change(**{name: values * (len(now) // len(values))})

    def _change(self, **given: object) -> None:
        if not self._showing:
            self.changed.emit(replace(self._request, **given))  # type: ignore[arg-type]

    @Slot(object)
    def _on_effect(self, effect: Effect) -> None:
        if effect.fit is not None:
            self._change(fit=effect.fit)
        else:
            self._change(mean=effect.mean, std=effect.std)


class _Effects(QFrame):
    """Rows of (way, numbers, most likely class, its probability); a click chooses one."""

    picked = Signal(object)

    def __init__(self, what: str, title: str) -> None:
        super().__init__()
        self.setObjectName(f"effects-{what.lower()}")
        self.setAccessibleName(title)
        self.setProperty("role", "card")
        heading = QLabel(title)
        heading.setProperty("role", "section")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(2))
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(2, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (14, 8, 14, 8)))
        column.setSpacing(theme.px(4))
        column.addWidget(heading)
        column.addLayout(self._grid)
        self.hide()

    def clear(self) -> None:
        """Nothing is known yet."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.hide()

    def add(self, effect: Effect) -> None:
        """One more way."""
        row = self._grid.rowCount()
        button = named(QPushButton(effect.title.capitalize() if effect.fit else effect.title), f"effect-{effect.title}")
        button.setProperty("role", "chip")
        button.setCheckable(True)
        button.setChecked(effect.current)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: self._on_click(button, effect))
        how = "" if effect.mean is None or effect.std is None else f"({numbers(effect.mean)})   ({numbers(effect.std)})"
        role = "strong" if effect.current else ""
        said = ElidedLabel(effect.label or "no answer", role)
        chance = QLabel(percent(effect.probability) if effect.label else "")
        chance.setProperty("role", role)
        about = ElidedLabel(how, "small")
        for place, part in enumerate((button, about, said, chance)):
            right = Qt.AlignmentFlag.AlignRight if place == 3 else Qt.AlignmentFlag(0)
            self._grid.addWidget(part, row, place, right)
        self.show()

    def _on_click(self, button: QPushButton, effect: Effect) -> None:
        button.setChecked(effect.current)  # until the network has answered
        if not effect.current:
            self.picked.emit(effect)
