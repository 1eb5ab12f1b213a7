"""Where branches meet: sums, products, concatenations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from torch import Tensor

from cnnviz.core.ops.base import Operation, Reading, Reads, Window, copied, operation, pointwise, single
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import Explanation, Index, Terms, at_name, joined
from cnnviz.core.ops.text import axis_word, factor, number, plain, sum_of, then
from cnnviz.core.record import Source

_WORDS = {
    "add": ("Add", "+"),
    "sub": ("Subtract", "−"),
    "mul": ("Multiply", "×"),
    "div": ("Divide", "/"),
    "pow": ("Power", "^"),
    "maximum": ("Maximum", "max"),
    "minimum": ("Minimum", "min"),
}


_FUNCTIONS: dict[str, Callable[[float, float], float]] = {
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "maximum": np.maximum,
    "minimum": np.minimum,
}


def _is_turned(call: Call) -> bool:
    """Whether Python turned the operands round: ``1 - x`` calls ``x.__rsub__(1)``."""
    return getattr(call.record.function, "__name__", "").strip("_") in ("rsub", "rdiv", "rtruediv", "rpow")


def _written(op: str, x: float, y: float) -> str:
    """``(−0.3) × 0.2``, ``max(0.3, 0.2)``."""
    sign = _WORDS[op][1]
    return f"{sign}({plain(x)}, {plain(y)})" if sign in ("max", "min") else f"{factor(x)} {sign} {factor(y)}"


@operation("mul", "pow", "maximum", "minimum", arguments="input, other")
@operation("div", arguments="input, other, rounding_mode=None")
@operation("add", "sub", arguments="input, other, alpha=1")
class Elementwise(Operation):
    """Two tensors, or a tensor and a number, combined position by position."""

    family = "join"

    def short(self, call: Call) -> str:
        return _WORDS[call.record.op][0]

    def title(self, call: Call) -> str:
        word, sign = _WORDS[call.record.op]
        other = call["other"]
        if isinstance(other, (int, float)):
            return f"{word}: {number(other)} {sign} x" if _is_turned(call) else f"{word}: x {sign} {number(other)}"
        if len(call.record.parents) == 2:
            return f"{word}: {f' {sign} '.join(parent.path for parent in call.record.parents)}"
        return f"{word}: with the network's own numbers" if call.learned else word

    def size_formula(self, call: Call) -> Iterator[str]:
        shapes = [call.shape(name)[1:] for name in ("input", "other")]
        if all(shapes) and shapes[0] != shapes[1]:
            yield "the smaller one is repeated along the axes where it has size 1"

    def explain(self, call: Call, index: Index) -> Explanation:
        op = call.record.op
        names = ("other", "input") if _is_turned(call) else ("input", "other")
        if op == "div" and call.has("rounding_mode"):
            return super().explain(call, index)
        cells = [self._cell(call, name, index) for name in names]
        pairs = list(zip(names, cells, strict=True))
        values = [float(call[name]) if at is None else float(call.tensor(name)[at]) for name, at in pairs]
        sums = op in ("add", "sub")
        if sums:
            values[1] *= (-1.0 if op == "sub" else 1.0) * float(call["alpha"])
            value, text = sum(values), plain(values[0]) + then(values[1])
        else:
            value, text = float(_FUNCTIONS[op](*values)), _written(op, *values)
        # In a sum plain numbers are the bias; elsewhere the terms are what went in.
        bias = sum(number for number, at in zip(values, cells, strict=True) if at is None) if sums else 0.0
        parts = [
            single(call, at or (), np.array([number]), name)
            for (name, at), number in zip(pairs, values, strict=True)
            if at is not None or not sums
        ]
        text = f"{at_name(call.record, index)} = {text} = {plain(value)}"
        return Explanation(op, text, joined(parts), bias, value, call.captured(index), sums)

    def operands(self, call: Call, index: Index) -> tuple[Terms, list[float]]:
        """The two numbers that meet, as terms and as they are."""
        pairs = [(name, self._cell(call, name, index)) for name in ("input", "other")]
        values = [float(call[name]) if at is None else float(call.tensor(name)[at]) for name, at in pairs]
        parts = [single(call, at or (), np.array([x]), name) for (name, at), x in zip(pairs, values, strict=True)]
        return joined(parts), values

    def _cell(self, call: Call, name: str, index: Index) -> Index | None:
        """The cell of an argument that meets a cell of the output; None for a plain number."""
        shape = call.shape(name)
        if not isinstance(call[name], (Source, Tensor)):
            return None
        return tuple(i if n > 1 else 0 for i, n in zip(index[len(index) - len(shape) :], shape, strict=True))

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


@operation("cat", arguments="tensors, dim=0")
class Concatenation(Operation):
    """Sources one behind the other along an axis, mostly the channels."""

    family = "join"

    def short(self, call: Call) -> str:
        return "Concat"

    def title(self, call: Call) -> str:
        names = call.record.all_axes
        return f"Concatenate {len(call['tensors'])} along the {axis_word(names[self._axis(call)])}"

    def size_formula(self, call: Call) -> Iterator[str]:
        axis = self._axis(call)
        parts = [call.shape_of(tensor)[axis] for tensor in call["tensors"] if len(call.shape_of(tensor)) > axis]
        yield f"{axis_word(call.record.all_axes[axis])} {sum_of([str(part) for part in parts], call.output[axis])}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        axis, start = self._axis(call), 0
        word = axis_word(call.record.all_axes[axis], "places").capitalize()
        for tensor in call["tensors"]:
            shape, parent = call.shape_of(tensor), call.parent_of(tensor)
            if shape not in ((), (0,)):
                name = "the network's own numbers" if parent is None else parent.key
                yield f"{word} {start:,} to {start + shape[axis] - 1:,}", name
                start += shape[axis]

    def explain(self, call: Call, index: Index) -> Explanation:
        axis, place = self._axis(call), index[self._axis(call)]
        parts = [tensor for tensor in call["tensors"] if call.shape_of(tensor) not in ((), (0,))]
        which = 0
        while place >= call.shape_of(parts[which])[axis]:
            place -= call.shape_of(parts[which])[axis]
            which += 1
        at = (*index[:axis], place, *index[axis + 1 :])
        parent = call.parent_of(parts[which])
        name = "" if parent is None else f", {parent.key}"
        return copied(call, index, parts[which], at, f"branch {which + 1} of {len(parts)}{name}: ")

    def reads(self, call: Call) -> tuple[Reads, ...]:
        # Along the axis itself each source has an interval of the output for itself, at its own place.
        axis, start, result = self._axis(call), 0, []
        starts: list[int] = []
        for tensor in call["tensors"]:
            shape = call.shape_of(tensor)
            if shape in ((), (0,)):
                continue
            starts.append(start)
            start += shape[axis]
        sources = [tensor for tensor in call["tensors"] if call.shape_of(tensor) not in ((), (0,))]
        places = {source.index: at for source, at in zip(sources, starts, strict=True) if hasattr(source, "index")}
        for parent in call.record.parents:
            shift = -places.get(parent.index, 0)
            reads: list[Reading] = [Window(i) for i in range(len(parent.shape))]
            reads[axis] = Window(axis, 1, shift, shift)
            result.append(tuple(reads))
        return tuple(result)

    def _axis(self, call: Call) -> int:
        return int(call["dim"]) % len(call.output)


@operation("stack", arguments="tensors, dim=0")
class Stack(Operation):
    """Sources one behind the other along a new axis."""

    family = "join"

    def title(self, call: Call) -> str:
        return f"Stack {len(call['tensors'])} along a new axis"

    def explain(self, call: Call, index: Index) -> Explanation:
        new = int(call["dim"]) % len(call.output)
        part = index[new]
        return copied(call, index, call["tensors"][part], index[:new] + index[new + 1 :], f"source {part}, ")

    def reads(self, call: Call) -> tuple[Reads, ...]:
        new = int(call["dim"]) % len(call.output)
        reads = tuple(Window(axis + (axis >= new)) for axis in range(len(call.output) - 1))
        return tuple(reads for _ in call.record.parents)
