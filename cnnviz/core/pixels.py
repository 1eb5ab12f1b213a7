"""From maps to pictures: the names that views, exporters and the window use.

`raster` turns arrays into indices of `colormaps`, `maps` says what is in a layer, `ranges` which values the colours
span.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import COLORMAPS, lut
from cnnviz.core.maps import extents, maps_of, maps_shape, notes_of
from cnnviz.core.ranges import layer_scale, range_of, scale_of
from cnnviz.core.raster import grid_columns, mosaic, paint
from cnnviz.figure import Scale

if TYPE_CHECKING:
    from cnnviz.core.decode import Step
    from cnnviz.core.trace import Record, Trace

__all__ = [
    "COLORMAPS",
    "extents",
    "grid_columns",
    "layer_scale",
    "lut",
    "maps_of",
    "maps_shape",
    "mosaic",
    "notes_of",
    "paint",
    "range_of",
    "scale_of",
    "shrunk",
    "strip",
]


def strip(trace: Trace, record: Record | None, count: int, edge: int) -> tuple[NDArray[np.uint8], Scale | None, int]:
    """Small maps of a record (its first ``count``), or the picture, for one column of the network.

    Parameters
    ----------
    edge
        Longest edge in pixels; larger maps are averaged down.

    Returns
    -------
    raster
        (n, h, w) indices into the scale's colour map; (1, h, w, 3) RGB for the picture. A layer whose values were not
        kept has n = 0.
    scale
        What the colours mean; None for RGB.
    total
        How many maps there are.
    """
    if record is None and trace.prepared is not None:
        return _picture(trace.prepared.steps, edge), None, 1
    if record is not None and record.dropped:
        return np.zeros((0, 1, 1), np.uint8), None, maps_shape(record)[0]
    scale = layer_scale(trace, record)
    maps = maps_of(trace, record)
    return paint(shrunk(maps[:count], edge), scale.low, scale.high), scale, len(maps)


def shrunk(maps: NDArray[np.float32], edge: int) -> NDArray[np.float32]:
    """Maps (N, H, W[, 3]) of at most ``edge`` pixels: the averages of rectangles; smaller maps as they are."""
    height, width = maps.shape[1:3]
    longest = max(height, width)
    if longest <= edge:
        return maps
    return _averaged(_averaged(maps, 1, max(1, height * edge // longest)), 2, max(1, width * edge // longest))


def _averaged(maps: NDArray[np.float32], axis: int, count: int) -> NDArray[np.float32]:
    """One axis cut into ``count`` pieces of nearly the same length, and each replaced by its average."""
    size = maps.shape[axis]
    starts = np.arange(count) * size // count
    lengths = np.diff(starts, append=size).astype(np.float32)
    sums = np.add.reduceat(maps, starts, axis=axis, dtype=np.float32)
    means: NDArray[np.float32] = sums / lengths.reshape([count if i == axis else 1 for i in range(maps.ndim)])
    return means


def _picture(steps: tuple[Step, ...], edge: int) -> NDArray[np.uint8]:
    """What the network sees, before it is normalised: (1, h, w, 3) RGB."""
    pixels = next(step.pixels for step in reversed(steps) if step.pixels.dtype == np.uint8)
    small: NDArray[np.uint8] = np.rint(shrunk(pixels.astype(np.float32)[None], edge)).astype(np.uint8)
    if small.ndim == 3:  # grey
        small = np.repeat(small[..., None], 3, axis=3)
    return small
