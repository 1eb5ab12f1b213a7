"""How one number of a record came about: its terms, its bias, and the number that the network computed beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz.arithmetic import Floats, Maps, Patch
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops.text import axis_word, plain
from cnnviz.core.record import Record
from cnnviz.slides import Ints, origin

NETWORK = -2
"""Stands in the place of a source's index for the network's own numbers: parameters, buffers, constants."""

_Number = TypeVar("_Number", bound=np.generic)

Index = tuple[int, ...]
"""Indices into a tensor with its batch axis."""


class Term(NamedTuple):
    """One contribution to a value.

    Attributes
    ----------
    channel
        Channel (unit) of the source that it comes from.
    value
        The contribution.
    source
        Index of the record that it comes from; -1 the picture, ``NETWORK`` the network's own numbers.
    at
        Position in that channel; () where a whole window was summed, see `Explanation.patch`.
    """

    channel: int
    value: float
    source: int
    at: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Terms(Sequence[Term]):
    """Many terms, kept as arrays: ``channels``, ``values``, ``sources`` (N,) and ``positions`` (N, axes)."""

    channels: Ints
    values: Floats
    sources: Ints
    positions: Ints

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, which: int) -> Term: ...
    @overload
    def __getitem__(self, which: slice) -> Terms: ...
    def __getitem__(self, which: int | slice) -> Term | Terms:
        if isinstance(which, slice):
            return Terms(self.channels[which], self.values[which], self.sources[which], self.positions[which])
        at = tuple(self.positions[which].tolist())
        return Term(int(self.channels[which]), float(self.values[which]), int(self.sources[which]), at)


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """How one number came about, computed again in double precision.

    Attributes
    ----------
    op
        The operation.
    formula
        One line, with the numbers put in.
    terms
        What went in. Where ``sums``, terms and bias add up to the value; elsewhere they are the operation's inputs.
    bias
        What is added to the terms; 0.0 where nothing is.
    value
        What the explanation arrives at.
    captured
        What the network computed.
    sums
        Whether the terms and the bias add up to the value.
    patch
        The window behind the terms; None where there is none.
    facts
        (name, number) pairs that the formula speaks of: mean, variance, divisor ...
    """

    op: str
    formula: str
    terms: Terms
    bias: float
    value: float
    captured: float
    sums: bool = True
    patch: Patch | None = None
    facts: tuple[tuple[str, float], ...] = ()

    @property
    def difference(self) -> float:
        """Explained minus captured value."""
        return self.value - self.captured

    @property
    def tolerance(self) -> float:
        """The difference that rounding explains: the network computes each of many steps in float32.

        1e-5 of the sum of all |terms| and |bias|; where these do not make up the value, of |value| too.
        """
        scale = float(np.abs(self.terms.values).sum()) + abs(self.bias) + (0.0 if self.sums else abs(self.value))
        return 1e-5 * scale

    @property
    def agrees(self) -> bool:
        """Whether explained and captured value are the same but for rounding; both may be infinite, or no number."""
        same = self.value == self.captured or (self.value != self.value and self.captured != self.captured)
        return same or abs(self.difference) <= self.tolerance

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        pairs = zip(self.terms.channels.tolist(), self.terms.values.tolist(), strict=True)
        return {
            "op": self.op,
            "formula": self.formula,
            "terms": [{"channel": channel, "value": value} for channel, value in pairs],
            "bias": self.bias,
            "value": self.value,
            "captured": self.captured,
            "difference": self.difference,
        }


def axes_of(record: Record) -> tuple[int | None, list[int]]:
    """Axis of a record's output that counts channels (units), and those that count positions in them."""
    names = record.all_axes
    axes = [axis for axis, name in enumerate(names) if name != "N"]
    if not axes:
        return None, []
    channel = next((names.index(name) for name in ("C", "K") if name in names), axes[0])
    return channel, [axis for axis in axes if axis != channel]


def by_channel(record: Record, values: NDArray[_Number]) -> NDArray[_Number]:
    """Numbers in the shape of a record's output as (C, *positions), of the first picture."""
    channel, places = axes_of(record)
    order = ([] if channel is None else [channel]) + places
    rest = [axis for axis in range(values.ndim) if axis not in order]
    return np.asarray(values.transpose(*rest, *order)[(0,) * len(rest)])


def cell(record: Record, channel: int, at: tuple[int, ...] | None) -> Index:
    """Where in the output a channel and a position in it are; of several pictures the first.

    Raises
    ------
    CnnvizError
        When there is no such channel or position; the sentence says what there is.
    """
    counting, places = axes_of(record)
    index = [0] * len(record.shape)
    check_channel(record, channel)
    if counting is not None:
        index[counting] = channel
    sizes = [record.shape[axis] for axis in places]
    at = (0,) * len(places) if at is None and all(size == 1 for size in sizes) else at
    if at is None or len(at) != len(places) or not all(0 <= p < n for p, n in zip(at, sizes, strict=True)):
        words = [axis_word(record.all_axes[axis], "indices") for axis in places]
        ranges = " and ".join(f"{word} 0 to {size - 1}" for word, size in zip(words, sizes, strict=True))
        where = "no position" if at is None else "position " + ", ".join(map(str, at))
        valid = f"choose {ranges}" if places else "its channels have no positions, so give none"
        raise CnnvizError(f"{record.key} cannot be explained at {where}: {valid}.")
    for axis, place in zip(places, at, strict=True):
        index[axis] = place
    return tuple(index)


