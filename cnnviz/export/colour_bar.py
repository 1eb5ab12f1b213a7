"""A colour bar with its numbers, beside what it explains."""

from __future__ import annotations

import numpy as np

from cnnviz.core.pixels import lut
from cnnviz.export.layout import Block, footed
from cnnviz.export.paper import SMALL, Sheet, width_of
from cnnviz.figure import GROUND, Scale, number

BAR, BAR_LENGTH = 12, 240


def beside(block: Block, bar: Block, *remarks: str) -> Block:
    """A block with a colour bar at its right, and remarks below."""

    def draw(sheet: Sheet, x: int, y: int) -> None:
        block.draw(sheet, x, y)
        bar.draw(sheet, x + block.width + 12, y)

    both = Block(block.width + 12 + bar.width, max(block.height, bar.height), draw)
    return footed(both, [remark for remark in remarks if remark])


def colour_bar(scale: Scale, length: int, stretched: bool = False) -> Block:
    """An upright colour bar with numbers; for stretched maps, whose limits stand above them, with words."""
    ends = [(scale.high, "own limit"), (scale.low, "− own limit" if scale.signed else "0")]
    marks = [(0 if value == scale.high else length, word if stretched else tick(value, scale)) for value, word in ends]
    if scale.signed:
        marks.append((length // 2, "0"))
    colours = lut(scale.colormap)[:GROUND, :3]
    if scale.empty:
        marks, colours = [(length // 2, "no finite values")], np.full_like(colours, 128)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        index = np.arange(length - 1, -1, -1) * GROUND // length
        sheet.image(x, y, np.repeat(colours[index][:, None], BAR, axis=1))
        for at, text in marks:
            sheet.line([x + BAR, x + BAR + 3], [y + at, y + at], sheet.palette.dim)
            sheet.text(x + BAR + 6, y + min(max(at, 5), length - 4), text, SMALL, middle=True)

    return Block(BAR + 6 + max(width_of(text, SMALL) for _, text in marks), length, draw)


def tick(value: float, scale: Scale) -> str:
    """A number at a colour bar."""
    return number(value, signed=scale.signed)


def shared(scale: Scale) -> str:
    """What shares a scale."""
    by = scale.shared_by if " " in scale.shared_by else f"the {scale.shared_by}"
    return f"scale shared by {by}"
