"""Words in the place of a panel."""

from __future__ import annotations

from cnnviz.export.layout import Block
from cnnviz.export.paper import LINE, PLAIN, Sheet, width_of, wrapped


def note_block(text: str) -> Block:
    """A sentence, in lines."""
    lines = wrapped(text, 480)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        for i, line in enumerate(lines):
            sheet.text(x, y + LINE * i + 10, line)

    return Block(max((width_of(line, PLAIN) for line in lines), default=0), LINE * max(len(lines), 1), draw)
