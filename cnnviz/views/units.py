"""Outputs without rows and columns: dense layers, global averages, class scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnviz.core.maps import is_vector

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

SOFTMAX = ("softmax", "log_softmax")


def is_scores(trace: Trace, record: Record) -> bool:
    """Whether an output is one number for each class: the logits, and what the network makes of them."""
    classes = len(trace.logits)
    if classes == 0 or not is_vector(record.output_shape) or record.output_shape.count(classes) != 1:
        return False
    return record.index >= trace.logits_record >= 0 or record.op in SOFTMAX or _same(trace, record)


def labels_of(trace: Trace, record: Record) -> tuple[str, ...]:
    """Class names of an output that is one number for each class; else none."""
    labels = trace.labels
    return labels if len(labels) == len(trace.logits) and is_scores(trace, record) else ()


def _same(trace: Trace, record: Record) -> bool:
    """Whether the logits are this record's values, handed on: dropout, flatten."""
    here: Record | None = trace.records[trace.logits_record] if trace.logits_record >= 0 else None
    while (
        here is not None
        and here.index > record.index
        and here.op in ("dropout", "flatten", "view", "reshape", "squeeze")
    ):
        here = here.parents[0] if here.parents else None
    return here is record
