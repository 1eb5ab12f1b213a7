"""A part of a panel with a heading that opens and closes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cnnviz.gui.theme import theme


class Section(QWidget):
    """A heading with an arrow, and below it what it names.

    Parameters
    ----------
    name
        Object name; that of the heading is ``NAME-heading``.
    title
        The word of the heading.
    tip
        What it is for, in a sentence.

    Attributes
    ----------
    toggled
        (open) A person opened or closed it; not emitted by `set_open`.
    opened
        (open) It was opened or closed, by whatever.
    """

    toggled = Signal(bool)
    opened = Signal(bool)

    def __init__(self, name: str, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.heading = QToolButton(self)
        self.heading.setObjectName(f"{name}-heading")
        self.heading.setProperty("role", "section")
        self.heading.setText(title)
        self.heading.setToolTip(tip)
        self.heading.setCheckable(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.heading.clicked.connect(self._on_clicked)
        self.content = QWidget(self)
        self.content.setObjectName(f"{name}-content")
        self.body = QVBoxLayout(self.content)
        self._is_open = False
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.content)
        theme.changed.connect(self._dress)
        self._dress()
        self.set_open(True)

    @property
    def is_open(self) -> bool:
        return self._is_open

    def set_open(self, is_open: bool) -> None:
        """Show or hide what is below the heading."""
        if self.heading.isChecked() == is_open == self._is_open:
            return
        self._is_open = is_open
        self.heading.setChecked(is_open)
        self.content.setVisible(is_open)
        theme.set_icon(self.heading, "chevron-down" if is_open else "chevron-right", "dim")
        self.opened.emit(is_open)

    def make_way(self, other: Section) -> None:
        """Close when another section opens: there is room for one."""
        other.opened.connect(lambda is_open: self.set_open(self.is_open and not is_open))

    def _on_clicked(self, is_open: bool) -> None:
        self.set_open(is_open)
        self.toggled.emit(is_open)

    def _dress(self) -> None:
        self.heading.setIconSize(QSize(theme.px(12), theme.px(12)))
        self.heading.setFont(theme.font("section"))
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))
        self.body.setContentsMargins(0, 0, 0, theme.px(8))
        self.body.setSpacing(theme.px(6))
