"""Files that ``torch.save`` wrote, in its archives of today, in the files of before 2020, or as a bare pickle."""

from __future__ import annotations

import os
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor

from cnnviz.core.errors import ModelError
from cnnviz.core.pickles import Read, read_pickle
from cnnviz.core.storages import Stored, makers, storage

MAGIC = 0x1950A86A20F9469CFC6C
"""The first thing in a file of before PyTorch 1.6."""

_PICKLE_LIMIT = 256 << 20  # a pickle without tensors in it; the largest networks have a megabyte
_SWOLLEN = 64  # a compressed archive grows by less than this; a bomb by a thousand
_DAMAGED = "It is damaged or cut off: download or save it again."


class Bounded:
    """A file of which no more is asked than it has: a length that is a lie takes no memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size if not isinstance(file, BytesIO) else len(file.getbuffer())

    def read(self, count: int) -> bytes:
        """Bytes up to the end."""
        return self._file.read(max(0, min(count, self.size - self._file.tell())))

    def readline(self) -> bytes:
        """A line of at most a megabyte."""
        return self._file.readline(1 << 20)

    def tell(self) -> int:
        """Where it stands."""
        return self._file.tell()

    def numbers(self, start: int, count: int) -> Tensor:
        """Bytes from a place on, (count,) uint8. Raises ``ModelError`` when there are not as many."""
        if count < 0 or start < 0 or start + count > self.size:
            raise ModelError(_DAMAGED, f"{count} bytes at {start} of {self.size}")
        content = torch.empty(count, dtype=torch.uint8)
        self._file.seek(start)
        if self._file.readinto(content.numpy()) != count:  # type: ignore[attr-defined]
            raise ModelError(_DAMAGED)
        return content


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file that was looked through before anything in it was read.

    Attributes
    ----------
    file
        The file under it.
    entries
        Its entries by name, without the folder that all of them are in.
    """

    file: Bounded
    zipped: zipfile.ZipFile
    entries: dict[str, zipfile.ZipInfo]

    def read(self, name: str, limit: int = _PICKLE_LIMIT) -> bytes:
        """An entry as bytes."""
        entry = self._entry(name)
        if entry.file_size > limit:
            raise ModelError("It is too large to be read: no honest network looks like that.", name)
        return bytes(self.bytes_of(name).numpy().tobytes())

    def bytes_of(self, name: str) -> Tensor:
        """An entry, (bytes,) uint8; one that is not compressed goes straight into memory."""
        entry = self._entry(name)
        if entry.compress_type == zipfile.ZIP_STORED:
            head = self.file.numbers(entry.header_offset, 30).numpy().tobytes()
            if head[:4] != b"PK\3\4":
                raise ModelError(_DAMAGED, name)
            name_length, extra_length = struct.unpack("<HH", head[26:30])
            return self.file.numbers(entry.header_offset + 30 + name_length + extra_length, entry.file_size)
        try:
            content = self.zipped.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ModelError(_DAMAGED, f"{name}: {error}") from error
        return torch.from_numpy(np.frombuffer(content, np.uint8).copy())

    def _entry(self, name: str) -> zipfile.ZipInfo:
        found = self.entries.get(name)
        if found is None:
            raise ModelError(_DAMAGED, f"no {name}")
        return found


def open_archive(file: IO[bytes]) -> Archive:
    """The archive, refused where it climbs out of itself, or would grow when unpacked.

    Raises
    ------
    ModelError
        With a sentence without a subject but "it".
    """
    bounded = Bounded(file)
    try:
        zipped = zipfile.ZipFile(file)
        infos = [info for info in zipped.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error) as error:
        raise ModelError(_DAMAGED, str(error)) from error
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or ":" in parts[0]:
            raise ModelError("It has an entry that climbs out of the archive: it was made to do harm.", info.filename)
        if info.flag_bits & 1:
            raise ModelError("It is locked with a password: unpack it first.")
    packed = sum(info.compress_size for info in infos)
    unpacked = sum(info.file_size for info in infos)
    if packed > bounded.size or unpacked > _SWOLLEN * bounded.size + (1 << 20):
        raise ModelError("It would grow to many times its size when unpacked: it is a zip bomb.", f"{unpacked:,} bytes")
    names = [info.filename for info in infos]
    top = names[0].partition("/")[0] + "/" if names and "/" in names[0] else ""
    top = top if all(name.startswith(top) for name in names) else ""
    return Archive(bounded, zipped, {info.filename.removeprefix(top): info for info in infos})


