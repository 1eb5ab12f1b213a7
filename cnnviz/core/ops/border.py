"""Operations that change how many rows and columns there are: padding, resizing, shuffling pixels."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from cnnviz.arithmetic import Floats
from cnnviz.core.ops.base import (
    WHOLE,
    Operation,
    Reading,
    Reads,
    Window,
    copied,
    nothing,
    operation,
    reads_input,
    same,
)
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import NETWORK, Explanation, Index, at_name, doubles, grid, terms_at, terms_of
from cnnviz.core.ops.pool import adaptive
from cnnviz.core.ops.shape import Move
from cnnviz.core.ops.sizes import sizes
from cnnviz.core.ops.text import number, plain, times


@operation("pad", arguments="input, pad, mode='constant', value=None")
class Padding(Move):
    """Cells around the border: a constant, or cells of the input mirrored, repeated or taken from the other side."""

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

    def explain(self, call: Call, index: Index) -> Explanation:
        at = [i - before for i, (before, _) in zip(index, self._ends(call), strict=True)]
        outside = [not 0 <= i < n for i, n in zip(at, call.shape(), strict=True)]
        if not any(outside) or call["mode"] != "constant":
            places = tuple(_inside(i, n, call["mode"]) for i, n in zip(at, call.shape(), strict=True))
            return copied(call, index, call["input"], places, f"{call['mode']} padding, " if any(outside) else "")
        value = float(call["value"] or 0)
        formula = f"{at_name(call.record, index)} = {plain(value)}, padding"
        return Explanation("pad", formula, nothing(), value, value, call.captured(index))

    def _ends(self, call: Call) -> list[tuple[int, int]]:
        """Cells (before, after) along each axis; torch names the last axis first."""
        pad = [int(cells) for cells in call["pad"]]
        pairs = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
        return [(0, 0)] * (len(call.shape()) - len(pairs)) + pairs


def _inside(i: int, n: int, mode: str) -> int:
    """The cell that stands in the padding at place i beside n cells."""
    if mode == "circular":
        return i % n
    if mode == "reflect" and not 0 <= i < n:
        return -i if i < 0 else 2 * (n - 1) - i
    return min(max(i, 0), n - 1)


@operation("pixel_shuffle", arguments="input, upscale_factor")
@operation("pixel_unshuffle", arguments="input, downscale_factor")
class PixelShuffle(Move):
    """Channels become rows and columns, or the other way round."""

    def title(self, call: Call) -> str:
        return f"{self.short(call)} {times(call.shape()[1:])} → {times(call.output[1:])}"

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

    def origin(self, call: Call, index: Index) -> Index | None:
        *lead, c, y, x = index
        if call.record.op == "pixel_shuffle":
            r = int(call["upscale_factor"])
            return (*lead, (c * r + y % r) * r + x % r, y // r, x // r)
        r = int(call["downscale_factor"])
        return (*lead, c // (r * r), y * r + c // r % r, x * r + c % r)


@operation("channel_shuffle", "native_channel_shuffle", arguments="input, groups")
class ChannelShuffle(Move):
    """The channels in another order: g groups of n become n groups of g."""

    def title(self, call: Call) -> str:
        return f"Channel shuffle, {call['groups']} groups"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        reads: list[Reading] = list(same(len(call.shape())))
        reads[1] = WHOLE
        return reads_input(call, reads)

    def origin(self, call: Call, index: Index) -> Index | None:
        groups = int(call["groups"])
        place, group = divmod(index[1], groups)
        return (index[0], group * (call.shape()[1] // groups) + place, *index[2:])


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
        reads += [self._window(call, axis, self._factor(call, axis)) for axis in range(2, len(call.shape()))]
        return reads_input(call, reads)

    def explain(self, call: Call, index: Index) -> Explanation:
        lead, at = index[:2], index[2:]
        weights = [self._weights(call, axis, place) for axis, place in enumerate(at, start=2)]  # each (n,)
        cells = [np.flatnonzero(line) for line in weights]
        share = np.ones((1,) * len(at))
        for axis, (line, used) in enumerate(zip(weights, cells, strict=True)):
            share = share * line[used].reshape((-1,) + (1,) * (len(at) - axis - 1))
        values = (doubles(call.tensor()[lead][np.ix_(*cells)]) * share).reshape(-1)
        places = grid(lead, cells)
        parent, value = call.parent(), float(values.sum())
        terms = terms_at(parent, places, values) if parent else terms_of(NETWORK, places[:, 1], values)
        formula = f"{at_name(call.record, index)} = Σ of {len(values)} weighted cells = {plain(value)}, {call['mode']}"
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index))

    def _weights(self, call: Call, axis: int, place: int) -> Floats:
        """(n,) what each cell along one axis of the input counts: torch's own response to a 1 in each of them."""
        n, m, mode = call.shape()[axis], call.output[axis], str(call["mode"])
        factor = self._factor(call, axis)
        size: dict[str, Any] = {"size": (m, n)} if factor is None else {"scale_factor": (factor, 1.0)}
        if mode in ("linear", "bilinear", "trilinear", "bicubic"):
            mode = "bicubic" if mode == "bicubic" else "bilinear"
            size |= {"align_corners": bool(call["align_corners"]), "antialias": bool(call["antialias"])}
        if factor is not None and call["recompute_scale_factor"]:
            size["recompute_scale_factor"] = True
        # One column for each cell: a 1 there and zeros elsewhere, resized along the rows alone.
        return doubles(F.interpolate(torch.eye(n, dtype=torch.float64)[None, None], mode=mode, **size)[0, 0, place])

    def _factor(self, call: Call, axis: int) -> float | None:
        scale = call["scale_factor"]
        if isinstance(scale, (list, tuple)):
            return float(scale[(axis - 2) % len(scale)])
        return None if scale is None else float(scale)

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
