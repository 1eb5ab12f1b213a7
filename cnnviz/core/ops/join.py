"""Where branches meet: sums, products, concatenations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from torch import Tensor

from cnnviz.core.ops.base import Operation, Reading, Reads, Window, copied, operation, pointwise, single
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import Explanation, Index, at_name, joined
from cnnviz.core.ops.text import axis_word, number, signed, sum_of
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
    name = getattr(call.record.function, "__name__", "").strip("_")
    return name in ("rsub", "rdiv", "rtruediv", "rpow") and not isinstance(call["input"], (int, float))


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
        op, names = call.record.op, ("input", "other")
        if op == "div" and call.has("rounding_mode"):
            return super().explain(call, index)
        cells = {name: self._cell(call, name, index) for name in names}
        a, b = (float(call[name]) if at is None else float(call.tensor(name)[at]) for name, at in cells.items())
        factors = {"input": 1.0, "other": (-1.0 if op == "sub" else 1.0) * float(call["alpha"] or 1)}
        sums = op in ("add", "sub")
        # In a sum plain numbers are the bias; elsewhere the terms are what went in.
        given = [(name, at, value) for (name, at), value in zip(cells.items(), (a, b), strict=True)]
        parts = [
            single(call, at or (), np.array([value * factors[name] if sums else value]), name)
            for name, at, value in given
            if not (sums and at is None)
        ]
        bias = sum(value * factors[name] for name, at, value in given if sums and at is None)
        x, y = (b, a) if _is_turned(call) else (a, b)
        value = a * factors["input"] + b * factors["other"] if sums else float(_FUNCTIONS[op](x, y))
        if sums and _is_turned(call):  # 1 − x arrives as the subtraction of 1 from x, turned round
            value, bias = -value, -bias
            parts = [replace(part, values=-part.values) for part in parts]
        text = f"{at_name(call.record, index)} = {signed(x)} {_WORDS[op][1]} {signed(y)} = {signed(value)}"
        return Explanation(op, text, joined(parts), bias, value, call.captured(index), sums)

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

    def explain(self, call: Call, index: Index) -> Explanation:
        axis, place = self._axis(call), index[self._axis(call)]
        parts = [tensor for tensor in call["tensors"] if call.shape_of(tensor) not in ((), (0,))]
        which = 0
        while place >= call.shape_of(parts[which])[axis]:
            place -= call.shape_of(parts[which])[axis]
            which += 1
        at = (*index[:axis], place, *index[axis + 1 :])
        return copied(call, index, parts[which], at, f"source {which} of {len(parts)}, ")

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
