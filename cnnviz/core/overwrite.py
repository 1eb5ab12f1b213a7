"""Keeps what an operation produced when a later one is about to write over it, at the least cost that is safe.

In this order: an elementwise output whose sources are kept is computed again when something looks at it; an elementwise
writer runs out of place and its result takes over the tensor; else what is about to be overwritten is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from cnnviz.core.names import ELEMENTWISE, RELABELLING, Op
from cnnviz.core.producers import Producers, storage_of
from cnnviz.core.record import Recipe, Record, Source

Function = Callable[..., Any]

_DEEPEST = 8
"""So many outputs in a row may have to be computed again to see one."""

_SMALL = 16
"""A snapshot of weights is at most this part of the output that it saves."""


def is_alone(tensor: Tensor) -> bool:
    """Whether no other tensor lives in the same memory."""
    storage = tensor.untyped_storage()
    return torch._C._storage_Use_Count(storage._cdata) <= 2  # the tensor, and the Python object asked here


def preserve(record: Record, tensor: Tensor, op: Op) -> bool:
    """Make a record independent of its tensor, which has its memory for itself and is about to be overwritten.

    Returns
    -------
    False when the record still needs the tensor's memory: the writer has to run elsewhere, or `copy` be called.
    """
    if record.kept is None:
        return True
    if op.name in RELABELLING:
        record.replace_value(tensor.detach())
        return True
    recipe = _recipe(record)
    if recipe is None:
        return False
    record.make_again(recipe)
    return True


def run_elsewhere(op: Op, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any], tensor: Tensor) -> Tensor | None:
    """Run an elementwise in-place operation out of place, and let the result take over the tensor.

    Returns
    -------
    The tensor's former content, or None where this cannot be done and nothing has happened.
    """
    twin = _out_of_place(op, function, kwargs)
    if twin is None or tensor.requires_grad or tensor.is_inference():
        return None
    result = twin(*args, **{**kwargs, "inplace": False} if "inplace" in kwargs else kwargs)
    same = result.shape == tensor.shape and result.dtype == tensor.dtype and result.stride() == tensor.stride()
    if not same or storage_of(result) == storage_of(tensor):
        return None
    before = tensor.detach()
    tensor.data = result
    return before


def copy_storage(tensor: Tensor, records: list[Record], producers: Producers) -> list[Tensor]:
    """Copy the memory that a tensor shares, once, for all records that live in it.

    Returns
    -------
    The other known tensors on that memory.
    """
    address = storage_of(tensor)
    shared = list(producers.on_storage(address, records))
    copy = tensor.untyped_storage().clone()
    for record in records:
        kept = record.kept
        if kept is not None and storage_of(kept) == address:
            producers.watch(kept)
            twin = torch.empty(0, dtype=kept.dtype, device=kept.device)
            record.replace_value(twin.set_(copy, kept.storage_offset(), kept.shape, kept.stride()))  # type: ignore[call-overload]
    return [other for other in shared if other is not tensor]


def _out_of_place(op: Op, function: Function, kwargs: Mapping[str, Any]) -> Function | None:
    if "out" in kwargs or op.name not in ELEMENTWISE:
        return None
    return op.functional if op.overwrites else function


def _recipe(record: Record) -> Recipe | None:
    """How to compute an output again, or None where that would be slow or might give another answer."""
    again = record.function
    if again is None or not _is_repeatable(record) or any(parent.dropped for parent in record.parents):
        return None
    if max((_depth(parent) for parent in record.parents), default=_DEEPEST) >= _DEEPEST:
        return None
    weights = [item for item in (*record.args, *record.kwargs.values()) if isinstance(item, Tensor)]
    if sum(weight.nbytes for weight in weights) * _SMALL > record.nbytes and weights:
        return None
    by_index = {parent.index: parent for parent in record.parents}
    snapshots = dict(zip(map(id, weights), _snapshot(weights), strict=True))

    def ingredient(item: Any) -> Any:
        if isinstance(item, Source):
            return by_index[item.index]
        return snapshots[id(item)] if isinstance(item, Tensor) else item

    kwargs = {name: ingredient(item) for name, item in record.kwargs.items() if name not in ("inplace", "out")}
    return Recipe(again, tuple(ingredient(item) for item in record.args), kwargs)


def _is_repeatable(record: Record) -> bool:
    if torch.is_autocast_enabled(record.device.type):
        return False
    return record.op in ELEMENTWISE or (record.op == "batch_norm" and record.kwargs.get("training") is False)


def _depth(record: Record) -> int:
    recipe = record.recipe
    return 0 if recipe is None else 1 + max(_depth(parent) for parent in record.parents)


def _snapshot(weights: list[Tensor]) -> list[Tensor]:
    """The weights as they are now: training may change them before anybody looks."""
    if len({(weight.shape, weight.dtype, weight.device) for weight in weights}) == 1:
        return list(torch.stack(weights).detach())
    return [weight.detach().clone() for weight in weights]
