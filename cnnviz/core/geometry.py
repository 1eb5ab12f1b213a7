"""Receptive fields: which pixels of the picture a position of a record can see, through the executed graph.

Followed from the picture to the last record in one sweep. For each axis of the picture, output position p sees the
pixels ``p · stride + first`` to ``p · stride + last``. A window that moves by s and reads ``a`` to ``b`` makes of that
``first + a · stride``, ``last + b · stride`` and a stride s times as large; where branches meet, the union is taken.
The same numbers as in Araujo, Norris, Sim: Computing receptive fields of convolutional neural networks, Distill 2019
(their effective padding is minus our offset).
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

from cnnviz.core import ops
from cnnviz.core.ops import Reads, Window
from cnnviz.core.ops.base import Rational, operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.shape import Reshape

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace

Status = Literal["exact", "upper bound", "in a row", "whole image", "unknown"]

_EXPLANATIONS: dict[Status, str] = {
    "exact": "Output (y, x) sees from pixel (y, x)·stride + offset on, size pixels far, maybe beyond the border.",
    "upper bound": "Positions see fields of different sizes; none sees more than this.",
    "in a row": "Each number sees so many pixels, as it did before it was put in a row; all together see everything.",
    "whole image": "Every position can depend on every pixel.",
    "unknown": "An operation before this one mixes positions in a way that is not followed, such as attention.",
}


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Which pixels a position of a record can see, along each axis of the picture: (rows, columns).

    Attributes
    ----------
    size
        Pixels, as if the picture had no border; the whole picture for ``"whole image"``; empty for ``"unknown"``.
    stride
        Pixels between the fields of two neighbouring positions; 0 for ``"in a row"`` and ``"whole image"``.
    offset
        First pixel of the field of position 0: negative where it begins in the padding.
    status
        ``"exact"``: with some weights the first and the last pixel of the field matter, for positions whose field lies
        inside the picture. ``"upper bound"``: no position sees more. ``"in a row"``: after a flattening, where
        positions are none of the picture any more, but each number still sees what it saw in its map. ``"whole
        image"``: behind a dense layer or a global pooling. ``"unknown"``: not followed.
    """

    size: tuple[int, ...]
    stride: tuple[int | float, ...]
    offset: tuple[int, ...]
    status: Status

    @property
    def text(self) -> str:
        """``14 × 14, stride 2``."""
        if self.status in ("whole image", "unknown"):
            return self.status
        if not any(self.size):
            return "none: made from the network's own numbers"
        if self.status == "in a row":
            return f"{' × '.join(map(str, self.size))} each"
        strides = [f"{stride:.4g}" for stride in self.stride]
        size, stride = " × ".join(map(str, self.size)), strides[0] if len(set(strides)) == 1 else " × ".join(strides)
        return f"{'at most ' if self.status == 'upper bound' else ''}{size}, stride {stride}"

    @property
    def explanation(self) -> str:
        """What the status means, in a sentence."""
        return _EXPLANATIONS[self.status]

    def box(self, position: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """First and last pixel along each axis that the output at ``position`` sees, as if the picture had no border.

        ``position`` counts along the record's own rows and columns.
        """
        places = zip(position, self.stride, self.offset, strict=True)
        starts = [floor(p * stride + 1e-9) + offset for p, stride, offset in places]
        return tuple((start, start + size - 1) for start, size in zip(starts, self.size, strict=True))


@dataclass(frozen=True, slots=True)
class _Span:
    """What positions along one axis of a record see along one axis of the picture."""

    axis: int
    stride: Rational
    first: Rational
    last: Rational
    exact: bool = True


_View = _Span | Literal["nothing", "everything", "unknown"]
_Views = tuple[_View, ...]
"""One for each axis of the picture."""

_FIELDS: weakref.WeakKeyDictionary[Trace, list[_Views]] = weakref.WeakKeyDictionary()


def receptive_field(trace: Trace, record: Record) -> ReceptiveField:
    """Which pixels a position of a record can see.

    The fields of all records are computed at the first question about a trace, and kept with it.
    """
    picture = tuple(trace.input.shape[2:])
    if trace not in _FIELDS:
        _FIELDS[trace] = _sweep(trace)
    views = _FIELDS[trace][record.index]
    if "unknown" in views:
        return ReceptiveField((), (), (), "unknown")
    if "everything" in views and all(view in ("everything", "nothing") for view in views):
        if (maps := _before_the_row(record)) is not None:
            seen = receptive_field(trace, maps)
            if seen.status in ("exact", "upper bound"):
                return ReceptiveField(seen.size, (0,) * len(picture), (0,) * len(picture), "in a row")
        return ReceptiveField(picture, (0,) * len(picture), (0,) * len(picture), "whole image")
    size: list[int] = []
    stride: list[int | float] = []
    offset: list[int] = []
    exact = True
    for view, pixels in zip(views, picture, strict=True):
        if isinstance(view, _Span):
            # Pixels are whole; where the stride is not, the field begins at most this much later than its floor.
            later = 1 - Fraction(1, view.stride.denominator)
            offset.append(ceil(view.first))
            size.append(floor(view.last + later) - offset[-1] + 1)
            stride.append(int(view.stride) if view.stride.denominator == 1 else float(view.stride))
            exact = exact and view.exact
        else:  # the whole of one axis beside a window along the other
            offset.append(0)
            size.append(pixels if view == "everything" else 0)
            stride.append(0)
    return ReceptiveField(tuple(size), tuple(stride), tuple(offset), "exact" if exact else "upper bound")


def _before_the_row(record: Record) -> Record | None:
    """The record whose numbers these are, one by one, in another shape; None where they are others."""
    found = None
    while len(record.parents) == 1 and record.parents[0].index != -1:
        operation = operation_of(record.op)
        (reads,) = operation.reads(Call(record))
        alone = [Window(axis) for axis in range(len(reads))]
        if isinstance(operation, Reshape):
            found = record.parents[0]
        elif list(reads) != alone:
            break
        record = record.parents[0]
    return found


def take_over(trace: Trace, earlier: Trace) -> None:
    """Use for a trace the fields of an earlier one in which the same operations ran, where those are known."""
    if earlier in _FIELDS:
        _FIELDS[trace] = _FIELDS[earlier]


def _sweep(trace: Trace) -> list[_Views]:
    """What every record sees, each from what its sources see."""
    count = trace.input.ndim - 2
    origin: _Views = tuple(_Span(axis + 2, 1, 0, 0) for axis in range(count))
    views: list[_Views] = []
    for record in trace.records:
        through: list[_Views] = []
        for parent, reads in zip(record.parents, ops.window(trace, record), strict=True):
            seen = origin if parent.index == -1 else views[parent.index]
            through.append(tuple(_through(view, reads) for view in seen))
        views.append(tuple(_union([v[axis] for v in through], record.shape) for axis in range(count)))
    return views


def _through(view: _View, reads: Reads) -> _View:
    """What an operation that reads its source like this sees of the picture."""
    if not isinstance(view, _Span):
        return view
    window: Window | None = reads[view.axis]
    if window is None:
        return "unknown"
    if window.axis is None:
        return "everything"
    return _Span(
        window.axis,
        view.stride * window.stride,
        view.first + view.stride * window.first,
        view.last + view.stride * window.last,
        view.exact and window.exact,
    )


def _union(views: Iterable[_View], shape: tuple[int, ...]) -> _View:
    """What a position sees that reads all of these."""
    kinds = set(views)
    if "everything" in kinds:
        return "everything"
    if "unknown" in kinds:
        return "unknown"
    spans = [view for view in kinds if isinstance(view, _Span)]
    if not spans:
        return "nothing"
    axis = spans[0].axis
    if any(span.axis != axis for span in spans):
        return "unknown"
    # Branches of different strides run apart: at both ends of the axis the field still has to hold all of them.
    stride = max(span.stride for span in spans)
    ends = (0, shape[axis] - 1)
    return _Span(
        axis,
        stride,
        min(span.first + (span.stride - stride) * p for span in spans for p in ends),
        max(span.last + (span.stride - stride) * p for span in spans for p in ends),
        all(span.exact and span.stride == stride for span in spans),
    )
