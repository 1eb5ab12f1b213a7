"""Names of the axes of what an operation produces, followed from the picture through the network.

``N`` is the batch, ``C`` channels, ``H`` and ``W`` rows and columns, ``D`` depth, ``L`` positions along a line (tokens
of a transformer), ``K`` units of a dense layer, ``G`` groups or heads, ``A`` anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BATCH = "N"

Axes = tuple[str, ...]
Shape = tuple[int, ...]

_SPATIAL = {3: ("N", "C", "L"), 4: ("N", "C", "H", "W"), 5: ("N", "C", "D", "H", "W")}
_CHANNELS_FIRST = (
    "conv",
    "max_pool",
    "avg_pool",
    "adaptive_",
    "batch_norm",
    "lp_pool",
    "interpolate",
    "pixel_",
    "unfold",
)


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
    if op.startswith(_CHANNELS_FIRST) and len(shape) in _SPATIAL:
        return _SPATIAL[len(shape)]
    if not inputs:
        return _SPATIAL.get(len(shape), _unknown(shape, batch=True)) if op == "input" else _unknown(shape, batch=False)
    axes, before = inputs[0]
    dims = _Dims(args, kwargs, len(before))
    names: Axes | None = None
    if op in ("transpose", "t", "adjoint") and len(before) >= 2:
        a, b = (0, 1) if op == "t" else dims.pair("dim0", "dim1", (-2, -1))
        order = list(range(len(before)))
        order[a], order[b] = order[b], order[a]
        names = tuple(axes[i] for i in order)
    elif op == "permute":
        names = tuple(axes[i] for i in dims.all("dims"))
    elif op in (
        "flatten",
        "unflatten",
        "view",
        "reshape",
        "squeeze",
        "unsqueeze",
        "getitem",
        "select",
        "chunk",
        "split",
    ):
        names = _reshaped(axes, before, shape)
    elif op in ("mean", "sum", "amax", "amin", "max", "min", "argmax") and len(shape) < len(before):
        gone = set(dims.all("dim"))
        names = tuple(name for i, name in enumerate(axes) if i not in gone)
    else:
        names = next((a for a, s in inputs if len(s) == len(shape) and _fits(s, shape)), None)
        names = names or next((a for a, s in inputs if len(s) == len(shape)), None)
    if names is None or len(names) != len(shape):
        return _unknown(shape, batch=BATCH in axes and shape[:1] == before[:1])
    return names


class _Dims:
    """The axes that an operation's arguments name, counted from 0."""

    def __init__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], rank: int) -> None:
        self.rest, self.kwargs, self.rank = args[1:], kwargs, rank

    def all(self, name: str) -> list[int]:
        value = self.kwargs.get(name, self.rest[0] if len(self.rest) == 1 else self.rest)
        values = value if isinstance(value, (list, tuple)) else [value]
        return [dim % self.rank for dim in values if isinstance(dim, int) and not isinstance(dim, bool)]

    def pair(self, first: str, second: str, default: tuple[int, int]) -> tuple[int, int]:
        given = [
            self.kwargs.get(name, self.rest[i] if i < len(self.rest) else default[i])
            for i, name in enumerate((first, second))
        ]
        return given[0] % self.rank, given[1] % self.rank


def _fits(a: Shape, b: Shape) -> bool:
    return all(x in (1, y) for x, y in zip(a, b, strict=True))


def _reshaped(axes: Axes, before: Shape, after: Shape) -> Axes:
    """Names after a reshape: axes that stay at the front and at the back keep theirs."""
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    merged = axes[front : len(axes) - back]
    count = len(after) - front - back
    head, tail = axes[:front], axes[len(axes) - back :]
    if count == 0:
        return head + tail
    if count == 1 and merged:
        return (*head, _merge(merged), *tail)
    if count == len(merged):
        return axes
    named = ("G",) * (count - 1) + merged[-1:] if merged else ("A",) * count
    return head + named + tail


def _merge(names: Axes) -> str:
    real = [name for name in names if name != BATCH]
    if len(real) <= 1:
        return real[0] if real else BATCH
    return "K" if "C" in real else "L"


def _unknown(shape: Shape, *, batch: bool) -> Axes:
    rank = len(shape) - batch
    names = {0: (), 1: ("K",), 2: ("L", "C"), 3: ("C", "H", "W")}.get(rank, ("A",) * rank)
    return (BATCH, *names) if batch else names
