"""Minimum pooling: PyTorch has none, so networks write −maxpool(−x); here its three records are one step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core.ops.base import operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import Explanation, Index, at_name, host
from cnnviz.core.ops.text import plain

if TYPE_CHECKING:
    from cnnviz.core.record import Record


def minimum_pooling(record: Record) -> Record | None:
    """The maximum pooling inside −maxpool(−x), of which this is the last record; None where it is something else."""
    if record.op != "neg" or "max_pool" not in (pooling := record.parents[0]).op or pooling.part:
        return None
    return pooling if pooling.parents[0].op == "neg" else None


def explain_minimum(record: Record, pooling: Record, index: Index) -> Explanation:
    """The smallest number under the window, from what was made negative, pooled and made positive again."""
    found = operation_of(pooling.op).explain(Call(pooling), index)
    assert found.patch is not None
    (source,) = pooling.parents[0].parents
    terms = replace(found.terms, values=-found.terms.values, sources=np.full(len(found.terms), source.index))
    value = -found.value
    place = ", ".join(f"{at:.0f}" for _, at in found.facts)
    return replace(
        found,
        op="min_pool" + pooling.op[-2:],
        formula=f"{at_name(record, index)} = min of {len(terms)} = {plain(value)}, at ({place})",
        terms=terms,
        value=value,
        captured=Call(record).captured(index),
        patch=replace(found.patch, inputs=0.0 - found.patch.inputs),
    )


def minimum_window(record: Record, pooling: Record, channel: int) -> SlidingWindow | None:
    """One channel of it as plain numbers."""
    found = operation_of(pooling.op).sliding(Call(pooling), channel)
    if found is None:
        return None
    (source,) = pooling.parents[0].parents
    lead = (0,) * (len(record.shape) - len(found.slides) - 1)
    maps, output = host(source.output[(*lead, channel)])[None], host(record.output[(*lead, channel)])
    return replace(found, kind="min", source=source.index, maps=maps, output=output)
