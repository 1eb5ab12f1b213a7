"""Operations that replace some values by others, and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from cnnviz.core.ops.base import WHOLE, Operation, Reads, copied, nothing, operation, pointwise
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import Explanation, Index, at_name
from cnnviz.core.ops.join import Elementwise
from cnnviz.core.ops.text import plain
from cnnviz.core.record import Source, exchange


def chosen(call: Call, index: Index, value: Any, at: Index, why: str) -> Explanation:
    """A value that was taken from a tensor at a place, or that is a plain number."""
    if isinstance(value, (Source, Tensor)):
        shape = call.shape_of(value)
        at = tuple(i if n > 1 else 0 for i, n in zip(at[len(at) - len(shape) :], shape, strict=True))
        return copied(call, index, value, at, f"{why}: ")
    number = float(value)
    formula = f"{at_name(call.record, index)} = {plain(number)}, {why}"
    return Explanation(call.record.op, formula, nothing(), number, number, call.captured(index))


def _mask(call: Call, name: str, index: Index) -> bool:
    mask = call.tensor(name)
    place = index[len(index) - mask.ndim :]
    return bool(mask[tuple(i if n > 1 else 0 for i, n in zip(place, mask.shape, strict=True))])


class Choice(Operation):
    """Some values are replaced by others."""

    family = "shape"


@operation("masked_fill", arguments="input, mask, value")
class MaskedFill(Choice):
    """One value wherever a mask says so."""

    def title(self, call: Call) -> str:
        return "Fill where a mask says so"

    def explain(self, call: Call, index: Index) -> Explanation:
        masked = _mask(call, "mask", index)
        return chosen(call, index, call["value" if masked else "input"], index, "masked" if masked else "not masked")

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


@operation("where", arguments="condition, input, other")
class Where(Choice):
    """One of two values, as a mask says."""

    def explain(self, call: Call, index: Index) -> Explanation:
        if not call.has("input"):
            return super().explain(call, index)
        holds = _mask(call, "condition", index)
        why = "the condition holds" if holds else "the condition does not hold"
        return chosen(call, index, call["input" if holds else "other"], index, why)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return pointwise(call)


@operation("fill", "zero", "fill_diagonal", arguments="input, value=0")
class Fill(Choice):
    """All values replaced by one."""

    def explain(self, call: Call, index: Index) -> Explanation:
        if call.record.op == "fill_diagonal":
            return super().explain(call, index)
        return chosen(call, index, call["value"], (), "filled with it")


@operation("new_zeros", "new_ones", "new_full", "zeros_like", "ones_like", "full_like")
class Constant(Choice):
    """One value everywhere; of the input nothing but its shape or type is taken."""

    def explain(self, call: Call, index: Index) -> Explanation:
        value = call.captured(index)
        formula = f"{at_name(call.record, index)} = {plain(value)}, the same everywhere"
        return Explanation(call.record.op, formula, nothing(), value, value, value)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return tuple((WHOLE,) * len(parent.shape) for parent in call.record.parents)


@operation("setitem", arguments="input, index, value")
class Assignment(Choice):
    """A part of a tensor replaced."""

    def title(self, call: Call) -> str:
        return "Assign to a part"

    def explain(self, call: Call, index: Index) -> Explanation:
        # Numbers in the place of the values show which cells were replaced, and by which.
        shape, value = call.shape(), call["value"]
        numbers = torch.arange(int(np.prod(shape))).view(shape)
        picked = exchange(call["index"], call.value)
        source = call.shape_of(value)
        new = -1 - torch.arange(int(np.prod(source))).view(source) if isinstance(value, (Source, Tensor)) else -1
        numbers[picked] = new
        number = int(numbers[index])
        if number >= 0:
            return chosen(call, index, call["input"], index, "not replaced")
        at = tuple(int(i) for i in np.unravel_index(-1 - number, source)) if source else ()
        return chosen(call, index, value, at, "replaced")


@operation("eq", "ne", "gt", "lt", "ge", "le", arguments="input, other")
class Comparison(Elementwise):
    """1 where a comparison holds, 0 where it does not."""

    family = "join"
    signs: ClassVar[dict[str, tuple[str, Callable[[float, float], bool]]]] = {
        "eq": ("=", lambda x, y: x == y),
        "ne": ("≠", lambda x, y: x != y),
        "gt": (">", lambda x, y: x > y),
        "lt": ("<", lambda x, y: x < y),
        "ge": ("≥", lambda x, y: x >= y),
        "le": ("≤", lambda x, y: x <= y),
    }

    def short(self, call: Call) -> str:
        return f"x {self.signs[call.record.op][0]} y"

    def title(self, call: Call) -> str:
        return f"Comparison: {self.short(call)}"

    def explain(self, call: Call, index: Index) -> Explanation:
        sign, holds = self.signs[call.record.op]
        terms, values = self.operands(call, index)
        value = float(holds(values[0], values[1]))
        word = "holds" if value else "does not hold"
        formula = f"{at_name(call.record, index)} = {value:g}: {plain(values[0])} {sign} {plain(values[1])} {word}"
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index), False)
