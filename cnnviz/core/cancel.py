"""Stopping work that nobody wants any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Cancelled(Exception):
    """The work was given up between two operations, because its answer is no longer wanted."""


_wanted: ContextVar[Callable[[], bool]] = ContextVar("wanted", default=lambda: True)


@contextmanager
def while_wanted(wanted: Callable[[], bool]) -> Iterator[None]:
    """What runs inside is given up as soon as ``wanted()`` is false, wherever it calls `go_on`."""
    token = _wanted.set(wanted)
    try:
        yield
    finally:
        _wanted.reset(token)


def still_wanted() -> bool:
    """Whether the answer of what runs is wanted, as the nearest `while_wanted` knows; without one it is."""
    return _wanted.get()()


def go_on() -> None:
    """Called between the parts of long work. Raises ``Cancelled`` when the answer is no longer wanted."""
    if not still_wanted():
        raise Cancelled
