"""The page of a demonstration: its heading, its form, and what it shows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from cnnviz.figure import Control, Figure
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.figures import FigureView
from cnnviz.gui.flow import FlowRow
from cnnviz.gui.naming import named
from cnnviz.gui.options_form import OptionField
from cnnviz.gui.theme import theme
from cnnviz.lessons.base import Options
from cnnviz.request import Option


class DemoPage(QFrame):
    """Takes the place of the network while a step demonstrates something.

    Attributes
    ----------
    changed
        The options were changed; they are read from ``options``.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("demonstration")
        self.setAccessibleName("Demonstration")
        self.setProperty("role", "card")
        self.title = named(ElidedLabel(role="heading"), "demonstration-title")
        self.subtitle = named(ElidedLabel(role="dim"), "demonstration-subtitle")
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.mark = named(ElidedLabel(role="small"), "demonstration-mark")
        self._head = QHBoxLayout()
        self._head.addWidget(self.title)
        self._head.addWidget(self.subtitle, 1)
        self._head.addWidget(self.mark)
        self._form = FlowRow()
        self._form.setObjectName("demonstration-form")
        self.fields: dict[str, OptionField] = {}
        self.view = FigureView()
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._form)
        self._column.addWidget(self.view, 1)
        theme.changed.connect(self._space)
        self._space()

    def begin(self, title: str, controls: tuple[Control, ...], given: Options) -> None:
        """Another demonstration, with its options as the step gives them."""
        for field in self.fields.values():
            field.hide()
            field.deleteLater()
        self.fields = {}
        chosen = dict(given)
        for control in controls:
            field = OptionField(control, self._form)
            field.set_value(chosen.get(control.name, control.default))
            field.changed.connect(lambda *_: self.changed.emit())
            self.fields[control.name] = field
        self._form.set_widgets(tuple(self.fields.values()))
        self._form.setVisible(bool(controls))
        self.title.setText(title)
        self.subtitle.setText("")
        self.view.hide()

    @property
    def options(self) -> Options:
        """What is chosen now."""
        return tuple(sorted((name, field.value()) for name, field in self.fields.items()))

    def set_options(self, values: dict[str, Option]) -> None:
        """Choose some options, as a person would."""
        for name, value in values.items():
            self.fields[name].set_value(value)
        self.changed.emit()

    def set_figure(self, figure: Figure, idle: tuple[str, ...] = ()) -> None:
        """Show what came of it, without the fields of options that change nothing there."""
        for name, field in self.fields.items():
            field.setVisible(name not in idle)
        self._form.updateGeometry()
        self.title.setText(figure.title or self.title.text())
        self.subtitle.setText(figure.subtitle)
        self.view.set_figure(figure)
        self.view.show()
        self.set_busy(False)

    def set_busy(self, busy: bool) -> None:
        """Say that another answer is on its way."""
        self.mark.setText("computing…" if busy else "")

    def _space(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 12)))
        self._column.setSpacing(theme.px(10))
        self._head.setSpacing(theme.px(12))
        self._form.set_gaps(theme.px(18), theme.px(6))
        self.mark.setFixedWidth(theme.px(84))
