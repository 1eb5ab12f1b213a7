"""Operations that take a part of a tensor: splitting, indexing."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import torch

from cnnviz.core.ops.base import (
    WHOLE,
    Reading,
    Reads,
    Window,
    operation,
    reads_input,
    same,
)
from cnnviz.core.ops.call import Call, Shape
from cnnviz.core.ops.explanation import Index
from cnnviz.core.ops.shape import Move
from cnnviz.core.ops.text import number, times
from cnnviz.core.record import Source, exchange


@operation("chunk", arguments="input, chunks, dim=0")
@operation("split", "tensor_split", "split_with_sizes", arguments="input, split_size_or_sections, dim=0")
class Split(Move):
    """One tensor becomes several; this is one of the parts."""

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

    def origin(self, call: Call, index: Index) -> Index | None:
        axis = int(call["dim"]) % len(index)
        return (*index[:axis], index[axis] + self._start(call), *index[axis + 1 :])

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
class Select(Move):
    """One position along an axis, which goes away."""

    def title(self, call: Call) -> str:
        index = call.record.part if call.record.op == "unbind" else call["index"]
        return f"{self.short(call)} {number(index)} of {times(call.shape()[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        gone = int(call["dim"]) % len(call.shape())
        reads = [WHOLE if a == gone else Window(a - (a > gone)) for a in range(len(call.shape()))]
        return reads_input(call, reads)

    def origin(self, call: Call, index: Index) -> Index | None:
        gone = int(call["dim"]) % len(call.shape())
        picked = call.record.part if call.record.op == "unbind" else int(call["index"]) % call.shape()[gone]
        return (*index[:gone], picked, *index[gone:])


@operation("getitem", arguments="input, index")
@operation("narrow", arguments="input, dim, start, length")
class Indexing(Move):
    """A part of the tensor, by its indices."""

    def short(self, call: Call) -> str:
        return "Part"

    def title(self, call: Call) -> str:
        return f"Part of {times(call.shape()[1:])}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return reads_input(call, indexed(call.shape(), self._parts(call)))

    def origin(self, call: Call, index: Index) -> Index | None:
        reads, parts = indexed(call.shape(), self._parts(call)), iter(_picked(self._parts(call)))
        at = []
        for read, n in zip(reads, call.shape(), strict=True):
            if read is None:  # an index is itself a tensor: numbers in the place of the values show where they go
                return moved_from(call, index)
            at.append(next(parts) % n if read.axis is None else int(index[read.axis] * read.stride + read.first))
        return tuple(at)

    def _parts(self, call: Call) -> Any:
        """The index as Python was given it."""
        if call.record.op != "narrow":
            return call["index"]
        parts = [slice(None)] * len(call.shape())
        parts[int(call["dim"])] = slice(int(call["start"]), int(call["start"]) + int(call["length"]))
        return parts


@operation("index_select", "gather", "take_along_dim", "unfold", "diagonal", "rot90", "swapaxes")
class Picking(Move):
    """Values picked by place, in ways that are not followed along axes."""

    def origin(self, call: Call, index: Index) -> Index | None:
        return moved_from(call, index)


def moved_from(call: Call, index: Index) -> Index | None:
    """The cell of the input that became this cell of an operation that only moves: the cells' numbers are moved."""
    record = call.record
    if record.function is None:
        return None
    numbers = torch.arange(prod(call.shape()), dtype=torch.float64).view(call.shape())
    given: Any = record.args[0]
    moved = [numbers, *exchange(record.args[1:], call.value)]
    if not isinstance(given, (Source, torch.Tensor)):
        return None
    found = record.function(*moved, **exchange(record.kwargs, call.value))
    found = found[record.part] if isinstance(found, (tuple, list)) else found
    return tuple(int(i) for i in np.unravel_index(int(found[index]), call.shape()))


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


def _picked(index: Any) -> list[int]:
    """The single positions among the parts of an index, in the order of their axes."""
    parts = index if type(index) in (tuple, list) else [index]
    return [part for part in parts if isinstance(part, int)]
