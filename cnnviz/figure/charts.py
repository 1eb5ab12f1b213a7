"""Panels with two axes: a function, lines and discs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
