"""Where the parts of a chart stand, the same on the screen and on paper: axes, ticks, discs and their names."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Chart, number

LARGEST, LEAST = 0.045, 4.0
"""Radius of the largest disc as a share of the plot's shorter edge, and of the smallest in pixels."""

COLORS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""One for each series, told apart by the colour-blind: Okabe and Ito, https://jfly.uni-koeln.de/color/."""

_ROUND = 4.0  # radius of a disc whose area means nothing


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def meets(self, other: Box) -> bool:
        """Whether they have a place in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True)
class Disc:
    """One point: of which series, which one, where, and how large (0 for a point of a line)."""

    series: int
    point: int
    x: float
    y: float
    radius: float


class Plot:
    """A chart laid out in a box.

    Parameters
    ----------
    chart
        What is drawn.
    box
        Room for lines and discs; ticks and names of the axes stand outside of it.
    """

    def __init__(self, chart: Chart, box: Box) -> None:
        self.chart, self.box = chart, box
        x = np.concatenate([series.x for series in chart.series] or [np.zeros(0)])
        y = np.concatenate([series.y for series in chart.series] or [np.zeros(0)])
        x = np.log10(x[x > 0]) if chart.logarithmic else x
        discs = any(series.labels for series in chart.series)
        self._x = _span(x, 0.09 if discs else 0.0)
        self._y = _span(np.append(y, chart.ends) if chart.ends is not None else y, 0.1 if discs else 0.04)

    def across(self, x: float) -> float:
        """Where an x is."""
        value = math.log10(x) if self.chart.logarithmic else x
        return self.box.left + (value - self._x[0]) / (self._x[1] - self._x[0]) * self.box.width

    def up(self, y: float) -> float:
        """Where a y is."""
        return self.box.bottom - (y - self._y[0]) / (self._y[1] - self._y[0]) * self.box.height

    def x_ticks(self, most: int) -> list[tuple[float, str]]:
        """Places and texts along x; what is counted, epochs say, has them at whole numbers only."""
        if not self.chart.logarithmic:
            counted = all(bool(np.all(series.x == np.round(series.x))) for series in self.chart.series)
            found = ticks(*self._x, most)
            return [(self.across(x), axis(x)) for x in found if not counted or abs(x - round(x)) < 1e-9]
        powers = range(math.floor(self._x[0]), math.ceil(self._x[1]) + 1)
        steps = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        inside = [x for x in steps if self._x[0] <= math.log10(x) <= self._x[1]]
        if len(inside) > most:
            inside = [x for x in inside if f"{x:e}".startswith("1")] or inside[::2]
        return [(self.across(x), axis(x)) for x in inside]

    def y_ticks(self, most: int) -> list[tuple[float, str]]:
        """Places and texts along y."""
        return [(self.up(y), axis(y)) for y in ticks(*self._y, most)]

    def line(self, index: int) -> list[tuple[float, float]]:
        """The points of a series, those left out that are no numbers."""
        series = self.chart.series[index]
        pairs = zip(series.x.tolist(), series.y.tolist(), strict=True)
        return [(self.across(x), self.up(y)) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]

    def discs(self) -> list[Disc]:
        """All discs, the largest first, so that none hides another; of lines the points."""
        largest = max((float(s.sizes.max()) for s in self.chart.series if s.sizes is not None), default=1.0) or 1.0
        reach = LARGEST * min(self.box.width, self.box.height)
        found = []
        for order, series in enumerate(self.chart.series):
            for point, (x, y) in enumerate(self.line(order)):
                radius = 0.0
                if series.labels:
                    share = _ROUND if series.sizes is None else reach * math.sqrt(float(series.sizes[point]) / largest)
                    radius = max(share, LEAST)
                found.append(Disc(order, point, x, y, radius))
        return sorted(found, key=lambda disc: -disc.radius)

    def names(self, width_of: Callable[[str], float], height: float) -> Iterator[tuple[str, Box]]:
        """The names of the discs, each where it covers neither a disc nor another name; without room it is left out."""
        discs = [disc for disc in self.discs() if disc.radius]
        taken = [Box(d.x - d.radius, d.y - d.radius, 2 * d.radius, 2 * d.radius) for d in discs]
        for disc in sorted(discs, key=lambda d: (d.series, d.point)):
            text = self.chart.series[disc.series].labels[disc.point]
            for place in _around(disc, width_of(text), height):
                inside = place.left >= self.box.left and place.right <= self.box.right
                inside = inside and place.top >= self.box.top and place.bottom <= self.box.bottom
                if inside and not any(place.meets(other) for other in taken):
                    taken.append(place)
                    yield text, place
                    break


def axis(value: float, signed: bool = False, digits: int = 3) -> str:
    """A value at an axis, without idle zeros: ``0.5``, ``5.75e−5``; a plus only where the axis has a minus, too."""
    text, _, power = number(value, digits, signed=signed).partition("e")
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{short}e{power.replace('+', '').replace('−0', '−').lstrip('0')}" if power else short


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most about ``most`` round values (1, 2, 5 · 10ⁿ apart) between two ends, upwards; zero is exactly zero."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or most < 1:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 5) if m * power >= rough * (1 - 1e-9)), 10 * power)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _around(disc: Disc, width: float, height: float) -> Iterator[Box]:
    """Places for a name: right, left, above, below, then the corners."""
    away = disc.radius + 4
    yield Box(disc.x + away, disc.y - height / 2, width, height)
    yield Box(disc.x - away - width, disc.y - height / 2, width, height)
    yield Box(disc.x - width / 2, disc.y - away - height, width, height)
    yield Box(disc.x - width / 2, disc.y + away, width, height)
    for side in (away * 0.7, -away * 0.7 - width):
        for level in (-away * 0.7 - height, away * 0.7):
            yield Box(disc.x + side, disc.y + level, width, height)


def _span(values: NDArray[np.float64], pad: float) -> tuple[float, float]:
    """Lowest and highest finite value with some air between them and the border; never empty."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    air = (high - low) * pad
    return low - air, high + air
