"""Errors as sentences in a bar that never takes the focus; their details are one click away."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.theme import theme

ROWS = 3
"""How many messages stand under each other; earlier ones are folded into one."""

EARLIER = "{n} earlier messages"
"""The sentence of the row into which older messages are folded."""

NARROW = 380
"""Pixels at 100 % below which a row has no room for all its buttons."""

REMEMBERED = 50
"""How many messages *Copy diagnostics* can look back on."""


@dataclass
class Message:
    """One row of the bar.

    Attributes
    ----------
    sentence
        What happened and what to do.
    details
        Longer text for those who want it; may be empty.
    level
        ``error``, ``warning`` or ``info``.
    group
        Messages of one group become one row. It is the sentence of that row, with ``{n}`` for their number; empty for a
        message that stands alone.
    action
        The words of a button, and what it does; the message goes when it is pressed.
    """

    sentence: str
    details: str = ""
    level: str = "error"
    group: str = ""
    members: list[Message] = field(default_factory=list)
    times: int = 1
    action: tuple[str, Callable[[], None]] | None = None

    @property
    def text(self) -> str:
        """The sentence as shown."""
        if len(self.members) > 1:
            return self.group.format(n=f"{sum(m.times for m in self.members):,}")
        return f"{self.sentence} ({self.times} times)" if self.times > 1 else self.sentence

    @property
    def all_details(self) -> str:
        """The details as shown and copied: for a group, its sentences, one a line."""
        if len(self.members) > 1:
            return "\n".join(m.text + (f"\n    {m.details}" if m.details else "") for m in self.members)
        return self.details

    @property
    def copied(self) -> str:
        """What *Copy* puts on the clipboard."""
        return f"{self.text}\n\n{self.all_details}".strip()


class ErrorBar(QFrame):
    """The stack of messages, newest at the bottom; hidden while there is none."""

    shown = Signal(str)  # the sentence of a message that has just arrived

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error-bar")
        self.setAccessibleName("Messages")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)  # in a narrow window higher
        self.history: deque[tuple[float, Message]] = deque(maxlen=REMEMBERED)
        self._messages: list[Message] = []
        self._rows: list[_Row] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        theme.changed.connect(self._space)
        self._space()
        self.hide()

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown, oldest first."""
        return tuple(self._messages)

    def add(
        self,
        sentence: str,
        details: str = "",
        level: str = "error",
        group: str = "",
        action: tuple[str, Callable[[], None]] | None = None,
    ) -> None:
        """Show a message. The same sentence again, or another one of the same group, joins the row that is there.

        News with a button takes the place of earlier news whose button says the same.
        """
        message = Message(sentence, details, level, group, action=action)
        self.history.append((time.time(), message))
        if action is not None and level == "info":
            self._messages = [m for m in self._messages if m.level != level or not m.action or m.action[0] != action[0]]
        same = next((m for m in self._messages if (m.sentence, m.level) == (sentence, level) and not m.members), None)
        row = next((m for m in self._messages if group and m.group == group), None)
        if row is not None:
            if not row.members:
                row.members.append(Message(row.sentence, row.details, row.level, times=row.times))
            row.members.append(message)
        elif same is not None:
            same.times += 1
            same.details = details or same.details
        else:
            self._messages.append(message)
            self._fold()
        self._show_messages()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
        self.shown.emit(sentence)

    def clear(self) -> None:
        """Close all messages."""
        self._messages.clear()
        self._show_messages()

    def close_message(self, message: Message) -> None:
        """Close one message."""
        self._messages = [m for m in self._messages if m is not message]
        self._show_messages()

    def _fold(self) -> None:
        """Keep the newest rows, and those with a button, which would be lost; what else is older becomes one row."""
        while len(self._messages) > ROWS:
            older = [m for m in self._messages[:-1] if m.action is None]
            if len(older) < 2:
                return
            first, second = older[:2]
            if first.group != EARLIER:
                place, members = self._messages.index(first), list(first.members) or [first]
                earlier = Message(first.sentence, first.details, first.level, EARLIER, members)
                self._messages[place] = first = earlier
            self._messages = [m for m in self._messages if m is not second]
            first.members.extend(second.members or [second])
            if second.level == "error":
                first.level = "error"

    def _show_messages(self) -> None:
        kept = {id(row.message): row for row in self._rows}
        for row in self._rows:
            if not any(row.message is m for m in self._messages):
                self._layout.removeWidget(row)
                row.hide()
                row.deleteLater()
        self._rows = []
        for place, message in enumerate(self._messages):
            row = kept.get(id(message)) or _Row(message, self)
            row.refresh()
            self._layout.insertWidget(place, row)
            self._rows.append(row)
        self.setVisible(bool(self._messages))

    def _space(self) -> None:
        self._layout.setSpacing(theme.px(4))


class _Row(QFrame):
    def __init__(self, message: Message, bar: ErrorBar) -> None:
        super().__init__(bar)
        self.message = message
        self.setObjectName("message")
        self.setProperty("role", f"message-{message.level}")
        self._icon = QLabel()
        self._sentence = QLabel()
        self._sentence.setObjectName("sentence")
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QPushButton("Details")
        self._more.setObjectName("details")
        self._more.setProperty("role", "quiet")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._unfold)
        copy = self._copy = QPushButton("Copy")
        copy.setObjectName("copy")
        copy.setProperty("role", "quiet")
        copy.setAccessibleName("Copy this message and its details")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.message.copied))
        close = QToolButton()
        close.setObjectName("close")
        close.setAccessibleName("Close this message")
        close.setToolTip("Close this message")
        theme.set_icon(close, "close", "dim")
        close.clicked.connect(lambda: bar.close_message(self.message))
        self._details = QPlainTextEdit()
        self._details.setObjectName("detail-text")
        self._details.setAccessibleName("Details")
        self._details.setProperty("role", "mono")
        self._details.setReadOnly(True)
        self._details.setTabChangesFocus(True)
        self._details.hide()
        line = QHBoxLayout()
        widgets: list[QWidget] = [self._icon, self._sentence, self._more, copy, close]
        if message.action is not None:
            widgets.insert(2, _action_button(message, bar))
        for widget in widgets:
            line.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        line.setStretchFactor(self._sentence, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(line)
        self._column.addWidget(self._details)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        self._sentence.setText(self.message.text)
        self.setAccessibleName(f"{self.message.level}: {self.message.text}")
        details = self.message.all_details
        self._more.setVisible(bool(details))
        if self._details.toPlainText() != details:
            self._details.setPlainText(details)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In the narrowest window the sentence needs the room; it can be selected there, too."""
        super().resizeEvent(event)
        self._copy.setVisible(self.width() >= theme.px(NARROW))

    def _unfold(self, on: bool) -> None:
        self._more.setText("Less" if on else "Details")
        self._details.setVisible(on)

    def _dress(self) -> None:
        name = {"error": "error", "warning": "warning", "info": "info"}[self.message.level]
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(theme.pixmap(name, self.message.level, theme.px(16), ratio))
        self._column.setContentsMargins(theme.px(10), theme.px(4), theme.px(4), theme.px(4))
        self._column.setSpacing(theme.px(4))
        self._details.setFixedHeight(theme.px(120))


def _action_button(message: Message, bar: ErrorBar) -> QPushButton:
    """What can be done about a message; then it is closed."""
    assert message.action is not None
    words, act = message.action
    button = QPushButton(words)
    button.setObjectName("message-action")
    button.setProperty("role", "accent")

    def done() -> None:
        bar.close_message(message)
        act()

    button.clicked.connect(done)
    return button
