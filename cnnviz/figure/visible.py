"""Which part of a panel's pictures is seen, when somebody has zoomed in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

TINY = 1e-6
"""Of a pixel: an edge that lies so near to the border of one is on it."""


class Visible(NamedTuple):
    """The part of a mosaic that is seen, in shares of it; the gaps between its pictures have no size.

    Attributes
    ----------
    x, y
        Of its left upper corner, 0 to 1.
    width, height
        0 to 1; pixels that are seen in part are seen whole.
    columns
        How many pictures stand side by side in that mosaic; 0 for as many as it is drawn with.
    """

    x: float
    y: float
    width: float
    height: float
    columns: int = 0

    @classmethod
    def of(cls, numbers: Sequence[Any]) -> Visible:
        """From plain numbers, as files and programs have them. Raises ``ValueError`` where they are no such part."""
        x, y, width, height, *more = map(float, numbers)
        (columns,) = more or (0.0,)
        if not (0 <= x < 1 and 0 <= y < 1 and 0 < width <= 1 and 0 < height <= 1 and columns >= 0 == columns % 1):
            raise ValueError(f"no visible part: {numbers!r}")
        return cls(x, y, width, height, int(columns))


def span(start: float, length: float, pixels: int) -> tuple[int, int]:
    """The first pixel of which something is seen, and the one behind the last."""
    first = min(max(math.floor(start * pixels + TINY), 0), pixels - 1)
    return first, max(min(math.ceil((start + length) * pixels - TINY), pixels), first + 1)
