"""The output of any record as a stack of maps, and what is to be known of each map before it is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import number

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

DEAD, CONSTANT, NAN, INFINITE = "dead", "constant", "NaN", "infinite"

T = TypeVar("T")
_kept: WeakKeyDictionary[object, dict[str, object]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Extents:
    """Lowest and highest finite value of each map (0 where there is none), and a remark on maps that are no picture.

    Attributes
    ----------
    low, high
        (N,) float32.
    notes
        N remarks, mostly empty: ``dead`` (zero everywhere), ``constant 0.31``, ``NaN``, ``infinite``.
    empty
        Whether there are values, but no finite one.
    """

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    notes: tuple[str, ...]
    empty: bool = False

    @cached_property
    def span(self) -> tuple[float, float]:
        """The lowest and the highest of all maps; zeros where there is no map."""
        return (float(self.low.min()), float(self.high.max())) if self.low.size else (0.0, 0.0)

    @property
    def flat(self) -> NDArray[np.bool_]:
        """(N,) whether a map has only one value, so that there is nothing to stretch."""
        return np.equal(self.low, self.high)


def maps_of(trace: Trace, record: Record | None) -> NDArray[np.float32]:
    """The output of a record, or the network's input, as maps. Read-only, and mostly no copy.

    Returns
    -------
    (N, H, W) float32: a (C, H, W) output as it is, a (H, W, C) output with its channels in front, a (rows, columns)
    output as one map, a vector (only one axis longer than 1) as K maps of one value, anything with more axes with its
    leading ones made one.
    """
    if record is None:
        values: NDArray[np.float32] = trace.input[0].detach().cpu().float().numpy()
        return as_maps(values, ())
    return as_maps(record.numpy(), record.axes)


def as_maps(values: NDArray[np.float32], axes: tuple[str, ...]) -> NDArray[np.float32]:
    """Any array (without a batch axis) as maps (N, H, W)."""
    if is_vector(values.shape):
        return values.reshape(-1, 1, 1)
    if values.ndim == 3:
        return np.moveaxis(values, 2, 0) if axes[2:] == ("C",) else values
    return values.reshape(-1, *values.shape[-2:])


def is_vector(shape: tuple[int, ...]) -> bool:
    """Whether an output (without its batch axis) is a row of units, not a picture: (K,), (C, 1, 1), (1, K)."""
    return sum(size != 1 for size in shape) <= 1


def maps_shape(record: Record) -> tuple[int, int, int]:
    """(N, H, W) of `maps_of`, known without the values."""
    shape = record.output_shape
    if is_vector(shape):
        return int(np.prod(shape)), 1, 1
    if len(shape) == 3 and record.axes[2:] == ("C",):
        return shape[2], shape[0], shape[1]
    return int(np.prod(shape[:-2])), shape[-2], shape[-1]


def extents(trace: Trace, record: Record | None) -> Extents:
    """Extents of a record's maps, computed once."""
    owner: object = trace if record is None else record
    return once(owner, "extents", lambda: extents_of(maps_of(trace, record)))


def extents_of(maps: NDArray[np.float32]) -> Extents:
    """Extents of maps (N, H, W)."""
    if not maps.size:
        empty = np.zeros(len(maps), np.float32)
        return Extents(empty, empty, ("",) * len(maps))
    if maps[0].size == 1:
        low, high = maps.flatten(), maps.flatten()
    else:
        low, high = maps.min(axis=(1, 2)), maps.max(axis=(1, 2))
    notes, bare = [""] * len(maps), 0
    for i in np.flatnonzero(~(np.isfinite(low) & np.isfinite(high))):
        finite = maps[i][np.isfinite(maps[i])]
        notes[i] = NAN if np.isnan(maps[i]).any() else INFINITE
        low[i], high[i] = (finite.min(), finite.max()) if finite.size else (0, 0)
        bare += not finite.size
    if maps[0].size > 1:  # one value alone is no map that could be dead
        for i in np.flatnonzero(low == high):
            notes[i] = notes[i] or (f"{CONSTANT} {number(float(low[i]))}" if low[i] else DEAD)
    return Extents(low, high, tuple(notes), bare == len(maps))


def notes_of(values: NDArray[np.float32]) -> tuple[str, ...]:
    """Remarks on the maps of (N, H, W) or values of (K,): ``dead``, ``constant 0.31``, ``NaN``, ``infinite``, empty."""
    return extents_of(as_maps(values, ())).notes


def once(owner: object, name: str, compute: Callable[[], T]) -> T:
    """What was computed for a record or trace, kept as long as the record or trace lives."""
    kept = _kept.setdefault(owner, {})
    if name not in kept:
        kept[name] = compute()
    return kept[name]  # type: ignore[return-value]


def hand_on(owner: object, other: object, name: str) -> None:
    """Let another record or trace have what was computed for one by `once`, if it was."""
    if name in (kept := _kept.get(owner, {})):
        _kept.setdefault(other, {})[name] = kept[name]
