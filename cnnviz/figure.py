"""What to draw, as data: a figure is a title and a few panels. Made without Qt, drawn by the window and by exporters.

A panel holds the float values (what is exported) and, where it is a picture, the uint8 raster painted from them
(what is shown). Figures hold host arrays only and are compared by identity.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.request import Cell, Option, Request

if TYPE_CHECKING:
    from cnnviz.arithmetic import SlidingWindow

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
    spot
        (y, x) of a cell that is marked in every picture, or None.
    levels
        The raster of large maps from further away: each (N, H/2, W/2) of the one before. Empty for small ones.
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
    spot: tuple[int, int] | None = None
    levels: tuple[NDArray[np.uint8], ...] = ()


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
    large
        Whether the cells grow with the room that there is: for a few numbers that are to be read from afar.
    """

    values: NDArray[np.float32]
    scale: Scale
    row_name: str = "y"
    column_name: str = "x"
    row_labels: tuple[str, ...] = ()
    column_labels: tuple[str, ...] = ()
    title: str = ""
    large: bool = False


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


@dataclass(frozen=True, slots=True, eq=False)
class Sliding:
    """One output channel of a convolution or pooling, and the window that slides over the maps that it reads.

    The numbers of any cell follow from ``window`` by arithmetic, so that the cursor never waits for the worker.

    Attributes
    ----------
    window
        The input maps, kernels, bias, stride, padding and dilation.
    at
        (y, x) of the cell that was asked for.
    rows
        (R,) positions among the window's inputs, those that contribute most to that cell first.
    inputs
        The R input maps, in the order of ``rows``; their indices are channels of the source.
    kernels
        The R kernels; None for a pooling.
    partials
        What each of the R inputs contributes to each cell of the output; None for a pooling.
    output
        The output map alone.
    name
        The cell in the formula, with a place for its position: ``y[4, {}]``.
    source
        ``Cell.layer`` of the maps that are read; None where they are the network's own numbers.
    """

    window: SlidingWindow
    at: tuple[int, int]
    rows: NDArray[np.int64]
    inputs: ImageGrid
    kernels: ImageGrid | None
    partials: ImageGrid | None
    output: ImageGrid
    name: str
    source: str | None

    @property
    def grids(self) -> tuple[ImageGrid, ...]:
        """What stands for it where nothing slides: inputs, kernels, partial maps, output."""
        return tuple(grid for grid in (self.inputs, self.kernels, self.partials, self.output) if grid is not None)


