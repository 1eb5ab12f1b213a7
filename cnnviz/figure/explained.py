"""Panels that take a number apart, and what the explanation arrives at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure.pictures import ImageGrid
from cnnviz.figure.wording import number
from cnnviz.request import Cell

if TYPE_CHECKING:
    from cnnviz.arithmetic import SlidingWindow


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
