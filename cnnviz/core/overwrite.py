"""Keeps what an operation produced when a later one is about to write over it, at the least cost that is safe.

In this order: an elementwise output whose sources are kept is computed again when something looks at it; an elementwise
writer runs out of place and its result takes over the tensor; else what is about to be overwritten is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.names import ELEMENTWISE, Op
from cnnviz.core.producers import Producers, storage_of
from cnnviz.core.record import Recipe, Record

Function = Callable[..., Any]

_DEEPEST = 8
"""So many outputs in a row may have to be computed again to see one."""

_SMALL = 16
"""Constants that are copied so that an output can be computed again are at most this part of the output."""

_PLAIN = frozenset((int, float, bool, str, NoneType))
_TENSORS = frozenset((Tensor, nn.Parameter))


def is_alone(tensor: Tensor) -> bool:
    """Whether no other tensor lives in the same memory."""
    storage = tensor.untyped_storage()
    return torch._C._storage_Use_Count(storage._cdata) <= 2  # the tensor, and the Python object asked here


def can_be_repeated(record: Record) -> int:
    """How many outputs in a row have to be computed to have this one again, fast and exactly; 0 where that fails."""
    args, kwargs = record.ingredients()
    normalizes = record.op == "batch_norm"
    if normalizes:
        if kwargs.get("training") is not False:
            return 0
    elif record.op not in ELEMENTWISE:
        return 0
    if record.function is None or torch._C._is_any_autocast_enabled():
        return 0
    depth, weights = 0, 0
    for item in (*args, *kwargs.values()):
        kind = type(item)
        if kind is Record:
            if item.dropped:
                return 0
            if item.depth > depth:
                depth = item.depth
        elif kind in _TENSORS:
            weights += 0 if normalizes else item.numel()
        elif kind not in _PLAIN:
            return 0
    if depth >= _DEEPEST or (weights and weights * _SMALL > record.shape.numel()):
        return 0
    return depth + 1


def write_recipes(records: list[Record]) -> None:
    """Note how to compute outputs again, with the weights as they are now: training may change them later."""
    row: list[Tensor] = []
    start, recipes = 0, []
    for record in records:
        args, kwargs = record.ingredients()
        weights = [item for item in (*args, *kwargs.values()) if type(item) in _TENSORS]
        if not weights or record.dropped:
            continue
        if record.op == "batch_norm" and record.device == records[0].device:  # one copy for all of them costs least
            row += weights
            recipes.append((record, weights, start))
            start += weights[0].numel() * len(weights)  # (C,) each
        else:
            record.write_recipe(Recipe(weights, torch.cat([weight.reshape(-1) for weight in weights]), 0))
    copy = torch.cat(row) if row else torch.empty(0)
    for record, weights, start in recipes:
        record.write_recipe(Recipe(weights, copy, start))


def run_elsewhere(
    op: Op, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any], tensor: Tensor
) -> Tensor | None:
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
    copy = tensor.untyped_storage().clone()  # type: ignore[no-untyped-call]
    for record in records:
        kept = record.kept
        if kept is not None and storage_of(kept) == address:
            producers.watch(kept)
            twin = torch.empty(0, dtype=kept.dtype, device=kept.device)
            record.hold(twin.set_(copy, kept.storage_offset(), kept.shape, kept.stride()))
    return [other for other in shared if other is not tensor]


def _out_of_place(op: Op, function: Function, kwargs: Mapping[str, Any]) -> Function | None:
    if "out" in kwargs or op.name not in ELEMENTWISE:
        return None
    return op.functional if op.overwrites else function
