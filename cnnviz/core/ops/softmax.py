"""Softmax and its logarithm: scores become probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

import numpy as np

from cnnviz.core.ops.base import WHOLE, Operation, Reads, operation, pointwise
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import NETWORK, Explanation, Index, along, at_name, doubles, terms_at, terms_of
from cnnviz.core.ops.text import axis_word, plain


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

    def explain(self, call: Call, index: Index) -> Explanation:
        axis, op = self._axis(call), call.record.op
        cells = along(index, axis, call.shape()[axis])
        scores = doubles(call.tensor()[tuple(slice(None) if i == axis else at for i, at in enumerate(index))])  # (K,)
        x = -scores if op == "softmin" else scores
        # The largest is subtracted first: it cancels in the quotient, and e to the power of it would be too large.
        top = float(x.max())
        total = float(np.exp(x - top).sum())
        own = float(x[index[axis]]) - top
        value = own - log(total) if op == "log_softmax" else exp(own) / total
        name = at_name(call.record, index)
        if op == "log_softmax":
            formula = f"{name} = {plain(own)} − ln {total:.4g} = {plain(value)}, the largest {plain(top)} subtracted"
        else:
            formula = f"{name} = {exp(own):.4g}/{total:.4g} = {value:.4g}, the largest {plain(top)} subtracted"
        parent = call.parent()
        terms = terms_at(parent, cells, scores) if parent else terms_of(NETWORK, cells[:, axis], scores)
        facts = (("largest", top), ("exponential", exp(own)), ("sum of exponentials", total))
        return Explanation(op, formula, terms, 0.0, value, call.captured(index), False, facts=facts)

    def reads(self, call: Call) -> tuple[Reads, ...]:
        axis = self._axis(call)
        return tuple(tuple(WHOLE if i == axis else read for i, read in enumerate(reads)) for reads in pointwise(call))

    def _axis(self, call: Call) -> int:
        rank = len(call.output)
        if call.has("dim"):
            return int(call["dim"]) % rank
        return 0 if rank in (0, 1, 3) else 1  # torch's own rule where no axis is named
