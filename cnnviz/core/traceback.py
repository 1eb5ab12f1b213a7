"""From a number back to where it came from: step by step to the pixels, or at once by its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.arithmetic import Floats
from cnnviz.core import ops
from cnnviz.core.geometry import receptive_field
from cnnviz.core.ops import NETWORK, Explanation
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.conv import Convolution
from cnnviz.core.ops.explanation import cell, host
from cnnviz.core.ops.norm import BatchNorm, LocalResponseNorm, Norm
from cnnviz.core.replay import replay
from cnnviz.slides import Ints

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace

Box = tuple[tuple[int, int], ...]
"""First and last position along each axis, both inclusive."""


class Contributor(NamedTuple):
    """A number that another one is made of.

    Attributes
    ----------
    source, channel, at
        Where it is: index of the record (−1 the picture), channel, position.
    value
        What it adds where ``exact``; else the number itself, which went into something that is no sum.
    exact
        Whether all contributors (and the layer's own numbers) add up to the value, or this one alone became the value.
    """

    source: int
    channel: int
    at: tuple[int, ...]
    value: float
    exact: bool


def contributors(
    trace: Trace, record: Record, channel: int, at: tuple[int, ...] | None = None, count: int | None = 10
) -> list[Contributor]:
    """The numbers that a number of a record was made of, strongest first; each can be asked again, down to the pixels.

    Of sums (convolution, dense layer, mean, addition, batch norm) all cells with what they add, exactly; of a maximum
    its winner alone, exactly; of anything else (activations, softmax, products, norms that measure their input) the
    numbers that went in, not exactly. Cells of padding and the network's own numbers are no contributors.

    Parameters
    ----------
    count
        At most so many; None for all.

    Raises
    ------
    CnnvizError
        When there is no such channel or position, or when the operation is not explained yet.
    Dropped
        When the record's output or those that went in were not kept.
    """
    found = ops.explain(trace, record, channel=channel, at=at)
    sources, channels, positions, values = _parts(record, found)
    exact = found.sums
    if _measures(record):
        exact, values = False, np.array([float(Call(record).tensor()[cell(record, channel, at)])])
    which = np.flatnonzero(sources != NETWORK)
    winner = _winner(record, found)
    if winner is not None:
        which, exact = np.array([winner]), True
    else:
        which = which[np.argsort(-np.abs(np.nan_to_num(values[which], nan=np.inf)), kind="stable")][:count]
    return [
        Contributor(int(sources[i]), int(channels[i]), tuple(positions[i].tolist()), float(values[i]), exact)
        for i in which
    ]


def _parts(record: Record, found: Explanation) -> tuple[Ints, Ints, Ints, Floats]:
    """Source (N,), channel (N,), position (N, axes) and contribution (N,) of every cell that took part."""
    terms, patch = found.terms, found.patch
    if patch is None or patch.kernels is None or not isinstance(operation_of(record.op), Convolution):
        return terms.sources, terms.channels, terms.positions, terms.values
    inside = ~patch.padding
    places = np.stack(np.meshgrid(*patch.places, indexing="ij"), -1)[inside]  # (cells, axes)
    return (
        np.repeat(terms.sources, len(places)),
        np.repeat(terms.channels, len(places)),
        np.tile(places, (len(terms), 1)),
        (patch.inputs * patch.kernels)[:, inside].reshape(-1),
    )


def _winner(record: Record, found: Explanation) -> int | None:
    """Which of the terms is the value, where it is the largest or the smallest of them; None where it is not."""
    largest = "max_pool" in record.op or record.op in ("amax", "maximum")
    if record.part or not (largest or record.op in ("amin", "minimum")) or not len(found.terms):
        return None
    values = found.terms.values if largest else -found.terms.values
    return int(values.argmax())


def _measures(record: Record) -> bool:
    """Whether a norm's one term is divided by what its input itself decides."""
    kind = operation_of(record.op)
    if isinstance(kind, BatchNorm):
        return not kind.is_measured(Call(record))
    return isinstance(kind, Norm) and not isinstance(kind, LocalResponseNorm)


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """Which pixels a number really depends on, for this picture.

    Attributes
    ----------
    gradient
        (C, H, W) how fast the number changes with each value of the input.
    mask
        (H, W) where any channel's gradient is not zero.
    box
        Rows and columns that hold all of these pixels; empty when there are none.
    field
        Rows and columns of the receptive field, cut at the border of the picture; empty where it is not known. The box
        lies in it: activations that are switched off leave pixels out.
    """

    gradient: NDArray[np.float32]
    mask: NDArray[np.bool_]
    box: Box
    field: Box


def support(trace: Trace, record: Record, channel: int, at: tuple[int, ...] | None = None) -> Support:
    """The gradient of one number of a record by the input: where it is not zero lies what the number depends on.

    The operations between are repeated with gradients switched on; the network is not touched.

    Raises
    ------
    CnnvizError
        When there is no such channel or position, when the number does not depend on the input, or when an operation
        in between cannot be repeated.
    """
    index = cell(record, channel, at)
    leaf = trace.input.detach().clone().requires_grad_()
    output = replay(trace, -1, leaf, record)
    if output.requires_grad:
        (gradient,) = torch.autograd.grad(output[index], leaf)
    else:
        gradient = torch.zeros_like(leaf)  # through a rounding or a comparison none flows
    maps = host(gradient[0])
    mask = (maps != 0).any(0)
    seen = np.argwhere(mask)
    box = tuple(zip(seen.min(0).tolist(), seen.max(0).tolist(), strict=True)) if len(seen) else ()
    return Support(maps, mask, box, _field(trace, record, index))


def _field(trace: Trace, record: Record, index: tuple[int, ...]) -> Box:
    """The receptive field of a position, inside the picture."""
    field = receptive_field(trace, record)
    picture = tuple(trace.input.shape[2:])
    if field.status == "unknown" or len(field.size) != len(picture):
        return ()
    if field.status in ("in a row", "whole image"):
        return tuple((0, n - 1) for n in picture)
    names = record.all_axes
    axes = [names.index(name) for name in ("D", "H", "W", "L") if name in names]
    if len(axes) != len(picture):
        return ()
    box = field.box(tuple(index[axis] for axis in axes))
    return tuple((max(0, low), min(n - 1, high)) for (low, high), n in zip(box, picture, strict=True))
