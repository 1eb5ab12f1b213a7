"""All records of a pass in numbers, and what ails them."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import Tensor

from cnnviz.core import geometry, maps, ops
from cnnviz.core.cancel import Cancelled
from cnnviz.core.record import Dropped, leaves
from cnnviz.core.survey.shapes import INFINITE, KINDS, MEANINGS, NAN, Finding, Row, Survey, SurveyQuery, layer_name
from cnnviz.core.survey.vitals import Vitals, vitals
from cnnviz.response import PICTURE

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


def survey(trace: Trace, query: SurveyQuery, wanted: Callable[[], bool] = lambda: True) -> Survey:
    """Look at every record of a pass. What was looked at before it was given up is not looked at again.

    Raises
    ------
    Cancelled
        It is no longer wanted.
    """
    seen: dict[int, Vitals] = {PICTURE: vitals(trace, None)}
    rows = []
    for record in trace.records:
        if not wanted():
            raise Cancelled
        with contextlib.suppress(Dropped):
            seen[record.index] = vitals(trace, record)
        rows.append(_row(trace, record, seen.get(record.index)))
    findings = [_finding(trace, None, kind, seen) for kind in (NAN, INFINITE) if kind in seen[PICTURE].ill]
    for record in trace.records:
        ill = seen[record.index].ill if record.index in seen else {}
        findings += [_finding(trace, record, kind, seen) for kind in KINDS if kind in ill]
    parameters = sum(parameter.numel() for parameter in trace.module.parameters())
    return Survey(query, tuple(rows), tuple(findings), len(rows) + 1 - len(seen), parameters)


def _row(trace: Trace, record: Record, seen: Vitals | None) -> Row:
    return maps.once(record, "row", lambda: _made_row(trace, record, seen))


def _made_row(trace: Trace, record: Record, seen: Vitals | None) -> Row:
    about = ops.head(trace, record)
    field = geometry.receptive_field(trace, record)
    return Row(
        record.index,
        record.key,
        record.op,
        about.short,
        about.family,
        tuple(record.input_shapes),
        record.output_shape,
        about.parameters,
        about.macs,
        record.nbytes,
        field.text,
        math.prod(field.size) if field.size else -1,
        None if seen is None else seen.zeros,
        None if seen is None or math.isnan(seen.mean) else seen.mean,
    )


def _finding(trace: Trace, record: Record | None, kind: str, seen: dict[int, Vitals]) -> Finding:
    index = PICTURE if record is None else record.index
    channels, total = seen[index].ill[kind], seen[index].total
    noun = "unit" if record is not None and maps.is_vector(record.output_shape) else "channel"
    verb = "has" if len(channels) == 1 else "have"
    sentence = f"{len(channels):,} of {total:,} {noun}s {verb} {MEANINGS[kind]}"
    if record is None:
        return Finding(PICTURE, "", "Picture", kind, channels, total, True, f"{sentence}.")
    # Where a source was not kept, nobody knows where it begins: then here.
    before = [seen[source].ill.get(kind, ()) for source in record.sources if source in seen]
    spreads = kind in (NAN, INFINITE)
    begins = not any(before) if spreads else len(channels) > sum(map(len, before))
    cause = _cause(trace, record, seen) if spreads and begins else ""
    if cause:
        sentence = f"{sentence}; {cause}"
    short = ops.head(trace, record).short
    return Finding(index, record.key, short, kind, channels, total, begins, f"{sentence}.", cause)


def _name(trace: Trace, index: int) -> str:
    if index == PICTURE:
        return layer_name(PICTURE, "", "")
    record = trace.records[index]
    return layer_name(index, ops.head(trace, record).short, record.key)


def _cause(trace: Trace, record: Record, seen: dict[int, Vitals]) -> str:
    """Why values are no numbers here, although none of the sources has such values."""
    if any(source not in seen for source in record.sources):
        return "what goes in was not kept"
    endless = [i for i in dict.fromkeys(record.sources) if INFINITE in seen[i].ill]
    if endless:
        names = " and ".join(_name(trace, index) for index in endless)
        return f"it comes from the infinite values of {names}"
    weights = [item for item in leaves(record.ingredients()) if isinstance(item, Tensor) and item.is_floating_point()]
    if any(not bool(weight.isfinite().all()) for weight in weights):
        return "its weights are not all numbers, what goes in is"
    return "what goes in, and its weights, are all numbers"
