"""Matrix products of two computed tensors: the heart of attention."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod, sqrt

import numpy as np
import torch

from cnnviz.arithmetic import Floats
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
from cnnviz.core.ops.text import plain, product, times
from cnnviz.slides import Ints


@operation("matmul", "bmm", "mm", arguments="input, other")
@operation("baddbmm", "addmm", arguments="bias, input, other, beta=1, alpha=1")
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
        if min(a.ndim, b.ndim) < 2:
            return super().explain(call, index)
        *lead, row, column = index
        # Of the axes before the last two, those of size 1 are broadcast.
        batches = [zip(lead[len(lead) - t.ndim + 2 :], t.shape[:-2], strict=True) for t in (a, b)]
        left, right = (tuple(i if n > 1 else 0 for i, n in batch) for batch in batches)
        factor = 1.0 if call["alpha"] is None else float(call["alpha"])
        values = doubles(a[left][row]) * doubles(b[right][:, column]) * factor  # (inner,)
        cells = along((*left, row, 0), a.ndim - 1, len(values))
        added = self._added(call, index)
        return _sum_of_products(call, index, cells, values, added)

    def _added(self, call: Call, index: Index) -> float | None:
        """What addmm and baddbmm add to the product."""
        if not call.has("bias"):
            return None
        bias = call.tensor("bias")
        place = tuple(i if n > 1 else 0 for i, n in zip(index[len(index) - bias.ndim :], bias.shape, strict=True))
        return float(bias[place]) * float(call["beta"])


def _sum_of_products(
    call: Call, index: Index, cells: Ints, values: Floats, added: float | None = None, name: str = "input"
) -> Explanation:
    parent, value = call.parent(name), float(values.sum()) + (added or 0.0)
    terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, -1], values)
    formula = sum_formula(at_name(call.record, index), terms, "products", added, value)
    return Explanation(call.record.op, formula, terms, added or 0.0, value, call.captured(index))


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

    def explain(self, call: Call, index: Index) -> Explanation:
        """Terms are the products, each from the cell of the first operand."""
        inputs, _, result = str(call["equation"]).replace(" ", "").partition("->")
        names, operands = inputs.split(","), call["operands"]
        if not result or "." in inputs or len(names) != len(operands):
            return super().explain(call, index)
        fixed = dict(zip(result, index, strict=True))
        summed = sorted(set("".join(names)) - set(result))
        lines = np.ones((1,) * len(summed))
        for letters, operand in zip(names, operands, strict=True):
            values = doubles(call.value(operand)[tuple([fixed.get(letter, slice(None)) for letter in letters])])
            left = [letter for letter in letters if letter not in fixed]
            if len(set(left)) < len(left):  # a diagonal
                return super().explain(call, index)
            values = values.transpose([left.index(letter) for letter in sorted(left)])
            lines = lines * values.reshape([values.shape[sorted(left).index(x)] if x in left else 1 for x in summed])
        places = np.indices(lines.shape).reshape(len(summed), -1)
        cells = [np.full(lines.size, fixed[x]) if x in fixed else places[summed.index(x)] for x in names[0]]
        parent, value = call.parent_of(operands[0]), float(lines.sum())
        where, values = np.stack(cells, 1), lines.reshape(-1)
        terms = terms_at(parent, where, values) if parent else terms_of(NETWORK, where[:, -1], values)
        formula = sum_formula(at_name(call.record, index), terms, "products", None, value)
        return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index))


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

    def explain(self, call: Call, index: Index) -> Explanation:
        """Terms are the values, weighted by what the query pays each of them."""
        lead, (row, column) = index[:-2], index[-2:]
        if call["dropout_p"] or call["enable_gqa"] or len({len(call.shape(n)) for n in ("query", "key", "value")}) > 1:
            return super().explain(call, index)
        query, keys = doubles(call.tensor("query")[lead][row]), doubles(call.tensor("key")[lead])  # (E,), (S, E)
        scale = 1 / sqrt(len(query)) if call["scale"] is None else float(call["scale"])
        scores = keys @ query * scale  # (S,)
        if call["is_causal"]:
            scores[row + 1 :] = -np.inf
        if call.has("attn_mask"):
            mask = call.tensor("attn_mask").cpu()
            line = mask.expand(*call.output[:-1], len(keys))[(*lead, row)]
            scores = np.where(line.numpy(), scores, -np.inf) if mask.dtype == torch.bool else scores + doubles(line)
        weights = np.exp(scores - scores.max())
        weights /= weights.sum()
        values = weights * doubles(call.tensor("value")[lead][:, column])
        cells = along((*lead, 0, column), len(lead), len(values))
        parent, value = call.parent("value"), float(values.sum())
        terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, cells[:, -2], values)
        formula = (
            f"{at_name(call.record, index)} = Σ of {len(values):,} values, weighted by softmax(q·k·{scale:.4g}) = "
        )
        facts = (("scale", scale), ("largest weight", float(weights.max())))
        return Explanation(call.record.op, formula + plain(value), terms, 0.0, value, call.captured(index), facts=facts)
