"""A sentence where there is nothing to draw."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cnnviz.figure import Note
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme


class NoteWidget(PanelWidget[Note]):
    """A sentence in the middle, narrow enough to be read with ease."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("note", parent)
        self._icon = QLabel(self)
        self.text = QLabel(self)
        self.text.setObjectName("note-text")
        self.text.setProperty("role", "dim")
        self.text.setWordWrap(True)
        self.text.setMinimumWidth(1)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.text, 1000)
        row.addStretch(1)
        self.body.addLayout(row)
        theme.changed.connect(self._dress)
        self._dress()

    def set_panel(self, panel: Note) -> None:
        self.text.setText(panel.text)
        self.text.setAccessibleName(panel.text)
        self._dress()

    def _dress(self) -> None:
        self._icon.setPixmap(theme.pixmap("info", "dim", theme.px(18), self.devicePixelRatioF()))
        words = self.text.fontMetrics().horizontalAdvance(self.text.text()) + theme.px(8)
        self.text.setMaximumWidth(min(words, theme.px(460)))  # in less room it has more lines
