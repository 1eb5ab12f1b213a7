"""The way back: the cells through which one traced a number to where it comes from."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from cnnviz.gui.theme import theme
from cnnviz.request import Cell

SHOWN = 4
"""Cells of a long trail that are shown, the last ones; the first one always is."""


class Breadcrumbs(QWidget):
    """A button for each cell of the trail, then the present one.

    Attributes
    ----------
    picked
        The place in the trail of the cell that was clicked.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumbs")
        self.setAccessibleName("The trace back to here")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._parts: list[QWidget] = []
        self._shown: object = None
        self.hide()

    def set_trail(self, trail: tuple[Cell, ...], here: Cell | None, names: dict[str, str]) -> None:
        """Show a trail; ``names`` is what each layer is called."""
        shown = (trail, here, tuple(names.items()))
        if shown == self._shown:
            return
        self._shown = shown
        for part in self._parts:
            self._row.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
        while self._row.count():
            self._row.takeAt(0)
        self._row.setSpacing(theme.px(4))
        first_shown = max(1, len(trail) - SHOWN)
        for place, cell in enumerate(trail):
            if place == 0 or place >= first_shown:
                self._add_button(place, cell, names)
                self._add_label("›" if place or first_shown == 1 or len(trail) == 1 else "… ›")
        if here is not None:
            self._add_label(_name(here, names), "strong")
        self._row.addStretch(1)
        self.setVisible(bool(trail))

    def _add_button(self, place: int, cell: Cell, names: dict[str, str]) -> None:
        button = QToolButton(self)
        button.setObjectName(f"crumb-{place}")
        button.setText(_name(cell, names))
        button.setToolTip(f"Back to {_name(cell, names)}")
        button.setAccessibleName(button.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(partial(self.picked.emit, place))
        self._row.addWidget(button)
        self._parts.append(button)

    def _add_label(self, text: str, role: str = "dim") -> None:
        label = QLabel(text, self)
        label.setProperty("role", role)
        self._row.addWidget(label)
        self._parts.append(label)


def _name(cell: Cell, names: dict[str, str]) -> str:
    """``3 · Conv 5×5 [4] (5, 4)``."""
    where = f" ({', '.join(map(str, cell.at))})" if cell.at else ""
    return f"{names.get(cell.layer, cell.layer)} [{cell.channel}]{where}"
