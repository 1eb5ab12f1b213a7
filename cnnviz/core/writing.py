"""How a file comes to its place whole or not at all: it is written beside it, and then moved there."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cnnviz.core.errors import CnnvizError, PlaceError

NO_PERMISSION = (errno.EACCES, errno.EPERM, errno.EROFS)
FULL = (errno.ENOSPC, errno.EDQUOT)
OF_THE_PLACE = (errno.ENOENT, *NO_PERMISSION, *FULL)
"""Numbers of errors that other files in the same folder meet, too."""


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """An open file that takes the target's place when all went well, and otherwise leaves nothing behind."""
    beside: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        beside = Path(name)
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        beside.chmod(_usual_mode(target))
        _move(beside, target)
        beside = None
    except CnnvizError:
        raise
    except Exception as error:
        cause = _of_the_disk(error)
        if cause is None:
            raise
        kind = PlaceError if cause.errno in OF_THE_PLACE else CnnvizError
        raise kind(_sentence(target, cause), str(cause)) from error
    finally:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink()


def check_place(target: Path) -> None:
    """Raises ``PlaceError`` where no file can be written to the target's folder: before much work is done for it."""
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise PlaceError(_sentence(target, error), str(error)) from error


def _of_the_disk(error: BaseException | None) -> OSError | None:
    """The error of the disk at the bottom of another one: libraries fall over what they could not finish."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__ or error.__context__
    return error


def _move(beside: Path, target: Path) -> None:
    """Put what was written into its place. Raises ``CnnvizError`` where a file that is there does not give way."""
    try:
        beside.replace(target)
    except PermissionError as error:
        if not target.is_file():
            raise
        raise CnnvizError(
            f"{target.name} was not replaced: another program has it open, or it is protected; "
            "close it there, or choose another name.",
            str(error),
        ) from error


def _usual_mode(target: Path) -> int:
    """Permissions of the file that is replaced, or those of any new file (a temporary one is private)."""
    with contextlib.suppress(OSError):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sentence(target: Path, error: OSError) -> str:
    folder = target.parent
    if error.errno == errno.ENOENT:
        return f"There is no folder {folder}; make it, or choose another place."
    if error.errno in NO_PERMISSION:
        return f"{target.name} cannot be written to {folder}: there is no permission; choose another place."
    if error.errno in (*FULL, errno.EFBIG):
        return f"{target.name} was not written: the disk is full; make room, or choose another place."
    if error.errno == errno.EISDIR:
        return f"{target} is a folder; choose another name."
    if error.errno == errno.ENAMETOOLONG:
        return f"The name {target.name[:40]}… is too long; choose a shorter one."
    return f"{target.name} cannot be written to {folder}: {error.strerror or error}; choose another place."
