"""What all families of operations share: the words for an operation, its bound arguments, and the register."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, TypeVar

import numpy as np

from cnnviz.arithmetic import Floats, SlidingWindow
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops.call import SIGNATURES, Call
from cnnviz.core.ops.explanation import NETWORK, Explanation, Index, Terms, at_name, terms_at, terms_of
from cnnviz.core.ops.text import plain, product, sum_of

Rational = int | Fraction
"""Fractions only where needed: whole numbers are twenty times as fast."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a list says of an operation, all sizes for one picture.

    Attributes
    ----------
    short
        At most two words: ``Conv 5×5``.
    family
        ``conv``, ``pool``, ``norm``, ``activation``, ``dense``, ``join``, ``shape``, ``softmax`` or ``other``.
    parameters
        How many learned numbers take part.
    macs
        Multiply-adds of convolutions and matrix products; everything else counts as none, as is usual. Two
        floating-point operations each.
    """

    short: str
    family: str
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class Description(Head):
    """An operation in words and numbers.

    Attributes
    ----------
    title
        One line: ``Conv2d 6 → 16, 5 × 5``.
    hyperparameters
        (name, text) pairs.
    size_formula
        How the output's size follows from the input's, with this layer's numbers; one line for each thing to say.
    parameters_formula, macs_formula
        How those numbers come about.
    """

    title: str
    hyperparameters: tuple[tuple[str, str], ...]
    size_formula: tuple[str, ...]
    parameters_formula: str
    macs_formula: str


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


class Operation:
    """What is known about some kind of operation; what a family does not say is said here, honestly and in general."""

    family: ClassVar[str] = "other"

    def short(self, call: Call) -> str:
        """At most two words."""
        return call.record.op.strip("_").replace("_", " ").capitalize()

    def title(self, call: Call) -> str:
        """One line."""
        layer = type(call.record.module)
        return layer.__name__ if layer.__module__.startswith("torch.nn") else self.short(call)

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

    def explain(self, call: Call, index: Index) -> Explanation:
        """How the output's number at an index came about."""
        if not call.record.parents:
            value = call.captured(index)
            formula = f"{at_name(call.record, index)} = {plain(value)}, the network's own number: no input takes part"
            return Explanation(call.record.op, formula, nothing(), value, value, value)
        raise CnnvizError(f"{call.record.key} is “{call.record.op}”: this operation is not explained yet.")

    def sliding(self, call: Call, channel: int) -> SlidingWindow | None:
        """One output channel as plain numbers, see `cnnviz.core.ops.sliding_window`; None where no window slides."""
        return None

    def head(self, call: Call) -> Head:
        """What a list says of it."""
        return Head(self.short(call), self.family, self.parameters(call)[0], self.macs(call)[0])

    def describe(self, call: Call) -> Description:
        """Everything that can be said about it."""
        parameters, parameters_formula = self.parameters(call)
        macs, macs_formula = self.macs(call)
        return Description(
            self.short(call),
            self.family,
            parameters,
            macs,
            title=self.title(call),
            hyperparameters=tuple(self.hyperparameters(call)),
            size_formula=tuple(self.size_formula(call)),
            parameters_formula=parameters_formula,
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
        SIGNATURES.update(dict.fromkeys(names, arguments))
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


def nothing() -> Terms:
    """No terms at all."""
    return terms_of(NETWORK, np.zeros(0, np.int64), np.zeros(0))


def source_of(call: Call, name: str = "input") -> int:
    """Index of the record whose output an argument is; ``NETWORK`` for the network's own numbers."""
    parent = call.parent(name)
    return NETWORK if parent is None else parent.index


def single(call: Call, index: Index, values: Floats, name: str = "input") -> Terms:
    """One term, from one cell of an argument."""
    parent = call.parent(name)
    cells = np.array([index], np.int64).reshape(1, len(index))
    return terms_at(parent, cells, values) if parent else terms_of(NETWORK, np.zeros(1, np.int64), values)


def copied(call: Call, index: Index, source: Any, at: Index, note: str = "") -> Explanation:
    """A value that was taken from a cell of a source as it is."""
    parent = call.parent_of(source)
    value = float((parent.output if parent else source).detach()[at])
    values, cells = np.array([value]), np.array([at], np.int64)
    terms = terms_at(parent, cells, values) if parent else terms_of(NETWORK, np.zeros(1, np.int64), values)
    where = at_name(parent, at).replace("y", "x", 1) if parent else "the network's own number"
    formula = f"{at_name(call.record, index)} = {note}{where} = {plain(value)}"
    return Explanation(call.record.op, formula, terms, 0.0, value, call.captured(index))
