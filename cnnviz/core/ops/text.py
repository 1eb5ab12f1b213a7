"""How numbers and formulas are written: ``5 × 5``, ``(5·5·6)·16 + 16 = 2,416``, a true minus sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def times(values: Iterable[int]) -> str:
    """``5 × 5``."""
    return " × ".join(f"{value:,}" for value in values)


def tight(values: Iterable[int]) -> str:
    """``5×5``, for labels."""
    return "×".join(str(value) for value in values)


def product(values: Iterable[int]) -> str:
    """``5·5·6``; of no factors, ``1``."""
    return "·".join(str(value) for value in values) or "1"


def sum_of(terms: Sequence[str], total: int) -> str:
    """``150·16 + 16 = 2,416``; one bare number is not repeated, and nothing stays nothing."""
    left = " + ".join(terms)
    right = f"{total:,}"
    if not terms or left == right or left == str(total):
        return right if total else ""
    return f"{left} = {right}"


def each(values: Sequence[Any]) -> str:
    """``2`` when all axes have the same, ``2 × 1`` otherwise."""
    return number(values[0]) if len(set(values)) == 1 else " × ".join(number(value) for value in values)


def number(value: Any) -> str:
    """A number as it is read, with a true minus sign; other things as Python writes them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "−")
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    return str(value)


_AXES = {"N": "pictures", "C": "channels", "H": "rows", "W": "columns", "D": "planes", "L": "positions", "K": "units"}


def axis_word(name: str, otherwise: str = "one axis") -> str:
    """What runs along an axis, in words."""
    return _AXES.get(name, otherwise)


def plain(value: float) -> str:
    """A value to four significant digits: ``0.809``, ``−0.0588``."""
    return f"{value + 0.0:.4g}".replace("-", "−")  # adding 0 makes a zero that has no sign


def then(value: float) -> str:
    """A further summand: `` + 0.809``, `` − 0.0588``."""
    return f" − {plain(-value)}" if value < 0 else f" + {plain(value)}"


def factor(value: float) -> str:
    """A value in a product: in brackets where it has a sign."""
    return f"({plain(value)})" if value < 0 else plain(value)
