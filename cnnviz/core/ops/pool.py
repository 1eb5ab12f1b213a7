"""Pooling: windows, adaptive windows, and means over whole axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import prod
from typing import Any, ClassVar

import numpy as np

from cnnviz.arithmetic import Floats, SlidingWindow
from cnnviz.core.ops.base import (
    WHOLE,
    Operation,
    Reading,
    Reads,
    Window,
    operation,
    pointwise,
    reads_input,
    same,
    source_of,
)
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import (
    NETWORK,
    Explanation,
    Index,
    at_name,
    doubles,
    grid,
    host,
    terms_at,
    terms_of,
    window_of,
)
from cnnviz.core.ops.sizes import share, sizes, words
from cnnviz.core.ops.text import axis_word, each, plain, tight, times
from cnnviz.slides import Ints, Shares, Slide, Steps

_MAX = "input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False"
_AVERAGE = "input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None"
_NORM = "input, norm_type, kernel_size, stride=None, ceil_mode=False"
_NAMES = {"max": "MaxPool", "avg": "AvgPool", "lp": "LPPool"}


def _count(op: str) -> int:
    """Over how many axes the operation pools: 2 for ``max_pool2d``."""
    return int(op[-2])


@operation("max_pool1d", "max_pool2d", "max_pool3d", arguments=_MAX)
@operation("avg_pool1d", "avg_pool2d", "avg_pool3d", arguments=_AVERAGE)
@operation(
    "lp_pool1d", "lp_pool2d", "lp_pool3d", arguments="input, norm_type, kernel_size, stride=None, ceil_mode=False"
)
class Pooling(Operation):
    """One number for each window of each channel: its maximum, mean or norm."""

    family = "pool"

    def short(self, call: Call) -> str:
        kernel = self._settings(call)[0]
        return f"{_name(call)} {kernel[0] if len(set(kernel)) == 1 else tight(kernel)}"

    def title(self, call: Call) -> str:
        kernel, stride, _, _ = self._settings(call)
        return f"{_name(call)}{len(kernel)}d {times(kernel)}, stride {each(stride)}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        kernel, stride, padding, dilation = self._settings(call)
        yield "Window", times(kernel)
        yield "Stride", each(stride)
        yield "Padding", each(padding)
        if any(d != 1 for d in dilation):
            yield "Dilation", each(dilation)
        if call["ceil_mode"]:
            yield "Last window", "kept when it reaches over the border"
        if any(padding) and "avg" in call.record.op:
            yield "Mean", "padding counts as zeros" if call["count_include_pad"] else "padding is left out"
        if call.has("divisor_override"):
            yield "Divisor", str(call["divisor_override"])
        if call.has("norm_type"):
            yield "Norm", f"p = {call['norm_type']:g}"

    def size_formula(self, call: Call) -> Iterator[str]:
        count = _count(call.record.op)
        open_, close = "⌈⌉" if call["ceil_mode"] else "⌊⌋"
        lines = []
        for axis, (n, k, s, p, d) in enumerate(zip(call.shape()[-count:], *self._settings(call), strict=True)):
            after = call.output[axis - count]
            extent = d * (k - 1) + 1
            text = str(k) if d == 1 else f"({d}·({k} − 1) + 1)"
            # torch leaves a last window out that would begin in the padding behind the input.
            left_out = call["ceil_mode"] and -(-(n - extent + 2 * p) // s) + 1 > after
            cut = " − 1 (the last window would begin in the padding)" if left_out else ""
            lines.append(f"{open_}({n} − {text} + 2·{p})/{s}{close} + 1{cut} = {after}")
        yield from sizes(lines)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        count, rank = _count(call.record.op), len(call.shape())
        windows: list[Reading] = []
        for axis, (k, s, p, d) in enumerate(zip(*self._settings(call), strict=True), rank - count):
            whole = call.output[axis] == 1 and d == 1 and k - p >= call.shape()[axis]
            windows.append(WHOLE if whole else Window(axis, s, -p, d * (k - 1) - p, d))
        return reads_input(call, [*same(rank - count), *windows])

    def explain(self, call: Call, index: Index) -> Explanation:
        slides = self.slides(call)
        places = tuple(slide.places(p) for slide, p in zip(slides, index[-len(slides) :], strict=True))
        if "max" in call.record.op:
            return pooled(call, index, places, "max")
        # Beyond the padding nothing counts, not even where the last window of a ceil_mode reaches there.
        padded = [int((at < slide.size + slide.after).sum()) for at, slide in zip(places, slides, strict=True)]
        inside = [int(((at >= 0) & (at < slide.size)).sum()) for at, slide in zip(places, slides, strict=True)]
        divisor = prod(padded if call["count_include_pad"] else inside)
        if "lp" in call.record.op:
            return pooled(call, index, places, "lp", prod(inside) / prod(self._settings(call)[0]))
        return pooled(call, index, places, "avg", float(call["divisor_override"] or divisor))

    def slides(self, call: Call) -> tuple[Steps, ...]:
        """How the window moves along each axis."""
        count = _count(call.record.op)
        sizes = call.shape()[-count:], call.output[-count:]
        return tuple(Steps(n, m, k, s, p, p, d) for n, m, k, s, p, d in zip(*sizes, *self._settings(call), strict=True))

    def sliding(self, call: Call, channel: int) -> SlidingWindow | None:
        if call.record.part or "lp" in call.record.op:
            return None
        divisor = float(call["divisor_override"]) if call.has("divisor_override") else None
        return sliding_pool(call, channel, self.slides(call), call["count_include_pad"] is not False, divisor)

    def _settings(self, call: Call) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """Kernel, stride, padding and dilation along each axis."""
        count = _count(call.record.op)
        kernel = call.pair("kernel_size", count)
        stride = call.pair("stride", count) if call["stride"] not in (None, (), []) else kernel
        padding = call.pair("padding", count) if call.has("padding") else (0,) * count
        dilation = call.pair("dilation", count) if call.has("dilation") else (1,) * count
        return kernel, stride, padding, dilation


@operation(
    *(f"adaptive_{kind}_pool{n}d" for kind in ("avg", "max") for n in (1, 2, 3)),
    arguments="input, output_size, return_indices=False",
)
class AdaptivePooling(Operation):
    """Pooling to a given size: the windows are as wide as it takes, and not always equally wide."""

    family = "pool"

    def short(self, call: Call) -> str:
        after = call.output[-_count(call.record.op) :]
        kind = _name(call)
        return f"Global {'max' if kind == 'MaxPool' else 'average'}" if prod(after) == 1 else f"{kind} →{tight(after)}"

    def title(self, call: Call) -> str:
        count = _count(call.record.op)
        before, after = call.shape()[-count:], call.output[-count:]
        title = f"Adaptive{_name(call)}{count}d to {times(after)}"
        word = "maximum" if "max" in call.record.op else "mean"
        return f"{title}: {word} of all {times(before)}" if prod(after) == 1 else title

    def size_formula(self, call: Call) -> Iterator[str]:
        count = _count(call.record.op)
        yield from sizes([share(n, m) for n, m in zip(call.shape()[-count:], call.output[-count:], strict=True)])

    def reads(self, call: Call) -> tuple[Reads, ...]:
        count, rank = _count(call.record.op), len(call.shape())
        windows = [adaptive(call.shape()[axis], call.output[axis], axis) for axis in range(rank - count, rank)]
        return reads_input(call, [*same(rank - count), *windows])

    def explain(self, call: Call, index: Index) -> Explanation:
        slides = self.slides(call)
        places = tuple(slide.places(p) for slide, p in zip(slides, index[-len(slides) :], strict=True))
        if "max" in call.record.op:
            return pooled(call, index, places, "max")
        return pooled(call, index, places, "avg", float(prod(map(len, places))))

    def slides(self, call: Call) -> tuple[Shares, ...]:
        """How the window moves along each axis."""
        count = _count(call.record.op)
        return tuple(Shares(n, m) for n, m in zip(call.shape()[-count:], call.output[-count:], strict=True))

    def sliding(self, call: Call, channel: int) -> SlidingWindow | None:
        return None if call.record.part else sliding_pool(call, channel, self.slides(call))


def sliding_pool(
    call: Call, channel: int, slides: tuple[Slide, ...], count_padding: bool = True, divisor: float | None = None
) -> SlidingWindow:
    """One channel of a pooling as plain numbers, for all its positions."""
    before = call.shape()[: -len(slides)]
    output = call.record.output.reshape(*before, *(slide.count for slide in slides))
    place = (*(0,) * (len(before) - 1), channel)
    return SlidingWindow(
        "max" if "max" in call.record.op else "mean",
        source_of(call),
        np.array([channel]),
        host(call.tensor()[place])[None],
        host(output[place]),
        slides,
        count_padding=count_padding,
        divisor=divisor,
    )


def pooled(call: Call, index: Index, places: tuple[Ints, ...], kind: str, divisor: float = 1.0) -> Explanation:
    """The maximum, mean or p-norm of the cells of one channel at these places along each axis."""
    count = len(places)
    patch = window_of(call.tensor()[index[:-count]][None], places)
    inside = [at[known >= 0] for at, known in zip(places, patch.origins, strict=True)]
    values = patch.inputs[0][np.ix_(*(known >= 0 for known in patch.origins))].reshape(-1)  # (N,), in reading order
    name, parent = at_name(call.record, index), call.parent()
    facts: tuple[tuple[str, float], ...] = ()
    if kind == "max":
        value = float(values.max())
        offsets = np.unravel_index(int(values.argmax()), tuple(map(len, inside)))
        winner = [int(at[offset]) for at, offset in zip(inside, offsets, strict=True)]
        flat = np.ravel_multi_index(winner, call.shape()[-count:])
        facts = tuple((f"winner {word}", float(at)) for word, at in zip(words(count), winner, strict=True))
        formula = f"{name} = max of {len(values)} = {plain(value)}, at ({', '.join(map(str, winner))})"
        if call.record.part == 1:  # the indices that return_indices asks for
            value, formula = (
                float(flat),
                f"{name} = {flat}, where the maximum {plain(value)} stands in the flattened map",
            )
    elif kind == "lp":
        p = float(call["norm_type"])
        value = float((values**p).sum() / divisor) ** (1 / p)  # torch: a mean times the size of a full window
        formula = f"{name} = (Σ of {len(values)} xᵖ)^(1/p), p = {p:g} = {plain(value)}"
    else:
        values, facts = values / divisor, (("divisor", divisor),)
        value = float(values.sum())
        formula = f"{name} = Σ of {len(values)} ({plain(value * divisor)}) / {divisor:g} = {plain(value)}"
    cells, captured = grid(index[:-count], inside), call.captured(index)
    terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, -count - 1], values)
    return Explanation(call.record.op, formula, terms, 0.0, value, captured, kind == "avg", patch, facts)


def adaptive(n: int, count: int, axis: int) -> Window:
    """Windows of ``n`` cells divided among ``count`` outputs; exact where they are equally wide."""
    if count == 1:
        return WHOLE
    if n % count == 0:
        return Window(axis, n // count, 0, n // count - 1)
    stride = Fraction(n, count)
    # Window i is ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉ − 1: beside i·n/m at most (m − 1)/m earlier, and so much later.
    slack = Fraction(count - 1, count)
    return Window(axis, stride, -slack, stride - 1 + slack, exact=False)


@operation("mean", "sum", "amax", "amin", "logsumexp", "std", "var", arguments="input, dim=None")
class Reduction(Operation):
    """One number from all positions along some axes; over rows and columns it is a global pooling."""

    family = "pool"
    words: ClassVar[dict[str, str]] = {"mean": "average", "amax": "max", "amin": "min", "std": "deviation"}

    def short(self, call: Call) -> str:
        word = self.words.get(call.record.op, call.record.op)
        return f"Global {word}" if {"H", "W"} <= set(self._names(call)) else word.capitalize()

    def title(self, call: Call) -> str:
        word = {"amax": "Maximum", "amin": "Minimum"}.get(call.record.op, call.record.op.capitalize())
        names = [axis_word(name) for name in self._names(call)]
        return f"{word} over {' and '.join(names)}" if names else word

    def size_formula(self, call: Call) -> Iterator[str]:
        gone = call.axes_of("dim", len(call.shape()))
        before = [n for axis, n in enumerate(call.shape()) if axis in gone]
        yield f"{times(before)} = {prod(before):,} values become 1"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        gone = call.axes_of("dim", len(call.shape()))
        keep = len(call.output) == len(call.shape())
        reads: list[Reading] = []
        after = 0
        for axis in range(len(call.shape())):
            reads.append(WHOLE if axis in gone else Window(after))
            after += keep or axis not in gone
        return reads_input(call, reads)

    def explain(self, call: Call, index: Index) -> Explanation:
        op, rank = call.record.op, len(call.shape())
        if op not in _REDUCTIONS:
            return super().explain(call, index)
        gone = call.axes_of("dim", rank)
        left = iter(index if len(index) < rank else [i for axis, i in enumerate(index) if axis not in gone])
        lines = [slice(None) if axis in gone else next(left) for axis in range(rank)]
        values = doubles(call.tensor()[tuple(lines)]).reshape(-1)
        count = len(values)
        value = float(_REDUCTIONS[op](values, self._correction(call)))
        formula = f"{at_name(call.record, index)} = {op} of {count:,} = {plain(value)}"
        if op == "mean":
            values = values / count
        sizes = zip(lines, call.shape(), strict=True)
        cells = grid((), [np.arange(n) if isinstance(line, slice) else np.array([line]) for line, n in sizes])
        parent = call.parent()
        terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, 0], values)
        return Explanation(op, formula, terms, 0.0, value, call.captured(index), op in ("mean", "sum"))

    def _correction(self, call: Call) -> int:
        """What is taken off the count of a variance: 1 unless something else is asked for."""
        unbiased = call["unbiased"] if call.has("unbiased") else (*call.record.args, None, None, None)[2]
        given = call["correction"] if call.has("correction") else unbiased
        return 1 if given is None else int(given)

    def sliding(self, call: Call, channel: int) -> SlidingWindow | None:
        rank = len(call.shape())
        if call.record.op not in ("mean", "amax") or call.axes_of("dim", rank) != tuple(range(2, rank)):
            return None
        return sliding_pool(call, channel, tuple(Shares(size, 1) for size in call.shape()[2:]))

    def _names(self, call: Call) -> list[str]:
        """Names of the axes that go away, as far as they are known."""
        data = call.parent()
        return [] if data is None else [data.all_axes[axis] for axis in call.axes_of("dim", len(data.shape))]


@operation("cumsum", "cumprod", arguments="input, dim")
class Cumulative(Operation):
    """A running sum or product: each output reads all positions up to its own."""

    def reads(self, call: Call) -> tuple[Reads, ...]:
        (axis,) = call.axes_of("dim", len(call.shape()))
        return tuple((*reads[:axis], None, *reads[axis + 1 :]) for reads in pointwise(call))


_REDUCTIONS: dict[str, Callable[[Floats, int], Any]] = {
    "mean": lambda x, _: x.mean(),
    "sum": lambda x, _: x.sum(),
    "amax": lambda x, _: x.max(),
    "amin": lambda x, _: x.min(),
    "logsumexp": lambda x, _: x.max() + np.log(np.exp(x - x.max()).sum()),
    "var": lambda x, correction: x.var(ddof=correction),
    "std": lambda x, correction: x.std(ddof=correction),
}


def _name(call: Call) -> str:
    return _NAMES[call.record.op.removeprefix("adaptive_").split("_")[0]]
