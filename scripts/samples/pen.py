"""Digits written with a pen: hand-designed curves, drawn as MNIST's are, white on black in 28 x 28 pixels.

A digit is a few strokes, a stroke a way written as text, ``"x y, x y, ..."``, in a box of width and height 1 with y
downwards. The pen passes through all points on a Catmull-Rom spline; a corner is where one stroke ends and the next
begins. Nothing here comes from a data set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw

FINE = 20
"""The pen draws on a sheet this many times finer than the pixels, which are averages of it."""


@dataclass(frozen=True)
class Digit:
    """One written digit.

    Attributes
    ----------
    label
        What it is meant to be.
    strokes
        The pen's way, strokes separated by semicolons.
    nib
        Width of the pen as a share of the digit's height.
    width
        The digit's width as a share of its height.
    hard
        Whether it is drawn to be mistaken.
    """

    label: str
    strokes: str
    nib: float = 0.12
    width: float = 0.7
    hard: bool = False


def points(way: str) -> NDArray[np.float64]:
    """Read a way, (M, 2)."""
    return np.array([[float(number) for number in point.split()] for point in way.split(",")])


def spline(through: ArrayLike, steps: int = 60) -> NDArray[np.float64]:
    """Catmull-Rom curve through all points, (M, 2); two points give a straight line."""
    p = np.pad(np.asarray(through, dtype=np.float64), ((1, 1), (0, 0)), mode="edge")  # so that the ends are reached
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        b + t / 2 * (c - a) + t**2 * (a - 2.5 * b + 2 * c - d / 2) + t**3 * (1.5 * (b - c) + (d - a) / 2)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, p[-1:]])


def pressure(way: NDArray[np.float64]) -> NDArray[np.float64]:
    """Width of the pen along its way, (M,), about 1: lighter at both ends and upwards, firmer downwards."""
    travelled = np.linspace(0, 1, len(way))
    ends = np.minimum(1, 0.72 + 2.5 * np.minimum(travelled, 1 - travelled))
    direction = np.gradient(way, axis=0)
    downwards = direction[:, 1] / (np.hypot(*direction.T) + 1e-9)  # -1 to 1
    calm = np.convolve(np.pad(downwards, 20, mode="edge"), np.ones(41) / 41, mode="valid")  # a hand does not jump
    firmness: NDArray[np.float64] = ends * (1 + 0.13 * calm)
    return firmness


def write(digit: Digit, side: int = 28) -> Image.Image:
    """Draw a digit, 20/28 of the side high and with its ink's centre of mass in the middle, as MNIST's are."""
    sheet = side * FINE
    height = sheet * 20 / 28
    ink = Image.new("L", (sheet, sheet))
    pen = ImageDraw.Draw(ink)
    for stroke in digit.strokes.split(";"):
        way = spline(points(stroke))
        radii = pressure(way) * digit.nib * height / 2
        inset = height * (1 - digit.nib)  # the pen has a width too
        x = sheet / 2 + (way[:, 0] - 0.5) * inset * digit.width
        y = sheet / 2 + (way[:, 1] - 0.5) * inset
        for cx, cy, r in zip(x, y, radii, strict=True):
            pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=255)
    mass = np.asarray(ink, dtype=np.float64)
    middle = (np.arange(sheet) + 0.5 - sheet / 2) / mass.sum()
    right, down = round(float(mass.sum(0) @ middle)), round(float(mass.sum(1) @ middle))
    centred = Image.new("L", (sheet, sheet))
    centred.paste(ink, (-right, -down))
    return centred.resize((side, side), Image.Resampling.HAMMING)


DIGITS: dict[str, Digit] = {
    "seven": Digit("7", ".02 .13, .3 .08, .62 .07, .98 .02; .98 .02, .78 .3, .56 .62, .42 1", width=0.72),
    "zero": Digit(
        "0", ".66 .06, .44 0, .18 .2, .04 .56, .14 .92, .42 1, .78 .78, .96 .4, .84 .1, .6 .03, .46 .1", width=0.74
    ),
    "one": Digit("1", ".74 0, .6 .3, .46 .66, .34 1", nib=0.13),
    "two": Digit("2", ".06 .24, .26 .04, .6 0, .82 .2, .7 .5, .36 .8, .04 .97; .04 .97, .3 .88, .6 .95, 1 .9"),
    "three": Digit(
        "3", ".08 .12, .4 0, .8 .08, .78 .32, .4 .46; .4 .46, .82 .5, .94 .76, .62 .98, .22 1, .02 .88", width=0.66
    ),
    "four": Digit("4", ".2 .04, .12 .3, .04 .56; .04 .56, .4 .55, .98 .47; .82 0, .74 .4, .66 .7, .6 1", width=0.72),
    "five": Digit(
        "5", ".96 .02, .66 .05, .32 .04; .32 .04, .26 .22, .16 .42; .16 .42, .5 .38, .84 .52, .86 .78, .54 .98, .02 .94"
    ),
    "six": Digit("6", ".74 0, .4 .24, .14 .56, .1 .84, .36 1, .74 .92, .88 .7, .62 .54, .3 .66, .14 .82", width=0.62),
    "eight": Digit(
        "8",
        ".84 .14, .56 0, .26 .1, .26 .32, .54 .48, .76 .68, .68 .93, .36 1, .12 .84, .26 .62, .6 .42, .86 .22, .78 .1",
        nib=0.11,
    ),
    "nine": Digit(
        "9", ".84 .14, .5 0, .14 .18, .1 .42, .4 .52, .72 .38, .86 .14; .86 .14, .84 .44, .76 .74, .66 1", width=0.62
    ),
    "seven-barred": Digit(
        "7",
        ".08 .1, .1 .02, .5 .05, .96 0; .96 0, .74 .34, .54 .66, .4 1; .24 .55, .56 .5, .92 .48",
        nib=0.1,
        width=0.74,
    ),
    "one-like-seven": Digit("1", ".04 .4, .36 .2, .66 0; .66 0, .62 .5, .56 1", nib=0.11, width=0.66, hard=True),
    "four-like-nine": Digit(
        "4", ".5 .03, .18 .2, .12 .44, .44 .54, .84 .36; .8 .06, .8 .4, .74 .7, .66 1", nib=0.11, width=0.62, hard=True
    ),
}
