"""Blocks where the modules give none: what a long row of operations repeats, its stages by size, else equal lengths.

A network that is written as one long function, or as one ``Sequential`` of hundreds of layers, has no modules to fold.
What is done again and again is one block each time; where that leaves too many, the row is cut where the maps change
their size, and where they never do, into pieces of about the same length. A cut goes where few values cross it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.graph.shapes import BLOCK, Facts, Part

MANY = 60
"""Parts that stand side by side without further folding."""

LONGEST = 96
"""Parts of the longest stretch of which it is looked whether it is repeated."""

SHORTEST = 8
"""Parts that a repetition covers at least."""

PIECES = 24
"""Into how many pieces a row is cut at once."""


def repeated(facts: Sequence[Facts], parts: Sequence[Part]) -> list[Part]:
    """The parts of a block; stretches of operations that come again at once are blocks of their own.

    The longest repetition is found first, then those before and behind it. Its stretches begin where the fewest values
    flow over their beginning: behind a residual block, not in it.
    """
    codes, over = _codes(facts, parts), _crossing(facts, parts)
    found = list(parts)
    for start, stop, period in sorted(_repetitions(codes, over), reverse=True):  # from the end: places stay right
        stretches = [parts[at : at + period] for at in range(start, stop, period)]
        found[start:stop] = [_block(facts, stretch, "") for stretch in stretches]
    blocks = iter(range(1, len(parts) + 1))
    return [part if part.title else replace(part, title=f"block {next(blocks)}") for part in found]


def _repetitions(codes: NDArray[np.int64], over: NDArray[np.float64]) -> Iterator[tuple[int, int, int]]:
    """(first, behind the last, period) of what repeats; none overlaps another."""
    least = max(SHORTEST, len(codes) // 100)
    waiting = [(0, len(codes))]
    while waiting:
        begin, end = waiting.pop()
        whole, period, start, length = _longest(codes[begin:end])
        if whole < least:
            continue
        start += begin
        waiting += [(begin, start), (start + length, end)]
        if period > 1:  # the same operation in a row is no block
            shift = min(range(period), key=lambda by: (over[start + by : start + length : period].mean(), by))
            stop = start + shift + (length - shift) // period * period
            yield start + shift, stop, period


def _longest(codes: NDArray[np.int64]) -> tuple[int, int, int, int]:
    """(codes that are covered whole times, period, first, length) of the longest repetition."""
    best = 0, 0, 0, 0
    for period in range(1, min(LONGEST, len(codes) // 2) + 1):
        like = _like(codes, period)
        at = int(np.argmax(like))
        length = int(like[at])
        if length // period * period > best[0]:
            best = length // period * period, period, at, length
    return best


def cut(facts: Sequence[Facts], parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts of a block, so far put together that no more than ``MANY`` stand side by side."""
    if len(parts) <= MANY:
        return tuple(parts)
    stages = [list(stage) for _, stage in groupby(parts, key=lambda part: _size(facts[part.last].shape))]
    if 1 < len(stages) <= PIECES:
        named = [(stage, _size(facts[stage[-1].last].shape)) for stage in stages]
    else:
        pieces = _pieces(_crossing(facts, parts), len(parts))
        rows = [list(parts[a:b]) for a, b in pieces]
        named = [(row, f"ops {row[0].first:,}–{row[-1].last:,}") for row in rows]
    return tuple(
        row[0] if len(row) == 1 else _block(facts, cut(facts, row), title, depth=row[0].depth) for row, title in named
    )


def _codes(facts: Sequence[Facts], parts: Sequence[Part]) -> NDArray[np.int64]:
    """(n,) a number for each part; those that do the same have the same."""
    known: dict[tuple[object, ...], int] = {}
    return np.array([known.setdefault(_done(facts, part), len(known)) for part in parts])


def _done(facts: Sequence[Facts], part: Part) -> tuple[object, ...]:
    """Operations with how many inputs they have, and the size of the maps that come out; channels may grow."""
    inside = (facts[i] for i in range(part.first, part.last + 1))
    return part.kind, *((one.op, min(len(one.sources), 2)) for one in inside), _size(facts[part.last].shape)


def _size(shape: tuple[int, ...]) -> str:
    """Height and width of maps as text, or the whole shape of what has none."""
    return "×".join(map(str, shape[1:] if len(shape) == 3 else shape))


def _like(codes: NDArray[np.int64], period: int) -> NDArray[np.int64]:
    """(n − period,) how far the codes from each place on repeat after ``period`` of them; 0 where not even once."""
    count = len(codes) - period
    breaks = np.append(np.flatnonzero(codes[:-period] != codes[period:]), count)
    at = np.arange(count)
    like = breaks[np.searchsorted(breaks, at)] - at
    return np.where(like >= period, like + period, 0)


def _crossing(facts: Sequence[Facts], parts: Sequence[Part]) -> NDArray[np.float64]:
    """(n,) how many outputs from before each part are used in it or behind it; less by up to 1 where one forks there.

    Where the same number of values crosses, a cut belongs before a skip connection begins: behind the activation of a
    sum, not between the two.
    """
    first, last = parts[0].first, parts[-1].last
    ends: dict[int, int] = {}
    users = np.zeros(last - first + 2)
    for i in range(first, last + 1):
        for source in facts[i].sources:
            ends[source] = i
            users[max(source + 1 - first, 0)] += 1
    over = np.zeros(last - first + 3)
    for source, end in ends.items():
        over[max(source + 1 - first, 0)] += 1
        over[end + 1 - first] -= 1
    at = [part.first - first for part in parts]
    return np.cumsum(over)[at] + 1 / (1 + users[at])


def _pieces(over: NDArray[np.float64], count: int) -> list[tuple[int, int]]:
    """(first, behind the last) of pieces of about the same length; each begins where little crosses nearby."""
    pieces = min(PIECES, round(math.sqrt(count)))
    reach = count // pieces // 4
    starts = [0]
    for n in range(1, pieces):
        ideal = n * count // pieces
        near = range(ideal - reach, ideal + reach + 1)
        starts.append(min(near, key=lambda at: (over[at], abs(at - ideal))))
    return list(pairwise([*starts, count]))


def _block(facts: Sequence[Facts], parts: Sequence[Part], title: str, depth: int | None = None) -> Part:
    """Parts that stand side by side as one block, each of them a level deeper."""
    first, last = parts[0], parts[-1]
    level = first.depth if depth is None else depth
    by = level + 1 - min(part.depth for part in parts)
    key = f"{facts[first.first].key}…{facts[last.last].key}/"
    return Part(key, title, BLOCK, first.first, last.last, level, tuple(_deeper(part, by) for part in parts))


def _deeper(part: Part, by: int) -> Part:
    if not by:
        return part
    return replace(part, depth=part.depth + by, children=tuple(_deeper(child, by) for child in part.children))
