"""Numbers as people read them."""

from __future__ import annotations

import math


def number(value: float, digits: int = 3, *, signed: bool = False) -> str:
    """A number as a person reads it: ``1,024``, ``0.031``, ``+13.7``, ``−2.1e−05``, ``NaN``.

    Parameters
    ----------
    value
        Any float.
    digits
        Significant digits.
    signed
        Whether positive numbers bear a plus sign.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    size = abs(value)
    if size == 0:
        return "0"
    if size < 1e-4 or size >= 1e7:
        text = f"{size:.{digits - 1}e}"
    else:
        rounded = float(f"{size:.{digits}g}")
        text = f"{size:,.{max(0, digits - 1 - math.floor(math.log10(rounded)))}f}"
    return ("−" if value < 0 else "+" if signed else "") + text.replace("-", "−")


def percent(probability: float) -> str:
    """A probability as a person reads it: ``98.1 %``, ``0.003 %``, ``< 0.0001 %``, ``> 99.9 %``.

    No class that is possible reads as 0, and none that is not certain as 100.
    """
    value = probability * 100
    if not math.isfinite(value):
        return number(value)
    if 99.95 <= value < 100:
        return "> 99.9 %"
    if value == 0 or value >= 0.05:
        return f"{value:.1f} %"
    if value >= 0.0005:
        return f"{value:.3f} %"
    return f"{value:.4f} %" if value >= 0.00005 else "< 0.0001 %"


def share(part: float, digits: int = 1) -> str:
    """A part of a whole that was counted: ``98.1 %``."""
    return f"{100 * part:.{digits}f} %"


def remaining(seconds: float) -> str:
    """A wait in words that do not flicker: ``5 s``, ``2 min``, ``1 h 10 min``."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
