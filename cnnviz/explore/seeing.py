"""What the cells of a record see: the maps before it, the picture, and where they are after flattening."""

from __future__ import annotations

import numpy as np

from cnnviz.core import geometry, ops
from cnnviz.core.flattening import flattening
from cnnviz.core.ops import Reads
from cnnviz.core.retouch import visible
from cnnviz.core.trace import Record, Trace
from cnnviz.response import Flattened, Reach, Seen


def seen(traced: Trace) -> Seen | None:
    """The picture as the network gets it, before its numbers are scaled and normalised."""
    if (prepared := traced.prepared) is None:
        return None
    box = visible(prepared.picture.size, prepared.preprocessing)
    return Seen(prepared.steps[-3].pixels.astype(np.uint8, copy=False), box)


def reaches(traced: Trace, record: Record | None) -> tuple[Reach, ...]:
    """What a cell of a record of maps reads of the maps before it, and of the picture."""
    if record is None or record.axes != ("C", "H", "W"):
        return ()
    found = []
    for source, reads in zip(record.sources, ops.window(traced, record), strict=True):
        before = traced.tensor(source) if source < 0 else None
        shape = tuple(before.shape[1:]) if before is not None else traced.records[source].output_shape
        axes = ("C", "H", "W") if source < 0 else traced.records[source].axes
        if axes == ("C", "H", "W") and all(read is not None for read in reads[-3:]):
            found.append(_reach(source + 1, shape, reads[-3:]))
    field = geometry.receptive_field(traced, record)
    if 0 not in (reach.step for reach in found) and len(field.size) == 2:
        picture = traced.input.shape[-2], traced.input.shape[-1]
        first = (float(field.offset[0]), float(field.offset[1]))
        last = (first[0] + field.size[0] - 1, first[1] + field.size[1] - 1)
        found.append(Reach(0, picture, (float(field.stride[0]), float(field.stride[1])), first, last))
    return tuple(found)


def _reach(step: int, shape: tuple[int, ...], reads: Reads) -> Reach:
    """From the windows along channels, rows and columns of one source."""
    sizes = shape[-2], shape[-1]
    ends = [
        (0.0, 0.0, size - 1.0)
        if read is None or read.axis is None
        else (float(read.stride), float(read.first), float(read.last))
        for read, size in zip(reads[1:], sizes, strict=True)
    ]
    stride, first, last = ((down, across) for down, across in zip(*ends, strict=True))
    channels = reads[0]
    same = channels is not None and channels.axis is not None and channels.first == channels.last == 0
    return Reach(step, sizes, stride, first, last, same and channels is not None and channels.stride == 1)


def flattened(traced: Trace, record: Record | None) -> Flattened | None:
    """Where the cells of maps are after flattening."""
    if record is None or record.axes != ("C", "H", "W"):
        return None
    found = flattening(traced, record)
    return None if found is None else Flattened(found.vector.index + 1, found.elements)
