"""Markdown: a figure's numbers as tables, as GitHub and notebooks show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cnnviz.export.base import Style, exporter, recipe
from cnnviz.export.tables import Lines, tables_of
from cnnviz.figure import Figure


@exporter("md")
def write_md(figure: Figure, file: BinaryIO, style: Style) -> None:
    """A heading, the tables, and the recipe in a comment that nobody sees."""
    parts = []
    if style.heading and figure.title:
        parts += [f"## {escaped(figure.title)}", "", *([escaped(figure.subtitle), ""] if figure.subtitle else [])]
    for lines in tables_of(figure):
        parts += [*_table(lines), ""]
    if style.caption:
        parts += [escaped(style.caption), ""]
    made = recipe(figure, style).replace("--", "-\\u002d")  # two hyphens would end the comment
    file.write(("\n".join([*parts, f"<!-- {made} -->"]) + "\n").encode())


def _table(lines: Lines) -> Iterator[str]:
    rows = [lines.heads, *lines.rows, *([[f"**{cell}**" if cell else "" for cell in lines.last]] if lines.last else [])]
    cells = [
        [escaped(cell) if order != len(rows) - 1 or not lines.last else cell for cell in row]
        for order, row in enumerate(rows)
    ]
    wide = [max(len(row[i]) for row in cells) for i in range(len(lines.heads))]
    wide = [max(size, 3) for size in wide]
    for order, row in enumerate(cells):
        texts = [t.rjust(w) if r else t.ljust(w) for t, w, r in zip(row, wide, lines.right, strict=True)]
        yield f"| {' | '.join(texts)} |"
        if not order:
            marks = ["-" * (w - 1) + ":" if r else "-" * w for w, r in zip(wide, lines.right, strict=True)]
            yield f"| {' | '.join(marks)} |"


def escaped(text: str) -> str:
    """A text as Markdown has it."""
    for sign in ("\\", "|", "_", "*", "`", "<"):
        text = text.replace(sign, f"\\{sign}")
    return text
