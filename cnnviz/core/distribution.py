"""How the values of a layer are distributed: counts in bins, and the numbers that sum them up."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.raster import BLOCK, bins_of, tally


class Moments(NamedTuple):
    """Numbers that sum up an array; NaN and infinite values are counted and left out of the rest.

    Attributes
    ----------
    mean, deviation
        Of the finite values; the deviation is that of the whole population (divided by n).
    low, high
        Lowest and highest finite value; NaN where there is none.
    finite, zeros, nan, infinite
        Counts.
    """

    mean: float
    deviation: float
    low: float
    high: float
    finite: int
    zeros: int
    nan: int
    infinite: int


def moments(values: NDArray[np.float32]) -> Moments:
    """Moments of an array of any shape, block by block.

    The deviations of blocks are merged as Chan, Golub and LeVeque (Updating formulae and a pairwise algorithm for
    computing sample variances, 1979) do: nothing cancels where the mean is large.
    """
    flat = values.reshape(-1)
    count, mean, squares = 0, 0.0, 0.0
    low, high = np.inf, -np.inf
    zeros = nan = infinite = 0
    for start in range(0, len(flat), BLOCK):
        part = flat[start : start + BLOCK]
        ends = float(part.min()), float(part.max())
        if not np.isfinite(ends).all():
            nan += int(np.isnan(part).sum())
            infinite += int(np.isinf(part).sum())
            part = part[np.isfinite(part)]
            if not part.size:
                continue
            ends = float(part.min()), float(part.max())
        low, high = min(low, ends[0]), max(high, ends[1])
        zeros += int(np.count_nonzero(part == 0))
        # Squares of float32 are only right between these: beyond, in double precision.
        size = max(-ends[0], ends[1])
        kind = np.dtype(np.float32 if 1e-15 < size < 1e15 or size == 0 else np.float64)
        here = float(part.mean(dtype=kind))
        apart = np.subtract(part, here, dtype=kind)
        np.multiply(apart, apart, out=apart)
        step, n = here - mean, len(part)
        squares += float(apart.sum()) + step * step * count * n / (count + n)
        mean += step * n / (count + n)
        count += n
    if not count:
        return Moments(np.nan, np.nan, np.nan, np.nan, 0, 0, nan, infinite)
    return Moments(mean, float(np.sqrt(squares / count)), low, high, count, zeros, nan, infinite)


def counts(values: NDArray[np.float32], low: float, high: float, bins: int) -> NDArray[np.int64]:
    """How many values lie in each of ``bins`` equal bins between low and high.

    A bin holds its lower border and not its upper one, but for the last, which holds both. Infinite values are beyond
    all bins, and left out as NaN is.

    Returns
    -------
    (bins,) int64; at most 254 bins.
    """
    index = bins_of(values.reshape(1, -1), low, high, bins)
    found = tally(index, bins)
    if not np.isfinite([values.min(), values.max()] if values.size else []).all():
        found[0] -= np.count_nonzero(values == -np.inf)
        found[-1] -= np.count_nonzero(values == np.inf)
    return found
