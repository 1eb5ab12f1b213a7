"""What can be wrong with a picture's file, as sentences: its path, its header, its size, its bytes."""

from __future__ import annotations

import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from cnnviz.core.errors import PictureError

PIXEL_LIMIT = 120_000_000
"""A picture with more pixels is refused by its header, before memory is taken: above any camera, below most bombs."""


class _Quiet:
    """Keeps the decoders from warning and logging: large pictures, odd EXIF and damage are said in our own sentences.

    Filters of warnings belong to all threads: the first that decodes sets them aside, the last puts them back.
    """

    _LOGGERS = (logging.getLogger("tifffile"), logging.getLogger("PIL.TiffImagePlugin"))

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.filterwarnings("ignore", module="PIL")
                self._silence(True)
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(None, None, None)
                self._silence(False)

    def _silence(self, silent: bool) -> None:
        for logger in self._LOGGERS:
            logger.disabled = silent


_quiet = _Quiet()


def printable(name: str) -> str:
    """A file name that every screen can show, also where its bytes are not UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file, opened for reading; what can be wrong with a path becomes a sentence."""
    name = printable(path.name) or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise PictureError(f"{name} is a folder, not a picture: choose the pictures in it.")
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device might never end
            raise PictureError(f"{name} is not a file that can be read as a picture.")
        if not status.st_size:
            raise PictureError(f"{name} is empty: it holds no picture.")
        file = path.open("rb")
    except FileNotFoundError:
        raise PictureError(
            f"There is no file {name}: it was moved, renamed or deleted.", printable(str(path))
        ) from None
    except PermissionError:
        raise PictureError(f"{name} may not be read: ask its owner for permission.", printable(str(path))) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise PictureError(f"{name} cannot be opened.", str(error)) from error
    with file:
        yield file


@contextmanager
def decoding(name: str, file: BufferedReader) -> Iterator[None]:
    """Whatever a decoder raises on a damaged file becomes a sentence."""
    try:
        with _quiet:
            yield
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"{name} is not a picture: {_content(file)}", str(error)) from error
    except MemoryError as error:
        raise PictureError(f"{name} is too large for the memory that is left: make it smaller.") from error
    except Exception as error:
        raise PictureError(
            f"{name} is damaged or cut off: it cannot be decoded.", f"{type(error).__name__}: {error}"
        ) from error


@contextmanager
def identified(file: BufferedReader, name: str) -> Iterator[Image.Image]:
    """The picture with its header read and nothing decoded; refused when it is too large."""
    try:
        image = Image.open(file)
    except Image.DecompressionBombError as error:
        raise PictureError(f"{name} is too large: more than {PIXEL_LIMIT:,} pixels.", str(error)) from error
    width, height = image.size
    if width * height > PIXEL_LIMIT:
        raise PictureError(f"{name} is too large: {width:,} × {height:,} pixels, at most {PIXEL_LIMIT:,} are read.")
    with image:
        yield image


def _content(file: BufferedReader) -> str:
    """What a file that is no picture seems to hold, from its beginning."""
    file.seek(0)
    head = file.read(512)
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        return "HEIF pictures are not read, save it as JPEG or PNG."
    if head.lstrip()[:5].lower() in (b"<?xml", b"<svg ") and b"svg" in head.lower():
        return "it is a drawing (SVG), save it as PNG."
    if head.startswith(b"%PDF"):
        return "it is a PDF, save its page as PNG."
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        text = head[: error.start].decode("utf-8") if error.start > len(head) - 4 else "\0"
    if all(c.isprintable() or c in "\t\r\n\f\ufeff" for c in text):
        return "it holds text."
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")) or head[8:12] == b"WEBP":
        return "it begins like one, but what follows is damaged."
    return "no format that is known begins like it."
