"""Output sizes in words: one line for each axis, or one line for all where they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_AXES = {1: ("positions",), 2: ("rows", "columns"), 3: ("planes", "rows", "columns")}
_ALL = {1: "positions", 2: "rows and columns", 3: "planes, rows and columns"}


def sizes(formulas: Sequence[str]) -> Iterator[str]:
    """``rows ⌊…⌋ + 1 = 10`` and ``columns …``; ``rows and columns …`` when both are computed from the same numbers."""
    names = _AXES.get(len(formulas))
    if names is None:
        yield from formulas
    elif len(set(formulas)) == 1:
        yield f"{_ALL[len(formulas)]} {formulas[0]}"
    else:
        yield from (f"{name} {formula}" for name, formula in zip(names, formulas, strict=True))


def words(count: int) -> tuple[str, ...]:
    """What runs along the last ``count`` axes: ``("row", "column")``."""
    return {1: ("position",), 2: ("row", "column"), 3: ("plane", "row", "column")}[count]


def share(n: int, count: int) -> str:
    """How an adaptive pooling divides ``n`` cells into ``count`` windows, with the result."""
    if count == 1:
        return f"one window of all {n} = 1"
    if n == count:
        return f"{n}, each cell by itself"
    if n % count == 0:
        return f"{n} cells in windows of {n}/{count} = {n // count}, that is {count}"
    narrow, wide = _widths(n, count)
    width = str(narrow) if narrow == wide else f"{narrow} to {wide}"
    return f"window i from ⌊{n}·i/{count}⌋ up to ⌈{n}·(i + 1)/{count}⌉, {width} wide, i = 0 … {count - 1}: {count}"


def _widths(n: int, count: int) -> tuple[int, int]:
    widths = [-(-(i + 1) * n // count) - i * n // count for i in range(count)]
    return min(widths), max(widths)
