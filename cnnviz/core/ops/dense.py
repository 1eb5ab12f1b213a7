"""Dense layers: every output unit reads every input unit."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnviz.core.ops.base import WHOLE, Call, Operation, Reads, operation, reads_input, same
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

    def reads(self, call: Call) -> tuple[Reads, ...]:
        return reads_input(call, [*same(len(call.shape()) - 1), WHOLE])
