"""What of a figure can be a table in a text: its lines as headings and cells."""

from __future__ import annotations

from typing import NamedTuple

from cnnviz.core.errors import CnnvizError
from cnnviz.export.write_csv import rows_of
from cnnviz.figure import Architecture, Bars, Contributions, Figure, Matrix, Panel, Table, number

MOST = 400
"""Rows; nobody prints more."""


class Lines(NamedTuple):
    """A table: headings, cells, the row of sums, and which columns stand flush right."""

    heads: list[str]
    rows: list[list[str]]
    last: list[str]
    right: list[bool]


def has_tables(figure: Figure) -> bool:
    """Whether a figure can be written as tables."""
    return any(isinstance(panel, KINDS) for panel in figure.flat)


def tables_of(figure: Figure) -> list[Lines]:
    """The tables of a figure. Raises ``CnnvizError`` where it has none."""
    found = [_lines(panel) for panel in figure.flat if isinstance(panel, KINDS)]
    if not found:
        raise CnnvizError("This figure is made of pictures, not of a table: export it as PDF, SVG or PNG.")
    return found


KINDS = (Table, Bars, Contributions, Matrix, Architecture)


def _lines(panel: Panel) -> Lines:
    if isinstance(panel, Table):
        rows = [[_cell(cell) for cell in row] for row in panel.rows]
        last = [f"{cell:,}" if isinstance(cell, int) else cell for cell in panel.last]
        right = [all(isinstance(row[i], int) for row in panel.rows) for i in range(len(panel.heads))]
        return Lines(list(panel.heads), rows, last, right)
    heads, *rows = rows_of(panel)
    if len(rows) > MOST:
        raise CnnvizError(f"A table of {len(rows):,} rows is too long for a page: choose CSV.")
    if isinstance(panel, Bars):  # the texts say what the value says, as a person reads it
        heads, rows = [heads[1], *heads[3:]], [[row[1], *row[3:]] for row in rows]
    texts = [[_plain(cell) for cell in row] for row in rows]
    right = [all(_is_number(row[i]) for row in texts) for i in range(len(heads))]
    return Lines([str(head) for head in heads], texts, [], right)


def _cell(cell: str | int) -> str:
    return cell if isinstance(cell, str) else f"{cell:,}" if cell else "–"


def _plain(cell: object) -> str:
    text = str(cell)
    try:
        return number(float(text), 4) if "." in text or "e" in text else text
    except ValueError:
        return text


def _is_number(text: str) -> bool:
    return not text or text.lstrip("+−-")[:1].isdigit() or text in ("–", "NaN")