@dataclass(frozen=True, slots=True, eq=False)
class Contributions:
    """What a number is made of, as signed bars from a common zero line: the largest ones, the rest, the sum.

    Attributes
    ----------
    labels
        What each part is: ``"map 3 · y 5, x 4"``.
    values
        (N,) float64, what each contributes, the largest magnitudes first.
    texts
        For each part the columns of text at its right: the activation and the weight, say.
    cells
        Where each comes from; None for what is no number of the pass, a bias.
    rest
        Sum of the parts that are not shown.
    total
        How many parts there are, those not shown included.
    value
        What all parts add up to; None where they are mere inputs that do not add up.
    heads
        Headings of the text columns.
    remark
        What is to be known of them: that they are not exact, say.
    """

    labels: tuple[str, ...]
    values: NDArray[np.float64]
    texts: tuple[tuple[str, ...], ...]
    cells: tuple[Cell | None, ...]
    rest: float
    total: int
    value: float | None
    heads: tuple[str, ...] = ()
    title: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A function of one variable, and a point on it.

    Attributes
    ----------
    x, y
        (N,) float64 points of the curve.
    at
        (x, y) of the point.
    facts
        (name, text) pairs.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    at: tuple[float, float]
    x_name: str = "x"
    y_name: str = "y"
    facts: tuple[tuple[str, str], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What belongs together in a chart: the points of one line, or discs that each have a name.

    Attributes
    ----------
    name
        What it is; empty where nothing has to be told apart.
    x, y
        (N,) float64, in the order of the line.
    labels
        A name for each disc; empty for a line.
    sizes
        (N,) float64, what the areas of the discs stand for; None where they stand for nothing.
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    labels: tuple[str, ...] = ()
    sizes: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """Lines or discs over two axes.

    Attributes
    ----------
    series
        Each in a colour of its own.
    x_name, y_name
        What the axes are, with their units.
    logarithmic
        Whether x is drawn by its logarithm; then it is above 0.
    ends
        Lowest and highest y that are drawn at least.
    at
        An x that is marked, or None.
    remark
        What is to be known beside: what the areas of the discs stand for.
    """

    series: tuple[Series, ...]
    x_name: str
    y_name: str
    logarithmic: bool = False
    ends: tuple[float, float] | None = None
    at: float | None = None
    title: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LayerRow:
    """A few maps of one record, with its name and what it is beside them."""

    name: str
    about: str
    grid: ImageGrid


@dataclass(frozen=True, slots=True, eq=False)
class LayerRows:
    """A row of maps for each layer, one below the other.

    Attributes
    ----------
    total
        How many layers there are; more than there are rows when not all are shown.
    noun
        What a row stands for, in the singular.
    shared
        Whether all rows have one scale.
    """

    rows: tuple[LayerRow, ...]
    total: int
    noun: str = "layer"
    shared: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One operation of a drawn architecture.

    Attributes
    ----------
    name
        Its path.
    short
        What it does, in two words: ``Conv 3×3``.
    family
        Which colour it has: that of its kind of operation; ``block`` for a tangle that is drawn as one box.
    shape
        Of its output.
    size
        Its window: ``3×3``; empty where it has none.
    """

    name: str
    short: str
    family: str
    shape: tuple[int, ...]
    size: str = ""


@dataclass(frozen=True, slots=True)
class Fork:
    """Ways that begin at the same values and are joined again.

    Attributes
    ----------
    branches
        The ways; an empty one is a skip connection.
    join
        The operation that joins them: ``add``, ``cat``, ``mul``. Empty for a single way: what repeats as a whole.
    name, short
        The module in which it lies, and its class.
    shape
        Of the output.
    count
        How many such forks follow each other; the last is drawn.
    note
        How the others differ.
    """

    branches: tuple[tuple[Unit | Fork, ...], ...]
    join: str
    name: str
    short: str
    shape: tuple[int, ...]
    count: int = 1
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """A network as papers draw it.

    Attributes
    ----------
    items
        What follows what, from the input on.
    remark
        What is not drawn.
    """

    items: tuple[Unit | Fork, ...]
    remark: str = ""
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
class Page:
    """Several figures on one sheet.

    Attributes
    ----------
    figures
        Row by row.
    columns
        How many stand side by side.
    letters
        Whether they bear the letters (a), (b), (c).
    captions
        A sentence below each figure; empty for its own heading.
    """

    figures: tuple[Figure, ...]
    columns: int = 2
    letters: bool = True
    captions: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an explanation arrives at, beside what the network computed.

    Attributes
    ----------
    formula
        One line, with the numbers put in.
    value, captured
        The explained number and the network's own.
    tolerance
        They may differ by this much: the network rounds each of many steps.
    """

    formula: str
    value: float
    captured: float
    tolerance: float

    @property
    def agrees(self) -> bool:
        """Whether both are the same but for rounding."""
        same = self.value == self.captured or (math.isnan(self.value) and math.isnan(self.captured))
        return same or abs(self.value - self.captured) <= self.tolerance

    @property
    def verdict(self) -> str:
        """In words: ``equals the captured value`` or by how much it differs."""
        difference = self.value - self.captured
        if self.agrees:
            return f"equals the captured value (difference {number(difference, 2, signed=True)})"
        return (
            f"differs from the captured {number(self.captured, 5, signed=True)} by {number(difference, 3, signed=True)}"
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """What a figure was made from: with the same weights, picture and preprocessing its numbers come out the same.

    Attributes
    ----------
    model
        What the model is called.
    weights
        Identity of its weights: the SHA-256 of their file, or ``random:SEED``.
    picture
        SHA-256 of the picture's file.
    preprocessing
        What happened between its pixels and the input tensor, as (name, value) pairs.
    """

    model: str
    weights: str
    picture: str
    preprocessing: tuple[tuple[str, object], ...]


Panel = (
    ImageGrid
    | Bars
    | Vector
    | Matrix
    | Histogram
    | Sliding
    | Contributions
    | Curve
    | Chart
    | LayerRows
    | Architecture
    | Table
    | Page
    | Note
)


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
    origin
        Identities of what it was made from; None where nobody knows them.
    outcome, cell
        Where the figure explains a number: how the sum comes out, and which number it is.
    """

    view: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    request: Request | None = None
    outcome: Outcome | None = None
    cell: Cell | None = None
    origin: Origin | None = None

    @property
    def still(self) -> tuple[Panel, ...]:
        """The panels as they leave the window: what slides there is laid out."""
        laid = [panel.grids if isinstance(panel, Sliding) else (panel,) for panel in self.panels]
        return tuple(panel for panels in laid for panel in panels)

    @property
    def flat(self) -> tuple[Panel, ...]:
        """The panels that hold numbers: grids instead of rows of them, and of a page the panels of its figures."""
        found: list[Panel] = []
        for panel in self.still:
            match panel:
                case LayerRows():
                    found += [replace(row.grid, title=f"{row.name} · {row.about}") for row in panel.rows]
                case Page():
                    found += [inner for figure in panel.figures for inner in figure.flat]
                case _:
                    found.append(panel)
        return tuple(found)

    def _repr_png_(self) -> bytes:
        """A notebook shows the figure by itself, as it is exported."""
        return _inline().as_png(self)  # type: ignore[no-any-return]

    def _repr_html_(self) -> str:
        """The same, fine enough for screens of twice the density."""
        return _inline().as_html(self)  # type: ignore[no-any-return]


def _inline() -> Any:
    """The exporters, found when a notebook asks for them: figures are data and know nothing of paper."""
    return importlib.import_module("cnnviz.export.inline")


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
        ``slider`` (a float between low and high), ``number`` (an int), ``choice`` (one of ``choices``), ``check``,
        ``text``.
    default
        Value when nothing is asked for.
    low, high
        Limits of a slider or number; ``high`` is None where there is none.
    choices
        The values of a choice.
    lowest
        What the lowest value of a number means, where it stands for none.
    help
        One sentence.
    when
        (name, value) of another option without which this one changes nothing, and is not shown; None: always.
    """

    name: str
    label: str
    kind: Literal["slider", "number", "choice", "check", "text"]
    default: Option
    low: float = 0.0
    high: float | None = None
    choices: tuple[str, ...] = ()
    lowest: str = ""
    help: str = ""
    when: tuple[str, Option] | None = None


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


def percent(probability: float) -> str:
    """A probability as a person reads it: ``98.1 %``, ``0.003 %``, ``4e−7 %``, ``> 99.9 %``.

    No class that is possible reads as 0, and none that is not certain as 100.
    """
    value = probability * 100
    if not math.isfinite(value):
        return number(value)
    if 99.95 <= value < 100:
        return "> 99.9 %"
    if value == 0 or value >= 0.05:
        return f"{value:.1f} %"
    if value >= 0.0005:
        return f"{value:.3f} %"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)} %".replace("-", "−")
