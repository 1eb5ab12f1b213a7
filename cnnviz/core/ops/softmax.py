"""Softmax and its logarithm: scores become probabilities."""

from __future__ import annotations

from collections.abc import Iterator

from cnnviz.core.ops.base import WHOLE, Call, Operation, Reads, operation, pointwise
from cnnviz.core.ops.text import axis_word


@operation("softmax", "log_softmax", "softmin", arguments="input, dim=None")
class Softmax(Operation):
    """e^(xᵢ) / Σⱼ e^(xⱼ) along one axis; non-negative, and they add up to 1."""

    family = "softmax"

    def short(self, call: Call) -> str:
        return {"softmax": "Softmax", "log_softmax": "LogSoftmax", "softmin": "Softmin"}[call.record.op]

    def title(self, call: Call) -> str:
        axis = self._axis(call)
        names = call.record.all_axes
        return f"{self.short(call)} over {call.output[axis]:,} {axis_word(names[axis])}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield (
            "Formula",
            {
                "softmax": "e^(xᵢ) / Σⱼ e^(xⱼ)",
                "log_softmax": "xᵢ − ln Σⱼ e^(xⱼ)",
                "softmin": "e^(−xᵢ) / Σⱼ e^(−xⱼ)",
            }[call.record.op],
        )

    def reads(self, call: Call) -> tuple[Reads, ...]:
        axis = self._axis(call)
        return tuple(tuple(WHOLE if i == axis else read for i, read in enumerate(reads)) for reads in pointwise(call))

    def _axis(self, call: Call) -> int:
        rank = len(call.output)
        if call.has("dim"):
            return int(call["dim"]) % rank
        return 0 if rank in (0, 1, 3) else 1  # torch's own rule where no axis is named
