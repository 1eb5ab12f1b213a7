"""Finding records in the graph: by path, operation, shape or number of parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from cnnviz.core.graph.shapes import Facts
from cnnviz.gui.theme import theme


def found(facts: Sequence[Facts], query: str) -> list[int]:
    """Indices of the records in which every word of a query occurs.

    A word is a part of the path, the operation (``conv2d``, ``Conv 3×3``), the shape (``512x14x14``) or the whole
    number of parameters, with or without its commas.
    """
    asked = [word.replace("x", "×") for word in query.lower().split()]
    if not asked:
        return []
    return [record.index for record in facts if all(_fits(record, word) for word in asked)]


def _fits(record: Facts, word: str) -> bool:
    if word.replace(",", "").isdigit() and int(word.replace(",", "")) == record.parameters:
        return True
    texts = (record.key, record.op, record.short, record.shape_text, record.family)
    return any(word in text.lower().replace("x", "×") for text in texts)


class FindBar(QFrame):
    """A line to type in, and steps through what was found."""

    asked = Signal(str)
    stepped = Signal(int)  # −1 or +1
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("graph-find")
        self.setProperty("role", "well")
        self.line = _Line(self)
        self.line.setObjectName("graph-find-line")
        self.line.setAccessibleName("Find by path, operation, shape or parameters")
        self.line.setPlaceholderText("conv2d   layer3.1   512x14x14   590,080")
        self.line.setProperty("role", "plain")
        self.line.textChanged.connect(self.asked)
        self._count = QLabel()
        self._count.setObjectName("graph-find-count")
        self._count.setProperty("role", "tiny")
        glass = QLabel()
        glass.setPixmap(theme.pixmap("search", "dim", theme.px(14), self.devicePixelRatioF()))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), 0, theme.px(4), 0)
        row.setSpacing(theme.px(4))
        row.addWidget(glass)
        row.addWidget(self.line, 1)
        row.addWidget(self._count)
        for name, icon, tip, act in (
            ("previous", "chevron-up", "The one before (Shift+Enter)", lambda: self.stepped.emit(-1)),
            ("next", "chevron-down", "The next one (Enter)", lambda: self.stepped.emit(+1)),
            ("close", "close", "Close (Esc)", self.close_bar),
        ):
            button = QToolButton()
            button.setObjectName(f"graph-find-{name}")
            button.setProperty("role", "small")
            button.setToolTip(tip)
            button.setAccessibleName(tip.partition(" (")[0])
            theme.set_icon(button, icon, "dim")
            button.clicked.connect(act)
            row.addWidget(button)
        self.hide()

    def open_bar(self) -> None:
        """Show it, ready to type."""
        self.show()
        self.line.selectAll()
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.asked.emit(self.line.text())

    def close_bar(self) -> None:
        """Hide it; nothing is marked any more."""
        self.hide()
        self.left.emit()

    def set_count(self, at: int, count: int) -> None:
        """Say how many were found, and which is shown."""
        if not self.line.text().strip():
            self._count.setText("")
        else:
            self._count.setText(f"{at + 1:,} of {count:,}" if count else "nothing found")


class _Line(QLineEdit):
    """Enter goes on, Esc closes."""

    def __init__(self, bar: FindBar) -> None:
        super().__init__(bar)
        self._bar = bar

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Escape:  # type: ignore[attr-defined]
            event.accept()  # it is not the window's
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self._bar.stepped.emit(-1 if back else +1)
        elif event.key() == Qt.Key.Key_Escape:
            self._bar.close_bar()
        else:
            super().keyPressEvent(event)
            return
        event.accept()
