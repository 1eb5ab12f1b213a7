"""Panels of numbers: bars, columns, grids, tables and how often which value occurs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure.pictures import Scale
from cnnviz.figure.visible import Visible


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Named values as horizontal bars: class scores.

    Attributes
    ----------
    labels
        One name for each bar, best first.
    values
        (N,) float32, length of each bar between 0 and ``high``.
    texts
        For each bar the columns of text at its right: ``("100.0%", "+13.7")``.
    indices
        (N,) class that each bar stands for.
    high
        The value of a full bar.
    total
        How many there are; more than N when not all are shown.
    heads
        Headings of the text columns.
    noun
        What one bar stands for, in the singular.
    """

    labels: tuple[str, ...]
    values: NDArray[np.float32]
    texts: tuple[tuple[str, ...], ...]
    indices: tuple[int, ...]
    high: float
    total: int
    heads: tuple[str, ...] = ()
    title: str = ""
    noun: str = "class"


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """A one-dimensional output as a row of signed columns from a common zero line, unit by unit.

    Attributes
    ----------
    values
        (K,) float32.
    scale
        Colours of the columns and the axis' range.
    labels
        One name for each unit, or empty.
    marked
        The unit that is selected, or None.
    visible
        The units that are drawn on paper, by ``x`` and ``width``; None for all.
    """

    values: NDArray[np.float32]
    scale: Scale
    labels: tuple[str, ...] = ()
    title: str = ""
    marked: int | None = None
    visible: Visible | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """The values themselves, as a grid of numbers that scrolls.

    Attributes
    ----------
    values
        (rows, columns) float32.
    scale
        Background colour of each cell.
    row_name, column_name
        What the two axes are: ``"y"``, ``"x"``, ``"unit"``.
    row_labels, column_labels
        Names of rows and columns; empty for their numbers from 0.
    large
        Whether the cells grow with the room that there is: for a few numbers that are to be read from afar.
    diagonal
        What stands on the diagonal, where that is something else than elsewhere: it is outlined, and not of the scale.
    """

    values: NDArray[np.float32]
    scale: Scale
    row_name: str = "y"
    column_name: str = "x"
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    title: str = ""
    large: bool = False
    diagonal: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often which value occurs.

    Attributes
    ----------
    edges
        (B + 1,) float32, borders of the bins.
    counts
        (B,) int64, finite values in each bin. Exact zeros are left out where ``title`` says so.
    scale
        The colour bar under the axis: the same range as the edges.
    overlay
        (B,) int64 counts of the selected channel, or None.
    facts
        (name, text) pairs: mean, deviation, zeros, NaN ...
    """

    edges: NDArray[np.float32]
    counts: NDArray[np.int64]
    scale: Scale
    overlay: NDArray[np.int64] | None = None
    overlay_label: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of texts and whole numbers under headings.

    Attributes
    ----------
    rows
        Of as many cells as there are headings. Numbers stand flush right.
    last
        A row of sums, or none.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    last: tuple[str | int, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """A sentence in the place of a picture, where there is nothing to draw."""

    text: str
