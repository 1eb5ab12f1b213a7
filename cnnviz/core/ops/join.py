"""Where branches meet: sums, products, concatenations."""

from __future__ import annotations

from collections.abc import Iterator

from cnnviz.core.ops.base import Call, Operation, Reading, Reads, Window, operation, pointwise
from cnnviz.core.ops.text import axis_word, number, sum_of

_WORDS = {
    "add": ("Add", "+"),
    "sub": ("Subtract", "−"),
    "mul": ("Multiply", "×"),
    "div": ("Divide", "/"),
    "pow": ("Power", "^"),
    "maximum": ("Maximum", "max"),
    "minimum": ("Minimum", "min"),
}


@operation("mul", "div", "pow", "maximum", "minimum", arguments="input, other")
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
            return f"{word}: x {sign} {number(other)}"
        if len(call.record.parents) == 2:
            return f"{word}: {f' {sign} '.join(parent.path for parent in call.record.parents)}"
        return f"{word}: with the network's own numbers" if call.learned else word

    def size_formula(self, call: Call) -> Iterator[str]:
        shapes = [call.shape(name)[1:] for name in ("input", "other")]
        if all(shapes) and shapes[0] != shapes[1]:
            yield "the smaller one is repeated along the axes where it has size 1"

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

    def reads(self, call: Call) -> tuple[Reads, ...]:
        new = int(call["dim"]) % len(call.output)
        reads = tuple(Window(axis + (axis >= new)) for axis in range(len(call.output) - 1))
        return tuple(reads for _ in call.record.parents)
