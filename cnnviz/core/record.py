"""One executed operation of a pass."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.core.axes import BATCH, name_axes
from cnnviz.core.errors import CnnvizError

Function = Callable[..., Any]


class Source(NamedTuple):
    """Stands for a source record's output among the arguments of a record.

    Attributes
    ----------
    index
        The record's index; -1 for the input of the network.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a pair of one


class Dropped(CnnvizError):
    """The output of a record was not kept, because the trace is larger than the memory budget."""


class Recipe(NamedTuple):
    """What it takes, beside the record's own arguments, to compute its output again.

    Attributes
    ----------
    weights
        The tensors among the arguments that no record produced.
    copy, start
        What was in them when the output was computed: their values one after the other, from this place of a row on.
    """

    weights: list[Tensor]
    copy: Tensor
    start: int

    def values(self) -> dict[int, Tensor]:
        """What was in each of the weights, by ``id(weight)``."""
        values, start = {}, self.start
        for weight in self.weights:
            part = self.copy[start : start + weight.numel()]
            values[id(weight)] = part.view(weight.shape).to(weight.device, weight.dtype)
            start += weight.numel()
        return values


class Record:
    """One executed operation: where it ran, what it was, and what it produced.

    Attributes
    ----------
    index
        Position in the order of execution; -1 for the input of the network.
    path, call
        Where it ran, and its number among the records of that path; together they name it.
    op
        torch's functional name of the operation: ``conv2d``, ``relu``, ``add`` ...
    module
        The innermost module whose output this is; None for an operation in the midst of a ``forward``.
    function
        The torch function that ran, in its form that writes into none of its arguments; None where it has no such form.
    part
        Which of the tensors of an operation that gives several.
    depth
        How many outputs in a row have to be computed again to see this one; 0 where it is kept.
    dropped
        Whether the output was not kept and cannot be computed again (`output` then raises `Dropped`).
    """

    # A pass makes hundreds of them between two operations: whatever can wait until somebody asks, waits.
    __slots__ = (
        "__weakref__",
        "_again",
        "_args",
        "_array",
        "_axes",
        "_facts",
        "_kwargs",
        "_latest",
        "_parents",
        "_recipe",
        "_value",
        "_versions",
        "born",
        "call",
        "depth",
        "dropped",
        "function",
        "index",
        "module",
        "op",
        "part",
        "path",
    )

    def __init__(
        self,
        index: int,
        path: str,
        op: str,
        function: Function | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        value: Tensor,
        part: int = 0,
    ) -> None:
        self.index = index
        self.path = path
        self.call = 0
        self.op = op
        self.function = function
        self.module: nn.Module | None = None
        self.part = part
        self.born = index - part  # index of the first tensor of the same execution
        self.dropped = False
        self._args = args  # here records stand for their outputs
        self._kwargs = kwargs
        self._value: Tensor | None = value
        self._array: NDArray[np.float32] | None = None  # the same numbers, once somebody has looked at them
        self._recipe: Recipe | None = None
        self._again: weakref.ref[Tensor] | None = None
        self._latest: Tensor | None = None
        self._versions: tuple[int, ...] | None = None
        self.depth = 0
        self._axes: tuple[str, ...] | None = None
        self._parents: tuple[Record, ...] | None = None

    def __repr__(self) -> str:
        return f"Record({self.index}, {self.key!r}, {self.op}, {' × '.join(map(str, self.output_shape))})"

    @property
    def key(self) -> str:
        """``PATH``, or ``PATH#CALL`` for the later records of a path: unique in its trace."""
        return f"{self.path}#{self.call}" if self.call else self.path

    @property
    def args(self) -> tuple[Any, ...]:
        """The operation's true arguments: `Source` for outputs of other records, all else as itself."""
        args: tuple[Any, ...] = exchange(self._args, _source)
        return args

    @property
    def kwargs(self) -> dict[str, Any]:
        """The operation's named arguments, in the same way."""
        kwargs: dict[str, Any] = exchange(dict(self._kwargs), _source)
        return kwargs

    @property
    def parents(self) -> tuple[Record, ...]:
        """The records whose outputs went in, in argument order; the input of the network has index -1."""
        if self._parents is None:
            self._parents = tuple(item for item in leaves((self._args, self._kwargs)) if isinstance(item, Record))
        return self._parents

    @property
    def sources(self) -> tuple[int, ...]:
        """Indices of the records whose outputs went in, in argument order; -1 is the input of the network."""
        return tuple(parent.index for parent in self.parents)

    @property
    def output(self) -> Tensor:
        """What the operation produced, with the batch axis, on the device where it was computed. Not to be changed.

        Raises
        ------
        Dropped
            When it was not kept.
        """
        if self._value is not None:
            return self._value
        if self.dropped:
            raise Dropped(f"The output of {self.key} was not kept, because the trace is larger than the memory budget.")
        value = self._again() if self._again else None
        if value is None:
            from cnnviz.core.again import compute

            value = compute(self)
            self._again = weakref.ref(value)
        return value

    @property
    def at_hand(self) -> Tensor | None:
        """The output where it need not be computed."""
        return self._value if self._value is not None else self._again() if self._again else None

    @property
    def shape(self) -> torch.Size:
        """Shape of the output, with the batch axis."""
        return self._facts[0] if self._value is None else self._value.shape

    @property
    def dtype(self) -> torch.dtype:
        """Type of the output's numbers."""
        return self._facts[1] if self._value is None else self._value.dtype

    @property
    def device(self) -> torch.device:
        """Where the output was computed."""
        return self._facts[2] if self._value is None else self._value.device

    @property
    def nbytes(self) -> int:
        """Size of the output in bytes."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes of `numpy`: ``("C", "H", "W")``, ``("L", "C")``, ``("H", "W", "C")``, ``("K",)``."""
        axes = tuple(name for name in self.all_axes if name != BATCH)
        return ("K",) if len(axes) == 1 else axes

    @property
    def all_axes(self) -> tuple[str, ...]:
        """Names of the axes of `output`; the batch axis is ``"N"``."""
        waiting = [self]
        while waiting:  # a loop, not recursion: deep networks are deeper than Python's stack
            record = waiting[-1]
            unknown = [parent for parent in record.parents if parent._axes is None]
            if not unknown:
                waiting.pop()
                if record._axes is None:
                    inputs = [(parent._axes or (), tuple(parent.shape)) for parent in record.parents]
                    record._axes = name_axes(record.op, record.args, record.kwargs, tuple(record.shape), inputs)
            waiting += unknown
        return self._axes or ()

    @property
    def output_shape(self) -> tuple[int, ...]:
        """Shape of the output without the batch axis; known even when the output was dropped."""
        return tuple(size for size, name in zip(self.shape, self.all_axes, strict=True) if name != BATCH)

    @property
    def input_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of the sources' outputs without the batch axis."""
        return tuple(parent.output_shape for parent in self.parents)

    def numpy(self) -> NDArray[np.float32]:
        """The output on the host, float32, without the batch axis (the first picture of a batch). Read-only.

        Raises
        ------
        Dropped
            When it was not kept.
        """
        if self._array is not None:
            return self._array
        value = self.output.detach()
        if BATCH in self.all_axes:
            value = value.select(self.all_axes.index(BATCH), 0)
        if value.is_complex():
            value = value.abs()
        array: NDArray[np.float32] = value.to("cpu", torch.float32).numpy()
        array.flags.writeable = False
        if self._value is not None and self.dtype == torch.float32 and self.device.type == "cpu":
            self._array = array  # the same memory
        return array

    # What follows is for the recorder and the memory budget.

    @property
    def kept(self) -> Tensor | None:
        """The tensor that holds the output, or None where it was dropped or is computed again."""
        return self._value

    def hold(self, value: Tensor) -> None:
        """Let another tensor with the same numbers hold the output, whose own memory is about to change."""
        self._value, self._array = value, None

    def make_again(self, depth: int) -> None:
        """Forget the output, and compute it again when something looks at it; so many in a row for this one."""
        self._forget()
        self.depth = depth

    def write_recipe(self, recipe: Recipe) -> None:
        """Let the output be computed from these weights, whatever becomes of them."""
        self._recipe = recipe

    def drop(self) -> None:
        """Forget the output for good."""
        if self._value is not None:
            self._forget()
        self._recipe, self._again, self._latest, self.dropped = None, None, None, True

    def send_away(self, depth: int) -> None:
        """Forget the output, and compute it again when something looks at it, if its weights are the same then."""
        self._versions = tuple([weight._version for weight in self._weights()])
        self.make_again(depth)

    @property
    def away(self) -> bool:
        """Whether the output was let go to stay within the memory budget, and comes back when something looks at it."""
        return self._versions is not None and not self.dropped

    def weights_then(self) -> dict[int, Tensor] | None:
        """What was in the weights, by ``id(weight)``, where it is not what is in them now; None where nobody knows."""
        if self._recipe is not None:
            return self._recipe.values()
        if self._versions is None or self._versions == tuple([weight._version for weight in self._weights()]):
            return {}
        return None

    def hold_again(self, value: Tensor) -> None:
        """Keep what was computed again for a while."""
        self._latest = value

    def let_go(self) -> None:
        """Keep it no longer."""
        self._latest = None

    def _weights(self) -> list[Tensor]:
        return [item for item in leaves((self._args, self._kwargs)) if isinstance(item, Tensor)]

    def ingredients(self) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
        """The arguments, with records in the place of their outputs."""
        return self._args, self._kwargs

    def _forget(self) -> None:
        value = self._value
        if value is not None:
            self._facts = (value.shape, value.dtype, value.device)
            self._value = self._array = None


def exchange(value: Any, to: Callable[[Any], Any]) -> Any:
    """The same structure of tuples, lists and dicts with each leaf exchanged."""
    if type(value) is tuple:
        return tuple([exchange(item, to) for item in value])
    if type(value) is list:
        return [exchange(item, to) for item in value]
    if type(value) is dict:
        return {name: exchange(item, to) for name, item in value.items()}
    return to(value)


def leaves(value: Any) -> list[Any]:
    """All that is in a structure of tuples, lists and dicts, in order."""
    found: list[Any] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (tuple, list)):
            waiting += reversed(item)
        elif isinstance(item, dict):
            waiting += reversed(item.values())
        else:
            found.append(item)
    return found


def _source(item: Any) -> Any:
    return Source(item.index) if isinstance(item, Record) else item
