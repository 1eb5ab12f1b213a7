"""Pictures made ready for a network once, kept as bytes; batches of them as the network takes them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cnnviz import paths
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.core.images import prepare, read
from cnnviz.core.model import Preprocessing
from cnnviz.training.control import Control
from cnnviz.training.events import Progressed
from cnnviz.training.pictures import DataError, Pictures

MEMORY = 2 << 30
"""Bytes of pictures that are kept in memory; more of them go into a temporary file."""

_TOGETHER = 64  # pictures between two looks at whether they are still wanted
_HASHED = 32 << 20


class Batches(Protocol):
    """What a loop learns from: batches by the numbers of their rows."""

    @property
    def classes(self) -> Tensor:
        """(N,) int64."""

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """What the network takes, and the classes (N,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """Pictures in the size and mode of a network.

    Attributes
    ----------
    pixels
        (N, C, H, W) uint8; in memory the channels of a pixel lie side by side.
    classes
        (N,) int64.
    rows
        (N,) their numbers in the `Pictures` that they were made from: broken ones are left out.
    preprocessing
        How a pixel becomes a number.
    broken
        A sentence for each that could not be read.
    vary
        What changes a batch (N, C, H, W) uint8 each time it is taken; None leaves it as it is.
    """

    pixels: Tensor = field(repr=False)
    classes: Tensor = field(repr=False)
    rows: NDArray[np.int64] = field(repr=False)
    preprocessing: Preprocessing
    broken: tuple[str, ...] = ()
    vary: Callable[[Tensor], Tensor] | None = None

    def __len__(self) -> int:
        return len(self.classes)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(n, C, H, W) float32, normalised, and (n,) classes, on the device of the pixels."""
        pixels = self.pixels[rows]
        if self.vary is not None:
            pixels = self.vary(pixels)
        return self.normalised(pixels), self.classes[rows]

    def normalised(self, pixels: Tensor) -> Tensor:
        """Bytes as numbers: (pixel / 255 - mean) / std."""
        mean, std = (torch.tensor(v, device=pixels.device).view(-1, 1, 1) for v in self._moments)
        return pixels.float().div_(255).sub_(mean).div_(std)

    @property
    def _moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return self.preprocessing.mean, self.preprocessing.std

    def chosen(self, rows: NDArray[np.int64]) -> Inputs:
        """Some of them, by their place here."""
        if len(rows) == len(self):
            return self
        picked = torch.from_numpy(rows)
        return replace(self, pixels=self.pixels[picked], classes=self.classes[picked], rows=self.rows[rows])

    def to(self, device: torch.device) -> Inputs:
        """On a device, where they fit."""
        if device.type == "cpu":
            return self
        return replace(self, pixels=self.pixels.to(device), classes=self.classes.to(device))  # pragma: no cover

    def digest(self) -> str:
        """Tells whether these are the pictures of another day: all classes, and evenly spread pictures."""
        every = max(1, self.pixels.nbytes // _HASHED)
        digest = hashlib.sha256(str(tuple(self.pixels.shape)).encode() + self.classes.cpu().numpy().tobytes())
        digest.update(self.pixels[::every].cpu().numpy().tobytes())
        return digest.hexdigest()

    def moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and deviation of each channel, of a 0 to 1 scale, rounded as people write them; never 0."""
        counts = torch.stack([_counted(self.pixels[:, c]) for c in range(self.pixels.shape[1])])  # (C, 256)
        share = counts / counts.sum(1, keepdim=True)
        values = torch.arange(256, dtype=torch.float64) / 255
        mean = (share * values).sum(1)
        deviation = (share * (values - mean[:, None]) ** 2).sum(1).sqrt()
        return tuple(round(m, 4) for m in mean.tolist()), tuple(max(round(s, 4), 1e-3) for s in deviation.tolist())


def _counted(channel: Tensor) -> Tensor:
    """How often each byte occurs, (256,) float64; a part at a time, for the sake of memory."""
    found = torch.zeros(256, dtype=torch.float64)
    for rows in in_turn(len(channel), 4096):
        found += torch.bincount(channel[rows].reshape(-1).int(), minlength=256)
    return found


def in_turn(count: int, size: int) -> list[Tensor]:
    """The numbers from 0 to ``count`` - 1, so many at a time."""
    return [torch.arange(start, min(start + size, count)) for start in range(0, count, size)]


def made_ready(
    pictures: Pictures, preprocessing: Preprocessing, what: str, control: Control
) -> Iterator[Progressed | Inputs]:
    """Reads, converts, resizes and crops every picture; tells how far it is, last the `Inputs`.

    What cannot be read is left out with a sentence.

    Raises
    ------
    DataError
        Nothing can be read, or there is no space for it.
    Cancelled
        The control said stop.
    """
    classes, count = pictures.classes, len(pictures)
    if isinstance(pictures.content, np.ndarray) and _fits(pictures.content, preprocessing):
        yield Inputs(_planes(pictures.content), torch.from_numpy(classes), np.arange(count), preprocessing)
        return
    shape = (count, *preprocessing.size, *((3,) if preprocessing.channels == 3 else ()))
    pixels = _room(shape)
    good = np.ones(count, bool)
    broken: list[str] = []

    def one(row: int) -> str:
        try:
            steps = prepare(read(pictures.content[row]), preprocessing).steps
            pixels[row] = next(step.pixels for step in reversed(steps) if step.pixels.dtype == np.uint8)
        except CnnvizError as error:
            good[row] = False
            return str(error)
        return ""

    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for start in range(0, count, _TOGETHER):
            if control.stopped:
                raise Cancelled
            broken += filter(None, pool.map(one, range(start, min(start + _TOGETHER, count))))
            yield Progressed(what, min(start + _TOGETHER, count), count)
    rows = np.flatnonzero(good)
    if not len(rows):
        raise DataError("None of the pictures can be read.", "\n".join(broken[:20]))
    whole = _planes(pixels)
    kept = whole if len(rows) == count else whole[torch.from_numpy(rows)]
    yield Inputs(kept, torch.from_numpy(classes[rows]), rows, preprocessing, tuple(broken))


def _fits(content: NDArray[np.uint8], preprocessing: Preprocessing) -> bool:
    return content.shape[1:] == (*preprocessing.size, *((3,) if preprocessing.channels == 3 else ()))


def _planes(pixels: NDArray[np.uint8]) -> Tensor:
    """(N, H, W[, 3]) as (N, C, H, W), without a copy."""
    if not pixels.flags.writeable:
        pixels = pixels.copy()
    tensor = torch.from_numpy(pixels)
    return tensor[:, None] if tensor.ndim == 3 else tensor.permute(0, 3, 1, 2)


def _room(shape: tuple[int, ...]) -> NDArray[Any]:
    """An array for all pictures; in a file without a name when they are too many for the memory."""
    size = int(np.prod(shape))
    if size <= MEMORY:
        return np.empty(shape, np.uint8)
    folder = paths.cache()
    gigabytes = f"{size / 1e9:,.1f} GB"
    if size > shutil.disk_usage(folder).free:
        raise DataError(f"The pictures need {gigabytes} in {folder}, which is more than is free: take fewer of them.")
    with tempfile.TemporaryFile(dir=folder) as file:  # it lives as long as the array does
        try:
            if hasattr(os, "posix_fallocate"):  # else a full disk is found only when a page is written
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            raise DataError(f"The pictures need {gigabytes} in {folder}, and the disk is full.") from error
        return np.memmap(file, np.uint8, "r+", shape=shape)
