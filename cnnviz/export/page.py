"""Several figures on one sheet, each with its letter above and its caption below."""

from __future__ import annotations

from string import ascii_lowercase

from cnnviz.export.colour_bar import BAR_LENGTH, colour_bar
from cnnviz.export.layout import GAP, Block, body_of, footed
from cnnviz.export.one_scale import scales_of
from cnnviz.export.paper import LINE, Sheet, width_of, wrapped
from cnnviz.figure import Figure, Page

BETWEEN = 28
"""Pixels between the figures."""

WIDE = 1000
"""Pixels of a page whose width nobody has said."""


def paged(panel: Page, room: int | None) -> Block:
    """The figures, row by row, each as wide as its column."""
    columns = max(1, min(panel.columns, len(panel.figures)))
    bars = _bars(panel.figures)
    wide = ((room or WIDE) - (bars.width + BETWEEN if bars else 0) - BETWEEN * (columns - 1)) // columns
    cells = [_cell(panel, number, wide) for number in range(len(panel.figures))]
    rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    widths = [max(row[i].width for row in rows if i < len(row)) for i in range(columns)]
    heights = [max(cell.height for cell in row) for row in rows]

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for row, height in zip(rows, heights, strict=True):
            at = x
            for cell, size in zip(row, widths, strict=False):
                cell.draw(sheet, at, y)
                at += size + BETWEEN
            y += height + GAP

    page = Block(sum(widths) + BETWEEN * (columns - 1), sum(heights) + GAP * (len(rows) - 1), draw)
    return _with_bars(page, bars) if bars else page


def _bars(figures: tuple[Figure, ...]) -> Block | None:
    """The colour bars of the scales that figures share, one below the other; None where they share none."""
    bars = [colour_bar(scale, BAR_LENGTH) for scale in scales_of(figures)]
    if not bars:
        return None

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for number, bar in enumerate(bars):
            bar.draw(sheet, x, y + number * (BAR_LENGTH + GAP))

    return Block(max(bar.width for bar in bars), len(bars) * (BAR_LENGTH + GAP) - GAP, draw)


def _with_bars(page: Block, bars: Block) -> Block:
    """A page with what its maps share at its right, and a sentence that says so."""

    def draw(sheet: Sheet, x: int, y: int) -> None:
        page.draw(sheet, x, y)
        bars.draw(sheet, x + page.width + BETWEEN, y)

    both = Block(page.width + BETWEEN + bars.width, max(page.height, bars.height), draw)
    return footed(both, ["scale shared by all maps of the page that have these colours"])


def _cell(panel: Page, number: int, wide: int) -> Block:
    """One figure with letter and caption."""
    figure = panel.figures[number]
    body = body_of(figure, wide)
    width = max(body.width, wide)
    caption = panel.captions[number] if number < len(panel.captions) and panel.captions[number] else heading(figure)
    letter = f"({letter_of(number)})" if panel.letters else ""
    lines = wrapped(f"{letter} {caption}".strip(), width)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        body.draw(sheet, x, y)
        for order, line in enumerate(lines):
            level = y + body.height + 8 + LINE * order + 10
            if order or not letter:
                sheet.text(x, level, line)
                continue
            sheet.text(x, level, letter, bold=True)
            sheet.text(x + width_of(f"{letter} ", bold=True), level, line[len(letter) :].lstrip())

    return Block(width, body.height + 8 + LINE * len(lines) + 4, draw)


def letter_of(number: int) -> str:
    """``a`` to ``z``, then ``aa``."""
    more, last = divmod(number, len(ascii_lowercase))
    return (letter_of(more - 1) if more else "") + ascii_lowercase[last]


def heading(figure: Figure) -> str:
    """What stands below a figure for which nobody wrote a caption."""
    return figure.title if figure.view == "picture" or not figure.subtitle else f"{figure.title}: {figure.subtitle}"
