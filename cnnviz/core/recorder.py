"""Records what a network does while it runs: what stands around its modules says where, a function mode says what.

This code runs between any two operations of a network, so it does the least it can: no strings are put together, no
arguments copied that hold no tensor, and the usual case comes first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cnnviz.core.calls import Call
from cnnviz.core.cancel import Cancelled
from cnnviz.core.keep import Budget
from cnnviz.core.names import Op, op_of
from cnnviz.core.overwrite import can_be_repeated, copy_storage, is_alone, run_elsewhere, write_recipes
from cnnviz.core.producers import Producers
from cnnviz.core.record import Function, Record, leaves
from cnnviz.core.where import Where

_PLAIN = frozenset((int, float, bool, str, type(None), torch.Size, torch.dtype, torch.device))
_NO_KWARGS: Mapping[str, Any] = {}


class _SlowAttention:
    """Keeps torch off its fast path for attention, which cannot be looked into, until the last thread has recorded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = True

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = torch.backends.mha.get_fastpath_enabled()
                torch.backends.mha.set_fastpath_enabled(False)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                torch.backends.mha.set_fastpath_enabled(self._before)


_slow_attention = _SlowAttention()


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
    budget
        Most bytes that the outputs may take; None for no limit.

    Attributes
    ----------
    budget
        Drops the largest outputs while the pass runs; None where there is no limit.
    origin
        The input as a record.
    records
        In order of execution. Their paths are final after `finish`.
    where
        Which modules are running, and where the last exception came from.
    """

    def __init__(
        self, module: nn.Module, image: Tensor, wanted: Callable[[], bool] | None = None, budget: int | None = None
    ) -> None:
        super().__init__()
        self.module = module
        self.origin = Record(-1, "input", "input", None, (), {}, image)
        self.records: list[Record] = []
        self.where = Where(module)
        self.budget = None if budget is None else Budget(budget)
        self._wanted = wanted
        self._running = self.where.running
        self._repeated: list[Record] = []  # outputs to be computed again, whose recipes are not yet written
        self._plain = _PLAIN | {nn.Parameter}  # types of arguments that no record produced
        self._producers = Producers()
        self._current = self._producers.current
        self._current[id(image)] = self.origin

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record what runs inside; whatever happens there, no hook and no switch stays behind."""
        with torch.inference_mode(False), torch.no_grad(), _slow_attention, self.where.following(self), self:
            yield

    def finish(self) -> None:
        """Complete the names. Nothing of the pass is held afterwards but the records."""
        calls: dict[str, int] = {}
        for record in self.records:
            if record.module is None:
                record.path = f"{record.path}.{record.op}" if record.path else record.op
            path = record.path
            record.call = calls.get(path, 0)
            calls[path] = record.call + 1
        self._producers.forget()
        self._write_recipes()

    def producer(self, tensor: Tensor) -> Record | None:
        """The record that produced a tensor which the network holds right now."""
        record = self._current.get(id(tensor))
        if record is None and id(tensor) in self._producers.overtaken:
            record = self._catch_up(tensor, *self._producers.overtaken.pop(id(tensor)))
        return record

    # Where: told by what stands around the modules.

    def left(self, module: nn.Module, path: str, before: int, args: tuple[Any, ...], output: Any) -> None:
        """A module ended, which began after so many records: the operation behind its output bears its name."""
        if output is None:
            return
        record = self._current.get(id(output))
        if record is None:
            record = self._only(module, args, output)
        if record is not None and record.born >= before and record.module is None:
            # Else nothing is new (identity), it took several operations, or a module further inside has it already.
            self._claim(record.born, module, path)

    def run(self, module: nn.Module, path: str, call: Call, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run the one call that a layer is, which the mode is not asked to see."""
        records = self.records
        before = len(records)
        self._running.append(path)
        try:
            output = self._operate(call.op, call.function, args, kwargs)
        finally:
            self._running.pop()
        if len(records) > before:
            record = records[-1]
            record.module = module
            record.path = path or record.op
        return output

    def _claim(self, born: int, module: nn.Module, path: str) -> None:
        """All tensors of an operation bear the name of the module whose output they are."""
        for record in self.records[born:]:
            if record.born != born:
                break
            record.module = module
            record.path = path or record.op

    def _only(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> Record | None:
        """The one operation behind an output that is no tensor we know: a tuple, a dict, or the work of a black box."""
        tensors = tensors_in(output)
        records = {record.born: record for tensor in tensors if (record := self.producer(tensor)) is not None}
        own = (
            {id(tensor) for tensor in (*module.parameters(), *module.buffers())} if len(records) < len(tensors) else ()
        )
        unseen = [tensor for tensor in tensors if id(tensor) not in self._current and id(tensor) not in own]
        if unseen:
            given = self._stand_ins(args)
            if any(type(item) is Record for item in leaves(given)):  # scripted code, for one, cannot be looked into
                name = getattr(module, "original_name", type(module).__name__)
                box = self._keep_all(Op(name), None, given, _NO_KWARGS, unseen)
                records[box.born] = box
        return next(iter(records.values())) if len(records) == 1 else None

    # What: every torch function that the network calls.

    def __torch_function__(
        self, func: Function, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if kwargs is None:
            kwargs = _NO_KWARGS
        op = op_of(func)
        if op is None:
            return func(*args, **kwargs)
        if op.parts is not None:
            with self:
                return op.parts(*args, **kwargs)
        return self._operate(op, func, args, kwargs)

    def _operate(self, op: Op, func: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation and keep what it gives."""
        if self._wanted is not None and not self._wanted():
            raise Cancelled
        try:
            if op.overwrites or (kwargs and (kwargs.get("out") is not None or kwargs.get("inplace"))):
                return self._overwrite(op, func, args, kwargs)
            output = func(*args, **kwargs)
        except Exception as error:
            shapes = tuple(tuple(tensor.shape) for tensor in tensors_in((args, kwargs)))
            self.where.failed(error, op.name, shapes)
            raise
        if isinstance(output, Tensor):
            if op.transparent and self._is_same(op, args[0], output):
                return output
            if id(output) in self._current:  # an argument came back: as another tensor it has a producer of its own
                output = output.view_as(output)
            self._keep(op, func, self._stand_ins(args), self._named_stand_ins(kwargs), output)
        elif isinstance(output, (tuple, list)) and (outputs := tensors_in(output)):
            self._keep_all(op, func, self._stand_ins(args), self._named_stand_ins(kwargs), outputs)
        return output

    def _overwrite(self, op: Op, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation that writes into a tensor, and keep what the tensor held."""
        given = self._stand_ins(args), self._named_stand_ins(kwargs)
        if op.hands_on and not kwargs.get("training", True):  # dropout in eval
            output = function(*args, **kwargs)
            output = output.view_as(output)
            self._keep(op, function, *given, output)
            return output
        if kwargs.get("out") is not None:
            return self._overwrite_out(op, function, args, kwargs)
        target = args[0] if args else kwargs["input"]
        record = self._current.get(id(target))
        if record is None:
            return self._overwrite_unknown(op, function, given, args, kwargs)
        others = []
        if not is_alone(target):
            if record is self.origin and self._producers.is_only(target, self.records):
                record.hold(target.detach())
                target.data = target.clone()  # the network writes over its input: not over the caller's
            else:
                others = copy_storage(target, [self.origin, *self.records], self._producers)
        elif record.dropped:
            pass
        elif op.relabels:
            record.hold(target.detach())
        elif record.kept is not None:
            depth = can_be_repeated(record)
            if depth:
                record.make_again(depth)
                self._repeated.append(record)
            else:
                before = run_elsewhere(op, function, args, kwargs, target)
                if before is not None:
                    record.hold(before)
                    self._keep(op, op.functional or function, *given, target)
                    return target
                record.hold(target.clone())
        output = function(*args, **kwargs)
        writer = self._keep(op, op.functional or (None if op.overwrites else function), *given, target)
        for other in others:
            self._producers.overtake(other, writer)
        return output

    def _overwrite_unknown(
        self,
        op: Op,
        function: Function,
        given: tuple[tuple[Any, ...], Mapping[str, Any]],
        args: tuple[Any, ...],
        kwargs: Any,
    ) -> Any:
        """The same where no record produced the tensor: a network's counter, or a buffer that remembers."""
        self._write_recipes()  # it may be a weight
        output = function(*args, **kwargs)
        if any(type(item) is Record for item in leaves(given)):
            target = args[0] if args else kwargs["input"]
            self._keep(op, op.functional or (None if op.overwrites else function), *given, target)
        return output

    def _write_recipes(self) -> None:
        write_recipes(self._repeated)
        self._repeated.clear()

    def _overwrite_out(self, op: Op, function: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The same for ``out=``, which may name several tensors."""
        self._write_recipes()
        targets = tensors_in(kwargs["out"])
        records = [self.origin, *self.records]
        others = [other for target in targets for other in copy_storage(target, records, self._producers)]
        given = self._stand_ins(args), {name: self._stand_in(item) for name, item in kwargs.items() if name != "out"}
        output = function(*args, **kwargs)
        writer = self._keep_all(op, function, *given, targets)
        for other in others:
            self._producers.overtake(other, writer)
        return output

    def _is_same(self, op: Op, before: Any, after: Tensor) -> bool:
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
        last = writers[-1]
        if last.nbytes == tensor.untyped_storage().nbytes():  # all of it was written: the tensor is a view of that
            view = (tuple(tensor.shape), tensor.stride(), tensor.storage_offset())
            return self._keep(Op("as_strided"), torch.as_strided, (last, *view), _NO_KWARGS, tensor)
        return self._keep(Op("as_strided_scatter"), None, (record, *writers), _NO_KWARGS, tensor)

    # Keeping.

    def _stand_ins(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with records in the place of their outputs: what the producers hold now they may not later."""
        current, plain = self._current, self._plain
        if self._producers.overtaken:
            return tuple([self._stand_in(item) for item in args])
        stand_ins = []
        for item in args:
            kind = type(item)
            if kind is Tensor:
                stand_ins.append(current.get(id(item), item))
            elif kind in plain or (kind is tuple and item and type(item[0]) is int):
                stand_ins.append(item)
            elif kind is list:
                stand_ins.append(
                    [current.get(id(part), part) if type(part) is Tensor else self._stand_in(part) for part in item]
                )
            else:
                stand_ins.append(self._stand_in(item))
        return tuple(stand_ins)

    def _named_stand_ins(self, kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        plain = self._plain
        for item in kwargs.values():
            if type(item) not in plain:
                return {name: self._stand_in(item) for name, item in kwargs.items()}
        return kwargs

    def _stand_in(self, item: Any) -> Any:
        kind = type(item)
        if kind is tuple:
            return item if item and type(item[0]) is int else tuple([self._stand_in(part) for part in item])
        if kind is list:
            return [self._stand_in(part) for part in item]
        if isinstance(item, Tensor):
            return self.producer(item) or item
        return self._named_stand_ins(item) if kind is dict else item

    def _keep(
        self,
        op: Op,
        function: Function | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        output: Tensor,
        part: int = 0,
    ) -> Record:
        """A record for a tensor that an operation gave."""
        records = self.records
        record = Record(len(records), self._running[-1], op.name, function, args, kwargs, output, part)
        records.append(record)
        self._current[id(output)] = record
        if self.budget is not None:
            self.budget.count(record, self._producers)
        if type(output) is nn.Parameter:  # a network that writes into its parameters
            self._plain = _PLAIN
        return record

    def _keep_all(
        self,
        op: Op,
        function: Function | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        outputs: Iterable[Tensor],
    ) -> Record:
        """A record for each of the tensors that an operation gave; the first of them is returned."""
        kept = [self._keep(op, function, args, kwargs, output, part) for part, output in enumerate(outputs)]
        return kept[0]


def tensors_in(value: Any) -> list[Tensor]:
    """All tensors in a structure of tuples, lists, mappings and dataclasses, in order."""
    if isinstance(value, Tensor):
        return [value]
    if is_dataclass(value) and not isinstance(value, (type, Mapping)):
        value = vars(value)
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []
