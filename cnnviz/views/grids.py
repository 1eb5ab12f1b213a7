"""Maps and kernels as a panel: what feature maps, filters and the picture have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.pixels import paint
from cnnviz.core.raster import halves
from cnnviz.figure import ImageGrid, Scale

LIMIT = 2048
"""Pictures in one grid; where there are more, the grid says so."""


def image_grid(
    maps: NDArray[np.float32],
    scale: Scale,
    ranges: NDArray[np.float32] | None = None,
    *,
    notes: Sequence[str] = (),
    indices: Sequence[int] | None = None,
    captions: Sequence[str] | None = None,
    noun: str = "map",
    title: str = "",
    channel: int | None = None,
    total: int | None = None,
    picks: bool = True,
) -> ImageGrid:
    """A grid of painted maps.

    Parameters
    ----------
    maps
        (N, H, W).
    ranges
        (N, 2) range of each map; the scale's own for all when None.
    notes, indices, captions
        One for each map; by default none, 0 to N − 1, and the indices.
    channel
        The index that is marked.
    """
    shown = tuple(range(len(maps))) if indices is None else tuple(indices)
    if ranges is None:
        raster = paint(maps, scale.low, scale.high)
        ranges = np.tile(np.array([scale.low, scale.high], np.float32), (len(maps), 1))
    else:
        raster = paint(maps, ranges[:, 0], ranges[:, 1])
    return ImageGrid(
        values=maps,
        raster=raster,
        scale=scale,
        ranges=ranges,
        indices=shown,
        captions=tuple(str(i) for i in shown) if captions is None else tuple(captions),
        notes=tuple(notes) or ("",) * len(maps),
        total=len(maps) if total is None else total,
        noun=noun,
        title=title,
        marked=shown.index(channel) if channel in shown else None,
        picks=picks,
        levels=halves(raster),
    )


def enlarged(grid: ImageGrid, title: str) -> ImageGrid | None:
    """The marked picture of a grid alone, to be drawn large; None when none is marked."""
    if grid.marked is None:
        return None
    one = slice(grid.marked, grid.marked + 1)
    return replace(
        grid,
        values=grid.values[one],
        raster=grid.raster[one],
        levels=tuple(level[one] for level in grid.levels),
        ranges=grid.ranges[one],
        indices=grid.indices[one],
        captions=grid.captions[one],
        notes=grid.notes[one],
        total=1,
        title=title,
        marked=None,
    )
