"""Operations that move values around or hand them on, and compute nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any

from cnnviz.core.ops.base import (
    WHOLE,
    Call,
    Operation,
    Reading,
    Reads,
    Shape,
    Window,
    operation,
    pointwise,
    reads_input,
    same,
)
from cnnviz.core.ops.pool import adaptive
from cnnviz.core.ops.sizes import sizes
from cnnviz.core.ops.text import number, product, times


class Reshape(Operation):
    """The same values in the same order, in another shape."""

    family = "shape"

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
class Permutation(Operation):
    """The same values with their axes in another order."""

    family = "shape"

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape()[1:])} → {times(call.output[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        order = self._order(call)
        places = {axis: place for place, axis in enumerate(order)}
        return reads_input(call, [Window(places[axis]) for axis in range(len(order))])

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
class Dropout(Operation):
    """Switches a share of the values off in training; a trained network at work hands all of them on."""

    family = "shape"

    def short(self, call: Call) -> str:
        return "Dropout"

    def title(self, call: Call) -> str:
        p = number(float(call["p"]))
        return f"Dropout {p}" if call["training"] else f"Dropout {p}: hands its input on, outside training"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield "Share switched off in training", number(float(call["p"]))

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


@operation("masked_fill", "fill", "zero", "setitem", "fill_diagonal", "where", arguments="input, *rest")
class Overwritten(Operation):
    """Some values are replaced by others."""

    family = "shape"

    def title(self, call: Call) -> str:
        return {"setitem": "Assign to a part", "masked_fill": "Fill where a mask says so"}.get(
            call.record.op, self.short(call)
        )


@operation("chunk", arguments="input, chunks, dim=0")
@operation("split", "tensor_split", "split_with_sizes", arguments="input, split_size_or_sections, dim=0")
class Split(Operation):
    """One tensor becomes several; this is one of the parts."""

    family = "shape"

    def title(self, call: Call) -> str:
        return f"Part {call.record.part} of a {call.record.op} of {times(call.shape()[1:])}"

    def size_formula(self, call: Call) -> Iterator[str]:
        axis = int(call["dim"]) % len(call.shape())
        yield f"{call.output[axis]:,} of {call.shape()[axis]:,}, from {self._start(call):,} on"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        axis = int(call["dim"]) % len(call.shape())
        start = self._start(call)
        reads: list[Reading] = list(same(len(call.shape())))
        reads[axis] = Window(axis, 1, start, start)
        return reads_input(call, reads)

    def _start(self, call: Call) -> int:
        """Where this part begins."""
        axis, part = int(call["dim"]) % len(call.shape()), call.record.part
        n = call.shape()[axis]
        if call.record.op == "chunk":
            return part * -(-n // int(call["chunks"]))
        sections = call["split_size_or_sections"]
        if call.record.op == "tensor_split":
            if isinstance(sections, int):
                return part * (n // sections) + min(part, n % sections)
            return int(sections[part - 1]) if part else 0
        return part * int(sections) if isinstance(sections, int) else sum(sections[:part])


@operation("unbind", arguments="input, dim=0")
@operation("select", arguments="input, dim, index")
class Select(Operation):
    """One position along an axis, which goes away."""

    family = "shape"

    def title(self, call: Call) -> str:
        index = call.record.part if call.record.op == "unbind" else call["index"]
        return f"{self.short(call)} {number(index)} of {times(call.shape()[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        gone = int(call["dim"]) % len(call.shape())
        reads = [WHOLE if a == gone else Window(a - (a > gone)) for a in range(len(call.shape()))]
        return reads_input(call, reads)


@operation("getitem", arguments="input, index")
@operation("narrow", arguments="input, dim, start, length")
class Indexing(Operation):
    """A part of the tensor, by its indices."""

    family = "shape"

    def short(self, call: Call) -> str:
        return "Part"

    def title(self, call: Call) -> str:
        return f"Part of {times(call.shape()[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        if call.record.op == "narrow":
            index: Any = [slice(None)] * len(call.shape())
            index[int(call["dim"])] = slice(int(call["start"]), int(call["start"]) + int(call["length"]))
        else:
            index = call["index"]
        return reads_input(call, indexed(call.shape(), index))


def indexed(shape: Shape, index: Any) -> list[Reading]:
    """Which axis of ``x[index]`` each axis of ``x`` has become; not known where an index is itself a tensor."""
    parts = list(index) if type(index) in (tuple, list) else [index]
    taking = [part for part in parts if part is not None and part is not Ellipsis]
    if not all(isinstance(part, (int, slice)) and not isinstance(part, bool) for part in taking):
        return [None] * len(shape)
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    at = parts.index(Ellipsis)
    parts[at : at + 1] = [slice(None)] * (len(shape) - len(taking))
    reads: list[Reading] = []
    place = 0
    for part in parts:
        if part is None:
            place += 1
        elif isinstance(part, int):
            reads.append(WHOLE)
        else:
            start, _, step = part.indices(shape[len(reads)])
            reads.append(Window(place, step, start, start))
            place += 1
    return reads


@operation("pad", arguments="input, pad, mode='constant', value=None")
class Padding(Operation):
    """Cells around the border: a constant, or cells of the input mirrored, repeated or taken from the other side."""

    family = "shape"

    def short(self, call: Call) -> str:
        return "Pad"

    def title(self, call: Call) -> str:
        value = f" with {number(call['value'] or 0)}" if call["mode"] == "constant" else ""
        return f"Pad, {call['mode']}{value}"

    def size_formula(self, call: Call) -> Iterator[str]:
        ends = self._ends(call)
        count = len(call["pad"]) // 2
        axes = range(len(call.shape()) - count, len(call.shape()))
        lines = [f"{ends[a][0]} + {call.shape()[a]} + {ends[a][1]} = {call.output[a]}" for a in axes]
        yield from sizes(lines)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        # Mirrored cells lie within what is read anyway at the border; circular ones lie at the other side of the input.
        exact = call["mode"] != "circular"
        reads = [
            Window(axis, 1, -before, -before, exact=exact or not (before or after))
            for axis, (before, after) in enumerate(self._ends(call))
        ]
        return reads_input(call, reads)

    def _ends(self, call: Call) -> list[tuple[int, int]]:
        """Cells (before, after) along each axis; torch names the last axis first."""
        pad = [int(cells) for cells in call["pad"]]
        pairs = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
        return [(0, 0)] * (len(call.shape()) - len(pairs)) + pairs


@operation("pixel_shuffle", arguments="input, upscale_factor")
@operation("pixel_unshuffle", arguments="input, downscale_factor")
class PixelShuffle(Operation):
    """Channels become rows and columns, or the other way round."""

    family = "shape"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        rank = len(call.shape())
        reads: list[Reading] = [*same(rank - 3), WHOLE]
        for axis in (rank - 2, rank - 1):
            if call.record.op == "pixel_shuffle":  # output p reads ⌊p/r⌋
                r = int(call["upscale_factor"])
                reads.append(Window(axis, Fraction(1, r), Fraction(1 - r, r), 0, exact=r == 1))
            else:  # output p reads one of p·r … p·r + r − 1, which one depends on the channel
                r = int(call["downscale_factor"])
                reads.append(Window(axis, r, 0, r - 1, exact=r == 1))
        return reads_input(call, reads)


@operation("channel_shuffle", "native_channel_shuffle", arguments="input, groups")
class ChannelShuffle(Operation):
    """The channels in another order: g groups of n become n groups of g."""

    family = "shape"

    def title(self, call: Call) -> str:
        return f"Channel shuffle, {call['groups']} groups"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        reads: list[Reading] = list(same(len(call.shape())))
        reads[1] = WHOLE
        return reads_input(call, reads)


@operation(
    "interpolate", "upsample", arguments="input, size=None, scale_factor=None, mode='nearest', align_corners=None"
)
class Resize(Operation):
    """Rows and columns resized by interpolation."""

    family = "shape"

    def short(self, call: Call) -> str:
        return "Resize"

    def title(self, call: Call) -> str:
        return f"Resize {times(call.shape()[2:])} → {times(call.output[2:])}, {call['mode']}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield "Interpolation", call["mode"]
        if call.has("align_corners"):
            yield "Corners aligned", number(call["align_corners"])

    def reads(self, call: Call) -> tuple[Reads, ...]:
        reads: list[Reading] = list(same(2))
        scale = call["scale_factor"] or (None,)
        for axis in range(2, len(call.shape())):
            factor = scale[(axis - 2) % len(scale)] if isinstance(scale, (list, tuple)) else scale
            reads.append(self._window(call, axis, factor))
        return reads_input(call, reads)

    def _window(self, call: Call, axis: int, factor: float | None) -> Window:
        n, m, mode = call.shape()[axis], call.output[axis], str(call["mode"])
        if mode == "area":
            return adaptive(n, m, axis)
        ratio = Fraction(n, m)
        if factor is not None and not call["recompute_scale_factor"]:
            ratio = 1 / Fraction(factor).limit_denominator(1000)  # torch trusts the factor, not the sizes
        # Output p lies at p·ratio + centre of the input, and reads so many cells at either side.
        centre, sides = (ratio - 1) / 2, _SIDES[mode]
        if call["align_corners"]:
            ratio, centre = Fraction(n - 1, max(1, m - 1)), Fraction(0)
        elif mode == "nearest":
            centre = Fraction(-1, 2)
        if call["antialias"] and ratio > 1:
            sides = sides * ratio + 1
        return Window(axis, ratio, centre - sides, centre + sides, exact=n == m)


# Cells at either side of the centre that an interpolation reads.
_SIDES: dict[str, Fraction] = {
    "nearest": Fraction(1, 2),
    "nearest-exact": Fraction(1, 2),
    **dict.fromkeys(("linear", "bilinear", "trilinear"), Fraction(1)),
    "bicubic": Fraction(2),
}


@operation("expand", "expand_as", "repeat", "tile", "repeat_interleave", arguments="input, *sizes")
class Expansion(Operation):
    """Values repeated along axes."""

    family = "shape"

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape())} → {times(call.output)}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        if call.record.op.startswith("expand"):
            return pointwise(call)
        shift = len(call.output) - len(call.shape())
        reads = [Window(a + shift) if n == call.output[a + shift] else None for a, n in enumerate(call.shape())]
        return reads_input(call, reads)


@operation("roll", arguments="input, shifts, dims=None")
@operation("flip", arguments="input, *dims")
class Shift(Operation):
    """Positions shifted around, or in the opposite order."""

    family = "shape"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        moved = call.axes_of("dims", len(call.shape()))
        return reads_input(call, [None if axis in moved else Window(axis) for axis in range(len(call.shape()))])
