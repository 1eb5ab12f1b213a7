"""How a window moves along one axis, and what stands beyond the border. numpy alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Border = Literal["zeros", "reflect", "replicate", "circular"]


@dataclass(frozen=True, slots=True)
class Slide:
    """How a window moves along one axis.

    Attributes
    ----------
    size, count
        Cells of the input, positions of the output.
    """

    size: int
    count: int

    def places(self, at: int) -> Ints:
        """The input's positions that output position ``at`` reads; below 0 or from ``size`` on in the padding."""
        raise NotImplementedError

    def taps(self, at: int) -> Ints:
        """For each of these places the cell of the kernel that meets it."""
        return np.arange(len(self.places(at)))


@dataclass(frozen=True, slots=True)
class Steps(Slide):
    """Equal windows in equal steps: position p reads ``p · stride − before + dilation · t`` for t = 0 … kernel − 1.

    Attributes
    ----------
    before, after
        Cells of padding at both ends.
    """

    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1

    def places(self, at: int) -> Ints:
        """See `Slide`."""
        return at * self.stride - self.before + self.dilation * np.arange(self.kernel)


@dataclass(frozen=True, slots=True)
class Shares(Slide):
    """``size`` cells divided among ``count`` windows that are not always equally wide: adaptive and global pooling."""

    def places(self, at: int) -> Ints:
        """Position p reads ⌊p · size/count⌋ to ⌈(p + 1) · size/count⌉ − 1."""
        return np.arange(at * self.size // self.count, -(-(at + 1) * self.size // self.count))


@dataclass(frozen=True, slots=True)
class Spread(Slide):
    """A transposed convolution: input cell q adds to the outputs ``q · stride − before + dilation · t``.

    An output so reads those q whose step meets it: one for each stride-th cell of the kernel, maybe none.
    """

    kernel: int
    stride: int = 1
    before: int = 0
    dilation: int = 1

    def places(self, at: int) -> Ints:
        """See `Slide`."""
        return (at + self.before - self.dilation * self.taps(at)) // self.stride

    def taps(self, at: int) -> Ints:
        """See `Slide`; backwards, so that the places run forwards."""
        cells: Ints = np.arange(self.kernel)[::-1]
        return np.asarray(cells[(at + self.before - self.dilation * cells) % self.stride == 0])


def origin(places: Ints, size: int, border: Border) -> Ints:
    """Where along an axis of ``size`` cells the numbers at these places come from; −1 where from nowhere.

    >>> origin(np.arange(-2, 5), 3, "reflect")
    array([2, 1, 0, 1, 2, 1, 0])
    """
    if border == "circular":
        return places % size
    if border == "replicate":
        return places.clip(0, size - 1)
    if border == "reflect":
        return np.where(places < 0, -places, np.where(places >= size, 2 * (size - 1) - places, places))
    return np.where((places >= 0) & (places < size), places, -1)
