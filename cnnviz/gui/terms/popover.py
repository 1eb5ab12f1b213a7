"""A small card beside a word that says what it means."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QLabel, QVBoxLayout, QWidget

from cnnviz.gui.terms.spots import Spot
from cnnviz.gui.theme import theme
from cnnviz.lessons.glossary import Entry, glossary

WIDTH = 320
"""Pixels at 100 %."""

LINK = "term:"
"""How an address begins that leads to a word."""


def linked(text: str, own: tuple[str, ...] = ()) -> str:
    """A text as HTML whose words of the textbooks, each once, lead to their meanings."""
    parts, end, seen = [], 0, {word.lower() for word in own}
    for found in glossary().find(text, textbooks=True):
        if seen.isdisjoint(word.lower() for word in found.entry.words):
            seen.update(word.lower() for word in found.entry.words)
            word = escape(text[found.begin : found.end])
            parts += [escape(text[end : found.begin]), link(word, found.entry)]
            end = found.end
    return "".join([*parts, escape(text[end:])])


def link(words: str, entry: Entry) -> str:
    """HTML of a word that leads to its meaning."""
    ink = theme.color("accent").name()
    return f'<a href="{LINK}{escape(entry.words[0])}" style="color:{ink}; text-decoration:none">{words}</a>'


class TermPopover(QFrame):
    """Says what a word means; words in it lead on. It goes with Esc, or with a click elsewhere.

    Attributes
    ----------
    glossary_wanted
        The whole glossary is to be shown, at a word.
    """

    glossary_wanted = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("term-popover")
        self.setProperty("role", "overlay")
        self._window = window
        self._area = QRect()
        self.entry: Entry | None = None
        self.keeps = False  # while one points about, it stays until something else is pointed at
        self.title = self._label("term-title", "heading")
        self.words = self._label("term-meaning", "")
        self.tip = self._label("term-tip", "small")
        self.foot = self._label("term-more", "small")
        for label in (self.words, self.foot):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
            label.linkActivated.connect(self._on_link)
        column = self._column = QVBoxLayout(self)
        for label in (self.title, self.words, self.tip, self.foot):
            column.addWidget(label)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 6)
        shadow.setColor(QColor(0, 0, 0, 90))
        self.setGraphicsEffect(shadow)
        theme.changed.connect(self.dismiss)
        self.hide()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setWordWrap(True)
        if role:
            label.setProperty("role", role)
        return label

    def show_spot(self, spot: Spot) -> None:
        """Say what stands at a place."""
        self._area = spot.area
        if spot.entries and spot.own:
            self._show(spot.entries[0], spot.entries[1:4], spot.tip)
        else:
            name = spot.name[:1].upper() + spot.name[1:]
            self._fill(name, linked(spot.tip), "", _foot(spot.entries[:3]))

    def show_entry(self, entry: Entry, area: QRect) -> None:
        """Say what a word means that stands in an area of the window."""
        self._area = area
        self._show(entry, (), "")

    def dismiss(self) -> None:
        """Hide it."""
        if self.isVisible():
            self.hide()
            self.entry = None
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]

    def _show(self, entry: Entry, others: tuple[Entry, ...], tip: str) -> None:
        self._fill(entry.title, linked(entry.sentence, entry.words), tip, _foot(others))
        self.entry = entry

    def _fill(self, title: str, words: str, tip: str, foot: str) -> None:
        self.entry = None
        self.title.setText(title)
        self.title.setVisible(bool(title))
        self.words.setText(words)
        for label, text in ((self.tip, tip), (self.foot, foot)):
            label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(title)
        self.setAccessibleDescription(self.words.text())
        self._place()
        if not self.isVisible():
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
            self.show()
        self.raise_()

    def _place(self) -> None:
        """Below what it is about, or above it where there is no room; always inside of the window."""
        edge, gap, margin = theme.px(14), theme.px(6), theme.px(8)
        self._column.setContentsMargins(edge, theme.px(11), edge, theme.px(11))
        self._column.setSpacing(theme.px(5))
        width = min(theme.px(WIDTH), self._window.width() - 2 * margin)
        height = self._column.totalHeightForWidth(width)
        height = height if height > 0 else self.sizeHint().height()
        left = min(max(self._area.left(), margin), self._window.width() - width - margin)
        top = self._area.bottom() + gap
        if top + height > self._window.height() - margin:
            top = max(self._area.top() - gap - height, margin)
        self.setGeometry(left, top, width, height)

    def _on_link(self, address: str) -> None:
        word = address.removeprefix(LINK)
        if not word:
            self.glossary_wanted.emit(self.entry.words[0] if self.entry is not None else "")
            self.dismiss()
        elif (entry := glossary().get(word)) is not None:
            self._show(entry, (), "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, or a click beside it, closes it; the click does what it always does."""
        if self.keeps:
            return False
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.dismiss()
                return True
        elif event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel) and watched.isWindowType():
            assert isinstance(event, QMouseEvent) or event.type() == QEvent.Type.Wheel
            if not self._holds(event.globalPosition().toPoint()):  # type: ignore[attr-defined]
                self.dismiss()
        return False

    def _holds(self, place: QPoint) -> bool:
        return self.rect().contains(self.mapFromGlobal(place))


def _foot(others: tuple[Entry, ...]) -> str:
    """Ways to other words, and to all of them."""
    also = " · ".join(link(escape(other.words[0]), other) for other in others)
    more = link("Glossary", Entry(("",), "", ""))
    return f"Also here: {also} &nbsp;·&nbsp; {more}" if also else more
