"""Comma-separated values: a figure's numbers, for spreadsheets. UTF-8, a table for each panel."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.base import Style, exporter
from cnnviz.figure import (
    Architecture,
    Bars,
    Chart,
    Contributions,
    Curve,
    Figure,
    Fork,
    Graph,
    Histogram,
    ImageGrid,
    LayerRows,
    Matrix,
    Note,
    Page,
    Panel,
    Table,
    Unit,
    Vector,
)

Row = list[Any]


@exporter("csv")
def write_csv(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The shortest texts that give the same float32 again."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text, lineterminator="\r\n")
    for number, panel in enumerate(told_once(figure.flat)):
        if number:
            table.writerow([])
        table.writerows(rows_of(panel))
    text.detach()


def spelled(values: NDArray[Any]) -> list[Any]:
    """Numbers as texts: the shortest that give the same value again."""
    texts: list[Any] = np.asarray(values).astype(str).tolist()
    return texts


def told_once(panels: tuple[Panel, ...]) -> Iterator[Panel]:
    """The panels without those that show a part of another one large."""
    grids = [panel for panel in panels if isinstance(panel, ImageGrid)]
    for panel in panels:
        if not (isinstance(panel, ImageGrid) and any(_part_of(panel, grid) for grid in grids)):
            yield panel


def _part_of(panel: ImageGrid, grid: ImageGrid) -> bool:
    return panel is not grid and len(panel.values) < len(grid.values) and np.may_share_memory(panel.values, grid.values)


def rows_of(  # noqa: C901 - one case for each kind of panel
    panel: Panel, numbers: Callable[[NDArray[Any]], list[Any]] = spelled
) -> Iterator[Row]:
    """A panel as the lines of a table, its headings first; ``numbers`` says as what its values stand there."""
    match panel:
        case ImageGrid():
            yield from _image_rows(panel, numbers)
        case Bars():
            yield [panel.noun, "name", "value", *panel.heads]
            for index, label, value, texts in zip(
                panel.indices, panel.labels, numbers(panel.values), panel.texts, strict=True
            ):
                yield [index, label, value, *texts]
        case Vector():
            yield ["unit", "value", *(["name"] if panel.labels else [])]
            for index, value in enumerate(numbers(panel.values)):
                yield [index, value, *panel.labels[index : index + 1]]
        case Matrix():
            columns = panel.column_labels or tuple(str(i) for i in range(panel.values.shape[1]))
            yield [f"{panel.row_name} \\ {panel.column_name}" if panel.column_name else panel.row_name, *columns]
            for index, row in enumerate(panel.values):
                yield [panel.row_labels[index] if panel.row_labels else index, *numbers(row)]
        case Histogram():
            yield ["from", "to", "count", *([panel.overlay_label or "overlay"] if panel.overlay is not None else [])]
            edges = numbers(panel.edges)
            for index, count in enumerate(panel.counts.tolist()):
                more = [] if panel.overlay is None else [int(panel.overlay[index])]
                yield [edges[index], edges[index + 1], count, *more]
        case Contributions():
            yield from _contribution_rows(panel)
        case Curve():
            yield [panel.x_name, panel.y_name]
            yield from (list(point) for point in zip(panel.x.tolist(), panel.y.tolist(), strict=True))
        case Chart():
            yield ["series", panel.x_name, panel.y_name, "name", "size"]
            for series in panel.series:
                for at, (x, y) in enumerate(zip(series.x.tolist(), series.y.tolist(), strict=True)):
                    size = "" if series.sizes is None else series.sizes[at]
                    yield [series.name, x, y, series.labels[at] if series.labels else "", size]
        case Table():
            yield list(panel.heads)
            yield from (list(row) for row in panel.rows)
        case Architecture():
            yield ["layer", "operation", "output", "repeated"]
            yield from architecture_rows(panel.items)
        case Graph():
            yield ["card", "about", "holds"]
            yield from ([card.title, *card.lines, *[""] * (2 - len(card.lines))] for card in panel.cards)
        case LayerRows() | Page():
            return  # what they hold is told by itself
        case Note():
            yield [panel.text]


def architecture_rows(items: tuple[Unit | Fork, ...], times: int = 1) -> Iterator[Row]:
    """One line for each block that is drawn, with how often it follows itself."""
    for item in items:
        if isinstance(item, Unit):
            yield [item.name, item.short, "x".join(map(str, item.shape)), times]
            continue
        for way in item.branches:
            yield from architecture_rows(way, times * item.count)
        if item.join:
            yield [item.name, item.join, "x".join(map(str, item.shape)), times * item.count]


def _contribution_rows(panel: Contributions) -> Iterator[Row]:
    """One line for each part; then what is not shown, and the sum."""
    yield ["part", "layer", "channel", "position", *panel.heads, "contribution"]
    parts = zip(panel.labels, panel.cells, panel.texts, panel.values.tolist(), strict=True)
    for label, cell, texts, value in parts:
        place = ["", "", ""] if cell is None else [cell.layer, cell.channel, " ".join(map(str, cell.at))]
        yield [label, *place, *texts, value]
    if panel.value is not None:
        blank = [""] * (3 + len(panel.heads))
        yield ["others", *blank, panel.rest]
        yield ["sum", *blank, panel.value]


def _image_rows(panel: ImageGrid, numbers: Callable[[NDArray[Any]], list[Any]]) -> Iterator[Row]:
    """One line for each row of each picture; of colour pictures, for each of their three channels."""
    colour = panel.values.ndim == 4
    yield [panel.noun, "name", *(["channel"] if colour else []), "y", *range(panel.values.shape[2])]
    for index, caption, values in zip(panel.indices, panel.captions, panel.values, strict=True):
        planes = (
            [(["red"], values[..., 0]), (["green"], values[..., 1]), (["blue"], values[..., 2])]
            if colour
            else [([], values)]
        )
        for name, plane in planes:
            for y, row in enumerate(numbers(plane)):
                yield [index, caption, *name, y, *row]
