"""Parquet: a figure's numbers as one table with typed columns, for pandas, Polars, DuckDB and others."""

from __future__ import annotations

from typing import Any, BinaryIO

from cnnviz.core.errors import CnnvizError
from cnnviz.export.base import Style, exporter, recipe
from cnnviz.export.extras import needed
from cnnviz.export.write_csv import rows_of, told_once
from cnnviz.figure import Figure


@exporter("parquet")
def write_parquet(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The columns of the CSV, numbers as numbers; of several panels in one table, whose first column names the panel.

    Raises
    ------
    CnnvizError
        pyarrow is not there, or nothing of the figure is a table.
    """
    needed("parquet")
    import pyarrow as pa
    from pyarrow import parquet

    columns = columns_of(figure)
    if not columns:
        raise CnnvizError("Nothing in this figure is a table: choose another format.")
    table = pa.table({name: _typed(pa, cells) for name, cells in columns.items()})
    parquet.write_table(table.replace_schema_metadata({"cnnviz": recipe(figure, style)}), file)


def columns_of(figure: Figure) -> dict[str, list[Any]]:
    """The cells of each column by its heading; None where a panel has no such column, or nothing stands there."""
    told = [(panel, list(rows_of(panel, list))) for panel in told_once(figure.flat)]
    tables = [(panel, rows) for panel, rows in told if len(rows) > 1]
    columns: dict[str, list[Any]] = {"panel": []} if len(tables) > 1 else {}
    done = 0
    for number, (panel, (heads, *rows)) in enumerate(tables, 1):
        if len(tables) > 1:
            columns["panel"] += [getattr(panel, "title", "") or str(number)] * len(rows)
        for name, cells in zip(_once(heads, taken="panel"), zip(*rows, strict=True), strict=True):
            columns.setdefault(name, [None] * done).extend(None if cell == "" else cell for cell in cells)
        done += len(rows)
        for cells_ in columns.values():
            cells_ += [None] * (done - len(cells_))
    return columns


def _once(heads: list[Any], taken: str) -> list[str]:
    """Headings as texts, each only once."""
    names = [taken]
    for head in heads:
        name, number = str(head), 1
        while name in names:
            number += 1
            name = f"{head} {number}"
        names.append(name)
    return names[1:]


def _typed(pa: Any, cells: list[Any]) -> Any:
    """A column of whole numbers, of float32 or float64, or of texts where the cells have not all the same type."""
    try:
        return pa.array(cells)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if cell is None else str(cell) for cell in cells])
