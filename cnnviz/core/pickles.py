"""Pickles read as data: every opcode is looked at, nothing is imported and nothing is called.

Python's own unpickler imports what a file names and calls it. This one knows a handful of harmless makers (an ordered
dict, a tensor on a storage); anything else becomes a `Foreign`, an inert note of what would have been called.
"""

from __future__ import annotations

import pickletools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, NamedTuple

from cnnviz.core.errors import ModelError

SECONDS = 20.0
"""Longest time for reading one pickle: a network of thousands of tensors takes a fraction of a second."""


class Global(NamedTuple):
    """The name of something that lives in a module: a class, a function, a dtype."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Foreign:
    """What stands in the place of an object that would have to be made by calling something.

    Attributes
    ----------
    maker
        What would be called; a `Global`, or whatever else the pickle puts in its place.
    args
        With what.
    state
        What its ``__setstate__`` would get; None when there is none.
    items, entries
        What would be appended to it, or put into it by key.
    """

    maker: Any
    args: tuple[Any, ...] = ()
    state: Any = None
    items: list[Any] = field(default_factory=list)
    entries: dict[Any, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Dotted name of its class; empty when it is no class."""
        made_by = self.maker
        if str(made_by) in ("copyreg._reconstructor", "copy_reg._reconstructor") and self.args:
            made_by = self.args[0]
        return str(made_by) if isinstance(made_by, Global) else ""

    @property
    def attributes(self) -> dict[str, Any]:
        """What its ``__dict__`` would be."""
        state = self.state
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0] or {}, Mapping):
            state = {**(state[0] or {}), **(state[1] if isinstance(state[1], Mapping) else {})}
        return {key: value for key, value in state.items() if isinstance(key, str)} if isinstance(state, dict) else {}


@dataclass(frozen=True, slots=True)
class Read:
    """What was in a pickle.

    Attributes
    ----------
    content
        The object, with `Foreign` in the place of what is not known.
    imports
        Every name that it would import, in order of appearance.
    calls
        Those of them that it would call.
    """

    content: Any
    imports: tuple[str, ...]
    calls: tuple[str, ...]


Makers = Mapping[str, Callable[..., Any]]
"""By dotted name: what is made instead of calling that name. They get the pickle's own arguments."""

_MARK = object()
_PUSHED = frozenset(
    """
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE BINUNICODE
    SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
    """.split()
)
_FRESH: Mapping[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "EMPTY_SET": list,
}
_PLAIN: Makers = {
    "collections.OrderedDict": lambda pairs=(): _as_dict(pairs),
    "collections.defaultdict": lambda default=None, pairs=(): _as_dict(pairs),
    "builtins.dict": lambda pairs=(): _as_dict(pairs),
    "__builtin__.dict": lambda pairs=(): _as_dict(pairs),
    "builtins.set": lambda items=(): list(items),
    "__builtin__.set": lambda items=(): list(items),
    "builtins.list": lambda items=(): list(items),
    "builtins.bytearray": lambda content=b"", *how: content,
    "_codecs.encode": lambda text, how="latin1": text.encode("latin1"),
}


def read_pickle(source: bytes | IO[bytes], makers: Makers | None = None, stored: Callable[[Any], Any] = tuple) -> Read:
    """The content of one pickle, without executing anything; a file stands behind the pickle afterwards.

    Parameters
    ----------
    source
        The pickle, or a file that stands at its beginning.
    makers
        What is made in the place of calls, beside dicts and byte strings.
    stored
        What stands for an object that lives outside of the pickle, by its persistent id.

    Raises
    ------
    ModelError
        It is damaged, or does what no honest pickle does.
    """
    machine = _Machine({**_PLAIN, **(makers or {})}, stored)
    try:
        return machine.run(BytesIO(source) if isinstance(source, bytes) else source)
    except ModelError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, UnicodeError, OverflowError) as error:
        raise ModelError(
            "It is damaged, or not a file of PyTorch weights.", f"{type(error).__name__}: {error}"
        ) from error


