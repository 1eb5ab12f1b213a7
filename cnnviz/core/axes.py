"""Names of the axes of what an operation produces, followed from the picture through the network.

``N`` is the batch, ``C`` channels, ``H`` and ``W`` rows and columns, ``D`` depth, ``L`` positions along a line (tokens
of a transformer), ``K`` units of a dense layer, ``G`` groups or heads, ``A`` anything else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any

BATCH = "N"

Axes = tuple[str, ...]
Shape = tuple[int, ...]

_SPATIAL = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
_REDUCING = frozenset(("mean", "sum", "prod", "amax", "amin", "max", "min", "argmax", "argmin", "norm", "std", "var"))
_RESHAPING = frozenset(("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "as_strided"))


def name_axes(
    op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], shape: Shape, inputs: Sequence[tuple[Axes, Shape]]
) -> Axes:
    """Names of the axes of an output.

    Parameters
    ----------
    op, args, kwargs
        The operation, as in its record.
    shape
        Shape of the output, with the batch axis.
    inputs
        Axes and shape of each source.

    Returns
    -------
    One name for each axis; at most one of them is ``"N"``.
    """
    names = _spatial(op, len(shape)) or _followed(op, args, kwargs, shape, inputs)
    pictures = next((before[axes.index(BATCH)] for axes, before in inputs if BATCH in axes), 1)
    if names is None or len(names) != len(shape):
        return _unknown(shape, batch=any(BATCH in axes for axes, _ in inputs) and shape[:1] == (pictures,))
    if op != "input":
        names = tuple(
            "G" if name == BATCH and size != pictures else name for name, size in zip(names, shape, strict=True)
        )
    if op == "linear" and len(shape) == 1 + (BATCH in names):
        return tuple(name if name == BATCH else "K" for name in names)
    return names


def _spatial(op: str, rank: int) -> Axes | None:
    """Axes of what convolves, pools or resizes: they are fixed by the operation."""
    if op == "input":
        return {1: ("K",), 2: (BATCH, "K")}.get(rank) or ((BATCH, "C", *_SPATIAL[rank - 2]) if rank <= 5 else None)
    if not op.startswith(("conv", "max_pool", "avg_pool", "adaptive_", "lp_pool", "batch_norm", "instance_norm")):
        return None
    dimensions = int(op[-2]) if op.endswith("d") and op[-2].isdigit() else rank - 2
    if dimensions not in _SPATIAL or rank - dimensions not in (1, 2):
        return None
    return (BATCH, "C", *_SPATIAL[dimensions])[2 - (rank - dimensions) :]


def _followed(
    op: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], shape: Shape, inputs: Sequence[tuple[Axes, Shape]]
) -> Axes | None:
    """Axes that follow from those of the sources."""
    if not inputs:
        return None
    axes, before = inputs[0]
    rest, rank = args[1:], len(before)
    if op in ("transpose", "t", "adjoint") and rank >= 2:
        given = [kwargs.get(name, value) for name, value in zip(("dim0", "dim1"), (*rest, -2, -1)[:2], strict=True)]
        first, second = (0, 1) if op == "t" else (given[0] % rank, given[1] % rank)
        order = list(axes)
        order[first], order[second] = order[second], order[first]
        return tuple(order)
    if op == "permute":
        return tuple(axes[dim] for dim in _dims(rest, kwargs, "dims", rank))
    if op in ("select", "unbind") or (op in _REDUCING and len(shape) < rank):
        gone = _dims(rest[:1], kwargs, "dim", rank) or ([0] if op == "unbind" else [])
        return tuple(name for dim, name in enumerate(axes) if dim not in gone)
    if op == "getitem":
        return _indexed(axes, rest[0])
    if op in _RESHAPING:
        return _reshaped(axes, before, shape)
    if op == "expand":
        return ("A",) * (len(shape) - rank) + axes
    return _alike(shape, inputs)


def _alike(shape: Shape, inputs: Sequence[tuple[Axes, Shape]]) -> Axes | None:
    """Axes of the source that looks most like the output: has its rank, its size, a batch."""
    alike = [(axes, before) for axes, before in inputs if len(before) == len(shape)]
    alike.sort(key=lambda item: (item[1] != shape, BATCH not in item[0]))
    return alike[0][0] if alike else None


def _dims(rest: tuple[Any, ...], kwargs: Mapping[str, Any], name: str, rank: int) -> list[int]:
    """The axes that an operation's arguments name, counted from 0."""
    value = kwargs.get(name, rest[0] if len(rest) == 1 else rest)
    values = value if isinstance(value, (list, tuple)) else [value]
    return [dim % rank for dim in values if isinstance(dim, int) and not isinstance(dim, bool)]


def _indexed(axes: Axes, index: Any) -> Axes | None:
    """Axes that are left after ``x[index]``."""
    items = index if isinstance(index, tuple) else (index,)
    taken = sum(item is not None and not isinstance(item, EllipsisType) for item in items)
    names: list[str] = []
    left = list(axes)
    for item in items:
        if isinstance(item, EllipsisType):
            names += [left.pop(0) for _ in range(len(axes) - taken)]
        elif item is None:
            names.append("A")
        elif isinstance(item, slice):
            names.append(left.pop(0))
        elif isinstance(item, int) and not isinstance(item, bool):
            left.pop(0)
        else:
            return None  # by a tensor: anything may come out
    return (*names, *left)


def _reshaped(axes: Axes, before: Shape, after: Shape) -> Axes | None:
    """Axes after a reshape: those that stay keep their names, merged and split ones follow from theirs."""
    if math.prod(before) != math.prod(after) or not before or not after or 0 in before:
        return None
    names: list[str] = []
    i = j = 0
    while j < len(after):  # blocks of axes before and after that hold the same numbers
        start, end = i, j
        i, j = min(i + 1, len(before)), j + 1
        while (old := math.prod(before[start:i])) != (new := math.prod(after[end:j])):
            i, j = (i + 1, j) if old < new else (i, j + 1)
        if j == len(after):
            i = len(before)
        names += _block(axes[start:i], before[start:i], after[end:j], batch=BATCH in axes)
    return tuple(names)


def _block(names: Axes, old: Shape, new: Shape, *, batch: bool) -> list[str]:
    """Axes of a block: as many as before, merged into one, or split."""
    if old == new:
        return list(names)
    real = [name for name, size in zip(names, old, strict=True) if name != BATCH and size > 1]
    if len(new) == 1:
        return [_merged(real) if real else names[0] if names else ("A" if batch else BATCH)]
    large = [place for place, size in enumerate(new) if size > 1]
    named = dict.fromkeys(large[:-1], "G")
    if large:
        named[large[-1]] = _merged(real)
    if real == ["L"] and len(large) == 2:  # a line of positions becomes rows and columns again
        named = dict(zip(large, "HW", strict=True))
    if (BATCH in names or not batch) and len(large) < len(new):
        named[next(place for place, size in enumerate(new) if size == 1)] = BATCH
    return [named.get(place, "A") for place in range(len(new))]


def _merged(names: list[str]) -> str:
    """One name for several axes; groups of something are that something."""
    distinct = set(names) - {"G"} or set(names)
    if len(distinct) == 1:
        return distinct.pop()
    if "C" in distinct:
        return "K"
    return "L" if distinct and distinct <= {"H", "W", "D", "L"} else "A"


def _unknown(shape: Shape, *, batch: bool) -> Axes:
    rank = len(shape) - batch
    names = {0: (), 1: ("K",), 2: ("L", "C"), 3: ("C", "H", "W")}.get(rank, ("A",) * rank)
    return (BATCH, *names) if batch else names