def read_zip(archive: Archive, pickled: str = "data.pkl", folder: str = "data") -> Read:
    """What ``torch.save`` put into an archive."""
    swapped = archive.read("byteorder").strip() != sys.byteorder.encode() if "byteorder" in archive.entries else False

    def fetch(key: str, size: int) -> Tensor:
        content = archive.bytes_of(f"{folder}/{key}")
        if len(content) < size:
            raise ModelError(_DAMAGED, key)
        return content

    def stored(which: Any) -> Stored:
        _, kind, key, _, numel, *_ = which
        found = storage(kind, key, numel, fetch)
        if swapped:
            found.fetch = lambda key, size: _turned(fetch(key, size), found.dtype.itemsize)
        return found

    return read_pickle(archive.read(pickled), makers(load_bytes), stored)


def _turned(content: Tensor, width: int) -> Tensor:
    """Bytes of the other byte order. Raises ``ModelError`` when they are no whole values."""
    if len(content) % width:
        raise ModelError(_DAMAGED)
    return content.view(-1, width).flip(1).reshape(-1)


def read_legacy(file: IO[bytes]) -> Read:
    """A file of before PyTorch 1.6, or a bare pickle, from its beginning.

    Raises
    ------
    ModelError
        It is damaged, or no pickle at all.
    """
    bounded = Bounded(file)
    places: dict[str, int] = {}

    def fetch(key: str, size: int) -> Tensor:
        if key not in places:
            raise ModelError(_DAMAGED, key)
        return bounded.numbers(places[key], size)

    roots: dict[str, Stored] = {}

    def stored(which: Any) -> Stored:
        if not isinstance(which, tuple) or len(which) < 5:
            return None  # type: ignore[return-value]  # the source code of a module, beside its class
        _, kind, key, _, numel, *view = which
        root = roots.setdefault(str(key), storage(kind, key, numel, fetch))
        if view and view[0]:
            _, start, length = view[0]
            return _Part(root, start, length)
        return root

    first = _read(bounded, None)
    if first.content != MAGIC:
        return first
    version, _ = _read(bounded, None), _read(bounded, None)
    if version.content != 1001:
        raise ModelError("It was written by a version of PyTorch that is not known.", str(version.content))
    main = _read(bounded, _first_of_module(stored))
    keys = _read(bounded, None).content
    for key in keys if isinstance(keys, list) else []:
        head = bounded.numbers(bounded.tell(), 8).numpy().tobytes()
        places[str(key)] = bounded.tell()
        root = roots.get(str(key))
        if root is not None:
            size = struct.unpack("<q", head)[0] * root.dtype.itemsize
            if places[str(key)] + size > bounded.size or size < 0:
                raise ModelError(_DAMAGED, str(key))
            file.seek(places[str(key)] + size)
    return main


class _Part(Stored):
    """A stretch of another storage, as old files know them."""

    __slots__ = ("root",)

    def __init__(self, root: Stored, start: int, numel: int) -> None:
        super().__init__(root.key, root.dtype, root.numel, root.fetch, start)
        self.root = root

    def values(self) -> Tensor:
        return self.root.values()


def _first_of_module(stored: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Old files keep a class with its source code as ``('module', class, file, source)``: the class is wanted."""
    return lambda which: which[1] if isinstance(which, tuple) and which[:1] == ("module",) else stored(which)


def _read(file: Bounded, stored: Callable[[Any], Any] | None) -> Read:
    return read_pickle(file, makers(load_bytes), stored or (lambda which: None))  # type: ignore[arg-type]


def load_bytes(content: Any) -> Any:
    """A storage that was saved by itself inside another pickle."""
    if not isinstance(content, (bytes, bytearray)):
        return None
    file = BytesIO(bytes(content))
    return read_zip(open_archive(file)).content if content[:2] == b"PK" else read_legacy(file).content
