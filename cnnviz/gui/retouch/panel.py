"""The section “Edit picture”: the stage, sliders for turning, scale and blur, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log2
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSlider, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.retouch.stage import Stage
from cnnviz.gui.section import Section
from cnnviz.gui.theme import theme
from cnnviz.request import UNEDITED, PictureEdit
from cnnviz.response import Seen

DIALS: dict[str, tuple[str, tuple[int, int], Callable[[int], float], Callable[[float], float], str]] = {
    "turn": ("Turn", (-180, 180), float, float, "{:+.0f}°"),
    "zoom": ("Scale", (-230, 230), lambda n: round(2 ** (n / 100), 4), lambda zoom: 100 * log2(zoom), "{:.0f} %"),
    "blur": ("Blur", (0, 100), lambda n: n / 1000, lambda blur: 1000 * blur, "{:.1f} %"),
}
"""Of each number of an edit: its word, the slider's range, from the slider to it and back, how it is written."""


class RetouchPanel(Section):
    """The picture with its handles.

    Attributes
    ----------
    edited
        (edit, finished).
    """

    edited = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("retouch", "Edit picture", "Shift, turn, scale, cut and blur the picture", parent)
        self._edit = UNEDITED
        self.stage = Stage()
        self.stage.changed.connect(self._on_edited)
        self.body.addWidget(self.stage)
        self.body.addLayout(self._make_dials())
        self.reset = named(QPushButton("Reset"), "retouch-reset", "The picture as it is in its file")
        self.reset.setToolTip("The picture as it is in its file")
        self.reset.clicked.connect(lambda: self._on_edited(UNEDITED, True))
        self.body.addWidget(self.reset)
        self.set_open(False)
        self.set_edit(UNEDITED)

    def set_edit(self, edit: PictureEdit) -> None:
        """Show what is done to the picture."""
        self._edit = self.stage.edit = edit
        self.reset.setEnabled(edit != UNEDITED)
        for name, (_, _, _, back, form) in DIALS.items():
            slider, value = self.sliders[name], getattr(edit, name)
            slider.blockSignals(True)
            slider.setValue(round(back(value)))
            slider.blockSignals(False)
            said = form.format(value if name == "turn" else value * 100)
            self._values[name].setText("0°" if said in ("+0°", "-0°") else said.replace("-", "−"))

    def set_seen(self, seen: Seen | None) -> None:
        """Show what the network gets."""
        self.stage.set_seen(seen)

    def _make_dials(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(6))
        grid.setVerticalSpacing(0)
        self.sliders: dict[str, QSlider] = {}
        self._values: dict[str, QLabel] = {}
        for row, (name, (word, ends, *_)) in enumerate(DIALS.items()):
            label = QLabel(word)
            label.setProperty("role", "small")
            slider = named(QSlider(Qt.Orientation.Horizontal), f"retouch-{name}", word)
            slider.setRange(*ends)
            slider.setMinimumWidth(theme.px(48))
            slider.valueChanged.connect(lambda _, name=name: self._on_slid(name))
            slider.sliderReleased.connect(lambda: self._on_edited(self._edit, True))
            value = QLabel()
            value.setProperty("role", "small")
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setMinimumWidth(theme.px(40))
            for column, widget in enumerate((label, slider, value)):
                grid.addWidget(widget, row, column)
            self.sliders[name], self._values[name] = slider, value
        return grid

    def _on_slid(self, name: str) -> None:
        slider, number = self.sliders[name], DIALS[name][2]
        changed: dict[str, Any] = {name: number(slider.value())}
        edit = replace(self._edit, **changed)
        self._on_edited(edit, not slider.isSliderDown())

    def _on_edited(self, edit: PictureEdit, finished: bool) -> None:
        self.set_edit(edit)
        self.edited.emit(edit, finished)
