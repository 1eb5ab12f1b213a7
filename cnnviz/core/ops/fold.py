"""Convolution, batch norm and activation as one step: the norm folded into the kernels and the bias.

A trained batch norm is y = gain·x + shift for each channel, gain = γ/√(σ² + ε) and shift = β − gain·μ, so that behind a
convolution it can be multiplied into the filters: the same network with fewer operations.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.arithmetic import Floats, SlidingWindow
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops.activation import function_of
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.conv import Convolution
from cnnviz.core.ops.dense import Dense
from cnnviz.core.ops.explanation import Explanation, at_name, cell, doubles, host, sum_formula
from cnnviz.core.ops.norm import BatchNorm
from cnnviz.core.ops.text import plain

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A convolution (or dense layer) with the batch norm behind it, as one layer.

    Attributes
    ----------
    layer, norm, activation
        The records that became one; the activation is None where none follows.
    gain
        (K,) what the filter of each output channel is multiplied with: γ/√(σ² + ε).
    bias
        (K,) of the folded layer: β + gain·(b − μ).
    """

    layer: Record
    norm: Record
    activation: Record | None
    gain: Floats
    bias: Floats

    @property
    def last(self) -> Record:
        """The record whose output the folded layer has."""
        return self.activation or self.norm

    def filter(self, channel: int) -> Floats:
        """The folded filter (C / groups, *kernel) of an output channel; (C,) of a dense unit. Double precision."""
        filter_ = _layer(self.layer).filter(Call(self.layer), channel)
        return np.asarray(doubles(filter_) * self.gain[channel])

    def explain(self, channel: int, at: tuple[int, ...] | None = None) -> Explanation:
        """How a number of the last record comes about from the input of the first, by the folded filter and bias.

        Terms and bias add up to what goes into the activation: to the value where the activation hands it on.
        """
        index = cell(self.last, channel, at)
        unfolded = _layer(self.layer).explain(Call(self.layer), index)
        assert unfolded.patch is not None
        assert unfolded.patch.kernels is not None
        kernels = unfolded.patch.kernels * self.gain[channel]
        patch = replace(unfolded.patch, kernels=kernels)
        values: Floats = (patch.inputs * kernels).reshape(len(kernels), -1).sum(1)
        bias = float(self.bias[channel])
        value = total = float(values.sum()) + bias
        terms = replace(unfolded.terms, values=values)
        name, over = at_name(self.last, index), "inputs" if self.layer.op == "linear" else "channels"
        formula = sum_formula(name, terms, over, bias, total)
        if self.activation is not None and (function := function_of(self.activation, channel)) is not None:
            value = float(function(np.float64(total)))
            word = operation_of(self.activation.op).short(Call(self.activation))
            formula += f", {word} of it {plain(value)}"
        facts = (("gain", float(self.gain[channel])), ("sum", total))
        op = " + ".join(record.op for record in (self.layer, self.norm, self.activation) if record)
        captured = Call(self.last).captured(index)
        return Explanation(op, formula, terms, bias, value, captured, value == total, patch, facts)

    def over(self, window: SlidingWindow, channel: int) -> SlidingWindow:
        """The sliding window of the convolution, with the folded numbers and the last record's output."""
        assert window.kernels is not None
        lead = (0,) * (len(self.last.shape) - len(window.slides) - 1)
        function = None if self.activation is None else function_of(self.activation, channel)
        return replace(
            window,
            output=host(self.last.output[(*lead, channel)]),
            kernels=window.kernels * self.gain[channel],
            bias=float(self.bias[channel]),
            then=None if function is None else lambda x: float(function(np.float64(x))),
        )


_CHAINS: weakref.WeakKeyDictionary[Trace, dict[int, Folded]] = weakref.WeakKeyDictionary()


def folded(trace: Trace, record: Record) -> Folded | None:
    """The convolution, batch norm and activation that a record is one of, as one layer; None where it is none of them.

    The norm's mean and variance have to be those measured in training, and nothing else may read what is between.
    """
    if trace not in _CHAINS:
        _CHAINS[trace] = {member.index: found for found in _chains(trace) for member in _members(found)}
    return _CHAINS[trace].get(record.index)


def required(trace: Trace, record: Record) -> Folded:
    """The same; raises a `CnnvizError` where there is none."""
    if (found := folded(trace, record)) is None:
        raise CnnvizError(
            f"{record.key} cannot be folded: it is not part of a convolution followed by a batch norm; "
            "explain it without folding."
        )
    return found


def _chains(trace: Trace) -> list[Folded]:
    readers: dict[int, list[Record]] = {}
    for record in trace.records:
        for parent in record.parents:
            readers.setdefault(parent.index, []).append(record)

    def reader(record: Record) -> Record | None:
        """The one record that reads this one and nothing else."""
        found = readers.get(record.index, [])
        return found[0] if len(found) == 1 and found[0].parents == (record,) else None

    chains = []
    for norm in trace.records:
        kind = operation_of(norm.op)
        layer = norm.parents[0] if norm.parents else norm
        if not isinstance(kind, BatchNorm) or not isinstance(operation_of(layer.op), (Convolution, Dense)):
            continue
        call = Call(norm)
        if reader(layer) is not norm or not kind.is_measured(call) or len(layer.parents) != 1:
            continue
        after = reader(norm)
        gain, shift = kind.affine(call)
        bias = doubles(Call(layer).tensor("bias")) if Call(layer).has("bias") else 0.0
        activation = after if after is not None and function_of(after, 0) is not None else None
        chains.append(Folded(layer, norm, activation, gain, gain * bias + shift))
    return chains


def _members(found: Folded) -> list[Record]:
    return [record for record in (found.layer, found.norm, found.activation) if record]


def _layer(record: Record) -> Convolution | Dense:
    kind = operation_of(record.op)
    assert isinstance(kind, (Convolution, Dense))
    return kind
