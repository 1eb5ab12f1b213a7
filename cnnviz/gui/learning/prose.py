"""Words with formulas, set as in a book: as high as they are, in the colours and the size of the moment."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.learning.formula import Formula, Formulas, formula
from cnnviz.gui.terms.reading import TermsInWords
from cnnviz.gui.theme import theme
from cnnviz.lessons import words
from cnnviz.lessons.formulas import aloud
from cnnviz.lessons.words import Said

LEADING = 0.34
"""Space between two lines, in heights of the letters."""


LARGER, LARGER_INLINE = 1.24, 1.1
"""Formulas are set in a face whose letters are smaller than those of the words."""


class Prose(QTextBrowser):
    """Markdown on the page, without a frame or a bar of its own.

    Parameters
    ----------
    size
        Pixels of its letters, at 100 %.
    """

    def __init__(self, name: str, size: float = 15, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.anchorClicked.connect(_follow)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.setProperty("role", "prose")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # links and selections by mouse; the keys turn the pages
        self._text, self._role, self._size, self._factor = "", "text", size, 1.0
        self._said: Said = lambda text: text
        self._shown: tuple[object, ...] = ()
        self._formulas = Formulas(self)
        self._fresh: dict[int, tuple[Formula, bool]] = {}  # of the words that are being set
        self.document().documentLayout().registerHandler(Formulas.KIND, self._formulas)
        self._terms = TermsInWords(self)
        theme.changed.connect(self.show_again)

    def set_words(self, text: str, said: Said, role: str = "text") -> None:
        """Show Markdown; ``said`` tells what stands for a number."""
        self._text, self._said, self._role = text, said, role
        self.show_again()

    def set_factor(self, factor: float) -> None:
        """Make the letters larger than usual."""
        self._factor = factor
        self.show_again()

    def show_again(self) -> None:
        """Set the words anew, where numbers, colours or sizes have changed; else nothing happens."""
        self._fresh = {}
        html = words.html(self._text, self._said, self._typeset).replace("<table>", '<table cellspacing="0">')
        look = (html, theme.dark, theme.scale, self._factor, self._role)
        if look == self._shown:
            return
        self._shown = look
        font = theme.font()
        font.setPixelSize(self._pixels)
        document = self.document()
        document.setDefaultFont(font)
        document.setDefaultStyleSheet(_sheet(self._pixels))
        self.setHtml(f'<div style="color:{theme.color(self._role).name()}">{html}</div>')
        if self.objectName() == "step-words":  # tasks and questions are short, and of the same words
            self._terms.mark()
        self._formulas.made = self._fresh
        self._put_formulas()
        self._space()
        self._fit()

    @property
    def _pixels(self) -> int:
        return theme.px(self._size * self._factor)

    def _typeset(self, tex: str, display: bool) -> str:
        size = self._pixels * (LARGER if display else LARGER_INLINE)
        try:
            made = formula(tex.replace(r"\frac", r"\dfrac") if display else tex, size, theme.color(self._role))
        except CnnvizError:
            return f"<code>{escape(tex)}</code>"  # as it was written
        number = len(self._fresh)
        self._fresh[number] = made, display
        return f'<img src="formula:{number}" alt="{escape(aloud(tex))}" width="1" height="1">'

    def _put_formulas(self) -> None:
        """In the places of the pictures that stand for them; deep ones push the next line down."""
        block = self.document().begin()
        while block.isValid():
            places = block.begin()
            found = []
            while not places.atEnd():
                fragment = places.fragment()
                form = fragment.charFormat()
                if form.isImageFormat() and form.toImageFormat().name().startswith("formula:"):
                    first = int(form.toImageFormat().name().partition(":")[2])
                    found += [(fragment.position() + i, first) for i in range(fragment.length())]
                places += 1
            for position, number in found:
                cursor = QTextCursor(self.document())
                cursor.setPosition(position)
                cursor.setPosition(position + 1, QTextCursor.MoveMode.KeepAnchor)
                form = QTextCharFormat()
                form.setObjectType(Formulas.KIND)
                form.setProperty(Formulas.NUMBER, number)
                cursor.setCharFormat(form)
            block = block.next()

    def _space(self) -> None:
        """Lines and paragraphs further apart than Qt sets them."""
        cursor = QTextCursor(self.document())
        block = self.document().begin()
        while block.isValid():
            form = QTextBlockFormat(block.blockFormat())
            form.setLineHeight(self._pixels * LEADING, QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
            in_table = QTextCursor(block).currentTable() is not None
            listed = block.textList() is not None
            form.setTopMargin(0)
            last = not block.next().isValid()
            form.setBottomMargin(0 if last or in_table else self._pixels * (0.3 if listed else 0.72))
            cursor.setPosition(block.position())
            cursor.setBlockFormat(form)
            block = block.next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as the words are at this width."""
        if self.width() > 20:
            self.document().setTextWidth(self.viewport().width())
            height = round(self.document().size().height() + 1)
            if height != self.height() or height != self.minimumHeight():
                self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.minimumHeight())


def _follow(address: QUrl) -> None:
    """Open a link; words of the glossary show their meaning by themselves."""
    if address.scheme() in ("http", "https", "mailto", "file"):
        QDesktopServices.openUrl(address)


def _sheet(pixels: int) -> str:
    """How Markdown's elements look."""
    line, sunken, dim = (theme.color(name).name() for name in ("line", "sunken", "dim"))
    return (
        f"p.display {{ text-align: center; }} code {{ background: {sunken}; font-size: {pixels - 1}px; }}"
        f"a {{ color: {theme.color('accent').name()}; text-decoration: none; }}"
        f"th {{ color: {dim}; font-weight: 600; text-align: left; vertical-align: middle; }}"
        f"td, th {{ padding: {pixels // 4}px {pixels * 2 // 3}px {pixels // 4}px 0; border-bottom: 1px solid {line}; }}"
        f"table {{ margin-top: {pixels * 2 // 3}px; margin-bottom: {pixels // 3}px; }}"
        f"h3 {{ font-size: {pixels}px; font-weight: 600; }} ul, ol {{ margin-left: -{pixels}px; }}"
    )
