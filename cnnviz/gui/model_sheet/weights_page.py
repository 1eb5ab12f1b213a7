"""The numbers of the model: their types, what is the matter with them, and every tensor of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QLabel, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.core.examined import Examined
    from cnnviz.core.health import Health

_SHOWN = 40  # sentences on what is the matter; more are counted


class WeightsPage(QWidget):
    """Health of the network that is open, and the contents of the file from which it came."""

    def __init__(self) -> None:
        super().__init__()
        self._health = named(QLabel("Looking at the weights…"), "weights-health")
        self._health.setWordWrap(True)
        self._health.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card = QFrame()
        card.setProperty("role", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(*(theme.px(n) for n in (14, 10, 14, 10)))
        inside.addWidget(self._health)
        self._about = named(QLabel(), "weights-file")
        self._about.setWordWrap(True)
        self._about.setProperty("role", "dim")
        self.table = named(QTableWidget(0, 3), "weights-tensors", "Tensors of the file")
        self.table.setHorizontalHeaderLabels(["Tensor", "Shape", "Numbers"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(card)
        column.addWidget(self._about)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.clear()

    def clear(self) -> None:
        """Nothing is known yet."""
        self._health.setText("Looking at the weights…")
        self._about.hide()
        self.table.hide()

    def set_health(self, health: Health) -> None:
        """Say what the weights look like."""
        types = ", ".join(f"{count:,} {name}" for name, count in health.dtypes)
        said = [f"{health.parameters:,} parameters. Numbers by type: {types}."]
        said += health.sentences[:_SHOWN] or ["No number is missing or infinite, no filter is dead or repeated."]
        if (more := len(health.sentences) - _SHOWN) > 0:
            said.append(f"{more:,} more of the kind.")
        self._health.setText("\n".join(said))

    def set_examined(self, found: Examined) -> None:
        """Show what is in the file."""
        said = [f"{found.name}: {found.tensors:,} tensors, {found.numbers:,} numbers"]
        if found.whole:
            said.append(f"a network pickled whole, of the class {found.whole}")
        said += [f"{key}: {value[:80]}" for key, value in found.metadata[:4] if len(value) < 200]
        self._about.setText(" · ".join(said))
        self._about.show()
        self.table.setRowCount(len(found.shapes))
        for row, (name, shape) in enumerate(found.shapes):
            size = 1
            for edge in shape:
                size *= edge
            for place, text in enumerate((name, " × ".join(map(str, shape)) or "one number", f"{size:,}")):
                item = QTableWidgetItem(text)
                if place:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, place, item)
        self.table.resizeColumnToContents(1)
        self.table.show()
