"""All records of a trace in words and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.core import ops
from cnnviz.core.graph.shapes import Facts

if TYPE_CHECKING:
    from cnnviz.core.trace import Trace


def facts_of(trace: Trace) -> tuple[Facts, ...]:
    """One for each record; parameters that several calls share count once, at the first of them."""
    found = []
    for record in trace.records:
        about = ops.head(trace, record)
        found.append(
            Facts(
                record.index,
                record.key,
                record.path,
                record.op,
                about.short,
                about.family,
                record.output_shape,
                record.sources,
                0 if record.call else about.parameters,
                about.macs,
                record.nbytes,
            )
        )
    return tuple(found)
