"""May the code in this file run? Asked in plain words; the default is no."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from cnnviz.core import consent
from cnnviz.core.errors import CnnvizError
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

_SHOWN = 200  # names; more are counted


class ConsentDialog(QDialog):
    """Asks before anybody's code runs, and remembers a yes by the content of the file.

    Parameters
    ----------
    what
        The file, or the module, whose code would run.
    file
        Path of the file; empty where there is none.
    would
        What it would import and call.

    Signals
    -------
    agreed(bool)
        The person agreed; whether that is remembered for this very content.
    """

    agreed = Signal(bool)

    def __init__(self, what: str, file: str, would: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("consent")
        self.setWindowTitle("Run this code?")
        self.setAccessibleName("Run this code?")
        self._file = file
        title = named(QLabel(f"Run the code in {what}?"), "consent-title")
        title.setProperty("role", "title")
        words = named(
            QLabel(
                "This model is a program as well as numbers, and opening it runs that program. A program can read and "
                "delete your files and send them away. Run it only if you know who made it and trust them."
            ),
            "consent-words",
        )
        self.list = named(QPlainTextEdit(self), "consent-would", "What it would import and call")
        self.list.setReadOnly(True)
        self.list.setProperty("role", "mono")
        self.list.setTabChangesFocus(True)
        more = [f"… and {len(would) - _SHOWN:,} more"] if len(would) > _SHOWN else []
        self.list.setPlainText("\n".join((*would[:_SHOWN], *more)))
        heading = QLabel("Read without running it: what it would import and call")
        heading.setProperty("role", "section")
        other = QLabel(
            "Safer: ask for its weights alone (a state_dict, or safetensors), which open without running anything."
        )
        other.setProperty("role", "dim")
        for label in (title, words, other):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.refuse = named(QPushButton("Do not run it"), "consent-refuse")
        self.refuse.setProperty("role", "accent")
        self.refuse.setDefault(True)
        self.refuse.clicked.connect(self.reject)
        self.run = named(QPushButton("Run it"), "consent-run")
        self.run.setAutoDefault(False)
        if file:
            self.run.setToolTip("Remembered for this very content: a changed file is asked for again")
        self.run.clicked.connect(self._agree)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run)
        buttons.addStretch(1)
        buttons.addWidget(self.refuse)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(20),) * 4)
        column.setSpacing(theme.px(10))
        for part in (title, words):
            column.addWidget(part)
        if would:
            column.addWidget(heading)
            column.addWidget(self.list, 1)
        else:
            self.list.hide()
        column.addWidget(other)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(520))
        self.refuse.setFocus()

    @Slot()
    def _agree(self) -> None:
        remembered = bool(self._file)
        if remembered:
            try:
                consent.agree(Path(self._file))
            except CnnvizError:
                remembered = False  # it runs this once, and is asked for again
        self.accept()
        self.agreed.emit(remembered)
