"""Values to indices of a colour map or a bin, and many maps to one mosaic: arrays in, arrays out.

NumPy in blocks that fit the processor's cache, not torch: 64 maps of 224 × 224 take 4 ms on one thread, and torch's
threads are left to the forward pass (whole arrays took 8 to 12 ms in NumPy, and 5 to 14 in torch with two threads).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnviz.figure import GROUND

LARGE = 1 << 22
"""Map pixels of a raster that are averaged in some milliseconds; a screen has about as many."""

BLOCK = 1 << 16
"""Values that are worked on at once: their float32 copy (256 KiB) stays in the cache of one core."""


def paint(values: NDArray[np.float32], low: ArrayLike, high: ArrayLike) -> NDArray[np.uint8]:
    """Values as indices of a colour map.

    Parameters
    ----------
    values
        (N, H, W), or any shape (N, ...).
    low, high
        Values at the two ends of the map: one number for all, or (N,), one for each picture.

    Returns
    -------
    Same shape, uint8: 0 to 254, the nearest colour; what lies beyond the ends has the colour of the end. NaN is
    ``GROUND``. With ``low == -high`` zero is exactly 127.
    """
    return _levels(values, low, high, GROUND - 1, 0.5, GROUND - 1)


def halves(raster: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    """The same pictures from further and further away, for rasters too large to be averaged when they are looked at.

    Parameters
    ----------
    raster
        (N, H, W) indices of a colour map.

    Returns
    -------
    Each half as high and wide as the one before, until all fit on a screen; none for a small raster.
    """
    found: list[NDArray[np.uint8]] = []
    while raster.size > LARGE and min(raster.shape[1:]) > 1:
        raster = shrink(raster, 2, GROUND)
        found.append(raster)
    return tuple(found)


def shrink(raster: NDArray[Any], factor: int, ground: int) -> NDArray[Any]:
    """Means of ``factor`` × ``factor`` blocks, so that no map pixel is lost when maps are shown smaller than they are.

    Parameters
    ----------
    raster
        (N, H, W) uint8 indices, whose mean is the index of the mean value; or (N, H, W, 3) uint8 RGB.
    ground
        Index that means "unpainted": a block that contains it is unpainted. Not used for RGB.

    Returns
    -------
    (N, H // factor, W // factor[, 3]) uint8
    """
    h, w = raster.shape[1] // factor, raster.shape[2] // factor
    raster = raster[:, : h * factor, : w * factor]
    total: NDArray[Any] = raster[:, ::factor].astype(np.uint16 if factor <= 16 else np.uint32)
    for y in range(1, factor):  # rows first: they lie next to each other in memory
        np.add(total, raster[:, y::factor], out=total)
    mean: NDArray[Any] = total[:, :, ::factor].copy()
    for x in range(1, factor):
        np.add(mean, total[:, :, x::factor], out=mean)
    mean = ((mean + factor * factor // 2) // (factor * factor)).astype(np.uint8)
    if raster.ndim == 3 and raster.max(initial=0) == ground:
        for y, x in np.ndindex(factor, factor):
            mean[raster[:, y::factor, x::factor] == ground] = ground
    return mean


def bins_of(values: NDArray[np.float32], low: float, high: float, count: int) -> NDArray[np.uint8]:
    """The bin (0 to ``count - 1``, at most 254) of each value between low and high; NaN is ``GROUND``."""
    return _levels(values, low, high, count, 0.0, count - 1)


def _levels(
    values: NDArray[np.float32], low: ArrayLike, high: ArrayLike, steps: int, shift: float, top: int
) -> NDArray[np.uint8]:
    """⌊(value − low) / (high − low) · steps + shift⌋ between 0 and top."""
    if not values.size:
        return np.empty(values.shape, np.uint8)
    if isinstance(low, float) and isinstance(high, float):
        rows = values.reshape(1, -1)
        gain = steps / (high - low) if high > low else 0.0
        factor, offset = np.full((1, 1), gain, np.float32), np.full((1, 1), shift - low * gain, np.float32)
    else:
        rows = values.reshape(len(values), -1)
        first, last = (np.broadcast_to(np.asarray(end, np.float64), len(rows))[:, None] for end in (low, high))
        span = last - first
        gains = np.divide(steps, span, out=np.zeros_like(span), where=span > 0)
        factor, offset = gains.astype(np.float32), (shift - first * gains).astype(np.float32)  # (rows, 1)
    index = np.empty(rows.shape, np.uint8)
    many, wide = max(1, BLOCK // rows.shape[1]), min(BLOCK, rows.shape[1])
    buffer = np.empty((min(many, len(rows)), wide), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for top_row in range(0, len(rows), many):
            for left in range(0, rows.shape[1], wide):
                part = slice(top_row, top_row + many), slice(left, left + wide)
                values_here = rows[part]
                level = buffer[: values_here.shape[0], : values_here.shape[1]]
                np.multiply(values_here, factor[part[0]], out=level)
                level += offset[part[0]]
                level.clip(0, top + 0.5, out=level)
                index[part] = level
                if np.isnan(level.min()):
                    index[part][np.isnan(level)] = GROUND
    return index.reshape(values.shape)


def tally(index: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """How often each of the indices 0 to ``count - 1`` occurs, (count,) int64; indices beyond are not counted."""
    flat = np.ascontiguousarray(index).reshape(-1)
    if len(flat) < 1 << 16:
        total = np.bincount(flat, minlength=256)
    else:
        even = len(flat) // 2 * 2
        two = np.bincount(flat[:even].view(np.uint16), minlength=1 << 16)  # two at a time: twice as fast
        pairs = two.reshape(256, 256)
        total = pairs.sum(axis=0) + pairs.sum(axis=1)
        total += np.bincount(flat[even:], minlength=256)
    found: NDArray[np.int64] = total[:count].astype(np.int64)
    return found


def mosaic(raster: NDArray[np.uint8], columns: int, gap: int | tuple[int, int] = 1) -> NDArray[np.uint8]:
    """All pictures as one, row by row from the top left.

    Parameters
    ----------
    raster
        (N, H, W) indices or (N, H, W, 3) RGB.
    columns
        Pictures in a row.
    gap
        Pixels between two pictures (below and beside, where two are given); there are none around the mosaic.

    Returns
    -------
    (rows · (H + gap) − gap, columns · (W + gap) − gap[, 3]) uint8; gaps and empty places are ``GROUND`` (in RGB:
    white).
    """
    count, height, width = raster.shape[:3]
    below, beside = gap if isinstance(gap, tuple) else (gap, gap)
    columns = max(1, columns)
    rows = max(1, -(-count // columns))
    tiles = np.full((rows * columns, height + below, width + beside, *raster.shape[3:]), GROUND, np.uint8)
    tiles[:count, :height, :width] = raster
    tiles = tiles.reshape(rows, columns, height + below, width + beside, *raster.shape[3:]).swapaxes(1, 2)
    whole = tiles.reshape(rows * (height + below), columns * (width + beside), *raster.shape[3:])
    return np.ascontiguousarray(whole[: whole.shape[0] - below, : whole.shape[1] - beside])


def grid_columns(count: int, height: int, width: int, aspect: float = 1.6) -> int:
    """Pictures in a row, so that the mosaic of ``count`` pictures fills a place of that width : height best."""
    if count < 1:
        return 1
    best = math.sqrt(count * max(height, 1) * aspect / max(width, 1))
    around = {min(max(n, 1), count) for n in (math.floor(best), math.ceil(best))}
    # The larger each picture can be drawn in a place of 1 × 1/aspect, the better; then the fewer places stay empty.
    return max(around, key=lambda n: (min(1 / (n * width), 1 / (aspect * -(-count // n) * height)), -n))
