"""Words of the glossary in a text that one reads: dotted below, and hovering says what they mean."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, QUrl
from PySide6.QtGui import QCursor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextBrowser

from cnnviz.gui.terms.going import terms_of
from cnnviz.gui.terms.popover import LINK
from cnnviz.gui.theme import theme
from cnnviz.lessons.glossary import glossary

WAITS = 250
"""Milliseconds for which the mouse rests on a word before its meaning comes, or off it before that goes."""


class TermsInWords(QObject):
    """Marks the textbooks' words in a browser, each once, and shows their meanings.

    Parameters
    ----------
    browser
        Where; `mark` is to be called whenever its text is another.
    """

    def __init__(self, browser: QTextBrowser) -> None:
        super().__init__(browser)
        self._browser = browser
        self._word = ""
        self._shows = False
        self._at = QPoint()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(WAITS)
        self._later.timeout.connect(self._on_rest)
        browser.highlighted.connect(self._on_hover)
        browser.anchorClicked.connect(self._on_click)

    def mark(self) -> tuple[str, ...]:
        """Mark the words; gives those that were marked. Links, code and formulas are left alone."""
        self._leave()
        document = self._browser.document()
        seen: set[str] = set()
        block = document.begin()
        while block.isValid():
            for found in glossary().find(block.text(), textbooks=True):
                cursor = QTextCursor(block)
                cursor.setPosition(block.position() + found.begin)
                cursor.setPosition(block.position() + found.end, QTextCursor.MoveMode.KeepAnchor)
                form, usual = cursor.charFormat(), found.entry.words[0]
                if usual in seen or form.isAnchor() or form.hasProperty(QTextCharFormat.Property.BackgroundBrush):
                    continue
                seen.add(usual)
                cursor.mergeCharFormat(_dotted(usual))
            block = block.next()
        return tuple(sorted(seen))

    def _leave(self) -> None:
        """What was said of a word goes with it."""
        self._later.stop()
        terms, self._shows = terms_of(self._browser) if self._shows else None, False
        if terms is not None:
            terms.popover.dismiss()

    def _on_hover(self, address: QUrl) -> None:
        self._word = _word(address)
        self._at = QCursor.pos()
        self._later.start()

    def _on_rest(self) -> None:
        """The mouse has come to rest on a word, or has left it."""
        terms = terms_of(self._browser)
        if terms is None:
            return
        if self._word:
            self._show(self._word, self._at)
        elif terms.popover.isVisible() and not terms.asking and not terms.popover.underMouse():
            terms.popover.dismiss()

    def _on_click(self, address: QUrl) -> None:
        if word := _word(address):
            self._later.stop()
            self._show(word, QCursor.pos())

    def _show(self, word: str, at: QPoint) -> None:
        terms, entry = terms_of(self._browser), glossary().get(word)
        if terms is not None and entry is not None:
            browser = self._browser
            place = browser.cursorRect(browser.cursorForPosition(browser.viewport().mapFromGlobal(at)))
            corner = browser.viewport().mapTo(browser.window(), place.topLeft())
            self._shows = True
            terms.show_entry(entry, QRect(corner, place.size()))


def _word(address: QUrl) -> str:
    text = address.toString()
    return text.removeprefix(LINK) if text.startswith(LINK) else ""


def _dotted(word: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setAnchor(True)
    form.setAnchorHref(f"{LINK}{word}")
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    form.setUnderlineColor(theme.color("accent"))
    return form
