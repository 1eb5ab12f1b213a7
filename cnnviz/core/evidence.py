"""The evidence for a class: what each input of the last dense layer, and each cell of the maps behind it, adds.

A logit is a sum, logit = Σₖ wₖ·xₖ + bias, so each input's share is known exactly; so is the difference of two logits,
by the difference of their weights. Where the inputs are means of maps (global average pooling), each share falls apart
into the cells of the map: the class activation map of Zhou et al.: Learning deep features for discriminative
localization, 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from cnnviz.arithmetic import Floats
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import axes_of, by_channel, doubles
from cnnviz.core.ops.pool import AdaptivePooling, Pooling
from cnnviz.core.ops.shape import Dropout, Expansion, Move
from cnnviz.core.replay import between, replay
from cnnviz.slides import Ints

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What speaks for a class, or for one class against another. Double precision.

    Attributes
    ----------
    layer
        The dense layer that gives the class scores.
    inputs, weights
        (K,) its inputs, and the weights of the class (minus those of the other).
    bias
        Of the class (minus that of the other); 0.0 where the layer has none.
    captured
        The logit (difference of logits) that the network computed.
    maps
        The record whose cells the inputs are, or are means of; index −1 is the picture.
    of_channel
        (K,) the channel of the maps that each input comes from.
    of_position
        (K, axes) the position in that channel; (K, 0) where an input is the mean of a window.
    cells
        (C, *positions) what each cell of the maps adds: the terms, spread over the cells that each input was made of.
    """

    layer: Record
    inputs: Floats
    weights: Floats
    bias: float
    captured: float
    maps: Record
    of_channel: Ints
    of_position: Ints
    cells: Floats

    @property
    def terms(self) -> Floats:
        """(K,) weight times input: what each input adds."""
        return self.inputs * self.weights

    @property
    def value(self) -> float:
        """All terms and the bias: the logit (difference of logits)."""
        return float(self.terms.sum()) + self.bias

    @property
    def difference(self) -> float:
        """Explained minus captured value."""
        return self.value - self.captured

    @property
    def channels(self) -> Floats:
        """(C,) what each channel of the maps adds."""
        return np.asarray(self.cells.reshape(len(self.cells), -1).sum(1))

    @property
    def positions(self) -> Floats:
        """(*positions) what each position of the maps adds, over all channels: the class activation map."""
        return np.asarray(self.cells.sum(0))


def evidence(trace: Trace, a: int, b: int | None = None) -> Evidence:
    """What speaks for class ``a``; with ``b``, what speaks for a against b.

    The terms and the bias add up to the logit (to the difference of the two), and so do the cells and the bias.

    Raises
    ------
    CnnvizError
        When there is no such class, or the scores do not come from a dense layer.
    Dropped
        When an output that is needed was not kept.
    """
    layer = scoring_layer(trace)
    call = Call(layer)
    count = call.output[-1]
    for which in (a,) if b is None else (a, b):
        if not 0 <= which < count:
            raise CnnvizError(f"There is no class {which}: choose one of 0 to {count - 1}.")
    weight, inputs = call.tensor("weight"), doubles(call.tensor()).reshape(-1)
    scores = call.record.output.reshape(-1)
    weights, bias, captured = doubles(weight[a]), call.number("bias", a, 0.0), float(scores[a])
    if b is not None:
        weights, bias = weights - doubles(weight[b]), bias - call.number("bias", b, 0.0)
        captured -= float(scores[b])
    read = maps = layer.parents[0]
    while maps.index >= 0 and _is_linear(maps):
        maps = maps.parents[0]
    channels, positions = _origins(trace, maps, read)
    cells = _cells(trace, maps, read, weights)
    return Evidence(layer, inputs, weights, bias, captured, maps, channels, positions, cells)


def scoring_layer(trace: Trace) -> Record:
    """The dense layer that gives the class scores, before a softmax where the network ends in one.

    Raises
    ------
    CnnvizError
        When there is none.
    """
    record = trace.records[trace.logits_record] if trace.logits_record >= 0 else None
    while record is not None and record.op != "linear":
        kind = operation_of(record.op)
        follows = kind.family == "softmax" or record.op == "sigmoid" or _is_linear(record)
        record = record.parents[0] if follows and record.parents[0].index >= 0 else None
    if record is None or any(size != 1 for size in record.shape[:-1]):
        raise CnnvizError("The class scores of this network do not come from a dense layer: choose another view.")
    return record


def _cells(trace: Trace, maps: Record, inputs: Record, weights: Floats) -> Floats:
    """What each cell of the maps adds to the sum of weights times inputs: share times value."""
    values = torch.tensor(doubles(maps.output))
    leaf = values.clone().requires_grad_()
    total = (_through(trace, maps, leaf, inputs).reshape(-1) * torch.tensor(weights)).sum()
    (shares,) = torch.autograd.grad(total, leaf)
    return by_channel(maps, doubles(shares * values))


def _origins(trace: Trace, maps: Record, inputs: Record) -> tuple[Ints, Ints]:
    """Channel (K,) and position (K, axes) of the maps that each input comes from."""
    channel, places = axes_of(maps)
    averaged = any(not isinstance(operation_of(record.op), Move) for record in between(trace, maps.index, inputs))
    found = []
    # The numbers of the axes sent along the way of the values; a mean of equal numbers is that number.
    for axis in [channel, *([] if averaged else places)]:
        size = 1 if axis is None else maps.shape[axis]
        line = torch.arange(size, dtype=torch.float64)
        shape = [size if i == axis else 1 for i in range(len(maps.shape))]
        numbers = line.view(shape).expand(maps.shape).contiguous()
        found.append(np.rint(doubles(_through(trace, maps, numbers, inputs))).reshape(-1).astype(np.int64))
    return found[0], np.stack(found[1:], 1) if len(found) > 1 else np.zeros((len(found[0]), 0), np.int64)


def _through(trace: Trace, maps: Record, values: Tensor, inputs: Record) -> Tensor:
    return values if maps is inputs else replay(trace, maps.index, values, inputs)


def _is_linear(record: Record) -> bool:
    """Whether values are moved around, handed on or averaged, and nothing else."""
    kind = operation_of(record.op)
    if len(record.parents) != 1 or record.function is None or record.op == "pad":
        return False
    if isinstance(kind, Dropout):
        return not Call(record)["training"]
    if isinstance(kind, Move):
        return not isinstance(kind, Expansion)
    averages = isinstance(kind, (Pooling, AdaptivePooling)) and "avg" in record.op
    return averages or (record.op == "mean" and len(axes_of(record.parents[0])[1]) > 0)
