"""All words of the glossary, to read and to search."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QTextBrowser, QToolButton, QWidget

from cnnviz.gui.overlay import Overlay
from cnnviz.gui.terms.popover import LINK, linked
from cnnviz.gui.theme import theme
from cnnviz.lessons.glossary import TEXTBOOKS, Entry, glossary


class GlossarySheet(Overlay):
    """A field to search, and the entries below it: the textbooks' words first, by the alphabet, then our own."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, 760, 720)
        self.setObjectName("glossary")
        self.setAccessibleName("Glossary")
        title = QLabel("Glossary")
        title.setProperty("role", "title")
        self.search = QLineEdit()
        self.search.setObjectName("glossary-search")
        self.search.setAccessibleName("Find a word")
        self.search.setPlaceholderText("Find a word or what it means")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(theme.px(260))
        self.search.textChanged.connect(self._fill)
        close = QToolButton()
        close.setObjectName("close-glossary")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        theme.set_icon(close, "close", "dim")
        close.clicked.connect(self.dismiss)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.search)
        top.addWidget(close)
        self.list = QTextBrowser()
        self.list.setObjectName("glossary-list")
        self.list.setAccessibleName("Words and what they mean")
        self.list.setProperty("role", "prose")
        self.list.setOpenLinks(False)
        self.list.anchorClicked.connect(lambda url: self.search.setText(url.toString().removeprefix(LINK)))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addLayout(top)
        self.body.addWidget(self.list, 1)
        theme.changed.connect(self._fill)

    def open(self, word: str = "") -> None:
        """Show it, with a word searched for already."""
        self.search.setText(word)
        self._fill()
        self.open_over(self.search)

    @property
    def found(self) -> tuple[Entry, ...]:
        """The entries that are shown."""
        return self._found

    def _fill(self) -> None:
        query = self.search.text()
        if query.strip():
            self._found = tuple(glossary().search(query))
            sections = [("", self._found)] if self._found else []
        else:
            ordered = sorted(glossary().entries, key=lambda entry: entry.title.lower())
            books = tuple(entry for entry in ordered if entry.section == TEXTBOOKS)
            ours = tuple(entry for entry in ordered if entry.section != TEXTBOOKS)
            self._found = books + ours
            sections = [("The words of the textbooks", books), ("The words of CNNViz", ours)]
        parts = [f"<h3>{title}</h3>{_rows(entries)}" if title else _rows(entries) for title, entries in sections]
        nothing = f"<p>There is no “{escape(query.strip())}” in the glossary. Try fewer letters.</p>"
        document = self.list.document()
        document.setDefaultFont(theme.font())
        document.setDefaultStyleSheet(_sheet())
        self.list.setHtml("".join(parts) or nothing)

    _found: tuple[Entry, ...] = ()


def _rows(entries: tuple[Entry, ...]) -> str:
    rows = "".join(
        f'<tr><td class="word" width="31%">{escape(entry.title)}</td>'
        f"<td>{linked(entry.sentence, entry.words)}</td></tr>"
        for entry in entries
    )
    return f'<table width="100%" cellspacing="0">{rows}</table>'


def _sheet() -> str:
    pad, dim = theme.px(5), theme.color("dim").name()
    return (
        f"td {{ color: {theme.color('text').name()}; padding: {pad}px {theme.px(14)}px {pad}px 0; }}"
        f"td.word {{ font-weight: 600; }} h3 {{ color: {dim}; font-size: {theme.px(12)}px; }}"
        f"p {{ color: {dim}; }}"
    )
