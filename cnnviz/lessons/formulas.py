"""Formulas in TeX as outlines: for the screen, for SVG and for paper alike. Neither pyplot nor a figure is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnnviz.core.errors import CnnvizError

MOVE, LINE, CURVE, CUBIC, CLOSE = 1, 2, 3, 4, 79
"""What matplotlib's paths call their parts."""

POINTS = {MOVE: 1, LINE: 1, CURVE: 2, CUBIC: 3, CLOSE: 1}
"""How many points each takes: those that bend a curve, and where it ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A typeset formula at a size of 1: its letters are as high as those of text of that size.

    Attributes
    ----------
    points
        float64 (N, 2): x to the right, y downwards, the baseline at y = 0.
    codes
        uint8 (N,): `MOVE`, `LINE`, `CURVE`, `CUBIC` or `CLOSE` for each point. Filled by the non-zero winding rule.
    width, ascent, descent
        From the left to the right, above and below the baseline.
    """

    points: np.ndarray
    codes: np.ndarray
    width: float
    ascent: float
    descent: float

    def svg(self, size: float = 1.0) -> str:
        """The ``d`` of a path in SVG, at a size, with the baseline at y = 0."""
        letters = {MOVE: "M", LINE: "L", CURVE: "Q", CUBIC: "C"}
        parts, at = [], 0
        while at < len(self.codes):
            code = int(self.codes[at])
            count = POINTS[code]
            places = " ".join(f"{x:.3f} {y:.3f}" for x, y in self.points[at : at + count] * size)
            parts.append("Z" if code == CLOSE else letters[code] + places)
            at += count
        return " ".join(parts)


_LONG = re.compile(r"(?<![\d.,])\d{4,}(?![\d.,]*\d)")
"""Whole numbers that bear commas in the words as well."""


_SUM = re.compile(r"(\\(?:sum|prod)(?:[_^](?:\{[^{}]*\}|\w))*)\s*")
"""A sum with what stands below and above it."""


@lru_cache(maxsize=512)
def outline(tex: str) -> Outline:
    r"""Typeset TeX, in the subset that matplotlib's mathtext knows: ``\frac{W_1 - F + 2P}{S} + 1``.

    Raises
    ------
    CnnvizError
        It cannot be typeset; the sentence says where it goes wrong.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    text = "$" + _SUM.sub(r"\1\\;", with_commas(tex)) + "$"  # mathtext lays what is summed on the sum
    maker, font = TextToPath(), FontProperties(math_fontfamily="stix")
    unit = float(maker.FONT_SCALE)
    try:
        points, codes = maker.get_text_path(font, text, ismath=True)
    except ValueError as error:
        reason = str(error).splitlines()[-1]
        raise CnnvizError(f"The formula {tex} cannot be typeset: {reason}.") from error
    width, height, descent = maker.get_text_width_height_descent(text, font, ismath=True)
    points_high = font.get_size_in_points()  # in these the sizes are given, the outlines in units of their own
    points = np.asarray(points, float).reshape(-1, 2) * (1 / unit, -1 / unit)
    sizes = [float(length) / points_high for length in (width, height - descent, descent)]
    return Outline(points, np.asarray(codes, np.uint8), *sizes)


def with_commas(tex: str) -> str:
    """The same with large whole numbers as the words have them: ``16{,}384``."""
    return _LONG.sub(lambda found: f"{int(found[0]):,}".replace(",", "{,}"), tex)


_ALOUD = {
    r"\frac": " the fraction ",
    r"\cdot": " times ",
    r"\times": " times ",
    r"\sum": " the sum of ",
    r"\sqrt": " the root of ",
    r"\lfloor": " rounded down ",
    r"\log": " log ",
    r"\approx": " is about ",
    r"\leq": " at most ",
    r"\geq": " at least ",
    "=": " is ",
    "^": " to the power of ",
    "_": " ",
}


def aloud(tex: str) -> str:
    """A formula in words, for who listens to the screen instead of looking at it."""
    text = tex
    for sign, words in _ALOUD.items():
        text = text.replace(sign, words)
    text = text.replace(r"\rfloor", "").replace("}{", " over ").replace(r"\left", "").replace(r"\right", "")
    for sign in ("{", "}", "\\,", "\\;", "\\"):
        text = text.replace(sign, " ")
    return " ".join(text.split())
