"""Matrix products of two computed tensors: the heart of attention."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

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
from cnnviz.core.ops.text import product, times


@operation("matmul", "bmm", "mm", arguments="input, other")
@operation("baddbmm", "addmm", arguments="bias, input, other")
class MatrixProduct(Operation):
    """C = A·B over the last two axes."""

    def short(self, call: Call) -> str:
        return "Product"

    def title(self, call: Call) -> str:
        return f"Matrix product {times(call.shape()[-2:])} · {times(call.shape('other')[-2:])}"

    def macs(self, call: Call) -> tuple[int, str]:
        inner = call.shape()[-1]
        total = inner * prod(call.output)
        return total, f"{inner}·({product(call.output)}) = {total:,}"

    def reads(self, call: Call) -> tuple[Reads, ...]:
        rank = len(call.shape())
        if call.parent("other") is None and len(call.output) == rank:  # weights on the right: a dense layer
            return reads_input(call, [*same(rank - 1), WHOLE])
        return super().reads(call)

    def explain(self, call: Call, index: Index) -> Explanation:
        a, b = call.tensor(), call.tensor("other")
        if call.has("bias") or min(a.ndim, b.ndim) < 2:
            return super().explain(call, index)
        *lead, row, column = index
        # Of the axes before the last two, those of size 1 are broadcast.
        batches = [zip(lead[len(lead) - t.ndim + 2 :], t.shape[:-2], strict=True) for t in (a, b)]
        left, right = (tuple(i if n > 1 else 0 for i, n in batch) for batch in batches)
        values = doubles(a[left][row]) * doubles(b[right][:, column])  # (inner,)
        value = float(values.sum())
        cells, parent = along((*left, row, 0), a.ndim - 1, len(values)), call.parent()
        terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, -1], values)
        formula = sum_formula(at_name(call.record, index), terms, "products", None, value)
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index))


@operation("einsum", arguments="equation, *operands")
class Einsum(Operation):
    """Sums of products as an equation says."""

    def title(self, call: Call) -> str:
        return f"Einsum {call['equation']}"

    def macs(self, call: Call) -> tuple[int, str]:
        operands = [call.shape_of(operand) for operand in call["operands"]]
        inputs = str(call["equation"]).replace(" ", "").split("->")[0].split(",")
        if len(inputs) != len(operands) or len(operands) != 2 or "." in "".join(inputs):
            return 0, ""
        sizes: dict[str, int] = {}
        for names, shape in zip(inputs, operands, strict=True):
            sizes.update(zip(names, shape, strict=True))
        total = prod(sizes.values())
        return total, f"{product(sizes.values())} = {total:,}"


@operation(
    "scaled_dot_product_attention",
    arguments="query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None",
)
class Attention(Operation):
    """softmax(Q·Kᵀ/√d)·V. Vaswani et al.: Attention is all you need, 2017."""

    def short(self, call: Call) -> str:
        return "Attention"

    def title(self, call: Call) -> str:
        heads = call.shape("query")[-3] if len(call.shape("query")) > 3 else 1
        return f"Attention, {heads} heads of {call.shape('query')[-1]}"

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        yield "Formula", "softmax(Q·Kᵀ/√d)·V"
        yield "Queries, keys", f"{call.shape('query')[-2]:,}, {call.shape('key')[-2]:,}"

    def macs(self, call: Call) -> tuple[int, str]:
        *batch, queries, width = call.shape("query")
        keys, values = call.shape("key")[-2], call.shape("value")[-1]
        total = prod(batch) * queries * keys * (width + values)
        return total, f"{product(batch)}·{queries}·{keys}·({width} + {values}) = {total:,}"
