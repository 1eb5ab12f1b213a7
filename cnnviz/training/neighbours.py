"""Nearest neighbours: a picture belongs to the class of those training pictures that are most like it, pixel by pixel.

Nothing is learned and nothing is approximated. Of equally near pictures the first is taken, of classes with as many
votes the lowest, as scikit-learn does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from cnnviz.core.cancel import Cancelled
from cnnviz.training.control import Control
from cnnviz.training.pictures import DataError

NORMS = {"L1": 1.0, "L2": 2.0}
"""How unlike two pictures are: the sum of the absolute differences, or the root of the sum of the squared ones."""

_TOGETHER = 1 << 22  # distances at a time
_WIDENED = 4096  # pictures as larger numbers at a time
_OPEN = 5  # where more than the 1/5 of the pairs is left open, all of them are faster
_CACHED = 1 << 18  # numbers that stay close to the processor
_FAR = 1 << 40  # farther than any two pictures, and small enough to be counted with


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest training pictures of some pictures.

    Attributes
    ----------
    rows
        (Q, k) int64, the numbers of the training pictures, the nearest first.
    distances
        (Q, k) float32.
    predicted
        (Q,) int64, the class that most of them have; of several the lowest.
    """

    rows: NDArray[np.int64] = field(repr=False)
    distances: NDArray[np.float32] = field(repr=False)
    predicted: NDArray[np.int64] = field(repr=False)

    def accuracy(self, classes: NDArray[np.int64]) -> float:
        """Share of the pictures of these classes (Q,) that were taken for what they are."""
        return float((self.predicted == classes).mean())


def difference(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    """The pixel-wise absolute difference of two pictures, and its sum, the L1 distance.

    Parameters
    ----------
    a, b
        Whole numbers of the same shape.

    Raises
    ------
    DataError
        They are of different shapes.
    """
    if a.shape != b.shape:
        raise DataError(f"Pictures of different sizes cannot be compared: {a.shape} and {b.shape}.")
    absolute = np.abs(a.astype(np.int64) - b.astype(np.int64))
    return absolute, int(absolute.sum())


def nearest(
    train: NDArray[np.uint8],
    classes: NDArray[np.int64],
    pictures: NDArray[np.uint8],
    *,
    k: int = 1,
    norm: str = "L2",
    device: str | torch.device = "cpu",
    control: Control | None = None,
) -> Neighbours:
    """The k nearest training pictures of each picture, and the class that most of them have.

    Parameters
    ----------
    train, classes
        (N, H, W) or (N, H, W, 3) uint8, and (N,).
    pictures
        (Q, H, W[, 3]) uint8.
    k
        How many neighbours vote.
    norm
        ``"L1"`` or ``"L2"``.
    device
        Where distances are computed.
    control
        Asked between two chunks; ``Cancelled`` is raised when it says stop.

    Raises
    ------
    DataError
        The shapes differ, k is not from 1 to N, or there is no such norm.
    """
    if norm not in NORMS:
        raise DataError(f"There is no distance {norm}: there are {' and '.join(NORMS)}.")
    if not 1 <= k <= len(train):
        raise DataError(f"There are {len(train):,} training pictures, so k is from 1 to {len(train):,}, not {k}.")
    if train.shape[1:] != pictures.shape[1:]:
        raise DataError(f"Pictures of different sizes cannot be compared: {train.shape[1:]} and {pictures.shape[1:]}.")
    known = torch.from_numpy(np.ascontiguousarray(train)).to(device)
    asked = torch.from_numpy(np.ascontiguousarray(pictures)).to(device)
    unlike = _L1(known, k) if norm == "L1" else _L2(known)
    rows, distances = [], []
    for part in asked.tensor_split(max(1, -(-len(asked) * len(known) // _TOGETHER))):
        if control is not None and control.stopped:
            raise Cancelled
        scores = unlike(part)  # (q, N), whole numbers
        keys = scores * len(known) + torch.arange(len(known), device=scores.device)  # of equal ones the first
        found = keys.topk(k, largest=False).indices
        near = scores.gather(1, found).double()
        rows.append(found.cpu())
        distances.append((near if norm == "L1" else near.sqrt()).float().cpu())
    numbers = torch.cat(rows).numpy()
    count = int(classes.max()) + 1
    predicted = np.array([np.bincount(own, minlength=count).argmax() for own in classes[numbers]], np.int64)
    return Neighbours(numbers, torch.cat(distances).numpy(), predicted)


class _L2:
    """Squared distances by a matrix product: |a|² + |b|² − 2ab, of whole numbers and so without any rounding."""

    def __init__(self, known: Tensor) -> None:
        self.known = known.flatten(1)

    def __call__(self, part: Tensor) -> Tensor:
        """(q, N) int64."""
        a = part.flatten(1).double()
        squares = (a * a).sum(1, keepdim=True)
        found = []
        for known in self.known.tensor_split(max(1, -(-len(self.known) // _WIDENED))):
            b = known.double()
            found.append((squares + (b * b).sum(1) - 2 * a @ b.T).long())
        return torch.cat(found, 1)


class _L1:
    """Sums of absolute differences, in full only where a coarse picture leaves it open who is nearest.

    The difference of two sums is never more than the sum of the differences: what is too far by the sums of blocks of
    4 x 4 pixels is too far by all of its pixels. What is left out counts as infinitely far.
    """

    def __init__(self, known: Tensor, k: int) -> None:
        self.known, self.coarse, self.k = known.flatten(1), _blocks(known), k
        self.exact = torch.float32 if 255 * self.known.shape[1] < 1 << 24 else torch.float64  # no sum is rounded

    def __call__(self, part: Tensor) -> Tensor:
        """(q, N) int64."""
        pixels = part.flatten(1)
        least = torch.cdist(_blocks(part), self.coarse, 1.0)  # (q, N)
        likely = least.topk(self.k, largest=False).indices  # (q, k)
        asked = torch.arange(len(part), device=part.device).repeat_interleave(self.k)
        worst = self._sums(pixels, asked, likely.flatten()).view(-1, self.k).amax(1)  # (q,)
        asked, rows = (least <= worst[:, None] + 0.5).nonzero(as_tuple=True)
        if len(rows) > least.numel() // _OPEN:
            full = torch.cdist(pixels.to(self.exact), self.known.to(self.exact), 1.0)
            return full.round().long()
        scores = torch.full(least.shape, _FAR, device=part.device)
        scores[asked, rows] = self._sums(pixels, asked, rows)
        return scores

    def _sums(self, pixels: Tensor, asked: Tensor, rows: Tensor) -> Tensor:
        """(P,) int64 for P pairs of a picture and a known one."""
        size = max(1, _CACHED // pixels.shape[1])
        found = []
        for start in range(0, len(rows), size):
            a = pixels[asked[start : start + size]].float()
            absolute = a.sub_(self.known[rows[start : start + size]]).abs_()
            found.append(absolute.sum(1, dtype=self.exact).long())
        return torch.cat(found)


def _blocks(pictures: Tensor) -> Tensor:
    """The sums of blocks of 4 x 4 pixels of (N, H, W[, C]), as rows of float32."""
    planes = pictures[..., None] if pictures.ndim == 3 else pictures
    planes = planes.permute(0, 3, 1, 2).float()
    padded = F.pad(planes, (0, -planes.shape[3] % 4, 0, -planes.shape[2] % 4))
    return F.avg_pool2d(padded, 4, divisor_override=1).flatten(1)
