"""Which module of a network is running: something stands around the call of each of them while a pass is recorded.

Hooks would do, but make torch take a slower way through each module, also through those that compute next to nothing.
torch has a place for a module's own way of being called, which copies and pickles of the module leave out; where it is
taken (the module is compiled, or another thread records it right now), hooks stand in.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn
from torch._C import (
    _is_torch_function_mode_enabled,
    _pop_torch_function_stack,
    _push_on_torch_function_stack,
)
from torch.nn.modules.module import (
    _global_forward_hooks,
    _global_forward_pre_hooks,
    register_module_forward_hook,
    register_module_forward_pre_hook,
)

from cnnviz.core.calls import Call, call_of

if TYPE_CHECKING:
    from cnnviz.core.recorder import Recorder

_PLACE = "_compiled_call_impl"  # where torch.nn.Module.compile puts what is to be called


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
    running
        Paths of the modules that are running, the innermost last.
    failure
        Where the last exception came from.
    """

    def __init__(self, module: nn.Module) -> None:
        self.running = [""]
        self.failure: Failure | None = None
        self._modules = _walk(module)
        self._before: list[int] = []  # how many records there were when the modules that have hooks were entered
        self._hooked: dict[int, str] = {}  # their paths
        self._thread = get_ident()

    @contextmanager
    def following(self, recorder: Recorder) -> Iterator[None]:
        """Follow this thread, and tell the recorder; whatever happens inside, nothing stays behind."""
        around = self._around(recorder)
        straight = self._straight(recorder, around)
        placed: list[tuple[dict[str, Any], Callable[..., Any]]] = []
        hooks = []
        try:
            for module, path in self._modules:
                call = call_of(module)
                mine = partial(around, module, path) if call is None else partial(straight, module, path, call)
                if module.__dict__.setdefault(_PLACE, mine) is mine:  # in one go: other threads do the same
                    placed.append((module.__dict__, mine))
                else:
                    self._hooked[id(module)] = path
            if self._hooked:
                hooks.append(register_module_forward_pre_hook(partial(self._enter, recorder)))
                hooks.append(register_module_forward_hook(partial(self._leave, recorder), always_call=True))
            yield
        finally:
            for attributes, put in placed:
                if attributes.get(_PLACE) is put:
                    del attributes[_PLACE]
            for hook in hooks:
                hook.remove()
            self._modules = []

    def failed(self, error: BaseException, op: str = "", shapes: tuple[tuple[int, ...], ...] = ()) -> None:
        """Note where an exception came from, unless that is known from further inside."""
        if self.failure is None or self.failure.error is not error:
            self.failure = Failure(error, self.running[-1], op, shapes)

    def _around(self, recorder: Recorder) -> Callable[..., Any]:
        """The call of a module, with a note of where it begins and ends."""
        thread, running, records, left = self._thread, self.running, recorder.records, recorder.left

        def around(module: nn.Module, path: str, /, *args: Any, **kwargs: Any) -> Any:
            if get_ident() != thread:
                return module._call_impl(*args, **kwargs)  # type: ignore[no-untyped-call]
            running.append(path)
            before = len(records)
            try:
                output = module._call_impl(*args, **kwargs)  # type: ignore[no-untyped-call]
            except Exception as error:
                self.failed(error)
                raise
            finally:
                running.pop()
            left(module, path, before, args, output)
            return output

        return around

    def _straight(self, recorder: Recorder, around: Callable[..., Any]) -> Callable[..., Any]:
        """The one call of a layer, without the detour through the layer's code and the mode, wherever that is safe."""
        thread, run = self._thread, recorder.run

        def straight(module: nn.Module, path: str, call: Call, /, *args: Any, **kwargs: Any) -> Any:
            if (
                get_ident() != thread
                or len(args) != 1
                or kwargs
                or type(args[0]) is not Tensor
                or module._forward_hooks
                or module._forward_pre_hooks
                or _global_forward_hooks
                or _global_forward_pre_hooks
                or not _is_torch_function_mode_enabled()
            ):
                return around(module, path, *args, **kwargs)
            mode = _pop_torch_function_stack()
            try:
                given = call.read(module, args[0]) if mode is recorder else None
                if given is not None:
                    return run(module, path, call, *given)
            finally:
                _push_on_torch_function_stack(mode)
            return around(module, path, *args)

        return straight

    # Hooks see all modules, of all threads.

    def _enter(self, recorder: Recorder, module: nn.Module, args: tuple[Any, ...]) -> None:
        if get_ident() == self._thread and id(module) in self._hooked:
            self.running.append(self._hooked[id(module)])
            self._before.append(len(recorder.records))

    def _leave(self, recorder: Recorder, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        if get_ident() != self._thread or id(module) not in self._hooked:
            return
        error = sys.exc_info()[1] if output is None else None  # the hook is called on the way out, too
        if error is not None:
            self.failed(error)
        path, before = self.running.pop(), self._before.pop()
        recorder.left(module, path, before, args, output)


def _walk(module: nn.Module) -> list[tuple[nn.Module, str]]:
    """All modules of a network with their paths; one that is there twice goes by its first one."""
    found, waiting = [], [(module, "")]
    seen = {id(module)}
    while waiting:
        pair = waiting.pop()
        found.append(pair)
        children = pair[0]._modules
        if children:
            start = f"{pair[1]}." if pair[1] else ""
            below = []
            for name, child in children.items():
                if child is not None and id(child) not in seen:
                    seen.add(id(child))
                    below.append((child, start + name))
            waiting += reversed(below)
    return found
