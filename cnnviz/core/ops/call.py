"""A record with its arguments by the names that torch gives them."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.ops.explanation import Index
from cnnviz.core.record import Record, Source, leaves

Shape = tuple[int, ...]

SIGNATURES: dict[str, str] = {}
"""torch's functional name: its arguments in order, with defaults; written by `cnnviz.core.ops.base.operation`."""


class Call:
    """A record with its arguments by name.

    ``call["stride"]`` is an argument as torch was given it, or its default.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.arguments = _signature(SIGNATURES.get(record.op, "")).bind(record)
        self._parents = {parent.index: parent for parent in record.parents}

    def __getitem__(self, name: str) -> Any:
        return self.arguments.get(name)

    def has(self, name: str) -> bool:
        """Whether an argument was given, and is not None."""
        return self.arguments.get(name) is not None

    @property
    def output(self) -> Shape:
        """Shape of the output, with the batch axis."""
        return tuple(self.record.shape)

    def parent(self, name: str = "input") -> Record | None:
        """The record whose output an argument is; None for parameters, buffers and numbers."""
        return self.parent_of(self.arguments.get(name))

    def parent_of(self, value: Any) -> Record | None:
        """The record whose output an argument's value is; None where it is none."""
        return self._parents.get(value.index) if isinstance(value, Source) else None

    def tensor(self, name: str = "input") -> Tensor:
        """A tensor among the arguments, with its batch axis."""
        value = self.arguments[name]
        tensor: Tensor = self._parents[value.index].output if isinstance(value, Source) else value
        return tensor.detach()

    def value(self, item: Any) -> Any:
        """An argument's value on the host: the outputs of other records in the place of their stand-ins."""
        tensor = self._parents[item.index].output if isinstance(item, Source) else item
        return tensor.detach().cpu() if isinstance(tensor, Tensor) else tensor

    def number(self, name: str, channel: int, default: float) -> float:
        """The number that a vector among the arguments holds for a channel; the default where there is no vector."""
        return float(self.tensor(name)[channel]) if self.has(name) else default

    def captured(self, index: Index) -> float:
        """What the network computed there."""
        return float(self.record.output.detach()[index])

    def shape(self, name: str = "input") -> Shape:
        """Shape of a tensor among the arguments, with its batch axis; () when it is none."""
        return self.shape_of(self.arguments.get(name))

    def shape_of(self, value: Any) -> Shape:
        """Shape of an argument's value, with its batch axis; () when it is no tensor."""
        if isinstance(value, Source):
            return tuple(self._parents[value.index].shape)
        return tuple(value.shape) if isinstance(value, Tensor) else ()

    def pair(self, name: str, count: int) -> tuple[int, ...]:
        """A hyperparameter for each of ``count`` axes; one number stands for all."""
        value = self.arguments.get(name)
        values = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        return tuple(int(v) for v in (values * count if len(values) == 1 else values))

    def axes_of(self, name: str, rank: int) -> tuple[int, ...]:
        """Axes that an argument names, counted from 0; none given means all."""
        value = self.arguments.get(name)
        if value is None or value == ():
            return tuple(range(rank))
        values = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(int(axis) % rank for axis in values)

    @cached_property
    def learned(self) -> list[nn.Parameter]:
        """The distinct parameters among the arguments."""
        found: Iterable[Any] = leaves(self.record.ingredients())
        module = self.record.module
        if module is not None and self.record.op == _name(module):
            found = module.parameters()  # the record stands for a module whose inside cannot be seen
        tensors = [leaf for leaf in found if isinstance(leaf, Tensor)]  # quicker asked than whether it is a parameter
        return list({id(leaf): leaf for leaf in tensors if isinstance(leaf, nn.Parameter)}.values())


def _name(module: nn.Module) -> str:
    """Its class, as the code calls it; TorchScript hides that behind a class of its own."""
    kind = type(module)
    return str(module.original_name) if hasattr(kind, "original_name") else kind.__name__


_SEQUENCES = (list, tuple, torch.Size)


@dataclass(frozen=True, slots=True)
class _Signature:
    names: tuple[str, ...]
    defaults: dict[str, Any]
    rest: str

    def bind(self, record: Record) -> dict[str, Any]:
        bound, args = dict(self.defaults), record.args
        bound.update(zip(self.names, args, strict=False))
        if self.rest:
            rest = args[len(self.names) :]
            if rest or self.rest not in bound:
                bound[self.rest] = tuple(rest[0]) if len(rest) == 1 and type(rest[0]) in _SEQUENCES else rest
        bound.update(record.kwargs)
        return bound


@cache
def _signature(text: str) -> _Signature:
    names: list[str] = []
    defaults: dict[str, Any] = {}
    rest = ""
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, default = part.partition("=")
        if name.startswith("*"):
            rest = name[1:]
            continue
        names.append(name)
        if default:
            defaults[name] = ast.literal_eval(default)
    return _Signature(tuple(names), defaults, rest)
