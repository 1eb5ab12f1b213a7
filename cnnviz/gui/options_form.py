"""The form of a layer view's options, made from its controls."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSlider, QSpinBox, QWidget

from cnnviz.figure import Control
from cnnviz.gui.theme import theme
from cnnviz.request import Option

Editor = QCheckBox | QComboBox | QLineEdit | QSlider | QSpinBox

STEPS = 100
"""Positions of a slider."""


class OptionField(QWidget):
    """One option: its name and the widget that changes it.

    Attributes
    ----------
    changed
        (name, value, finished); not finished while a slider is being dragged.
    """

    changed = Signal(str, object, bool)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"option-{control.name}")
        self.control = control
        self.setToolTip(control.help)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._number: QLabel | None = None
        self.editor: Editor = self._make()
        self.editor.setObjectName(f"option-{control.name}-editor")
        self.editor.setAccessibleName(control.label)
        self.editor.setAccessibleDescription(control.help)
        if not isinstance(self.editor, QCheckBox):
            label = QLabel(control.label, self)
            label.setProperty("role", "small")
            label.setBuddy(self.editor)
            self._row.addWidget(label)
        self._row.addWidget(self.editor)
        if isinstance(self.editor, QSlider):
            self._number = QLabel(self)
            self._row.addWidget(self._number)
        theme.changed.connect(self._space)
        self.set_value(control.default)
        self._space()

    def value(self) -> Option:
        """What is chosen."""
        match self.editor:
            case QCheckBox():
                return self.editor.isChecked()
            case QComboBox():
                return self.editor.currentText()
            case QLineEdit():
                return self.editor.text()
            case QSpinBox():
                return self.editor.value()
        return round(self.control.low + self.editor.value() / STEPS * self._span, 6)

    def set_value(self, value: Option) -> None:
        """Show what is asked for; a slider that is being dragged stays under the mouse."""
        with QSignalBlocker(self.editor):
            match self.editor:
                case QCheckBox():
                    self.editor.setChecked(bool(value))
                case QComboBox():
                    self.editor.setCurrentText(str(value))
                case QLineEdit():
                    self.editor.setText(str(value))
                case QSpinBox():
                    self.editor.setValue(int(value or 0))
                case QSlider() if not self.editor.isSliderDown():
                    at = (float(value or 0) - self.control.low) / self._span
                    self.editor.setValue(round(at * STEPS))
        self._show_number()

    @property
    def _span(self) -> float:
        high = 1.0 if self.control.high is None else self.control.high
        return (high - self.control.low) or 1.0

    def _make(self) -> Editor:
        match self.control.kind:
            case "check":
                check = QCheckBox(self.control.label, self)
                check.clicked.connect(self._on_finished)
                return check
            case "choice":
                combo = QComboBox(self)
                combo.addItems(list(self.control.choices))
                combo.activated.connect(self._on_finished)
                return combo
            case "text":
                line = QLineEdit(self)
                line.editingFinished.connect(self._on_text)
                return line
            case "number":
                spin = QSpinBox(self)
                high = self.control.high
                spin.setRange(int(self.control.low), 1_000_000 if high is None else int(high))
                spin.setSpecialValueText(self.control.lowest)
                spin.setKeyboardTracking(False)
                spin.valueChanged.connect(self._on_finished)
                return spin
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(0, STEPS)
        slider.setPageStep(STEPS // 10)
        slider.valueChanged.connect(self._on_slid)
        slider.sliderReleased.connect(self._on_finished)
        return slider

    def _on_slid(self) -> None:
        assert isinstance(self.editor, QSlider)
        self._show_number()
        self.changed.emit(self.control.name, self.value(), not self.editor.isSliderDown())

    def _on_finished(self) -> None:
        self.changed.emit(self.control.name, self.value(), True)

    def _on_text(self) -> None:
        """The focus leaves a line that nobody has changed, too."""
        assert isinstance(self.editor, QLineEdit)
        if self.editor.isModified():
            self.editor.setModified(False)
            self._on_finished()

    def _show_number(self) -> None:
        if self._number is not None:
            self._number.setText(f"{self.value():.2f}")

    def _space(self) -> None:
        self._row.setSpacing(theme.px(6))
        if isinstance(self.editor, QSlider):
            self.editor.setFixedWidth(theme.px(84))
        if isinstance(self.editor, QLineEdit):
            self.editor.setFixedWidth(theme.px(120))
        if self._number is not None:
            self._number.setFont(theme.font("number"))
            self._number.setFixedWidth(theme.px(34))


def values_of(controls: tuple[Control, ...], given: tuple[tuple[str, Option], ...]) -> Mapping[str, Option]:
    """The value of each control: what was asked for, or its default."""
    asked = dict(given)
    return {control.name: asked.get(control.name, control.default) for control in controls}
