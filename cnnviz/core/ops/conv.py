"""Convolutions, plain and transposed, in one, two and three dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import prod

import numpy as np
from torch import Tensor

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core.ops.base import WHOLE, Operation, Reads, Window, operation, reads_input, source_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import (
    Explanation,
    Index,
    at_name,
    doubles,
    host,
    sum_formula,
    terms_of,
    window_of,
)
from cnnviz.core.ops.sizes import sizes
from cnnviz.core.ops.text import each, product, sum_of, tight, times
from cnnviz.slides import Slide, Spread, Steps


@operation(
    "conv1d",
    "conv2d",
    "conv3d",
    arguments="input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
)
class Convolution(Operation):
    """Cross-correlation, as all deep-learning libraries mean it: y[k] = Σ_c w[k, c] ⋆ x[c] + b[k]."""

    family = "conv"
    name = "Conv"
    inner = 1
    """Axis of the weights that runs over the input channels of a group."""

    def short(self, call: Call) -> str:
        return f"{'Depthwise' if self._depthwise(call) else self.name} {tight(call.shape('weight')[2:])}"

    def title(self, call: Call) -> str:
        kernel = call.shape("weight")[2:]
        channels_in, channels_out = self._channels(call)
        words = [f"{self.name}{len(kernel)}d {channels_in:,} → {channels_out:,}", times(kernel)]
        settings = {name: call.pair(name, len(kernel)) for name in ("stride", "dilation")}
        words += [f"{name} {each(values)}" for name, values in settings.items() if set(values) != {1}]
        if self._depthwise(call):
            words.append("depthwise")
        elif call["groups"] != 1:
            words.append(f"{call['groups']} groups")
        return ", ".join(words)

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        kernel = call.shape("weight")[2:]
        count = len(kernel)
        yield "Kernel", times(kernel)
        yield "Stride", each(call.pair("stride", count))
        yield "Padding", self._padding_text(call, count)
        if any(d != 1 for d in call.pair("dilation", count)):
            yield "Dilation", each(call.pair("dilation", count))
        if call["groups"] != 1:
            yield "Groups", f"{call['groups']:,}" + (", one for each input channel" if self._depthwise(call) else "")
        if not call.has("bias"):
            yield "Bias", "none"

    def size_formula(self, call: Call) -> Iterator[str]:
        count = len(call.shape("weight")) - 2
        before, kernel = call.shape()[-count:], call.shape("weight")[2:]
        stride, dilation = call.pair("stride", count), call.pair("dilation", count)
        lines = []
        for axis, (n, k, s, d, (low, high)) in enumerate(
            zip(before, kernel, stride, dilation, paddings(call), strict=True)
        ):
            extent = str(k) if d == 1 else f"({d}·({k} − 1) + 1)"
            padded = f"2·{low}" if low == high else f"{low} + {high}"
            lines.append(f"⌊({n} − {extent} + {padded})/{s}⌋ + 1 = {call.output[axis - count]}")
        yield from sizes(lines)

    def parameters(self, call: Call) -> tuple[int, str]:
        total, text = super().parameters(call)
        weight, bias = call.shape("weight"), call.shape("bias")
        if total == prod(weight) + sum(bias):  # else it is computed, or not learned
            # A filter is one kernel for each channel of its group; the transposed weights are (C_in, C_out, …).
            text = sum_of(
                [f"({product((*weight[2:], weight[self.inner]))})·{weight[1 - self.inner]}", *map(str, bias)], total
            )
        return total, text

    def macs(self, call: Call) -> tuple[int, str]:
        weight = call.shape("weight")
        outputs = call.output[-(len(weight) - 1) :]  # (channels, rows, columns)
        total = prod(weight[1:]) * prod(outputs)
        return total, f"({product((*weight[2:], weight[1]))})·({product(outputs)}) = {total:,}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        count = len(call.shape("weight")) - 2
        rank = len(call.shape())
        kernel, stride, dilation = (
            call.shape("weight")[2:],
            call.pair("stride", count),
            call.pair("dilation", count),
        )
        batch = [Window(axis) for axis in range(rank - count - 1)]
        windows = [
            Window(rank - count + i, s, -low, d * (k - 1) - low, d)
            for i, (k, s, d, (low, _)) in enumerate(zip(kernel, stride, dilation, paddings(call), strict=True))
        ]
        return reads_input(call, [*batch, WHOLE, *windows])

    def explain(self, call: Call, index: Index) -> Explanation:
        slides = self.slides(call)
        lead, k, at = index[: -len(slides) - 1], index[-len(slides) - 1], index[-len(slides) :]
        channels = self._channels_of(call, k)
        patch = window_of(
            call.tensor()[lead][channels], tuple(slide.places(p) for slide, p in zip(slides, at, strict=True))
        )
        taps = [slide.taps(p) for slide, p in zip(slides, at, strict=True)]
        kernels = doubles(self.filter(call, k))[np.ix_(np.arange(len(patch.inputs)), *taps)]  # (C / groups, *window)
        values = (patch.inputs * kernels).reshape(len(kernels), -1).sum(1)  # (C / groups,)
        bias = call.number("bias", k, 0.0)
        value = float(values.sum()) + bias
        terms = terms_of(source_of(call), np.arange(channels.start, channels.stop), values)
        name, given = at_name(call.record, index), bias if call.has("bias") else None
        formula = sum_formula(name, terms, "channels", given, value)
        captured, patch = call.captured(index), replace(patch, kernels=kernels)
        return Explanation(call.record.op, formula, terms, bias, value, captured, patch=patch)

    def slides(self, call: Call) -> tuple[Slide, ...]:
        """How the window moves along each axis."""
        count = len(call.shape("weight")) - 2
        sizes = call.shape()[-count:], call.output[-count:], call.shape("weight")[2:]
        settings = zip(*sizes, call.pair("stride", count), call.pair("dilation", count), paddings(call), strict=True)
        return tuple(Steps(n, m, k, s, low, high, d) for n, m, k, s, d, (low, high) in settings)

    def sliding(self, call: Call, channel: int) -> SlidingWindow:
        lead = (0,) * (len(call.output) - len(call.shape("weight")) + 1)
        channels = self._channels_of(call, channel)
        return SlidingWindow(
            "sum",
            source_of(call),
            np.arange(channels.start, channels.stop),
            host(call.tensor()[lead][channels]),
            host(call.record.output[(*lead, channel)]),
            self.slides(call),
            doubles(self.filter(call, channel)),
            call.number("bias", channel, 0.0) if call.has("bias") else None,
        )

    def _channels_of(self, call: Call, k: int) -> slice:
        """The input channels that output channel k reads: those of its group."""
        channels_in, channels_out = self._channels(call)
        groups = int(call["groups"])
        first, width = k // (channels_out // groups), channels_in // groups
        return slice(first * width, (first + 1) * width)

    def filter(self, call: Call, k: int) -> Tensor:
        """The filter of output channel k: (C / groups, *kernel)."""
        return call.tensor("weight")[k]

    def _channels(self, call: Call) -> tuple[int, int]:
        weight = call.shape("weight")
        return weight[1] * int(call["groups"]), weight[0]

    def _depthwise(self, call: Call) -> bool:
        groups = int(call["groups"])
        return groups > 1 and groups == self._channels(call)[0]

    def _padding_text(self, call: Call, count: int) -> str:
        if not isinstance(call["padding"], str):
            return each(call.pair("padding", count))
        ends = paddings(call)
        shown = ends if len(set(ends)) > 1 else ends[:1]
        return f"{call['padding']}: " + " × ".join(
            str(low) if low == high else f"{low} before and {high} after" for low, high in shown
        )


@operation(
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    arguments="input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1",
)
class TransposedConvolution(Convolution):
    """The adjoint of a convolution's linear part: each input cell adds its value times the kernel to the output."""

    name = "ConvTranspose"
    inner = 0

    def short(self, call: Call) -> str:
        return f"Transposed {tight(call.shape('weight')[2:])}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield from super().hyperparameters(call)
        extra = call.pair("output_padding", len(call.shape("weight")) - 2)
        if any(extra):
            yield "Output padding", each(extra)

    def size_formula(self, call: Call) -> Iterator[str]:
        count = len(call.shape("weight")) - 2
        before, kernel = call.shape()[-count:], call.shape("weight")[2:]
        settings = (call.pair(name, count) for name in ("stride", "dilation", "padding", "output_padding"))
        lines = [
            f"({n} − 1)·{s} − 2·{p} + {d}·({k} − 1) + {extra} + 1 = {call.output[axis - count]}"
            for axis, (n, k, s, d, p, extra) in enumerate(zip(before, kernel, *settings, strict=True))
        ]
        yield from sizes(lines)

    def macs(self, call: Call) -> tuple[int, str]:
        weight = call.shape("weight")  # (C_in, C_out / groups, rows, columns)
        inputs = call.shape()[-(len(weight) - 1) :]
        total = prod(weight[1:]) * prod(inputs)
        return total, f"({product((*weight[2:], weight[1]))})·({product(inputs)}) = {total:,}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        count = len(call.shape("weight")) - 2
        rank = len(call.shape())
        settings = (call.pair(name, count) for name in ("stride", "dilation", "padding"))
        windows = [
            # Input cell q adds to the outputs q·s − p + d·t, t = 0 … k − 1: output o reads q = (o + p − d·t)/s.
            Window(rank - count + i, Fraction(1, s), Fraction(p - d * (k - 1), s), Fraction(p, s), 1, s == k == 1)
            for i, (k, s, d, p) in enumerate(zip(call.shape("weight")[2:], *settings, strict=True))
        ]
        return reads_input(call, [*(Window(axis) for axis in range(rank - count - 1)), WHOLE, *windows])

    def slides(self, call: Call) -> tuple[Slide, ...]:
        count = len(call.shape("weight")) - 2
        sizes = call.shape()[-count:], call.output[-count:], call.shape("weight")[2:]
        settings = (call.pair(name, count) for name in ("stride", "padding", "dilation"))
        return tuple(Spread(*numbers) for numbers in zip(*sizes, *settings, strict=True))

    def filter(self, call: Call, k: int) -> Tensor:
        width = call.shape("weight")[1]  # (C_in, C_out / groups, *kernel)
        return call.tensor("weight")[self._channels_of(call, k), k % width]

    def _channels(self, call: Call) -> tuple[int, int]:
        weight = call.shape("weight")
        return weight[0], weight[1] * int(call["groups"])

    def _padding_text(self, call: Call, count: int) -> str:
        return each(call.pair("padding", count))


def paddings(call: Call) -> list[tuple[int, int]]:
    """Cells of padding (before, after) along each axis; ``"same"`` and ``"valid"`` become numbers, as torch does it."""
    kernel = call.shape("weight")[2:]
    padding = call["padding"]
    if padding == "same":
        extents = [d * (k - 1) for k, d in zip(kernel, call.pair("dilation", len(kernel)), strict=True)]
        return [(extent // 2, extent - extent // 2) for extent in extents]
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    return [(p, p) for p in call.pair("padding", len(kernel))]
