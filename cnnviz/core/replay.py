"""A part of a pass again, from other values: for gradients, and for following where values go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from cnnviz.core.errors import CnnvizError
from cnnviz.core.record import Record, exchange
from cnnviz.core.recorder import tensors_in

if TYPE_CHECKING:
    from cnnviz.core.trace import Trace


def between(trace: Trace, start: int, last: Record) -> list[Record]:
    """The records that take part on the way from a record (−1: the input) to another, in order, ``last`` included.

    Empty when none of them depends on the first.
    """
    needed, waiting = {last.index}, [last]
    while waiting:
        for parent in waiting.pop().parents:
            if parent.index > start and parent.index not in needed:
                needed.add(parent.index)
                waiting.append(parent)
    reached = {start}
    found = []
    for record in trace.records[start + 1 : last.index + 1]:
        if record.index in needed and not reached.isdisjoint(parent.index for parent in record.parents):
            reached.add(record.index)
            found.append(record)
    return found if last.index in reached else []


def replay(trace: Trace, start: int, value: Tensor, last: Record) -> Tensor:
    """What a record would have given if an earlier one (−1: the input) had given ``value``; all else as it was.

    It is computed where ``value`` is, in its precision, and gradients flow from ``value`` to the result. Neither the
    network nor torch's random numbers are touched: parameters collect no gradients, running means stay. Dropout in
    training draws other numbers than in the pass.

    Raises
    ------
    CnnvizError
        When the result does not depend on the record, or an operation between them cannot be repeated.
    Dropped
        When an output that is needed was not kept.
    """
    records = between(trace, start, last)
    if not records:
        raise CnnvizError(f"{last.key} does not depend on {trace.records[start].key if start >= 0 else 'the picture'}.")
    values = {start: value}
    with torch.random.fork_rng(devices=[]):
        for record in records:
            values[record.index] = _again(record, values)
    return values[last.index]


def _again(record: Record, values: dict[int, Tensor]) -> Tensor:
    if record.function is None:
        raise CnnvizError(f"{record.key} cannot be repeated: “{record.op}” writes into the memory of others.")
    args, kwargs = record.ingredients()
    # What may be written into is copied: the values of the pass, and what the network remembers (running means).
    writes = any(item is True for item in (*args, *kwargs.values())) or record.op in ("batch_norm", "instance_norm")
    like = next(iter(values.values()))  # all go where this one is, in its precision

    def value_of(item: Any) -> Any:
        if isinstance(item, Record):
            known = values.get(item.index)
            item = item.output.detach() if known is None else known
        elif isinstance(item, Tensor):
            item = item.detach()
        else:
            return item
        item = item.to(like.device, like.dtype if item.is_floating_point() else item.dtype)
        return item.clone() if writes else item

    named = {name: exchange(item, value_of) for name, item in kwargs.items() if name != "out"}
    with torch.enable_grad():
        result = record.function(*exchange(args, value_of), **named)
    return tensors_in(result)[record.part]
