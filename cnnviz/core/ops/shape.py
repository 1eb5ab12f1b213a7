"""Operations that move values around or hand them on, and compute nothing."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import ClassVar

import numpy as np

from cnnviz.core.ops.base import (
    WHOLE,
    Operation,
    Reading,
    Reads,
    Window,
    copied,
    operation,
    pointwise,
    reads_input,
)
from cnnviz.core.ops.call import Call, Shape
from cnnviz.core.ops.explanation import Explanation, Index
from cnnviz.core.ops.text import number, product, times


class Move(Operation):
    """Values that go to another place and stay what they are."""

    family = "shape"
    note: ClassVar[str] = ""
    """What is to be said of a value that is the same elsewhere."""

    def explain(self, call: Call, index: Index) -> Explanation:
        at = self.origin(call, index)
        return super().explain(call, index) if at is None else copied(call, index, call["input"], at, self.note)

    def origin(self, call: Call, index: Index) -> Index | None:
        """The cell of the input that has become this cell of the output; None when it is not known."""
        return None


class Reshape(Move):
    """The same values in the same order, in another shape."""

    def origin(self, call: Call, index: Index) -> Index | None:
        flat = np.ravel_multi_index(index, call.output) if call.output else 0
        return tuple(int(i) for i in np.unravel_index(flat, call.shape()))

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape()[1:])} → {times(call.output[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return reads_input(call, reshaped(call.shape(), call.output))


@operation("view", "reshape", "unflatten", "view_as", "reshape_as", "squeeze", "unsqueeze", "to", "contiguous", "clone")
class Rearrangement(Reshape):
    """Whatever keeps the order of the values."""


@operation("flatten", "ravel", arguments="input, start_dim=0, end_dim=-1")
class Flatten(Reshape):
    """Several axes become one, the last one runs fastest."""

    def size_formula(self, call: Call) -> Iterator[str]:
        rank = len(call.shape())
        first, last = int(call["start_dim"]) % rank, int(call["end_dim"]) % rank
        merged = [n for axis, n in enumerate(call.shape()) if first <= axis <= last]
        if merged:
            yield f"{product(merged)} = {prod(merged):,}" if len(merged) > 1 else f"{merged[0]:,}, as before"


def reshaped(before: Shape, after: Shape) -> list[Reading]:
    """Which axis of the result each axis has become; one that became part of a single vector is read as a whole.

    In row-major order an axis stays itself when it has the same size, and the axes before it the same product.
    """
    starts = {(prod(after[:axis]), n): axis for axis, n in enumerate(after) if n > 1}
    vector = len(after) == 1 or (len(after) == 2 and after[0] == before[0])
    reads: list[Reading] = []
    for axis, n in enumerate(before):
        found = starts.get((prod(before[:axis]), n))
        if n == 1:  # stays where it was as far as one can tell, and has but one position
            same_place = axis < len(after) and after[axis] == 1
            reads.append(Window(axis) if same_place else WHOLE)
        elif found is not None:
            reads.append(Window(found))
        else:
            reads.append(WHOLE if vector else None)
    return reads


@operation("permute", arguments="input, *dims")
@operation("transpose", arguments="input, dim0, dim1")
@operation("t", "adjoint")
@operation("movedim", arguments="input, source, destination")
class Permutation(Move):
    """The same values with their axes in another order."""

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape()[1:])} → {times(call.output[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        order = self._order(call)
        places = {axis: place for place, axis in enumerate(order)}
        return reads_input(call, [Window(places[axis]) for axis in range(len(order))])

    def origin(self, call: Call, index: Index) -> Index | None:
        places = {axis: place for place, axis in enumerate(self._order(call))}
        return tuple(index[places[axis]] for axis in range(len(index)))

    def _order(self, call: Call) -> list[int]:
        """For each axis of the output the input's axis that it was."""
        rank = len(call.shape())
        order = list(range(rank))
        op = call.record.op
        if op == "permute":
            return [int(axis) % rank for axis in call["dims"]]
        if op == "movedim":
            source, target = call.axes_of("source", rank), call.axes_of("destination", rank)
            rest = iter(axis for axis in order if axis not in source)
            moved = dict(zip(target, source, strict=True))
            return [moved[place] if place in moved else next(rest) for place in order]
        a, b = (int(call["dim0"]), int(call["dim1"])) if op == "transpose" else (-2, -1)
        if rank > 1:
            order[a], order[b] = order[b], order[a]
        return order


@operation(
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "alpha_dropout",
    "feature_dropout",
    "feature_alpha_dropout",
    arguments="input, p=0.5, training=True, inplace=False",
)
class Dropout(Move):
    """Switches a share of the values off in training; a trained network at work hands all of them on."""

    note = "handed on, dropout works in training only: "

    def short(self, call: Call) -> str:
        return "Dropout"

    def title(self, call: Call) -> str:
        p = number(float(call["p"]))
        return f"Dropout {p}" if call["training"] else f"Dropout {p}: hands its input on, outside training"

    def origin(self, call: Call, index: Index) -> Index | None:
        return None if call["training"] else index

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield "Share switched off in training", number(float(call["p"]))

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


@operation("expand", "expand_as", "repeat", "tile", "repeat_interleave", arguments="input, *sizes")
class Expansion(Move):
    """Values repeated along axes."""

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape())} → {times(call.output)}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        if call.record.op.startswith("expand"):
            return pointwise(call)
        shift = len(call.output) - len(call.shape())
        reads = [Window(a + shift) if n == call.output[a + shift] else None for a, n in enumerate(call.shape())]
        return reads_input(call, reads)

    def origin(self, call: Call, index: Index) -> Index | None:
        if call.record.op == "repeat_interleave":
            return None
        shape = call.shape()
        return tuple(i % n for i, n in zip(index[len(index) - len(shape) :], shape, strict=True))


@operation("roll", arguments="input, shifts, dims=None")
@operation("flip", arguments="input, *dims")
class Shift(Move):
    """Positions shifted around, or in the opposite order."""

    def reads(self, call: Call) -> tuple[Reads, ...]:
        moved = call.axes_of("dims", len(call.shape()))
        return reads_input(call, [None if axis in moved else Window(axis) for axis in range(len(call.shape()))])

    def origin(self, call: Call, index: Index) -> Index | None:
        shape, moved = call.shape(), call.axes_of("dims", len(index))
        if call.record.op == "flip":
            return tuple(
                n - 1 - i if axis in moved else i for axis, (i, n) in enumerate(zip(index, shape, strict=True))
            )
        if call["dims"] is None:  # rolled as one line
            flat = (np.ravel_multi_index(index, shape) - int(call.pair("shifts", 1)[0])) % prod(shape)
            return tuple(int(i) for i in np.unravel_index(flat, shape))
        shifts = dict(zip(moved, call.pair("shifts", len(moved)), strict=True))
        return tuple((i - shifts.get(axis, 0)) % n for axis, (i, n) in enumerate(zip(index, shape, strict=True)))
