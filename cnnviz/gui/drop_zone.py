"""Says what can be dropped, and offers to paste or to open instead."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from cnnviz.gui.elided import repolish
from cnnviz.gui.theme import theme


class DropZone(QFrame):
    """A dashed frame with two buttons, ``paste_button`` and ``open_button``."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("drop-zone")
        self.setAccessibleName("Drop zone")
        self.setProperty("role", "drop-zone")
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QLabel("Drop pictures\nor folders")
        self._text.setProperty("role", "dim")
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.paste_button = _zone_button("paste", "Paste", "Paste a picture from the clipboard (Ctrl+V)")
        self.open_button = _zone_button("open", "Open…", "Open pictures (Ctrl+O)")
        self._column = QVBoxLayout(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        buttons.addStretch(1)
        buttons.addWidget(self.paste_button)
        buttons.addWidget(self.open_button)
        buttons.addStretch(1)
        self._column.addWidget(self._icon)
        self._column.addWidget(self._text)
        self._column.addLayout(buttons)
        theme.changed.connect(self._dress)
        self._dress()

    def set_active(self, active: bool) -> None:
        """Show that what is dragged can be dropped."""
        repolish(self, "drop-zone-active" if active else "drop-zone")
        self._text.setText("Let go to add" if active else "Drop pictures\nor folders")

    def set_large(self, large: bool) -> None:
        """Take more room while there is nothing else."""
        self._icon.setVisible(large)

    def _dress(self) -> None:
        self._icon.setPixmap(theme.pixmap("image", "dim", theme.px(28), self.devicePixelRatioF()))
        self._column.setContentsMargins(*(theme.px(8),) * 4)
        self._column.setSpacing(theme.px(4))
        self._text.setMinimumHeight(self._text.sizeHint().height())


def _zone_button(name: str, text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(f"tray-{name}")
    button.setAccessibleName(tip)
    button.setToolTip(tip)
    button.setProperty("role", "link")
    return button
