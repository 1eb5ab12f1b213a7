"""Outputs that were not kept, computed again from those that were: the same operations, the same numbers, every bit."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import Tensor

from cnnviz.core.record import Dropped, Record, exchange, leaves

_RANDOM = frozenset(
    "rand randn randint randperm rand_like randn_like randint_like normal bernoulli multinomial poisson uniform "
    "exponential geometric cauchy log_normal random gumbel_softmax empty empty_like new_empty fractional_max_pool2d "
    "fractional_max_pool3d stochastic_depth".split()
)
"""Operations that give other numbers the next time."""

_TRAINED = frozenset(
    "dropout dropout1d dropout2d dropout3d feature_dropout alpha_dropout feature_alpha_dropout rrelu batch_norm "
    "instance_norm".split()
)
"""Operations that do so, or change what the network remembers, where they are told that it is being trained."""

_latest: list[weakref.ref[Record]] = []
"""The record whose output was computed last, in all traces; it holds that output for a while."""


def is_repeatable(record: Record) -> bool:
    """Whether the output of a record can be computed again, as far as its own operation is concerned."""
    if record.function is None or record.op in _RANDOM or torch._C._is_any_autocast_enabled():
        return False
    args, kwargs = record.ingredients()
    if record.op in _TRAINED and any(item is True for item in (*args, *kwargs.values())):
        return False
    drops = kwargs.get("dropout_p", args[4] if record.op == "scaled_dot_product_attention" and len(args) > 4 else 0)
    if drops:
        return False
    weights = [item for item in leaves((args, kwargs)) if isinstance(item, Tensor)]
    return not any(weight.is_inference() for weight in weights) and not any(p.dropped for p in record.parents)


def compute(record: Record) -> Tensor:
    """The output of a record, through all records before it whose outputs are not at hand.

    Raises
    ------
    Dropped
        When weights have changed since, or something that is needed cannot be repeated.
    """
    values: dict[int, Tensor] = {}
    waiting = _missing(record, values)
    users: dict[int, int] = {}  # the last of the waiting records that needs each output
    for each in waiting:
        users |= dict.fromkeys(each.sources, each.index)
    for each in waiting:
        values[each.index] = _repeated(each, values)
        for source in each.sources:
            if users[source] == each.index:
                values.pop(source, None)
    value = values[record.index]
    if record.away:
        _hold(record, value)
    return value


def _missing(record: Record, values: dict[int, Tensor]) -> list[Record]:
    """The records to be computed, in order of execution; what others need and is at hand goes into ``values``."""
    found, open_ends = {record.index: record}, [record]
    while open_ends:
        for parent in open_ends.pop().parents:
            if parent.index in found or parent.index in values:
                continue
            if (there := parent.at_hand) is not None:
                values[parent.index] = there
            else:
                found[parent.index] = parent
                open_ends.append(parent)
    return [found[index] for index in sorted(found)]


def _repeated(record: Record, values: dict[int, Tensor]) -> Tensor:
    """One operation again."""
    from cnnviz.core.recorder import tensors_in

    if record.dropped or record.function is None:
        raise Dropped(f"The output of {record.key} was not kept, because the trace is larger than the memory budget.")
    weights = record.weights_then()
    if weights is None:
        raise Dropped(f"The output of {record.key} was not kept, and the weights that made it have changed since.")
    args, kwargs = record.ingredients()
    writes = any(item is True for item in args)  # it may be told by its place to work in place

    def value_of(item: Any) -> Any:
        if isinstance(item, Tensor):
            return weights.get(id(item), item)
        if not isinstance(item, Record):
            return item
        return values[item.index].clone() if writes else values[item.index]

    named = {name: exchange(item, value_of) for name, item in kwargs.items() if name not in ("inplace", "out")}
    with torch.no_grad():
        result = record.function(*exchange(args, value_of), **named)
    return tensors_in(result)[record.part].to(record.dtype)  # in place, it took the type of what it was written into


def _hold(record: Record, value: Tensor) -> None:
    """Keep what was computed last, so that another look at it costs nothing: one output only."""
    before = _latest[0]() if _latest else None
    if before is not None and before is not record:
        before.let_go()
    record.hold_again(value)
    _latest[:] = [weakref.ref(record)]
