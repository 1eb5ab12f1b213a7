"""Formats that hold arrays by name: each of them is told once, for the numbers of a figure and for those of a pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.base import Style, exporter
from cnnviz.export.values import held
from cnnviz.figure import Figure

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One array of a file, whose numbers are asked for when their turn has come: only one is in memory at a time.

    Attributes
    ----------
    name
        What it is called in the file, without a slash.
    shape, dtype
        Of the numbers, known before they are.
    values
        The numbers.
    about
        What else is said of it, as JSON holds it; ``axes`` are the names of its axes.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    values: Callable[[], Array]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> bool:
        """Whether these are texts, which some formats do not hold as arrays."""
        return self.dtype.kind == "U"

    @property
    def nbytes(self) -> int:
        """Bytes of the numbers."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    def little(self) -> memoryview:
        """The numbers as bytes: row by row, the lowest byte first; not copied where they are like that already."""
        array = np.ascontiguousarray(self.values(), self.dtype.newbyteorder("<"))
        return array.reshape(-1).view(np.uint8).data


Packer = Callable[[BinaryIO, Sequence[Entry], Mapping[str, Any]], None]

_packers: dict[str, Packer] = {}


def packer(suffix: str) -> Callable[[Packer], Packer]:
    """Register a function that writes arrays and what they are to an open file, for names that end in this suffix."""

    def register(pack: Packer) -> Packer:
        _packers[suffix] = pack

        @exporter(suffix)
        def of_figure(figure: Figure, file: BinaryIO, style: Style) -> None:
            arrays, metadata = held(figure, style)
            pack(file, [_entry(name, array) for name, array in arrays.items()], metadata)

        return pack

    return register


def packers() -> Mapping[str, Packer]:
    """The formats that hold arrays, by their suffixes."""
    return _packers


def _entry(name: str, array: Array) -> Entry:
    return Entry(name, array.shape, array.dtype, lambda: array)


def parted(entries: Sequence[Entry]) -> tuple[list[Entry], dict[str, Any]]:
    """The entries with numbers, and as lists those with words."""
    words = {entry.name: entry.values().tolist() for entry in entries if entry.words}
    return [entry for entry in entries if not entry.words], words
