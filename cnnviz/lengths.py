"""Lengths on paper as people write them."""

from __future__ import annotations

import re

_MILLIMETRES = {"mm": 1.0, "cm": 10.0, "in": 25.4}


class Pixels(float):
    """A length in pixels: how many millimetres that is depends on the resolution."""

    def millimetres(self, dpi: float) -> float:
        """Its length on paper with that many pixels to an inch."""
        return self / dpi * 25.4


def length_of(text: str) -> float:
    """Millimetres of ``85mm``, ``8.5cm`` or ``3.3in``; `Pixels` for ``1000px``. Raises ValueError for other texts."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mm|cm|in|px)", text)
    if not found:
        raise ValueError(f"{text!r} is not a length like 85mm, 8.5cm, 3.3in or 1000px")
    if found[2] == "px":
        return Pixels(found[1])
    return float(found[1]) * _MILLIMETRES[found[2]]
