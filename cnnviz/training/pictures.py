"""A data set: labelled pictures to learn from, and those that are held back to measure with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import CnnvizError


class DataError(CnnvizError):
    """Data cannot be read, or cannot be learned from."""


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Labelled pictures, as arrays or as files that are not read yet.

    Attributes
    ----------
    content
        (N, H, W) grey or (N, H, W, 3) RGB, uint8; or the N paths of files.
    classes
        (N,) int64, the number of each picture's class.
    """

    content: NDArray[np.uint8] | tuple[str, ...] = field(repr=False)
    classes: NDArray[np.int64] = field(repr=False)

    def __post_init__(self) -> None:
        if isinstance(self.content, np.ndarray):
            shape = self.content.shape
            if self.content.dtype != np.uint8 or len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] != 3):
                raise DataError(
                    f"The pictures are {self.content.dtype} of shape {shape}: "
                    "whole numbers from 0 to 255 of shape (N, H, W) or (N, H, W, 3) are needed."
                )
            if 0 in shape[1:]:
                raise DataError(f"The pictures have no pixels: their shape is {shape}.")
        if len(self.content) != len(self.classes):
            raise DataError(
                f"There are {len(self.content):,} pictures but {len(self.classes):,} labels: each needs one."
            )

    def __len__(self) -> int:
        return len(self.classes)

    def chosen(self, rows: NDArray[np.int64]) -> Pictures:
        """Some of them, by their numbers."""
        content = self.content
        picked = content[rows] if isinstance(content, np.ndarray) else tuple(content[i] for i in rows)
        return Pictures(picked, self.classes[rows])

    def name(self, row: int) -> str:
        """What to call one: its file, or its number from 0."""
        return f"picture {row:,}" if isinstance(self.content, np.ndarray) else self.content[row]


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Labelled pictures in their parts.

    Attributes
    ----------
    name
        For people: ``"MNIST"``, or the name of a folder.
    labels
        The class names, in the order of the numbers.
    train
        What is learned from; the validation pictures are taken from it unless the data set brings its own.
    validation
        Its own pictures to check with after each epoch; None when it has none.
    test
        Held back: used once, after training. None when there are none.
    notes
        What was left out or assumed, one sentence each.
    """

    name: str
    labels: tuple[str, ...]
    train: Pictures
    validation: Pictures | None = None
    test: Pictures | None = None
    notes: tuple[str, ...] = ()

    @property
    def balance(self) -> tuple[int, ...]:
        """How many training pictures each class has, in the order of the labels."""
        return tuple(np.bincount(self.train.classes, minlength=len(self.labels)).tolist())

    def limited(self, each: int, seed: int = 0) -> DataSet:
        """The same with at most so many training pictures of each class, drawn with a seed.

        What a data set has no pictures of its own for is taken from those that are left out: 500 to validate with,
        2,000 to test with, of each class as many, and never more than there are.
        """
        chance = np.random.default_rng(seed)
        own = [chance.permutation(np.flatnonzero(self.train.classes == k)) for k in range(len(self.labels))]
        left = [rows[each:] for rows in own]
        validation, test = self.validation, self.test
        if validation is None:
            share, most = (1 if test else 2), max(1, 500 // len(own))
            counts = [min(len(rows) // share, most) for rows in left]
            if min(counts):  # else some are taken from the others, as usual
                validation = self._picked([rows[:n] for rows, n in zip(left, counts, strict=True)])
                left = [rows[n:] for rows, n in zip(left, counts, strict=True)]
        if test is None and any(map(len, left)):
            test = self._picked([rows[: max(1, 2000 // len(own))] for rows in left])
        return replace(self, train=self._picked([rows[:each] for rows in own]), validation=validation, test=test)

    def _picked(self, rows: list[NDArray[np.int64]]) -> Pictures:
        """Training pictures by their numbers, class by class."""
        return self.train.chosen(np.sort(np.concatenate(rows)))


def split(classes: NDArray[np.int64], share: float, seed: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the pictures to learn from and to validate with, each class divided in the same proportion.

    Every class with two pictures or more has at least one on either side; one that has a single picture learns from it.

    Parameters
    ----------
    classes
        (N,) the class of each picture.
    share
        How many of them validate, 0 to 1; with 0 none does.
    seed
        The same seed gives the same split.

    Returns
    -------
    Two sorted arrays that hold each number from 0 to N − 1 once.
    """
    chance = np.random.default_rng(seed)
    held: list[NDArray[np.int64]] = []
    for k in np.unique(classes):
        own = chance.permutation(np.flatnonzero(classes == k))
        count = min(max(round(share * len(own)), 1), len(own) - 1) if share else 0
        held.append(own[:count])
    validation = np.sort(np.concatenate(held)) if held else np.empty(0, np.int64)
    return np.setdiff1d(np.arange(len(classes)), validation), validation


def require_learnable(labels: Sequence[str], classes: NDArray[np.int64]) -> None:
    """Raises ``DataError`` for what nothing can be learned from: no pictures, one class only, one of each."""
    found = np.bincount(classes, minlength=len(labels))
    if not len(classes):
        raise DataError("There are no pictures to learn from.")
    if np.count_nonzero(found) < 2:
        only = labels[int(found.argmax())]
        raise DataError(f"All pictures are of one class, “{only}”: to tell classes apart at least two are needed.")
    if found.max() < 2:
        raise DataError(
            f"There are {len(classes)} pictures, one of each class: at least two of each are needed, "
            "one to learn from and one to check with."
        )
