"""Memory that freed traces leave behind is used again, not handed back to the system after each pass.

A trace keeps every output, so each pass needs as much new memory as the one before it has just freed. By default the
C library returns large freed blocks to the system, which clears each page again when it is touched next: on deep
networks that costs more than recording does. No pool of our own is involved: the allocator recycles what has lost
its last reference.
"""

from __future__ import annotations

import ctypes
import functools
import sys

# Parameters of mallopt(3), from <malloc.h>.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_MMAP_MAX = -4
_M_ARENA_MAX = -8

_FOR_EVER = 2**31 - 1


@functools.cache
def recycle() -> bool:
    """Let the C library keep freed memory of this process for the next pass.

    Works with glibc and does nothing elsewhere. Call it before threads start: the heap of a thread of its own is given
    back whatever the thresholds say, so all later threads share the main one.

    Returns
    -------
    Whether the C library took the advice.
    """
    library = _glibc()
    if library is None:
        return False
    advice = ((_M_ARENA_MAX, 1), (_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, _FOR_EVER))
    return [library.mallopt(parameter, value) for parameter, value in advice] == [1, 1, 1]


def give_back() -> None:
    """Return the memory that is free right now to the system: after a model is closed, or when the app goes idle."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018  musl has neither this nor mallopt
        library.mallopt.argtypes = (ctypes.c_int, ctypes.c_int)
        library.malloc_trim.argtypes = (ctypes.c_size_t,)
    except (OSError, AttributeError):
        return None
    return library