def check_channel(record: Record, channel: int) -> None:
    """Raise a `CnnvizError` when a record has no such channel; the sentence says which there are."""
    counting, _ = axes_of(record)
    n = 1 if counting is None else record.shape[counting]
    if not 0 <= channel < n and counting is not None:
        word = axis_word(record.all_axes[counting], "indices")
        raise CnnvizError(f"There is no channel {channel} in {record.key}: choose one of its {n} {word}, 0 to {n - 1}.")


def terms_at(record: Record, indices: Ints, values: Floats) -> Terms:
    """Terms that come from single cells of a source: indices (N, axes of its output), values (N,)."""
    counting, places = axes_of(record)
    channels = indices[:, counting] if counting is not None else np.zeros(len(indices), np.int64)
    return Terms(channels, values, np.full(len(values), record.index), indices[:, places])


def terms_of(source: int, channels: Ints, values: Floats) -> Terms:
    """One term for each channel of a source."""
    return Terms(channels, values, np.full(len(values), source), np.zeros((len(values), 0), np.int64))


def joined(parts: Sequence[Terms]) -> Terms:
    """Terms of several sources; positions only where all have equally many axes."""
    widths = {part.positions.shape[1] for part in parts}
    positions = [part.positions if len(widths) == 1 else part.positions[:, :0] for part in parts]
    return Terms(
        np.concatenate([part.channels for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.sources for part in parts]),
        np.concatenate(positions),
    )


def doubles(tensor: Tensor) -> Floats:
    """A tensor's numbers on the host, in double precision."""
    array: Floats = tensor.detach().to("cpu", torch.float64).numpy()
    return array


def host(tensor: Tensor) -> Maps:
    """A tensor's numbers on the host, float32. Read-only: they may be the network's own."""
    array: Maps = tensor.detach().to("cpu", torch.float32).numpy()
    array.flags.writeable = False
    return array


def at_name(record: Record, index: Index) -> str:
    """``y[4, 5, 4]``: the cell without its batch index."""
    names = record.all_axes
    return f"y[{', '.join(str(i) for i, name in zip(index, names, strict=True) if name != 'N')}]"


def sum_formula(name: str, terms: Terms, over: str, bias: float | None, value: float) -> str:
    """``y[4, 5, 4] = Σ of 6 channels (0.8678) + bias (−0.0588) = 0.809``."""
    added = "" if bias is None else f" + bias ({plain(bias)})"
    return f"{name} = Σ of {len(terms):,} {over} ({plain(float(terms.values.sum()))}){added} = {plain(value)}"


def window_of(maps: Tensor, places: tuple[Ints, ...]) -> Patch:
    """The cells of maps (N, *axes) at these places along each axis; 0 where they lie outside."""
    origins = tuple(origin(axis, size, "zeros") for axis, size in zip(places, maps.shape[1:], strict=True))
    inside = [cells >= 0 for cells in origins]
    inputs = np.zeros((len(maps), *map(len, places)))
    taken = maps
    for axis, (place, keep) in enumerate(zip(places, inside, strict=True), start=1):
        if not keep.any():
            return Patch(inputs, None, np.ones(inputs.shape[1:], np.bool_), places, origins)
        # The cells that lie inside follow each other in equal steps, forwards, so a slice finds them.
        cells = place[keep]
        step = int(cells[1] - cells[0]) if len(cells) > 1 else 1
        taken = taken[(slice(None),) * axis + (slice(int(cells[0]), int(cells[-1]) + 1, step),)]
    inputs[np.ix_(np.arange(len(maps)), *(np.flatnonzero(keep) for keep in inside))] = doubles(taken)
    known = np.zeros(inputs.shape[1:], np.bool_)
    known[np.ix_(*(np.flatnonzero(keep) for keep in inside))] = True
    return Patch(inputs, None, ~known, places, origins)


def grid(lead: Index, places: Sequence[Ints]) -> Ints:
    """Indices (N, axes) of all cells at these places along the last axes, and at ``lead`` along the first."""
    counts = tuple(map(len, places))
    cells = np.empty((*counts, len(lead) + len(places)), np.int64)
    cells[..., : len(lead)] = lead
    for axis, line in enumerate(places):
        cells[..., len(lead) + axis] = line.reshape((-1,) + (1,) * (len(places) - axis - 1))
    return cells.reshape(-1, cells.shape[-1])


def along(index: Index, axis: int, count: int) -> Ints:
    """Indices (count, axes) of all cells along one axis, at this index along the others."""
    cells = np.tile(np.array(index, np.int64), (count, 1))
    cells[:, axis] = np.arange(count)
    return cells
