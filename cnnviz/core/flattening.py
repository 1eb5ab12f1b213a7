"""Which cell of which map became which element of a flattened vector, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import axes_of, by_channel, cell
from cnnviz.core.ops.shape import Dropout, Expansion, Move
from cnnviz.core.replay import replay
from cnnviz.slides import Ints

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Flattening:
    """Maps that became a vector.

    Attributes
    ----------
    maps, vector
        The records before and after; ``maps`` has index −1 for the picture.
    elements
        (C, *positions) the element of the vector that each cell has become; −1 where it was left out.
    """

    maps: Record
    vector: Record
    elements: Ints

    def cell(self, element: int) -> tuple[int, tuple[int, ...]]:
        """Channel and position of the cell that became this element."""
        found = np.argwhere(self.elements == element)
        if not len(found):
            last = int(self.elements.max())
            raise CnnvizError(f"{self.vector.key} has no element {element} from the maps: choose one of 0 to {last}.")
        channel, *at = found[0].tolist()
        return channel, tuple(at)


def flattening(trace: Trace, record: Record) -> Flattening | None:
    """The flattening that a record is part of: as the maps, the vector, a step between them, or the dense layer behind.

    None where maps and vector are not but rearranged copies of each other.
    """
    vector = _last(trace, record)
    if vector is None:
        return None
    first = record if _positions(record) else vector
    while not _positions(first):
        if not _moves(first):
            return None
        first = first.parents[0]
    # Numbers in the place of the values, to see where they go: doubles hold whole numbers exactly.
    numbers = torch.arange(first.shape.numel(), dtype=torch.float64).view(first.shape)
    moved = replay(trace, first.index, numbers, vector).detach().numpy()
    moved = moved[0] if "N" in vector.all_axes else moved
    elements = np.full(numbers.numel(), -1, np.int64)
    elements[moved.astype(np.int64)] = np.arange(len(moved))
    return Flattening(first, vector, by_channel(first, elements.reshape(first.shape)))


def flattened_from(trace: Trace, record: Record, element: int) -> tuple[Record, int, tuple[int, ...]]:
    """Which cell became an element of a flattened vector: its record, channel and position there.

    Parameters
    ----------
    record
        The vector, or the dense layer that reads it.

    Raises
    ------
    CnnvizError
        When the record is no flattened map, or has no such element.
    """
    found = flattening(trace, record)
    if found is None:
        raise CnnvizError(f"{record.key} is no flattened map: choose a flattening or the dense layer behind one.")
    channel, at = found.cell(element)
    return found.maps, channel, at


def flattened_to(trace: Trace, record: Record, channel: int, at: tuple[int, ...]) -> tuple[Record, int] | None:
    """Which element of which vector a cell of a map becomes; None where the map is not flattened as it is."""
    cell(record, channel, at)
    found = flattening(trace, record) if _positions(record) else None
    element = -1 if found is None else int(found.elements[(channel, *at)])
    return None if found is None or element < 0 else (found.vector, element)


def _last(trace: Trace, record: Record) -> Record | None:
    """The vector at the end of the rearrangements that a record is part of."""
    if record.op == "linear" and _positions(record) == 0:
        record = record.parents[0]
    while _positions(record):
        after = (r for r in trace.records[record.index + 1 :] if record.index in r.sources and _moves(r))
        found = next(after, None)
        if found is None:
            return None
        record = found
    return record


def _moves(record: Record) -> bool:
    """Whether a record hands each value of its one source on once, to another place."""
    kind = operation_of(record.op)
    if not isinstance(kind, Move) or isinstance(kind, Expansion) or len(record.parents) != 1:
        return False
    training = isinstance(kind, Dropout) and Call(record)["training"]
    return not training and record.op != "pad" and record.function is not None


def _positions(record: Record) -> int:
    """How many axes of positions a record has: 2 for maps, 0 for a vector."""
    return len(axes_of(record)[1])
