"""A few choices side by side, of which one holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton


class Segment(QFrame):
    """Exclusive buttons in one frame.

    Parameters
    ----------
    choices
        Value and words of each button.

    Signals
    -------
    chosen(value)
        A person chose; not emitted by `set_value`.
    """

    chosen = Signal(object)

    def __init__(self, choices: Mapping[Any, str]) -> None:
        super().__init__()
        self.setProperty("role", "segment")
        self._group = QButtonGroup(self)
        self._keys = list(choices)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for place, (key, title) in enumerate(choices.items()):
            button = QPushButton(title)
            button.setObjectName(f"choice-{key}")
            button.setCheckable(True)
            button.setAutoDefault(False)
            self._group.addButton(button, place)
            row.addWidget(button, 1)
        self._group.idClicked.connect(lambda place: self.chosen.emit(self._keys[place]))

    def button(self, value: Any) -> QPushButton:
        """The button of a choice."""
        found = self._group.button(self._keys.index(value))
        assert isinstance(found, QPushButton)
        return found

    def set_value(self, value: Any) -> None:
        """Show which choice holds."""
        self.button(value).setChecked(True)
