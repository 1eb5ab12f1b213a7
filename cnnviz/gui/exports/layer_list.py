"""Which layers are exported."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.response import PICTURE, Step

NUMBER = 4
"""Bytes of a float32."""

TOLD = 30
"""Layers that are named one by one."""

SEARCHED = 12
"""Layers from which on they can be searched."""


class LayerList(QWidget):
    """The records of a pass with a mark at each that is wanted; all of them at first."""

    changed = Signal()

    def __init__(self, steps: Sequence[Step], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = [step for step in steps if step.index != PICTURE]
        self.list = named(QListWidget(), "export-layers", "Layers that are exported")
        self.list.setMinimumHeight(theme.px(120))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for step in self._steps:
            path = f" · {step.key}" if step.key != str(step.index) else ""
            item = QListWidgetItem(f"{step.title}{path}")
            item.setToolTip(f"{step.key}: {step.shape_text or 'one number'}")
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.search = named(QLineEdit(), "export-layers-search", "Search among the layers")
        self.search.setPlaceholderText("Search, e.g. conv")
        self.search.setClearButtonEnabled(True)
        self.search.setVisible(len(self._steps) >= SEARCHED)
        self.search.textChanged.connect(self._find)
        self.all = named(QPushButton("All"), "export-layers-all", "Choose all layers that are listed")
        self.none = named(QPushButton("None"), "export-layers-none", "Choose none of the layers that are listed")
        for button, wanted in ((self.all, True), (self.none, False)):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, wanted=wanted: self._mark_listed(wanted))
        self.list.itemChanged.connect(self.changed)
        buttons = QHBoxLayout()
        buttons.addWidget(self.all, 1)
        buttons.addWidget(self.none, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    @property
    def chosen(self) -> list[Step]:
        """The layers with a mark, in the order in which they ran."""
        marked = Qt.CheckState.Checked
        return [step for row, step in enumerate(self._steps) if self.list.item(row).checkState() == marked]

    @property
    def layers(self) -> str | list[str]:
        """As ``cnnviz.export_pass`` takes them."""
        chosen = self.chosen
        return "all" if len(chosen) == len(self._steps) else [step.key for step in chosen]

    @property
    def told(self) -> tuple[str, str]:
        """What the file will hold, line by line, and how much that is."""
        chosen = self.chosen
        wide = max((len(step.key) for step in chosen[:TOLD]), default=0)
        lines = [f"{step.key:<{wide}}  float32  {step.shape_text or 'one number'}" for step in chosen[:TOLD]]
        if len(chosen) > TOLD:
            lines.append(f"… and {len(chosen) - TOLD:,} more")
        numbers = sum(math.prod(step.shape) for step in chosen)
        arrays = "one array" if len(chosen) == 1 else f"{len(chosen):,} arrays"
        return "\n".join(lines), f"{arrays}, {numbers:,} numbers, {_size(numbers * NUMBER)} before compression"

    def mark(self, wanted: Callable[[Step], bool]) -> None:
        """Put marks at the layers that are wanted and at no others, without a word; the first one is seen."""
        first = None
        with QSignalBlocker(self.list):
            for row, step in enumerate(self._steps):
                self.list.item(row).setCheckState(_state(wanted(step)))
                first = row if first is None and wanted(step) else first
        if first is not None:
            self.list.setCurrentRow(first)

    def _mark_listed(self, wanted: bool) -> None:
        with QSignalBlocker(self.list):
            for row in range(self.list.count()):
                if not self.list.item(row).isHidden():
                    self.list.item(row).setCheckState(_state(wanted))
        self.changed.emit()

    def _find(self, words: str) -> None:
        """List the layers whose title or path holds all words."""
        wanted = words.casefold().split()
        for row, step in enumerate(self._steps):
            text = f"{step.title} {step.key}".casefold()
            self.list.item(row).setHidden(not all(word in text for word in wanted))


def _state(wanted: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"
