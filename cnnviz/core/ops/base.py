"""What all families of operations share: the words for an operation, its bound arguments, and the register."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, ClassVar, TypeVar

import torch
from torch import Tensor, nn

from cnnviz.core.ops.text import product, sum_of
from cnnviz.core.record import Record, Source

Shape = tuple[int, ...]

Rational = int | Fraction
"""Fractions only where needed: whole numbers are twenty times as fast."""


@dataclass(frozen=True, slots=True)
class Description:
    """An operation in words and numbers, all sizes for one picture.

    Attributes
    ----------
    short
        At most two words: ``Conv 5×5``.
    title
        One line: ``Conv2d 6 → 16, 5 × 5``.
    family
        ``conv``, ``pool``, ``norm``, ``activation``, ``dense``, ``join``, ``shape``, ``softmax`` or ``other``.
    hyperparameters
        (name, text) pairs.
    size_formula
        How the output's size follows from the input's, with this layer's numbers; one line for each thing to say.
    parameters, parameters_formula
        How many learned numbers take part, and how that number comes about.
    macs, macs_formula
        Multiply-adds of convolutions and matrix products; everything else counts as none, as is usual. Two
        floating-point operations each.
    """

    short: str
    title: str
    family: str
    hyperparameters: tuple[tuple[str, str], ...] = ()
    size_formula: tuple[str, ...] = ()
    parameters: int = 0
    parameters_formula: str = ""
    macs: int = 0
    macs_formula: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Which positions along one axis of an input an output position reads.

    Output position p along ``axis`` reads from ``p · stride + first`` to ``p · stride + last``, both inclusive, every
    ``step``-th. Positions outside the input are padding.

    Attributes
    ----------
    axis
        The output's axis, counted with the batch axis. None: every output position reads the whole input axis.
    stride, first, last
        Whole numbers, but for windows that are not equally wide everywhere (adaptive pooling, transposed convolution,
        resizing): those lie within these bounds.
    exact
        Whether every output position reads exactly this window.
    """

    axis: int | None
    stride: Rational = 1
    first: Rational = 0
    last: Rational = 0
    step: int = 1
    exact: bool = True


WHOLE = Window(None)

Reading = Window | None
"""None: what is read along this axis is not known."""

Reads = tuple[Reading, ...]
"""One `Reading` for each axis of an input."""


class Call:
    """A record with its arguments by name.

    ``call["stride"]`` is an argument as torch was given it, or its default.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.arguments = _signature(operation_of(record.op).signatures.get(record.op, "")).bind(record)
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
        value = self.arguments.get(name)
        return self._parents.get(value.index) if isinstance(value, Source) else None

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

    @property
    def learned(self) -> list[nn.Parameter]:
        """The distinct parameters among the arguments."""
        leaves = _leaves((self.record.args, self.record.kwargs))
        module = self.record.module
        if module is not None and self.record.op == getattr(module, "original_name", type(module).__name__):
            leaves = module.parameters()  # the record stands for a module whose inside cannot be seen
        return list({id(leaf): leaf for leaf in leaves if isinstance(leaf, nn.Parameter)}.values())


class Operation:
    """What is known about some kind of operation; what a family does not say is said here, honestly and in general."""

    family: ClassVar[str] = "other"
    signatures: ClassVar[dict[str, str]] = {}

    def short(self, call: Call) -> str:
        """At most two words."""
        return call.record.op.strip("_").replace("_", " ").capitalize()

    def title(self, call: Call) -> str:
        """One line."""
        return type(call.record.module).__name__ if call.record.module is not None else self.short(call)

    def hyperparameters(self, call: Call) -> Iterator[tuple[str, str]]:
        """(name, text) pairs."""
        yield from ()

    def size_formula(self, call: Call) -> Iterator[str]:
        """How the output's size follows from the input's."""
        yield from ()

    def parameters(self, call: Call) -> tuple[int, str]:
        """How many learned numbers take part, and the formula."""
        counts = [parameter.numel() for parameter in call.learned]
        texts = [product(parameter.shape) for parameter in call.learned]
        return sum(counts), sum_of(texts, sum(counts))

    def macs(self, call: Call) -> tuple[int, str]:
        """Multiply-adds for one picture, and the formula."""
        return 0, ""

    def reads(self, call: Call) -> tuple[Reads, ...]:
        """Which positions of each source an output position reads, see `cnnviz.core.ops.window`."""
        return tuple((None,) * len(parent.shape) for parent in call.record.parents)

    def describe(self, call: Call) -> Description:
        """Everything that can be said about it."""
        parameters, parameters_formula = self.parameters(call)
        macs, macs_formula = self.macs(call)
        return Description(
            short=self.short(call),
            title=self.title(call),
            family=self.family,
            hyperparameters=tuple(self.hyperparameters(call)),
            size_formula=tuple(self.size_formula(call)),
            parameters=parameters,
            parameters_formula=parameters_formula,
            macs=macs,
            macs_formula=macs_formula,
        )


_REGISTER: dict[str, Operation] = {}
_UNKNOWN = Operation()
_Class = TypeVar("_Class", bound=type[Operation])


def operation(*names: str, arguments: str = "input") -> Callable[[_Class], _Class]:
    """Register an `Operation` for torch's functional names.

    Parameters
    ----------
    arguments
        What torch calls the arguments, in order, with defaults: ``"input, weight, bias=None"``. A name with a star
        takes all that remain: ``"input, *dims"``.
    """

    def register(kind: _Class) -> _Class:
        kind.signatures = {**kind.signatures, **dict.fromkeys(names, arguments)}
        instance = kind()
        for name in names:
            _REGISTER[name] = instance
        return kind

    return register


def operation_of(op: str) -> Operation:
    """What is known about an operation; of an unknown one, what is true of all."""
    return _REGISTER.get(op, _UNKNOWN)


def pointwise(call: Call) -> tuple[Reads, ...]:
    """Each output position reads the same position of each source; axes of size 1 are broadcast."""
    rank = len(call.output)
    return tuple(
        tuple(
            Window(axis) if size == call.output[axis] else WHOLE
            for axis, size in enumerate(parent.shape, rank - len(parent.shape))
        )
        for parent in call.record.parents
    )


def same(rank: int, **but: Reading) -> Reads:
    """Each axis read at its own position, but for some: ``same(4, _1=WHOLE)``."""
    return tuple(but.get(f"_{axis}", Window(axis)) for axis in range(rank))


def reads_input(call: Call, reads: Sequence[Reading]) -> tuple[Reads, ...]:
    """These reads for the argument ``input``; of other sources (weights that were computed) nothing is known."""
    data = call.parent()
    return tuple(tuple(reads) if parent is data else (None,) * len(parent.shape) for parent in call.record.parents)


_SEQUENCES = (list, tuple, torch.Size)


@dataclass(frozen=True, slots=True)
class _Signature:
    names: tuple[str, ...]
    defaults: dict[str, Any]
    rest: str

    def bind(self, record: Record) -> dict[str, Any]:
        bound = dict(self.defaults)
        bound.update(zip(self.names, record.args, strict=False))
        if self.rest:
            rest = record.args[len(self.names) :]
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


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)) and not isinstance(value, Source):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    else:
        yield value
