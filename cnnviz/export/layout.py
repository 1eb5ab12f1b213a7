"""A figure on paper: its heading, and its panels from left to right in as many rows as they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnnviz.core.cancel import go_on
from cnnviz.export import paper
from cnnviz.export.cropped import alone
from cnnviz.export.paper import LINE, PLAIN, Sheet, cut, width_of, wrapped
from cnnviz.figure import Bars, Contributions, Figure, ImageGrid, Panel, Sliding

MARGIN, GAP, TITLE = 16, 24, 20
WIDEST = 1400
"""A row of panels is not wider, unless one of them is."""

NARROWEST = 240

WORDY = 320
"""Pixels that panels keep side by side where one of them is a sum: its names are not cut."""

TALLEST = 820
"""Height in pixels that panels and mosaics are kept below on paper of some width: 18 cm, with letters of 7 points."""

ABREAST = 4
"""So many panels stand side by side at most to stay below that."""


class Block(NamedTuple):
    """Something drawn on paper: its size in pixels, and how to draw it with its top left corner at x, y."""

    width: int
    height: int
    draw: Callable[[Sheet, int, int], None]


def laid_out(figure: Figure, theme: str, room: int | None = None, *, heading: bool = True, caption: str = "") -> Sheet:
    """The sheet with everything drawn, side by side in that many pixels where it can be; a caption below it."""
    body = body_of(figure, None if room is None else room - 2 * MARGIN)
    widest = WIDEST if room is None else room - 2 * MARGIN
    title = figure.title if heading else ""
    width = max(body.width, NARROWEST, min(width_of(title, paper.LARGE, bold=True), widest))
    about = wrapped(figure.subtitle, width) if heading else []
    if figure.outcome is not None:
        about += wrapped(figure.outcome.formula, width) + wrapped(figure.outcome.verdict, width)
    below = wrapped(caption, width)
    titles = [part for line in wrapped(title, width, paper.LARGE, bold=True) for part in _parts(line, width)]
    head = TITLE * len(titles) + LINE * len(about) + (10 if title or about else 0)
    foot = 8 + LINE * len(below) if below else 0
    sheet = Sheet(width + 2 * MARGIN, head + body.height + foot + 2 * MARGIN, theme)
    for number, line in enumerate(titles):
        sheet.text(MARGIN, MARGIN + TITLE * number + 14, line, paper.LARGE, bold=True)
    for number, line in enumerate(about):
        sheet.text(MARGIN, MARGIN + TITLE * len(titles) + LINE * number + 12, line, color=sheet.palette.dim)
    body.draw(sheet, MARGIN, MARGIN + head)
    for number, line in enumerate(below):
        sheet.text(MARGIN, MARGIN + head + body.height + 8 + LINE * number + 10, line)
    return sheet


def _parts(line: str, width: int) -> list[str]:
    """A line of a title, a path that is too long for it broken behind a dot."""
    line = line.rstrip(" ·")
    ends = [end for end, letter in enumerate(line, 1) if letter == "." and _fits(line[:end], width)]
    if _fits(line, width) or not ends:
        return [cut(line, width, paper.LARGE, bold=True)]
    return [line[: ends[-1]], *_parts(line[ends[-1] :], width)]


def _fits(title: str, width: int) -> bool:
    return width_of(title, paper.LARGE, bold=True) <= width


def body_of(figure: Figure, room: int | None) -> Block:
    """The panels of a figure, from left to right in as many rows as they need."""
    from cnnviz.export import marked

    panels: tuple[Panel, ...] = figure.still
    if figure.view == "overlay" and marked.are_photos(panels):
        return marked.photos_block([alone(panel) for panel in panels if isinstance(panel, ImageGrid)], room)
    if len(panels) == 2 and isinstance(panels[0], ImageGrid) and isinstance(panels[1], Bars):
        return marked.answered(alone(panels[0]), panels[1], room)
    if any(isinstance(panel, Sliding) for panel in figure.panels):
        panels = figure.panels  # worked out, instead of its grids one by one
    whole = _stacked(panels, room, 1)
    if room is None or whole.height <= TALLEST:
        return whole
    least = WORDY if any(isinstance(panel, Contributions) for panel in panels) else 0
    several = [abreast for abreast in range(2, min(len(panels), ABREAST) + 1) if room // abreast >= least]
    narrower = (_stacked(panels, room, abreast) for abreast in several)
    return next((block for block in narrower if block.height <= TALLEST), whole)


def _stacked(panels: tuple[Panel, ...], room: int | None, abreast: int) -> Block:
    """Panels in rows, so narrow that as many stand side by side as their words allow."""
    from cnnviz.export.blocks import block_of

    share = None if room is None else (room - GAP * (abreast - 1)) // abreast
    blocks = []
    for number, panel in enumerate(panels):
        go_on()
        scale = getattr(panel, "scale", None)
        told = number > 0 and scale is not None and scale is getattr(panels[number - 1], "scale", None)
        blocks.append(titled(block_of(panel, with_bar=not told, room=share), panel_title(panel)))
    return _in_rows(_rows(blocks, WIDEST if room is None else room))


def _in_rows(rows: list[list[Block]]) -> Block:
    """Rows of blocks, one below the other."""
    width = max((sum(b.width for b in row) + GAP * (len(row) - 1) for row in rows), default=0)
    height = sum(max(b.height for b in row) for row in rows) + GAP * max(len(rows) - 1, 0)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for row in rows:
            left = x
            for block in row:
                block.draw(sheet, left, y)
                left += block.width + GAP
            y += max(b.height for b in row) + GAP

    return Block(width, height, draw)


def titled(block: Block, title: str) -> Block:
    """A block with its title above it."""
    if not title:
        return block
    lines = wrapped(title, max(block.width, NARROWEST // 2))
    top = LINE * len(lines) + 4

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for number, line in enumerate(lines):
            sheet.text(x, y + LINE * number + 10, line)
        block.draw(sheet, x, y + top)

    return Block(max(block.width, *(width_of(line) for line in lines)), block.height + top, draw)


def footed(block: Block, sentences: list[str], size: float = PLAIN) -> Block:
    """A block with remarks below it."""
    width = max(block.width, NARROWEST)
    lines = [line for sentence in sentences for line in wrapped(sentence, width, size)]
    if not lines:
        return block

    def draw(sheet: Sheet, x: int, y: int) -> None:
        block.draw(sheet, x, y)
        for number, line in enumerate(lines):
            sheet.text(x, y + block.height + LINE * (number + 1) + 2, line, size, color=sheet.palette.dim)

    return Block(
        max(block.width, *(width_of(line, size) for line in lines)), block.height + LINE * len(lines) + 8, draw
    )


def panel_title(panel: object) -> str:
    """The heading of a panel; empty where it has none."""
    return getattr(panel, "title", "")


def _rows(blocks: list[Block], widest: int) -> list[list[Block]]:
    rows: list[list[Block]] = []
    room = 0
    for block in blocks:
        if rows and block.width + GAP <= room:
            rows[-1].append(block)
            room -= block.width + GAP
        else:
            rows.append([block])
            room = widest - block.width
    return rows
