"""Drawings as data: areas, lines, words and pictures at their places, the same on the screen and on paper.

Lengths are pixels of a hundredth of an inch. Colours are ``#rrggbb`` or one of the theme's: ``text``, ``dim``,
``line``, ``accent``, ``ground``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Scale

Point = tuple[float, float]
Measure = Callable[[str, float, bool], float]
"""Width of a text of that many points, bold or not."""

SMALL, PLAIN = 7.0, 8.0
"""Sizes of text in points."""

LINE = 13
"""From one line of small text to the next."""

BAR = 10
"""Width of an upright colour bar."""

NARROW = 76
"""Length of a lying colour bar that has no room for two numbers."""


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon with an outline, where it has a colour."""

    points: tuple[Point, ...]
    color: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points, perhaps with a head at its end."""

    points: tuple[Point, ...]
    color: str = "dim"
    width: float = 0.75
    head: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text with its baseline at y."""

    x: float
    y: float
    text: str
    size: float = SMALL
    align: Literal["left", "center", "right"] = "left"
    color: str = "text"
    bold: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A picture: (h, w) uint8 for a colour map, or (h, w, 3) RGB where there is none. Each value stays a rectangle."""

    x: float
    y: float
    width: float
    height: float
    raster: NDArray[np.uint8]
    colormap: str = ""


Mark = Area | Stroke | Words | Pixels


class Drawn(NamedTuple):
    """A drawing and its size."""

    width: float
    height: float
    marks: list[Mark]


def moved(marks: list[Mark], x: float, y: float) -> list[Mark]:
    """The same elsewhere."""
    return [_moved(mark, x, y) for mark in marks]


def _moved(mark: Mark, x: float, y: float) -> Mark:
    match mark:
        case Area(points, color, edge):
            return Area(tuple((a + x, b + y) for a, b in points), color, edge)
        case Stroke(points, color, width, head, dashed):
            return Stroke(tuple((a + x, b + y) for a, b in points), color, width, head, dashed)
        case Words():
            return Words(mark.x + x, mark.y + y, mark.text, mark.size, mark.align, mark.color, mark.bold)
        case Pixels():
            return Pixels(mark.x + x, mark.y + y, mark.width, mark.height, mark.raster, mark.colormap)


def box(x: float, y: float, width: float, height: float, color: str, edge: str = "") -> Area:
    """An upright rectangle."""
    return Area(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), color, edge)


def shaded(color: str, by: float) -> str:
    """A colour mixed with white (above 0) or black (below)."""
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    end = 255 if by > 0 else 0
    return "#" + "".join(f"{round(part + (end - part) * abs(by)):02x}" for part in parts)


def lines_of(text: str, width: float, measure: Measure, size: float = SMALL) -> list[str]:
    """The text in lines that are not wider than that, broken between words."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size, False) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def fitted(text: str, width: float, measure: Measure, size: float = SMALL, bold: bool = False) -> str:
    """The text, its beginning cut off until it is not wider than that: paths differ in their ends."""
    if measure(text, size, bold) <= width:
        return text
    while text and measure("…" + text, size, bold) > width:
        text = text[1:]
    return "…" + text.lstrip(" .")


def ramp_below(scale: Scale, x: float, y: float, length: float, texts: tuple[str, str]) -> list[Mark]:
    """A lying colour bar with its lowest and highest number below its ends."""
    from cnnviz.figure import GROUND

    ramp = np.arange(GROUND, dtype=np.uint8)[None]
    if scale.signed and length < NARROW:
        middle = texts[1].removeprefix("+")
        return [
            Pixels(x, y, length, 5, ramp, scale.colormap),
            Words(x + length / 2, y + 14, f"±{middle}", 6.0, "center"),
        ]
    return [
        Pixels(x, y, length, 5, ramp, scale.colormap),
        Words(x, y + 14, texts[0], 6.0),
        Words(x + length, y + 14, texts[1], 6.0, "right"),
    ]


def upright_bar(scale: Scale, x: float, y: float, length: float, texts: tuple[str, str]) -> list[Mark]:
    """A colour bar with its highest and lowest number at its ends, and 0 where a signed one has room for it."""
    from cnnviz.figure import GROUND

    ramp = np.arange(GROUND - 1, -1, -1, dtype=np.uint8)[:, None]
    marks: list[Mark] = [Pixels(x, y, BAR, length, ramp, scale.colormap)]
    ends = [(y, texts[0]), (y + length, texts[1])]
    if scale.signed and length >= 3 * LINE:
        ends.append((y + length / 2, "0"))
    for at, text in ends:
        marks.append(Stroke(((x + BAR, at), (x + BAR + 3, at))))
        marks.append(Words(x + BAR + 5, min(max(at + 3.5, y + 7), y + length), text))
    return marks
