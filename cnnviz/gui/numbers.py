"""How numbers are written in the narrow places of the window: cells, axes, the clipboard."""

from __future__ import annotations

import math

from cnnviz.figure import number


def exact(value: float) -> str:
    """A value as it is read out: five significant digits and a sign, ``+0.80902``."""
    return number(value, 5, signed=True)


def axis(value: float, signed: bool = False) -> str:
    """A value at an axis: three significant digits without idle zeros; a plus only where the axis has a minus, too."""
    text = number(value, 3, signed=signed)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


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


def ticks(low: float, high: float, most: int) -> list[float]:
    """At most about ``most`` round values (1, 2, 5 · 10ⁿ apart) between two ends, upwards; zero is exactly zero."""
    span = high - low
    if not (math.isfinite(span) and span > 0) or most < 1:
        return []
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 5) if m * power >= rough * (1 - 1e-9)), 10 * power)
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _minus(text: str) -> str:
    return text.replace("-", "−")
