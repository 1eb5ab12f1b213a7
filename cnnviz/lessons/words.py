"""The words of a lesson: Markdown with ``{{ numbers }}`` and ``$formulas$``, as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from cnnviz.lessons.expressions import NUMBER

Typeset = Callable[[str, bool], str]
"""HTML of a formula: TeX, and whether it stands on a line of its own."""

_CLOSE = re.compile(r"(?:^|(?<=\d)) (?=[×·%])|(?<=[×·]) (?=\d|$)")
"""Spaces at which no line ends: “5 × 5”, “43 %”."""

Said = Callable[[str], str]
"""HTML of what stands between ``{{`` and ``}}``."""


@cache
def markdown() -> MarkdownIt:
    """The reader of Markdown: CommonMark without HTML, with tables, formulas between dollars, and ``{{ … }}``."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.use(dollarmath_plugin, allow_digits=False, double_inline=True)
    reader.inline.ruler.before("text", "number", _number)
    return reader


def _number(state: StateInline, silent: bool) -> bool:
    """What stands between double braces is left alone, stars and underscores included."""
    found = NUMBER.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("number", "", 0).content = found[1]
    state.pos = found.end()
    return True


def html(text: str, said: Said, typeset: Typeset) -> str:
    """Markdown as HTML.

    Parameters
    ----------
    text
        As a step of a lesson has it.
    said, typeset
        Numbers and formulas as HTML; numbers inside of a formula are put in as TeX before.
    """
    return _rendered(markdown().parse(text), said, typeset)


def line_html(text: str, said: Said, typeset: Typeset) -> str:
    """One line of Markdown as HTML, without a paragraph around it."""
    return _rendered(markdown().parseInline(text), said, typeset)


def _rendered(tokens: Sequence[Token], said: Said, typeset: Typeset) -> str:
    reader = MarkdownIt("commonmark", {"html": False})  # the renderer alone: its rules know these words' numbers

    def inside(tex: str) -> str:
        return NUMBER.sub(lambda found: said(found[1]).replace(",", "{,}").replace("−", "-"), tex.strip())

    def number(tokens: Sequence[Token], place: int, *_: Any) -> str:
        return said(tokens[place].content)

    def words(tokens: Sequence[Token], place: int, *_: Any) -> str:
        return escapeHtml(_CLOSE.sub("\N{NO-BREAK SPACE}", tokens[place].content))

    def inline(tokens: Sequence[Token], place: int, *_: Any) -> str:
        return typeset(inside(tokens[place].content), False)

    def display(tokens: Sequence[Token], place: int, *_: Any) -> str:
        return f'<p class="display">{typeset(inside(tokens[place].content), True)}</p>\n'

    rules = reader.renderer.rules  # type: ignore[attr-defined]
    rules.update(text=words, number=number, math_inline=inline, math_inline_double=inline, math_block=display)
    rendered: str = reader.renderer.render(tokens, reader.options, {})
    return rendered


def plain(text: str, said: Said) -> str:
    """Markdown as plain text: for what is read aloud, or stands in a list."""
    children = [child for token in markdown().parse(text) for child in token.children or ()]
    parts = [said(child.content) if child.type == "number" else child.content or " " for child in children]
    return " ".join("".join(parts).split())


def formulas(text: str) -> list[tuple[str, int]]:
    """Every formula as it was written, and the line on which its paragraph begins, from 0."""
    found: list[tuple[str, int]] = []
    for token in markdown().parse(text):
        line = token.map[0] if token.map else 0
        if token.type.startswith("math"):
            found.append((token.content.strip(), line))
        found += [(child.content.strip(), line) for child in token.children or () if child.type.startswith("math")]
    return found


def prose(text: str) -> list[tuple[str, int]]:
    """What is neither number, formula nor code, and the line on which its paragraph begins, from 0."""
    found: list[tuple[str, int]] = []
    for token in markdown().parse(text):
        line = token.map[0] if token.map else 0
        found += [(child.content, line) for child in token.children or () if child.type == "text"]
    return found
