"""Normalisations: subtract a mean, divide by a deviation, then scale and shift."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from cnnviz.arithmetic import Floats
from cnnviz.core.ops.base import WHOLE, Operation, Reading, Reads, operation, pointwise, reads_input, same, single
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import NETWORK, Explanation, Index, along, at_name, doubles, terms_at, terms_of
from cnnviz.core.ops.text import factor, number, plain, then, times


class Norm(Operation):
    """What all normalisations share: a learned scale and shift, and a small number against division by zero."""

    family = "norm"
    name: ClassVar[str] = "Norm"

    def explain(self, call: Call, index: Index) -> Explanation:
        mean, variance, scale, shift = self.numbers(call, index)
        eps = torch.finfo(call.record.dtype).eps if call["eps"] is None else float(call["eps"])
        x = float(call.tensor()[index])
        gain = scale / sqrt(variance + eps)
        values, bias = np.array([x * gain]), shift - mean * gain
        value = float(values[0]) + bias
        formula = (
            f"{at_name(call.record, index)} = ({plain(x)}{then(-mean)})/√({variance:.4g} + {eps:g})"
            f"·{factor(scale)}{then(shift)} = {plain(value)}"
        )
        facts = (("mean", mean), ("variance", variance), ("scale", scale), ("shift", shift), ("epsilon", eps))
        captured = call.captured(index)
        return Explanation(call.record.op, formula, single(call, index, values), bias, value, captured, facts=facts)

    def numbers(self, call: Call, index: Index) -> tuple[float, float, float, float]:
        """Mean, variance, scale and shift that hold for a cell."""
        raise NotImplementedError

    def short(self, call: Call) -> str:
        return self.name

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        if call.has("eps"):
            yield "ε", number(call["eps"])
        if not call.learned:
            yield "Scale and shift", "none"

    def parameters(self, call: Call) -> tuple[int, str]:
        counts = [parameter.numel() for parameter in call.learned]
        if len(counts) == 2 and counts[0] == counts[1]:
            return sum(counts), f"2·{counts[0]:,} = {sum(counts):,}, scale and shift"
        return super().parameters(call)


def moments(cells: Tensor) -> tuple[float, float]:
    """Mean and variance (biased, as norms have it) of all cells, in double precision."""
    values = doubles(cells).reshape(-1)
    mean = values.mean()
    values = values - mean
    return float(mean), float(values @ values) / len(values)


@operation(
    "batch_norm",
    arguments="input, running_mean=None, running_var=None, weight=None, bias=None, training=False,"
    "momentum=0.1, eps=1e-05",
)
class BatchNorm(Norm):
    """(x − μ)/√(σ² + ε)·γ + β with one μ, σ², γ and β for each channel, measured in training.

    Ioffe, Szegedy: Batch normalization, 2015.
    """

    name = "BatchNorm"

    def title(self, call: Call) -> str:
        return f"BatchNorm{len(call.shape()) - 2 or 1}d {call.shape()[1]:,}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield from super().hyperparameters(call)
        yield "Mean and variance", "measured in training" if self.is_measured(call) else "of this batch"

    def numbers(self, call: Call, index: Index) -> tuple[float, float, float, float]:
        c = index[1]
        if self.is_measured(call):
            mean, variance = float(call.tensor("running_mean")[c]), float(call.tensor("running_var")[c])
        else:
            mean, variance = moments(call.tensor()[:, c])
        return mean, variance, call.number("weight", c, 1.0), call.number("bias", c, 0.0)

    def is_measured(self, call: Call) -> bool:
        """Whether mean and variance are those of training, and not of what goes in."""
        return not call["training"] and call.has("running_mean")

    def affine(self, call: Call) -> tuple[Floats, Floats]:
        """The norm as y = gain·x + shift: gain and shift (K,) of each channel, where both were measured in training."""
        deviation = np.sqrt(doubles(call.tensor("running_var")) + float(call["eps"]))
        gain = (doubles(call.tensor("weight")) if call.has("weight") else np.ones(len(deviation))) / deviation
        shift = doubles(call.tensor("bias")) if call.has("bias") else np.zeros(len(deviation))
        return gain, shift - gain * doubles(call.tensor("running_mean"))

    def reads(self, call: Call) -> tuple[Reads, ...]:
        rank = len(call.shape())
        return reads_input(call, same(rank) if self.is_measured(call) else [*same(2), *[WHOLE] * (rank - 2)])


@operation(
    "instance_norm",
    arguments="input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,"
    "momentum=0.1, eps=1e-05",
)
@operation("group_norm", arguments="input, num_groups, weight=None, bias=None, eps=1e-05")
class GroupNorm(Norm):
    """Mean and variance of each picture's channel (instance) or group of channels, over all its positions."""

    name = "GroupNorm"

    def short(self, call: Call) -> str:
        return "InstanceNorm" if call.record.op == "instance_norm" else "GroupNorm"

    def title(self, call: Call) -> str:
        groups = f" in {call['num_groups']} groups" if call.has("num_groups") else ""
        return f"{self.short(call)} {call.shape()[1]:,} channels{groups}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield from super().hyperparameters(call)
        if call.has("num_groups"):
            yield "Groups", f"{call['num_groups']} of {call.shape()[1] // call['num_groups']} channels"

    def numbers(self, call: Call, index: Index) -> tuple[float, float, float, float]:
        n, c = index[:2]
        if call.record.op == "instance_norm" and not call["use_input_stats"]:
            mean, variance = float(call.tensor("running_mean")[c]), float(call.tensor("running_var")[c])
        else:
            width = call.shape()[1] // int(call["num_groups"]) if call.has("num_groups") else 1
            first = c // width * width
            mean, variance = moments(call.tensor()[n, first : first + width])
        return mean, variance, call.number("weight", c, 1.0), call.number("bias", c, 0.0)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        rank = len(call.shape())
        if call.record.op == "instance_norm" and not call["use_input_stats"]:
            return reads_input(call, same(rank))
        return reads_input(call, [*same(2), *[WHOLE] * (rank - 2)])