class _Machine:
    """The stack machine that a pickle is a program for, with all that is dangerous left out."""

    def __init__(self, makers: Makers, stored: Callable[[Any], Any]) -> None:
        self._makers = makers
        self._stored = stored
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._imports: dict[str, None] = {}
        self._calls: dict[str, None] = {}

    def run(self, file: IO[bytes]) -> Read:
        stack, memo, deadline = self._stack, self._memo, time.monotonic() + SECONDS
        for number, (opcode, arg, _) in enumerate(pickletools.genops(file)):
            name = opcode.name
            if name in _PUSHED:
                stack.append(arg)
            elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
                memo[int(str(arg))] = stack[-1]
            elif name in ("BINGET", "LONG_BINGET", "GET"):
                stack.append(memo[int(str(arg))])
            elif name == "MEMOIZE":
                memo[len(memo)] = stack[-1]
            elif name in _FRESH:
                stack.append(_FRESH[name]())
            elif name == "STOP":
                return Read(stack.pop(), tuple(self._imports), tuple(self._calls))
            else:
                handle = getattr(self, "_" + name.lower(), None)
                if handle is None:
                    raise ModelError(f"It uses {name}, which no file of weights does.")
                handle(arg)
            if not number % 4096 and time.monotonic() > deadline:
                raise ModelError("It takes too long to read: no honest network does.")
        raise ValueError("no STOP")

    def _proto(self, arg: Any) -> None:
        """Says which version of opcodes follows."""

    _frame = _proto

    def _mark(self, _: Any) -> None:
        self._stack.append(_MARK)

    def _marked(self) -> list[Any]:
        """What lies above the last mark; both are taken away."""
        stack = self._stack
        start = next(i for i in range(len(stack) - 1, -1, -1) if stack[i] is _MARK)
        above = stack[start + 1 :]
        del stack[start:]
        return above

    def _pop(self, _: Any) -> None:
        self._stack.pop()

    def _pop_mark(self, _: Any) -> None:
        self._marked()

    def _dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._marked()))

    def _tuple1(self, _: Any) -> None:
        self._stack[-1:] = [tuple(self._stack[-1:])]

    def _tuple2(self, _: Any) -> None:
        self._stack[-2:] = [tuple(self._stack[-2:])]

    def _tuple3(self, _: Any) -> None:
        self._stack[-3:] = [tuple(self._stack[-3:])]

    def _list(self, _: Any) -> None:
        self._stack.append(self._marked())

    _frozenset = _list

    def _append(self, _: Any) -> None:
        value = self._stack.pop()
        self._extend([value])

    def _appends(self, _: Any) -> None:
        self._extend(self._marked())

    _additems = _appends

    def _extend(self, values: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, Foreign):
            target.items += values
        elif isinstance(target, list):
            target += values
        else:
            raise TypeError(f"append to a {type(target).__name__}")

    def _dict(self, _: Any) -> None:
        pairs = self._marked()
        self._stack.append({})
        self._put(pairs)

    def _setitem(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._put([key, value])

    def _setitems(self, _: Any) -> None:
        self._put(self._marked())

    def _put(self, flat: list[Any]) -> None:
        target = self._stack[-1]
        entries = target.entries if isinstance(target, Foreign) else target
        if not isinstance(entries, dict):
            raise TypeError(f"keys in a {type(target).__name__}")
        for key, value in zip(flat[::2], flat[1::2], strict=True):
            entries[key if _hashable(key) else repr(type(key))] = value

    def _global(self, arg: str) -> None:
        module, _, name = arg.partition(" ")
        self._imported(Global(module, name))

    def _stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise TypeError("a name that is no text")
        self._imported(Global(module, name))

    def _imported(self, found: Global) -> None:
        self._imports[str(found)] = None
        self._stack.append(found)

    def _reduce(self, _: Any) -> None:
        args, maker = self._stack.pop(), self._stack.pop()
        self._stack.append(self._made(maker, args))

    _newobj = _reduce

    def _newobj_ex(self, _: Any) -> None:
        self._stack.pop()  # named arguments
        self._reduce(None)

    def _obj(self, _: Any) -> None:
        maker, *args = self._marked()
        self._stack.append(self._made(maker, tuple(args)))

    def _inst(self, arg: str) -> None:
        args = tuple(self._marked())
        module, _, name = arg.partition(" ")
        self._imports[f"{module}.{name}"] = None
        self._stack.append(self._made(Global(module, name), args))

    def _made(self, maker: Any, args: Any) -> Any:
        if not isinstance(args, tuple):
            raise TypeError("arguments that are no tuple")
        if not isinstance(maker, Global):
            return Foreign(maker, args)
        name = str(maker)
        self._calls[name] = None
        make = self._makers.get(name)
        return Foreign(maker, args) if make is None else make(*args)

    def _build(self, _: Any) -> None:
        state = self._stack.pop()
        target = self._stack[-1]
        if isinstance(target, Foreign):
            target.state = state

    def _persid(self, arg: str) -> None:
        self._stack.append(self._stored(arg))

    def _binpersid(self, _: Any) -> None:
        self._stack.append(self._stored(self._stack.pop()))


def _hashable(key: object) -> bool:
    return isinstance(key, (str, int, float, bytes, type(None), Global, Foreign))


def _as_dict(pairs: Any) -> dict[Any, Any]:
    if isinstance(pairs, dict):
        return dict(pairs)
    return {key: value for key, value in pairs if _hashable(key)} if isinstance(pairs, (list, tuple)) else {}
