"""The report on paper: pages of A4 with real text, each layer's maps at their full resolution."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from cnnviz.core.colormaps import lut
from cnnviz.export.marked import drawn_block
from cnnviz.export.paper import LARGE, LINE, SMALL, Sheet, cut, drawing, wrapped
from cnnviz.figure import GROUND, number, percent
from cnnviz.report.contents import Contents, Layer
from cnnviz.report.drawing import on_paper

PAGE = 827, 1169
"""A4, in pixels of a hundredth of an inch."""

MOST_FINDINGS = 20
"""Remarks on the health of a pass that are told one by one."""

_MARGIN = 56
_WIDTH = PAGE[0] - 2 * _MARGIN
_ASIDE = 180


def write_pdf(contents: Contents, file: BinaryIO) -> Iterator[int]:
    """The whole report; yields how many layers are on paper. Between two of them others can draw."""
    from matplotlib.backends.backend_pdf import PdfPages

    about = {"Title": f"{contents.title} · {contents.image}", "Creator": "CNNViz", "CreationDate": None}
    with drawing():
        pages = PdfPages(file, metadata=about)
        paper = _Paper(pages, about["Title"] or "")
        _first_page(paper, contents)
    try:
        for number_, layer in enumerate(contents.layers, 1):
            with drawing():
                _layer(paper, layer)
            yield number_
    finally:
        with drawing():
            paper.end()
            pages.close()  # type: ignore[no-untyped-call]


class _Paper:
    """Pages that follow each other: what does not fit goes to the next."""

    def __init__(self, pages: object, title: str) -> None:
        self._pages, self._title = pages, title
        self._number = 0
        self._new()

    def has_room(self, height: int) -> bool:
        """Whether so many pixels are left on this page."""
        return self.y + height <= PAGE[1] - _MARGIN

    def room(self, height: int) -> None:
        """Make sure that so many pixels are left on this page."""
        if not self.has_room(height):
            self.end()
            self._new()

    def lines(self, text: str, *, color: str = "", size: float = 8.0, indent: int = 0) -> None:
        """A paragraph."""
        for line in wrapped(text, _WIDTH - indent, size):
            self.room(LINE)
            self.sheet.text(_MARGIN + indent, self.y + 10, line, size, color=color)
            self.y += LINE

    def head(self, text: str, size: float = 10.0) -> None:
        """A heading, never the last line of a page."""
        self.room(60)
        self.y += 12
        self.sheet.text(_MARGIN, self.y + 12, cut(text, _WIDTH, size, bold=True), size, bold=True)
        self.y += 22

    def end(self) -> None:
        """Write the page."""
        self.sheet.text(_MARGIN, PAGE[1] - 28, cut(self._title, _WIDTH - 40, SMALL), SMALL, color=self.dim)
        self.sheet.text(PAGE[0] - _MARGIN, PAGE[1] - 28, str(self._number), SMALL, align="right", color=self.dim)
        self._pages.savefig(self.sheet.page)  # type: ignore[attr-defined]

    def _new(self) -> None:
        self._number += 1
        self.sheet = Sheet(*PAGE, "light")
        self.dim = self.sheet.palette.dim
        self.y = _MARGIN


def _first_page(paper: _Paper, contents: Contents) -> None:
    height, width = contents.picture.shape[:2]
    factor = max(1, 140 // max(height, width))
    step = max(1, -(-max(height, width) // 160))
    shown = contents.picture[::step, ::step]
    paper.sheet.image(_MARGIN, paper.y, np.ascontiguousarray(shown), factor)
    left = _MARGIN + shown.shape[1] * factor + 24
    paper.sheet.text(
        left, paper.y + 18, cut(contents.title, PAGE[0] - left - _MARGIN, 16.0, bold=True), 16.0, bold=True
    )
    paper.sheet.text(left, paper.y + 36, cut(contents.image, PAGE[0] - left - _MARGIN), color=paper.dim)
    paper.y += max(shown.shape[0] * factor, 40) + 12
    _answer(paper, contents)
    _health(paper, contents)
    block = drawn_block(on_paper(contents.architecture, _WIDTH, PAGE[1] - 2 * _MARGIN - 60))
    fits = paper.has_room(block.height + 60)
    if not fits:
        _about(paper, contents)  # instead of a hole
    paper.room(block.height + 60)
    paper.head("Architecture", LARGE)
    block.draw(paper.sheet, _MARGIN, round(paper.y))
    paper.y += block.height + LINE
    if fits:
        _about(paper, contents)


def _answer(paper: _Paper, contents: Contents) -> None:
    """The likeliest classes, their names whole."""
    if contents.top:
        paper.head("Answer", LARGE)
    for top in contents.top:
        lines = wrapped(top.label, 200) or [""]
        paper.room(LINE * len(lines) + 4)
        for order, line in enumerate(lines):
            paper.sheet.text(_MARGIN, paper.y + 10 + LINE * order, cut(line, 200))
        paper.sheet.box(_MARGIN + 210, paper.y + 1, max(300 * top.probability, 1), 11, paper.sheet.palette.accent)
        paper.sheet.text(_MARGIN + 580, paper.y + 10, percent(top.probability), align="right")
        paper.sheet.text(_MARGIN + 660, paper.y + 10, number(top.logit, 4, signed=True), align="right", color=paper.dim)
        paper.y += LINE * len(lines) + 4


def _health(paper: _Paper, contents: Contents) -> None:
    """What ails the pass, and how much of it is not told."""
    found = contents.survey.findings
    begun = [finding for finding in found if finding.begins]
    paper.head("Health of this pass", LARGE)
    paper.lines(contents.survey.verdict)
    for finding in begun[:MOST_FINDINGS]:
        paper.lines(f"{finding.where}: {finding.sentence}", indent=12, color=paper.dim)
    if len(begun) > MOST_FINDINGS:
        paper.lines(f"{len(begun) - MOST_FINDINGS:,} more begin in other layers.", indent=12, color=paper.dim)
    if len(found) > len(begun):
        paper.lines(f"{len(found) - len(begun):,} more are handed on by later layers.", indent=12, color=paper.dim)


def _about(paper: _Paper, contents: Contents) -> None:
    """What was looked at, and what was done to the picture: names at the left, words beside them."""
    paper.head("About", LARGE)
    for name, words in (*contents.facts, *contents.steps):
        for order, line in enumerate(wrapped(words, _WIDTH - _ASIDE)):
            paper.room(LINE)
            if not order:
                paper.sheet.text(_MARGIN, paper.y + 10, cut(name, _ASIDE - 10), color=paper.dim)
            paper.sheet.text(_MARGIN + _ASIDE, paper.y + 10, line)
            paper.y += LINE
    for note in contents.notes:
        paper.lines(f"Note: {note}", color=paper.dim)


def _layer(paper: _Paper, layer: Layer) -> None:
    row, maps = layer.row, layer.maps
    shape = " × ".join(map(str, row.shape))
    numbers = [f"{row.parameters:,} parameters"] if row.parameters else []
    numbers += [f"{row.macs:,} multiply-adds"] if row.macs else []
    numbers.append(f"receptive field {row.field}")
    if maps is None:
        paper.room(60)
        paper.head(f"{row.index} · {row.short}   {row.key}")
        paper.lines(f"{shape} · " + " · ".join(numbers), color=paper.dim)
        return
    wide = maps.pixels.shape[1]
    factor = float(min(6, _WIDTH // wide)) if wide <= _WIDTH else _WIDTH / wide  # finer pixels; none is left out
    high = math.ceil(maps.pixels.shape[0] * factor)
    paper.room(high + 80)
    paper.head(f"{row.index} · {row.short}   {row.key}")
    counted = f"{maps.shown:,} of {maps.total:,} shown" if maps.shown < maps.total else f"all {maps.total:,} shown"
    paper.lines(f"{shape} · " + " · ".join((*numbers, counted)), color=paper.dim)
    paper.sheet.image(_MARGIN, paper.y, maps.pixels, factor)
    paper.y += high + 6
    if maps.scale.empty:
        paper.sheet.text(_MARGIN, paper.y + 8, "no finite values", SMALL, color=paper.dim)
        paper.y += 14
        return
    ramp = np.repeat(lut(maps.scale.colormap)[:GROUND][None], 8, axis=0)
    paper.sheet.image(_MARGIN + 60, paper.y, np.ascontiguousarray(ramp))
    paper.sheet.text(_MARGIN + 54, paper.y + 8, number(maps.scale.low), SMALL, align="right", color=paper.dim)
    paper.sheet.text(_MARGIN + 60 + GROUND + 6, paper.y + 8, number(maps.scale.high), SMALL, color=paper.dim)
    paper.y += 14
