"""Dense layers: every output unit reads every input unit."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from torch import Tensor

from cnnviz.arithmetic import Patch
from cnnviz.core.ops.base import WHOLE, Operation, Reads, operation, reads_input, same
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import (
    NETWORK,
    Explanation,
    Index,
    along,
    at_name,
    doubles,
    sum_formula,
    terms_at,
    terms_of,
)
from cnnviz.core.ops.text import product, sum_of


@operation("linear", arguments="input, weight, bias=None")
class Dense(Operation):
    """y = W·x + b, along the last axis."""

    family = "dense"

    def short(self, call: Call) -> str:
        return "Dense"

    def title(self, call: Call) -> str:
        units_out, units_in = call.shape("weight")
        return f"Dense (Linear) {units_in:,} → {units_out:,}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        if not call.has("bias"):
            yield "Bias", "none"
        if (count := prod(call.output[1:-1])) > 1:
            yield "Applied at", f"{count:,} positions, with the same weights"

    def size_formula(self, call: Call) -> Iterator[str]:
        units_out, units_in = call.shape("weight")
        yield f"{units_out:,} units, each reads all {units_in:,} inputs"

    def parameters(self, call: Call) -> tuple[int, str]:
        weight, bias = call.shape("weight"), call.shape("bias")
        total, text = super().parameters(call)
        if total == prod(weight) + sum(bias):  # else it is computed, or not learned
            text = sum_of([product(reversed(weight)), *map(str, bias)], total)
        return total, text

    def macs(self, call: Call) -> tuple[int, str]:
        units_out, units_in = call.shape("weight")
        positions = prod(call.output[:-1])
        total = units_in * units_out * positions
        return total, f"{product([units_in, units_out] + [positions] * (positions > 1))} = {total:,}"

    def explain(self, call: Call, index: Index) -> Explanation:
        unit = index[-1]
        inputs, weights = doubles(call.tensor()[index[:-1]]), doubles(self.filter(call, unit))  # (K,)
        bias = call.number("bias", unit, 0.0)
        cells = along(index, len(index) - 1, len(inputs))
        parent = call.parent()
        values = inputs * weights
        terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, -1], values)
        value = float(values.sum()) + bias
        name, given = at_name(call.record, index), bias if call.has("bias") else None
        formula = sum_formula(name, terms, "inputs", given, value)
        here = (np.zeros(1, np.int64),)
        patch = Patch(inputs[:, None], weights[:, None], np.zeros(1, np.bool_), here, here)
        return Explanation(call.record.op, formula, terms, bias, value, call.captured(index), patch=patch)

    def filter(self, call: Call, unit: int) -> Tensor:
        """The weights (K,) of a unit."""
        return call.tensor("weight")[unit]

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return reads_input(call, [*same(len(call.shape()) - 1), WHOLE])
