"""LaTeX: a figure's numbers as a table with the rules of booktabs, to be read into a paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from cnnviz.export.base import Style, exporter, recipe
from cnnviz.export.tables import Lines, tables_of
from cnnviz.figure import Figure

LONG = 45
"""Rows from which on a table goes over several pages."""

SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "×": r"$\times$",
    "→": r"$\to$",
    "≤": r"$\le$",
    "−": r"$-$",
    "±": r"$\pm$",
    "·": r"$\cdot$",
    "∞": r"$\infty$",
    "–": "--",
    "…": r"\dots{}",
    "“": "``",
    "”": "''",
    "²": r"$^2$",
    "⁹": r"$^9$",
    "⁶": r"$^6$",
}


@exporter("tex")
def write_tex(figure: Figure, file: BinaryIO, style: Style) -> None:
    """Needs the package booktabs; long tables longtable, too. A comment says so."""
    parts = [
        f"% {recipe(figure, style)}",
        "% \\usepackage{booktabs}" + (" \\usepackage{longtable}" if any_long(figure) else ""),
    ]
    caption = style.caption or ". ".join(part for part in (figure.title, figure.subtitle) if part and style.heading)
    for lines in tables_of(figure):
        parts += list(_long(lines, caption) if len(lines.rows) > LONG else _short(lines, caption))
    file.write(("\n".join(parts) + "\n").encode())


def any_long(figure: Figure) -> bool:
    """Whether one of the tables goes over several pages."""
    return any(len(lines.rows) > LONG for lines in tables_of(figure))


def _short(lines: Lines, caption: str) -> Iterator[str]:
    yield r"\begin{table}"
    yield r"  \centering"
    if caption:
        yield rf"  \caption{{{escaped(caption)}}}"
    yield rf"  \begin{{tabular}}{{{_columns(lines)}}}"
    yield r"    \toprule"
    yield f"    {_row(lines.heads)}"
    yield r"    \midrule"
    yield from (f"    {_row(row)}" for row in lines.rows)
    if lines.last:
        yield r"    \midrule"
        yield f"    {_row(lines.last)}"
    yield r"    \bottomrule"
    yield r"  \end{tabular}"
    yield r"\end{table}"


def _long(lines: Lines, caption: str) -> Iterator[str]:
    yield rf"\begin{{longtable}}{{{_columns(lines)}}}"
    if caption:
        yield rf"  \caption{{{escaped(caption)}}} \\"
    yield r"  \toprule"
    yield f"  {_row(lines.heads)}"
    yield r"  \midrule"
    yield r"  \endhead"
    yield r"  \bottomrule"
    yield r"  \endfoot"
    yield from (f"  {_row(row)}" for row in lines.rows)
    if lines.last:
        yield r"  \midrule"
        yield f"  {_row(lines.last)}"
    yield r"\end{longtable}"


def _columns(lines: Lines) -> str:
    return "".join("r" if right else "l" for right in lines.right)


def _row(cells: list[str]) -> str:
    return " & ".join(map(escaped, cells)) + r" \\"


def escaped(text: str) -> str:
    """A text as LaTeX has it."""
    return "".join(SIGNS.get(sign, sign) for sign in text)