@operation("layer_norm", arguments="input, normalized_shape, weight=None, bias=None, eps=1e-05")
@operation("rms_norm", arguments="input, normalized_shape, weight=None, eps=None")
class LayerNorm(Norm):
    """Mean and variance over the last axes of each picture; RMSNorm divides by the root of the mean square alone."""

    name = "LayerNorm"

    def short(self, call: Call) -> str:
        return "RMSNorm" if call.record.op == "rms_norm" else "LayerNorm"

    def title(self, call: Call) -> str:
        return f"{self.short(call)} over {times(call['normalized_shape'])}"

    def numbers(self, call: Call, index: Index) -> tuple[float, float, float, float]:
        last = len(call["normalized_shape"])
        values, place = call.tensor()[index[:-last]], index[-last:]
        scale = float(call.tensor("weight")[place]) if call.has("weight") else 1.0
        if call.record.op == "rms_norm":  # nothing is subtracted: the mean square takes the place of the variance
            return 0.0, float((doubles(values) ** 2).mean()), scale, 0.0
        shift = float(call.tensor("bias")[place]) if call.has("bias") else 0.0
        return *moments(values), scale, shift

    def reads(self, call: Call) -> tuple[Reads, ...]:
        rank, last = len(call.shape()), len(call["normalized_shape"])
        return reads_input(call, [*same(rank - last), *[WHOLE] * last])


@operation("local_response_norm", arguments="input, size, alpha=0.0001, beta=0.75, k=1.0")
class LocalResponseNorm(Norm):
    """x / (k + α/n·Σ x²)^β over n neighbouring channels.

    Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks, 2012.
    """

    name = "LocalResponseNorm"

    def short(self, call: Call) -> str:
        return "LRN"

    def title(self, call: Call) -> str:
        return f"LocalResponseNorm over {call['size']} channels"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        for letter, name in (("n", "size"), ("α", "alpha"), ("β", "beta"), ("k", "k")):
            yield letter, number(call[name])

    def explain(self, call: Call, index: Index) -> Explanation:
        n, alpha, beta, k = (call[name] for name in ("size", "alpha", "beta", "k"))
        first, last = max(0, index[1] - n // 2), min(call.shape()[1], index[1] + (n - 1) // 2 + 1)
        cells = along(index, 1, call.shape()[1])[first:last]
        column = doubles(call.tensor()[tuple(cells.T)])  # (neighbours,)
        squares = float((column**2).sum())
        x = float(column[index[1] - first])
        value = x / (k + alpha / n * squares) ** beta
        parent = call.parent()
        terms = terms_at(parent, cells, column) if parent else terms_of(NETWORK, cells[:, 1], column)
        below = f"({k:g} + {alpha:g}/{n}·{squares:.4g})^{beta:g}"
        formula = f"{at_name(call.record, index)} = {plain(x)}/{below} = {plain(value)}"
        facts = (("sum of squares", squares),)
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index), False, facts=facts)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        reads: list[Reading] = list(same(len(call.shape())))
        reads[1] = WHOLE
        return reads_input(call, reads)


@operation("normalize", arguments="input, p=2.0, dim=1, eps=1e-12")
class Normalize(Norm):
    """x divided by its p-norm along one axis."""

    name = "Normalize"

    def title(self, call: Call) -> str:
        return f"Normalize to length 1 (p = {number(call['p'])})"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield "p", number(call["p"])

    def explain(self, call: Call, index: Index) -> Explanation:
        axes, p, eps = call.axes_of("dim", len(index)), float(call["p"]), float(call["eps"])
        line = doubles(call.tensor()[tuple(slice(None) if axis in axes else i for axis, i in enumerate(index))])
        length = max(float((np.abs(line) ** p).sum()) ** (1 / p), eps)
        x = float(call.tensor()[index])
        value = x / length
        formula = f"{at_name(call.record, index)} = {plain(x)}/{length:.4g} = {plain(value)}"
        terms, facts = single(call, index, np.array([value])), (("length", length),)
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index), facts=facts)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        axes = call.axes_of("dim", len(call.shape()))
        return tuple(
            tuple(WHOLE if axis in axes else read for axis, read in enumerate(reads)) for reads in pointwise(call)
        )
