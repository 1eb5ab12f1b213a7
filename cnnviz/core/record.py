"""One executed operation of a pass."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnviz.core.axes import BATCH, name_axes
from cnnviz.core.errors import CnnvizError


class Source(NamedTuple):
    """Stands for a source record's output among the arguments of a record.

    Attributes
    ----------
    index
        The record's index; -1 for the input of the network.
    """

    index: int


class Dropped(CnnvizError):
    """The output of a record was not kept, because the trace is larger than the memory budget."""


class Recipe(NamedTuple):
    """How to compute an output again: a function and its arguments, with records in the place of their outputs."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def run(self) -> Tensor:
        with torch.no_grad(), torch._C.DisableTorchFunctionSubclass():
            result: Tensor = self.function(*_outputs(self.args), **_outputs(self.kwargs))
        return result

    def records(self) -> list[Record]:
        return [item for item in _flat((self.args, self.kwargs)) if isinstance(item, Record)]


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
    args, kwargs
        The operation's true arguments. Outputs of other records appear as `Source`; parameters, buffers and constants as
        themselves.
    module
        The innermost module whose output this is; None for an operation in the midst of a ``forward``.
    part
        Which of the tensors of an operation that gives several.
    shape
        The output's shape, with the batch axis.
    dtype
        The output's torch type.
    function
        The torch function, in a form that writes into none of its arguments; None where there is none.
    dropped
        Whether the output was not kept (`output` then raises `Dropped`).
    """

    __slots__ = (
        "__weakref__",
        "_again",
        "_axes",
        "_recipe",
        "_value",
        "args",
        "born",
        "call",
        "dropped",
        "device",
        "dtype",
        "function",
        "index",
        "kwargs",
        "module",
        "op",
        "parents",
        "part",
        "path",
        "shape",
    )

    def __init__(
        self,
        index: int,
        path: str,
        op: str,
        parents: tuple[Record, ...],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        value: Tensor,
        part: int = 0,
        function: Callable[..., Any] | None = None,
    ) -> None:
        self.index = index
        self.path = path
        self.call = 0
        self.op = op
        self.parents = parents
        self.args = args
        self.kwargs = kwargs
        self.module: nn.Module | None = None
        self.part = part
        self.born = index - part  # index of the first tensor of the same execution
        self.shape = value.shape
        self.dtype = value.dtype
        self.device = value.device
        self.function = function
        self.dropped = False
        self._value: Tensor | None = value
        self._recipe: Recipe | None = None
        self._again: weakref.ref[Tensor] | None = None
        self._axes: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        return f"Record({self.index}, {self.key!r}, {self.op}, {' × '.join(map(str, self.output_shape))})"

    @property
    def key(self) -> str:
        """``PATH``, or ``PATH#CALL`` for the later records of a path: unique in its trace."""
        return f"{self.path}#{self.call}" if self.call else self.path

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
        if self._recipe is None:
            raise Dropped(f"The output of {self.key} was not kept, because the trace is larger than the memory budget.")
        value = self._again() if self._again else None
        if value is None:
            value = self._recipe.run()
            self._again = weakref.ref(value)
        return value

    @property
    def nbytes(self) -> int:
        """Size of the output in bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

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
            if record._axes is None and not unknown:
                inputs = [(parent._axes or (), tuple(parent.shape)) for parent in record.parents]
                record._axes = name_axes(record.op, record.args, record.kwargs, tuple(record.shape), inputs)
            waiting = waiting[:-1] if not unknown else waiting + unknown
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
        value = self.output
        if BATCH in self.all_axes:
            value = value.select(self.all_axes.index(BATCH), 0)
        if value.is_complex():
            value = value.abs()
        array: NDArray[np.float32] = value.detach().to("cpu", torch.float32).numpy()
        array.flags.writeable = False
        return array

    # What follows is for the recorder and the memory budget.

    def replace_value(self, value: Tensor) -> None:
        """Let another tensor with the same numbers hold the output, whose own memory is about to change."""
        self._value = value

    def make_again(self, recipe: Recipe) -> None:
        """Forget the output, and compute it again when something looks at it."""
        self._value, self._recipe = None, recipe

    def drop(self) -> None:
        """Forget the output for good."""
        self._value, self._recipe, self.dropped = None, None, True

    @property
    def kept(self) -> Tensor | None:
        """The tensor that holds the output, or None where it was dropped or is computed again."""
        return self._value

    @property
    def recipe(self) -> Recipe | None:
        """How the output is computed again; None where it was kept."""
        return self._recipe


def _outputs(value: Any) -> Any:
    """The same arguments with each record's output in its place."""
    if isinstance(value, Record):
        return value.output
    if isinstance(value, (list, tuple)):
        return type(value)([_outputs(item) for item in value])
    if isinstance(value, dict):
        return {name: _outputs(item) for name, item in value.items()}
    return value


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _flat(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _flat(item)]
    return [value]
