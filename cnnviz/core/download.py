"""Files from the network: with progress, resumed where the server allows it, checked, and put in place in one go."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import ModelError

TIMEOUT = 20.0
"""Seconds without a byte after which a connection counts as lost."""

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is.

    Attributes
    ----------
    done, total
        Bytes; the total is 0 while it is not known.
    speed
        Bytes a second since it was begun or resumed.
    """

    done: int
    total: int
    speed: float

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at this speed; None while that is not known."""
        return (self.total - self.done) / self.speed if self.total and self.speed else None


def download(
    url: str,
    target: Path,
    *,
    sha256: str = "",
    progress: Callable[[Progress], None] = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Path:
    """Fetch a file; what was fetched before it was cancelled is kept beside the target, and is used the next time.

    Parameters
    ----------
    url
        Where it is.
    target
        Where it is to be: it appears there whole and checked, or not at all.
    sha256
        The beginning of its SHA-256; empty when it is not known.
    progress
        Told after each piece.
    wanted
        Asked before each piece.

    Raises
    ------
    Cancelled
        It is no longer wanted.
    ModelError
        With a sentence: no connection, not there, the disk is full, not the file that was promised.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("ab") as file:
            _fetch(url, file, progress, wanted)
    except urllib.error.HTTPError as error:
        if error.code == 416 and part.stat().st_size:  # it is whole already, or another file now: the check tells
            error.close()
        else:
            raise ModelError(
                f"{target.name} cannot be downloaded: the server says {error.code} {error.reason}.", url
            ) from error
    except (urllib.error.URLError, TimeoutError, ConnectionError, http.client.HTTPException) as error:
        raise ModelError(
            f"{target.name} cannot be downloaded: no connection to {url.split('/')[2]}. Try again later.",
            str(error),
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ModelError(f"{target.name} cannot be saved: the disk of {target.parent} is full.") from error
        raise ModelError(f"{target.name} cannot be saved in {target.parent}.", str(error)) from error
    return _in_place(part, target, sha256)


def _in_place(part: Path, target: Path, sha256: str) -> Path:
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if not digest.startswith(sha256):
        part.unlink()
        raise ModelError(f"What was downloaded is not {target.name} as it was published: try again.", digest)
    return part.replace(target)


def _fetch(url: str, file: IO[bytes], progress: Callable[[Progress], None], wanted: Callable[[], bool]) -> None:
    before = file.seek(0, os.SEEK_END)
    headers = {"User-Agent": "cnnviz"} | ({"Range": f"bytes={before}-"} if before else {})
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as answer:
        if before and answer.status != 206:  # the server begins again
            file.truncate(0)
            before = 0
        length = int(answer.headers.get("Content-Length") or 0)
        _require_space(file, length)
        _copy(answer, file, before, before + length if length else 0, progress, wanted)


def _copy(
    answer: Any,
    file: IO[bytes],
    before: int,
    total: int,
    progress: Callable[[Progress], None],
    wanted: Callable[[], bool],
) -> None:
    done, start = before, time.monotonic()
    while True:
        if not wanted():
            raise Cancelled
        piece = answer.read(_CHUNK)
        if not piece:
            break
        file.write(piece)
        done += len(piece)
        progress(Progress(done, total, (done - before) / max(time.monotonic() - start, 1e-3)))
    if total and done < total:
        raise ConnectionError(f"{done} of {total} bytes")


def _require_space(file: IO[bytes], length: int) -> None:
    """Says at the beginning what would fail at the end."""
    if length > shutil.disk_usage(Path(file.name).parent).free:
        raise OSError(errno.ENOSPC, "no space")
