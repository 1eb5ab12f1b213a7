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


def go_on() -> None:
    """Called between the parts of long work. Raises ``Cancelled`` when the answer is no longer wanted."""
    if not _wanted.get()():
        raise Cancelled
