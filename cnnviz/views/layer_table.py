"""All layers of the network as a table, as papers print it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.figure import Figure, Table
from cnnviz.views.architecture import fits, network
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.graph.shapes import Facts
    from cnnviz.core.trace import Record, Trace

WITH_WEIGHTS, ALL = "with weights", "all"


@dataclass(frozen=True)
class TableOptions:
    """Which operations, and what is told of them."""

    layers: str = field(
        default=WITH_WEIGHTS,
        metadata=option(
            "Layers", choices=(WITH_WEIGHTS, ALL), help="Convolutions, dense layers and pooling; or every operation."
        ),
    )
    field: bool = field(default=True, metadata=option("Receptive fields", help="A column with their sizes in pixels."))


@layer_view("layer-table", title="Table", options=TableOptions, fits=fits, priority=38)
def layer_table(trace: Trace, record: None, options: TableOptions) -> Figure:
    """Name, operation, output, parameters and multiply-adds of each layer, and their sums."""
    from cnnviz.core.graph.answers import facts

    known = [fact for fact in facts(trace) if options.layers == ALL or fact.family in ("conv", "dense", "pool")]
    heads = ["Layer", "Operation", "Output", "Parameters", "Multiply-adds"]
    if options.field:
        heads.append("Receptive field")
    rows = [_row(trace, fact, options.field) for fact in known]
    everything = facts(trace)
    left = sum(fact.parameters for fact in everything) - sum(fact.parameters for fact in known)
    total = sum(parameter.numel() for parameter in trace.module.parameters())
    last: tuple[str | int, ...] = ("Sum", "", "", total, sum(fact.macs for fact in everything))
    if options.field:
        last = (*last, "")
    panel = Table(tuple(heads), tuple(rows), last)
    said = f"{counted(len(rows), 'layer')} of {len(everything):,} operations"
    if left:
        said += f" · the sum holds {left:,} parameters of operations that are not listed"
    return replace(figure(trace, None, "layer-table", said, panel), title=network(trace))


def _row(trace: Trace, fact: Facts, told: bool) -> tuple[str | int, ...]:
    shape = " × ".join(str(n) for n in fact.shape)
    row: tuple[str | int, ...] = (fact.key, fact.short, shape, fact.parameters, fact.macs)
    return (*row, _field(trace, trace.records[fact.index])) if told else row


def _field(trace: Trace, record: Record) -> str:
    """``14 × 14``; in words where it is no size."""
    from cnnviz.core import geometry

    found = geometry.receptive_field(trace, record)
    if found.status in ("whole image", "unknown") or not any(found.size):
        return found.status if found.status != "exact" else "none"
    size = " × ".join(map(str, found.size))
    return f"≤ {size}" if found.status == "upper bound" else size
