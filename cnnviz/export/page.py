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

LEVEL = 48
"""Columns whose figures end that near to each other go on at the same height."""

WIDE = 1000
"""Pixels of a page whose width nobody has said."""


def paged(panel: Page, room: int | None) -> Block:
    """The figures, each as wide as a column, and below the highest place that is free: no hole below a low one."""
    columns = max(1, min(panel.columns, len(panel.figures)))
    bars = _bars(panel.figures)
    wide = ((room or WIDE) - (bars.width + BETWEEN if bars else 0) - BETWEEN * (columns - 1)) // columns
    cells = [_cell(panel, number, wide) for number in range(len(panel.figures))]
    places, height = _placed([cell.height for cell in cells], columns)
    widths = [max(cell.width for cell, (i, _) in zip(cells, places, strict=True) if i == at) for at in range(columns)]
    lefts = [sum(widths[:at]) + BETWEEN * at for at in range(columns)]

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for cell, (column, top) in zip(cells, places, strict=True):
            cell.draw(sheet, x + lefts[column], y + top)

    page = Block(sum(widths) + BETWEEN * (columns - 1), height, draw)
    return _with_bars(page, bars) if bars else page


def _placed(heights: list[int], columns: int) -> tuple[list[tuple[int, int]], int]:
    """Column and upper end of each figure, in pixels, and how high they are together.

    Each goes into the column that is free first, the left one of several, so that one still reads them in their order.
    """
    free, places = [0] * columns, list[tuple[int, int]]()
    for height in heights:
        level = [column for column in range(columns) if free[column] <= min(free) + LEVEL]
        taken = [column for column, _ in places]
        chosen = min(level, key=lambda column: (taken.count(column), column))
        top = max(free[column] for column in level)
        places.append((chosen, top))
        free[chosen] = top + height + GAP
    return places, max(free) - GAP


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
