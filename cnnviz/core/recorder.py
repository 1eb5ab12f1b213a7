"""Records what a network does while it runs: module hooks say where, a function mode says what."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from cnnviz.core.cancel import Cancelled
from cnnviz.core.names import TRANSPARENT, Op, op_of
from cnnviz.core.overwrite import copy_storage, is_alone, preserve, run_elsewhere
from cnnviz.core.producers import Producers
from cnnviz.core.record import Record, Source

Function = Callable[..., Any]


class Failure(NamedTuple):
    """An operation that raised."""

    error: Exception
    op: str
    path: str
    shapes: tuple[tuple[int, ...], ...]


class Arguments(NamedTuple):
    """The arguments of an operation as its record holds them, and the records among them."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parents: list[Record]


class Recorder(TorchFunctionMode):
    """Makes a record of every operation that runs in this thread while `recording`.

    Parameters
    ----------
    module
        The network.
    image
        Its input; becomes the record with index -1.
    wanted
        Asked before each operation whether anybody still wants the trace.

    Attributes
    ----------
    records
        In order of execution. Their paths are final after `finish`.
    failure
        The exception that an operation raised last, with the operation's name, path and the shapes of its tensors.
    """

    def __init__(
        self, module: nn.Module, image: Tensor, wanted: Callable[[], bool] | None = None, budget: int | None = None
    ) -> None:
        super().__init__()
        self.budget = budget
        self.module = module
        self.origin = Record(-1, "input", "input", (), (), {}, image)
        self.records: list[Record] = []
        self.failure: Failure | None = None
        self._wanted = wanted
        self._paths = {id(part): path for path, part in module.named_modules()}
        self._stack = [""]  # paths of the modules that are running
        self._firsts = [0]  # how many records there were before each of them
        self._producers = Producers()
        self._current = self._producers.current
        self._current[id(image)] = self.origin
        self._thread = threading.get_ident()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what runs inside; whatever happens there, no hook and no switch stays behind."""
        fast_attention = torch.backends.mha.get_fastpath_enabled()
        hooks = [
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
        ]
        torch.backends.mha.set_fastpath_enabled(False)
        try:
            with torch.inference_mode(False), torch.no_grad(), self:
                yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fast_attention)
            for hook in hooks:
                hook.remove()

    def finish(self) -> None:
        """Count the calls of each path. Nothing of the pass is held afterwards but the records."""
        calls: Counter[str] = Counter()
        for record in self.records:
            record.call = calls[record.path]
            calls[record.path] += 1
        self._producers.forget()

    @property
    def where(self) -> str:
        """Path of the module that is running, or was when the pass failed; empty at the top."""
        return self._stack[-1]

    def producer(self, tensor: Tensor) -> Record | None:
        """The record that produced a tensor which the network holds right now."""
        record = self._current.get(id(tensor))
        if record is None and (overtaken := self._producers.overtaken(tensor)):
            record = self._catch_up(tensor, *overtaken)
        return record

    # Where: hooks of all modules, of all threads.

    def _enter(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if threading.get_ident() == self._thread:
            path = self._paths.get(id(module))
            if path is None:  # made on the fly: what it does belongs to the module that made it
                path = self._stack[-1]
            self._stack.append(path)
            self._firsts.append(len(self.records))

    def _leave(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        path, first = self._stack.pop(), self._firsts.pop()
        if output is None or id(module) not in self._paths:
            return
        produced = [self.producer(tensor) for tensor in tensors_in(output)]
        if None in produced:
            self._keep_black_box(module, args, output)
            produced = [self._current.get(id(tensor)) for tensor in tensors_in(output)]
        births = {record.born for record in produced if record is not None}
        if len(births) != 1 or (born := births.pop()) < first:
            return  # nothing new (identity), or the outputs of several operations
        for record in self.records[born:]:
            if record.born == born and record.module is None:
                record.module = module
                record.path = path or record.op

    def _keep_black_box(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        """A record for a module whose inside cannot be seen, such as a scripted one."""
        given = self._arguments(args, {})
        if given.parents:
            name = str(getattr(module, "original_name", type(module).__name__))
            self._keep(Op(name), None, given, [t for t in tensors_in(output) if self.producer(t) is None])

    # What: every torch function that the network calls.

    def __torch_function__(
        self, func: Function, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        op = op_of(func)
        if op is None:
            return func(*args, **kwargs)
        if self._wanted is not None and not self._wanted():
            raise Cancelled
        if op.parts is not None:
            with self:
                return op.parts(*args, **kwargs)
        try:
            if op.overwrites or (kwargs and ("out" in kwargs or kwargs.get("inplace"))):
                return self._overwrite(op, func, args, kwargs)
            output = func(*args, **kwargs)
        except Exception as error:
            shapes = tuple(tuple(tensor.shape) for tensor in tensors_in((args, kwargs)))
            self.failure = Failure(error, op.name, self._path_of(op.name), shapes)
            raise
        if isinstance(output, Tensor):
            if op.name in TRANSPARENT and args and isinstance(args[0], Tensor) and self._is_same(op, args[0], output):
                return output
            if id(output) in self._current:  # an argument came back: as another tensor it has a producer of its own
                output = output.view_as(output)
            self._keep(op, func, self._arguments(args, kwargs), (output,))
        elif isinstance(output, (tuple, list)):
            self._keep(op, func, self._arguments(args, kwargs), tensors_in(output))
        return output

    def _overwrite(self, op: Op, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation that writes into a tensor, and keep what the tensor held."""
        if op.name.endswith("dropout") and not kwargs.get("training", True):
            output = function(*args, **kwargs)  # in eval it only hands its input on
            alias = output.view_as(output)
            self._keep(op, function, self._arguments(args, kwargs), (alias,))
            return alias
        given = self._arguments(args, kwargs)
        out = kwargs.get("out")
        targets = tensors_in(out) if out is not None else [args[0] if args else kwargs["input"]]
        others: list[Tensor] = []
        for target in targets:
            record = self._current.get(id(target))
            if record is None:
                continue
            if not is_alone(target):
                others += copy_storage(target, [self.origin, *self.records], self._producers)
            elif not preserve(record, target, op):
                before = run_elsewhere(op, function, args, kwargs, target)
                record.replace_value(target.clone() if before is None else before)
                if before is not None:
                    self._keep(op, op.functional or function, given, (target,))
                    return target
        output = function(*args, **kwargs)
        if given.parents:
            kept = self._keep(op, op.functional, given, targets)
            for other in others:
                self._producers.overtake(other, kept[0])
        return output

    def _is_same(self, op: Op, before: Tensor, after: Tensor) -> bool:
        """Whether the operation changed no value, so that its output stands for its input; then there is no record."""
        if after is before:
            return True
        if op.name in ("to", "contiguous"):
            return False
        record = self.producer(before)
        if record is not None:
            self._producers.add(after, record)
        return True

    def _catch_up(self, tensor: Tensor, record: Record, writers: list[Record]) -> Record:
        """A record for a tensor that changed because others wrote into the memory that they share."""
        return record

    # Keeping.

    def _arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Arguments:
        """The arguments as a record holds them: each tensor that a record produced by its index."""
        parents: list[Record] = []

        def stand_in(item: Any) -> Any:
            if isinstance(item, Tensor):
                record = self.producer(item)
                if record is None:
                    return item
                parents.append(record)
                return Source(record.index)
            if isinstance(item, (list, tuple)):
                items = [stand_in(part) for part in item]
                return items if isinstance(item, list) else tuple(items)
            return item

        return Arguments(
            tuple([stand_in(item) for item in args]), {name: stand_in(item) for name, item in kwargs.items()}, parents
        )

    def _keep(self, op: Op, function: Function | None, given: Arguments, outputs: Iterable[Tensor]) -> list[Record]:
        """A record for each tensor that an operation gave."""
        path = self._path_of(op.name)
        kept = []
        for part, output in enumerate(outputs):
            record = Record(
                len(self.records), path, op.name, tuple(given.parents), given.args, given.kwargs, output, part, function
            )
            self.records.append(record)
            self._current[id(output)] = record
            kept.append(record)
        return kept

    def _path_of(self, name: str) -> str:
        return f"{self._stack[-1]}.{name}" if self._stack[-1] else name


def tensors_in(value: Any) -> list[Tensor]:
    """All tensors in a structure of tuples, lists, dicts and dataclasses, in order."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    if isinstance(value, Mapping):
        return [tensor for item in value.values() for tensor in tensors_in(item)]
    if is_dataclass(value) and not isinstance(value, type):
        return [tensor for item in fields(value) for tensor in tensors_in(getattr(value, item.name))]
    return []
