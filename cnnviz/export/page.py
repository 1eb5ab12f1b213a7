"""Several figures on one sheet, each with its letter above and its caption below."""

from __future__ import annotations

from string import ascii_lowercase

from cnnviz.export.layout import GAP, Block, body_of
from cnnviz.export.paper import LINE, Sheet, width_of, wrapped
from cnnviz.figure import Figure, Page

BETWEEN = 28
"""Pixels between the figures."""

WIDE = 1000
"""Pixels of a page whose width nobody has said."""


def paged(panel: Page, room: int | None) -> Block:
    """The figures, row by row, each as wide as its column."""
    columns = max(1, min(panel.columns, len(panel.figures)))
    wide = ((room or WIDE) - BETWEEN * (columns - 1)) // columns
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

    return Block(sum(widths) + BETWEEN * (columns - 1), sum(heights) + GAP * (len(rows) - 1), draw)


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
