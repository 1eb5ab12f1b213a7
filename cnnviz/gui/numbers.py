"""How numbers are written in the narrow places of the window: cells, axes, the clipboard."""

from __future__ import annotations

import math

from cnnviz.figure import number
from cnnviz.layout.chart import axis as axis
from cnnviz.layout.chart import ticks as ticks


def exact(value: float) -> str:
    """A value as it is read out: five significant digits and a sign, ``+0.80902``."""
    return number(value, 5, signed=True)


def decimals(magnitude: float) -> int:
    """Decimal places that show three significant digits of values of this magnitude (0 to 6)."""
    if not math.isfinite(magnitude) or magnitude <= 0:
        return 2
    return min(max(2 - math.floor(math.log10(magnitude)), 0), 6)


def cell(value: float, places: int) -> str:
    """A value in a small cell: ``0`` only where it is exactly zero, powers of ten where it would be long."""
    if value == 0 or not math.isfinite(value):
        return number(value)
    if abs(value) >= 1e5:
        mantissa, exponent = f"{value:.0e}".split("e")
        return _minus(f"{mantissa}e{int(exponent)}")
    text = f"{value:.{places}f}"
    return _minus(text) if float(text) else text.lstrip("-")  # nearly zero has no sign


def power(value: float, signed: bool = False) -> str:
    """A value of any size in seven letters: ``−1.2e5``."""
    mantissa, exponent = f"{value:{'+' if signed else ''}.1e}".split("e")
    return _minus(f"{mantissa}e{int(exponent)}")


def logit(value: float) -> str:
    """A logit, two decimals and a sign: ``+13.72``."""
    if not math.isfinite(value) or abs(value) >= 1e5:  # an untrained network explodes
        return number(value, signed=True)
    return _minus(f"{value:+.2f}")


def plain(value: float) -> str:
    """A value for the clipboard: every digit of a float32, an ASCII minus, readable by spreadsheets."""
    return f"{value:.9g}"


def count(items: int) -> str:
    """An integer with its thousands separated: ``2,048``."""
    return f"{items:,}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def amount(number: float) -> str:
    """``75,008``, ``335 k``, ``1.18 M``, ``4.1 G``."""
    for unit, size in (("G", 1e9), ("M", 1e6)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    if number >= 1e5:
        return f"{number / 1e3:.0f} k"
    return f"{number:,.0f}" if number == int(number) else f"{number:.3g}"


def size_text(nbytes: float) -> str:
    """``392 KiB``, ``1,004 KiB``."""
    size, units = float(nbytes), ["B", "KiB", "MiB", "GiB"]
    while size >= 1024 and len(units) > 1:
        size /= 1024
        units.pop(0)
    return f"{size:,.0f} {units[0]}" if size >= 999.5 else f"{size:.3g} {units[0]}"
