"""Which module of a network is running: something stands around the call of each of them while a pass is recorded.

Hooks would do, but make torch take a slower way through each module, also through those that compute next to nothing.
torch has a place for a module's own way of being called, which copies and pickles of the module leave out; where it is
taken (the module is compiled, or another thread records it right now), hooks stand in.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from cnnviz.core.calls import Function, Reader, call_of

if TYPE_CHECKING:
    from cnnviz.core.recorder import Recorder

_PLACE = "_compiled_call_impl"  # where torch.nn.Module.compile puts what is to be called
_ELSEWHERE = torch_module._global_forward_hooks, torch_module._global_forward_pre_hooks  # of everybody


class Failure(NamedTuple):
    """Where an exception came from: the module that ran, and the operation if one raised it."""

    error: BaseException
    path: str
    op: str = ""
    shapes: tuple[tuple[int, ...], ...] = ()


class Where:
    """Follows one thread through the modules of a network.

    Parameters
    ----------
    module
        The network.

    Attributes
    ----------
    paths
        The path of each module, by ``id(module)``.
    running
        Paths of the modules that are running, the innermost last.
    failure
        Where the last exception came from.
    """

    def __init__(self, module: nn.Module) -> None:
        self.paths: dict[int, str] = {}
        self.running = [""]
        self.failure: Failure | None = None
        self._modules = _walk(module, self.paths)
        self._before: list[int] = []  # how many records there were when the modules that have hooks were entered
        self._hooked: set[int] = set()
        self._thread = threading.get_ident()

    @contextmanager
    def following(self, recorder: Recorder) -> Iterator[None]:
        """Follow this thread, and tell the recorder; whatever happens inside, nothing stays behind."""
        placed: list[tuple[nn.Module, Callable[..., Any]]] = []
        hooks = []
        try:
            for module in self._modules:
                path = self.paths[id(module)]
                around = self._around(module, path, recorder)
                call = call_of(module)
                if call is not None:
                    around = self._straight(module, path, recorder, *call, around)
                if module.__dict__.setdefault(_PLACE, around) is around:  # at once: other threads do the same
                    placed.append((module, around))
                else:
                    self._hooked.add(id(module))
            if self._hooked:
                hooks.append(register_module_forward_pre_hook(partial(self._enter, recorder)))
                hooks.append(register_module_forward_hook(partial(self._leave, recorder), always_call=True))
            yield
        finally:
            for module, around in placed:
                if module.__dict__.get(_PLACE) is around:
                    del module.__dict__[_PLACE]
            for hook in hooks:
                hook.remove()
            self._modules = []

    def failed(self, error: BaseException, op: str = "", shapes: tuple[tuple[int, ...], ...] = ()) -> None:
        """Note where an exception came from, unless that is known from further inside."""
        if self.failure is None or self.failure.error is not error:
            self.failure = Failure(error, self.running[-1], op, shapes)

    def _around(self, module: nn.Module, path: str, recorder: Recorder) -> Callable[..., Any]:
        """The module's call, with a note of where it begins and ends."""
        call, running, thread, records, left = (
            module._call_impl,
            self.running,
            self._thread,
            recorder.records,
            recorder.left,
        )

        def around(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread:
                return call(*args, **kwargs)
            running.append(path)
            before = len(records)
            try:
                output = call(*args, **kwargs)
            except Exception as error:
                self.failed(error)
                raise
            finally:
                running.pop()
            left(module, path, before, args, output)
            return output

        return around

    def _straight(
        self,
        module: nn.Module,
        path: str,
        recorder: Recorder,
        function: Function,
        read: Reader,
        around: Callable[..., Any],
    ) -> Callable[..., Any]:
        """The one call of a layer, without the detour through the layer's code and the mode, wherever that is safe."""
        hooks = module._forward_hooks, module._forward_pre_hooks, *_ELSEWHERE
        own, own_before, others, others_before = hooks
        thread, get_ident, run = self._thread, threading.get_ident, recorder.run
        enabled, pop, push = (
            torch._C._is_torch_function_mode_enabled,
            torch._C._pop_torch_function_stack,
            torch._C._push_on_torch_function_stack,
        )

        def straight(*args: Any, **kwargs: Any) -> Any:
            if (
                get_ident() != thread
                or len(args) != 1
                or kwargs
                or type(args[0]) is not Tensor
                or own
                or own_before
                or others
                or others_before
                or not enabled()
            ):
                return around(*args, **kwargs)
            top = pop()
            try:
                try:
                    given = read(module, args[0]) if top is recorder else None
                except (AttributeError, KeyError):  # a weight that is no parameter any more
                    given = None
                if given is not None:
                    return run(module, path, function, *given)
            finally:
                push(top)
            return around(*args)

        return straight

    # Hooks see all modules, of all threads.

    def _enter(self, recorder: Recorder, module: nn.Module, args: tuple[Any, ...]) -> None:
        if threading.get_ident() == self._thread and id(module) in self._hooked:
            self.running.append(self.paths[id(module)])
            self._before.append(len(recorder.records))

    def _leave(self, recorder: Recorder, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        if threading.get_ident() != self._thread or id(module) not in self._hooked:
            return
        error = sys.exc_info()[1] if output is None else None  # the hook is called on the way out, too
        if error is not None:
            self.failed(error)
        path, before = self.running.pop(), self._before.pop()
        if output is not None:
            recorder.left(module, path, before, args, output)


def _walk(module: nn.Module, paths: dict[int, str]) -> list[nn.Module]:
    """All modules of a network, whose paths are written down; one that is there twice goes by its first path."""
    paths[id(module)] = ""
    modules, waiting = [], [module]
    while waiting:
        parent = waiting.pop()
        modules.append(parent)
        path = paths[id(parent)]
        below = []
        for name, child in parent._modules.items():
            if child is not None and id(child) not in paths:
                paths[id(child)] = f"{path}.{name}" if path else name
                below.append(child)
        waiting += reversed(below)
    return modules
