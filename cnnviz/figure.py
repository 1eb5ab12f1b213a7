"""What to draw, as data: a figure is a title and a few panels. Made without Qt, drawn by the window and by exporters.

A panel holds the float values (what is exported) and, where it is a picture, the uint8 raster painted from them
(what is shown). Figures hold host arrays only and are compared by identity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.request import Option, Request

GROUND = 255
"""Raster index that is left unpainted: gaps between maps, and cells that are NaN. Values use 0 to 254."""

ZERO = 127
"""Raster index of zero on a signed scale: exactly the neutral colour in the middle of 0 to 254."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """How values become colours.

    Attributes
    ----------
    low, high
        Values at the two ends of the colour bar. On a signed scale ``low == -high``.
    colormap
        Name of the colour map, one of ``core.pixels.COLORMAPS``.
    signed
        Whether the scale is diverging around zero.
    shared_by
        What shares this scale, in words: ``"layer"``, ``"channel"``, ``"filter"``, ``"network"`` ...
    """

    low: float
    high: float
    colormap: str
    signed: bool
    shared_by: str


@dataclass(frozen=True, slots=True, eq=False)
class ImageGrid:
    """Pictures of one size, all drawn as one mosaic.

    Attributes
    ----------
    values
        (N, H, W) float32, the numbers behind the pictures. For colour pictures (N, H, W, 3): float32 for weights,
        uint8 for the pixels of a file.
    raster
        (N, H, W) uint8 indices into the scale's colour map (``GROUND`` is unpainted), or (N, H, W, 3) uint8 RGB.
    scale
        What the colours mean; None for RGB pictures (``title`` then says what their brightness means).
    ranges
        (N, 2) float32, lowest and highest value of the colour map for each picture. They differ from the scale only
        where the contrast is stretched per map.
    indices
        (N,) channel, filter or kernel that each picture shows.
    captions
        One short caption for each picture.
    notes
        One remark for each picture, mostly empty: ``"dead"``, ``"constant 0.31"``, ``"NaN"``, ``"infinite"``.
    total
        How many pictures there are; more than N when not all are shown.
    noun
        What one picture is, in the singular: ``"map"``, ``"filter"``, ``"kernel"``, ``"picture"``.
    title
        Heading of the panel, may be empty.
    marked
        Position (0 to N-1) of the picture that is selected, or None.
    picks
        Whether ``indices`` are channels of the record, so that picking a picture selects it. The kernels inside
        one filter are numbered by the channels of its input.
    """

    values: NDArray[np.float32] | NDArray[np.uint8]
    raster: NDArray[np.uint8]
    scale: Scale | None
    ranges: NDArray[np.float32]
    indices: tuple[int, ...]
    captions: tuple[str, ...]
    notes: tuple[str, ...]
    total: int
    noun: str = "map"
    title: str = ""
    marked: int | None = None
    picks: bool = True


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
    """

    labels: tuple[str, ...]
    values: NDArray[np.float32]
    texts: tuple[tuple[str, ...], ...]
    indices: tuple[int, ...]
    high: float
    total: int
    heads: tuple[str, ...] = ()
    title: str = ""


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
    """

    values: NDArray[np.float32]
    scale: Scale
    labels: tuple[str, ...] = ()
    title: str = ""
    marked: int | None = None


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
    """

    values: NDArray[np.float32]
    scale: Scale
    row_name: str = "y"
    column_name: str = "x"
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    title: str = ""


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
class Note:
    """A sentence in the place of a picture, where there is nothing to draw."""

    text: str


Panel = ImageGrid | Bars | Vector | Matrix | Histogram | Note


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """The answer of a layer view.

    Attributes
    ----------
    view
        Name of the view that made it.
    title, subtitle
        One line each.
    panels
        Drawn from left to right.
    request
        What was asked, so that the figure can be made again; None when it was made from Python objects.
    """

    view: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Control:
    """One option of a layer view, as the window's form shows it.

    Attributes
    ----------
    name
        The option's name, as in ``Request.options``.
    label
        What the form calls it.
    kind
        ``slider`` (a float between low and high), ``number`` (an int), ``choice`` (one of ``choices``), ``check``.
    default
        Value when nothing is asked for.
    low, high
        Limits of a slider or number; ``high`` is None where there is none.
    choices
        The values of a choice.
    help
        One sentence.
    """

    name: str
    label: str
    kind: Literal["slider", "number", "choice", "check"]
    default: Option
    low: float = 0.0
    high: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


def number(value: float, digits: int = 3, *, signed: bool = False) -> str:
    """A number as a person reads it: ``1,024``, ``0.031``, ``+13.7``, ``−2.1e−05``, ``NaN``.

    Parameters
    ----------
    value
        Any float.
    digits
        Significant digits.
    signed
        Whether positive numbers bear a plus sign.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-4 or size >= 1e7:
        text = f"{size:.{digits - 1}e}"
    else:
        rounded = float(f"{size:.{digits}g}")
        text = f"{size:,.{max(0, digits - 1 - math.floor(math.log10(rounded)))}f}"
    return ("−" if value < 0 else "+" if signed else "") + text.replace("-", "−")
