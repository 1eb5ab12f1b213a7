"""Where the maps of a grid lie on the screen, and which of their pixels each screen pixel shows: arithmetic without Qt.

Lengths are in screen pixels unless they are called map pixels. A grid is laid out once at "fit" for its area; zooming
multiplies that layout, panning shifts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_CELL = 96.0
"""A map pixel is never zoomed beyond this many screen pixels (unless it is larger than that at fit)."""


class Rect(NamedTuple):
    """A rectangle in screen pixels."""

    x: float
    y: float
    width: float
    height: float


class Cell(NamedTuple):
    """A pixel of a map: which map (its position in the grid), row, column."""

    tile: int
    y: int
    x: int


class Camera(NamedTuple):
    """What of the grid is seen: screen = grid · zoom + offset. Zoom 1 is fit."""

    zoom: float
    left: float
    top: float


@dataclass(frozen=True, slots=True)
class Tiling:
    """The layout of a grid at fit.

    Attributes
    ----------
    count
        How many maps there are.
    height, width
        Size of one map, in map pixels.
    columns
        Maps in one row.
    scale
        Screen pixels for one map pixel.
    gap
        Space between maps.
    band
        Space above each map for its caption; 0 when captions have no room.
    margin
        Space around the grid where the area is larger.
    """

    count: int
    height: int
    width: int
    columns: int
    scale: float
    gap: float
    band: float
    margin: float = 0.0

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def pitch(self) -> tuple[float, float]:
        """Distance (across, down) from one map to the next."""
        return self.width * self.scale + self.gap, self.height * self.scale + self.band + self.gap

    @property
    def size(self) -> tuple[float, float]:
        """(width, height) of the whole grid."""
        across, down = self.pitch
        return self.columns * across - self.gap, self.rows * down - self.gap

    def rect(self, tile: int, camera: Camera) -> Rect:
        """Where a map lies on the screen, without its caption."""
        row, column = divmod(tile, self.columns)
        across, down = self.pitch
        zoom = camera.zoom
        return Rect(
            camera.left + column * across * zoom,
            camera.top + (row * down + self.band) * zoom,
            self.width * self.scale * zoom,
            self.height * self.scale * zoom,
        )

    def at(self, x: float, y: float, camera: Camera) -> Cell | None:
        """The map pixel under a point of the screen, or None between the maps."""
        tile, row, column = self.near(x, y, camera)
        inside = 0 <= tile < self.count and 0 <= row < self.height and 0 <= column < self.width
        return Cell(tile, int(row), int(column)) if inside else None

    def near(self, x: float, y: float, camera: Camera) -> tuple[int, float, float]:
        """(tile, y, x) of a point of the screen, in map pixels; beyond the map's edges in its gap and band."""
        across, down = self.pitch
        gx, gy = (x - camera.left) / camera.zoom, (y - camera.top) / camera.zoom
        column = min(max(int(gx // across), 0), self.columns - 1)
        row = min(max(int(gy // down), 0), self.rows - 1)
        tile = row * self.columns + column
        return tile, (gy - row * down - self.band) / self.scale, (gx - column * across) / self.scale

    def visible(self, area: tuple[float, float], camera: Camera) -> list[int]:
        """Maps of which something is seen in an area of that (width, height)."""
        across, down = (pitch * camera.zoom for pitch in self.pitch)
        first_column, first_row = max(0, int(-camera.left // across)), max(0, int(-camera.top // down))
        last_column = min(self.columns - 1, int((area[0] - camera.left) // across))
        last_row = min(self.rows - 1, int((area[1] - camera.top) // down))
        return [
            tile
            for row in range(first_row, last_row + 1)
            for tile in range(row * self.columns + first_column, row * self.columns + last_column + 1)
            if tile < self.count
        ]


def arrange(
    count: int,
    height: int,
    width: int,
    area: tuple[float, float],
    *,
    gap: float,
    band: float = 0.0,
    margin: float = 0.0,
    ratio: float = 1.0,
    columns: int = 0,
) -> Tiling:
    """The layout in which the maps are as large as the area allows.

    Parameters
    ----------
    height, width
        Of one map, in map pixels.
    area
        (width, height) to fill.
    gap, band, margin
        As in ``Tiling``.
    ratio
        Device pixels for one screen pixel: map pixels become whole numbers of those where that costs little.
    columns
        Maps in one row; 0 for as many as make them large.
    """
    room = max(area[0] - 2 * margin, 1.0), max(area[1] - 2 * margin, 1.0)
    tried = np.array([min(columns, count)]) if columns else np.arange(1, count + 1)
    rows = -(-count // tried)

    def scales(gap: float) -> NDArray[np.float64]:
        across = (room[0] - (tried - 1) * gap) / (tried * width)
        down = (room[1] - (rows - 1) * gap - rows * band) / (rows * height)
        return np.asarray(np.minimum(across, down))

    found = scales(gap)
    if found.max() * min(height, width) < 2 * gap:  # thousands of maps: the gaps must not eat them
        gap = 1 / ratio
        found = scales(gap)
    empty = (rows * tried - count) / count
    best = int(np.argmax(found * (1 - 0.15 * np.minimum(empty, 1))))
    scale = max(float(found[best]), 1e-3)
    if scale * ratio >= 3:
        scale = np.floor(scale * ratio) / ratio
    return Tiling(count, height, width, int(tried[best]), float(scale), gap, band, margin)


def fit(tiling: Tiling, area: tuple[float, float]) -> Camera:
    """The camera that shows the whole grid."""
    return clamped(tiling, Camera(1.0, 0.0, 0.0), area)


def clamped(tiling: Tiling, camera: Camera, area: tuple[float, float]) -> Camera:
    """The camera within its limits: the grid covers at least the place that it has at fit, so no void opens in it.

    At fit a grid lies at the top left, where titles and tables begin.
    """
    zoom = min(max(camera.zoom, 1.0), max(1.0, MAX_CELL / tiling.scale))

    def place(offset: float, size: float, room: float) -> float:
        middle = max(0.0, float(np.floor((room - size) / 2)))
        first = min(middle, tiling.margin)
        return min(first, max(offset, first + size - size * zoom))

    width, height = tiling.size
    return Camera(zoom, place(camera.left, width, area[0]), place(camera.top, height, area[1]))


def zoomed(tiling: Tiling, camera: Camera, factor: float, x: float, y: float, area: tuple[float, float]) -> Camera:
    """The camera after zooming by a factor; what lies under the point (x, y) stays there."""
    zoom = min(max(camera.zoom * factor, 1.0), max(1.0, MAX_CELL / tiling.scale))
    grown = zoom / camera.zoom
    return clamped(tiling, Camera(zoom, x - (x - camera.left) * grown, y - (y - camera.top) * grown), area)


def compose(
    raster: NDArray[Any], ground: int, tiling: Tiling, camera: Camera, area: tuple[int, int], ratio: float
) -> NDArray[Any]:
    """What is seen of the grid, pixel by pixel, by nearest neighbour.

    Parameters
    ----------
    raster
        (N, h, w) indices or colours. ``h`` and ``w`` may be smaller than the tiling's maps (a shrunk raster).
    ground
        What stands where there is no map.
    area
        (width, height) in device pixels.
    ratio
        Device pixels for one screen pixel.

    Returns
    -------
    (height, width) of the raster's type
    """
    way = _way(raster.shape, tiling, camera, area, ratio)
    if way is None:
        return np.full((area[1], area[0]), ground, raster.dtype)
    tiles, lines, from_column, from_line = way
    # One column and one line of ground more, for all pixels between the maps.
    strips = np.full((len(tiles) + 1, tiles.shape[1] * raster.shape[2] + 1), ground, raster.dtype)
    maps = raster[np.minimum(tiles, len(raster) - 1), lines]  # (lines, columns, w)
    maps[tiles >= len(raster)] = ground
    strips[:-1, :-1] = maps.reshape(len(tiles), -1)
    wide = strips[:, from_column]  # (lines + 1, width); twice as fast as np.take along this axis
    return np.asarray(np.take(wide, from_line, axis=0, mode="clip"))


class _Way(NamedTuple):
    """From the lines of map pixels that are seen to the pixels of a picture."""

    tiles: NDArray[np.int64]  # (lines, columns)
    lines: NDArray[np.int64]  # (lines, 1), in their maps
    from_column: NDArray[np.int64]  # (width,)
    from_line: NDArray[np.int64]  # (height,)


@lru_cache(maxsize=16)
def _way(
    shape: tuple[int, int, int], tiling: Tiling, camera: Camera, area: tuple[int, int], ratio: float
) -> _Way | None:
    """The way that `compose` takes, the same while only the values of the maps change; None where no map is seen."""
    _, h, w = shape
    across, down = tiling.pitch
    column, x = _sources(area[0], ratio, camera.left, camera.zoom, across, 0.0, tiling.scale, tiling.width, w)
    row, y = _sources(area[1], ratio, camera.top, camera.zoom, down, tiling.band, tiling.scale, tiling.height, h)
    seen_x, seen_y = (x >= 0) & (column < tiling.columns), (y >= 0) & (row < tiling.rows)
    if not seen_x.any() or not seen_y.any():
        return None
    lines, back = np.unique((row * h + y)[seen_y], return_inverse=True)  # each line of map pixels once
    first, last = column[seen_x].min(), column[seen_x].max()
    tiles = (lines // h)[:, None] * tiling.columns + np.arange(first, last + 1)
    from_column = np.where(seen_x, (column - first) * w + x, tiles.shape[1] * w)
    from_line = np.full(area[1], len(lines))
    from_line[seen_y] = back
    return _Way(tiles, (lines % h)[:, None], from_column, from_line)


def _sources(
    length: int,
    ratio: float,
    offset: float,
    zoom: float,
    pitch: float,
    band: float,
    scale: float,
    edge: int,
    pixels: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each device pixel along one axis: which map, and which of its pixels (-1 between the maps)."""
    position = ((np.arange(length) + 0.5) / ratio - offset) / zoom
    tile = np.floor(position / pitch).astype(np.int64)
    inside = (position - tile * pitch - band) / scale  # map pixels
    pixel = np.minimum((inside * pixels / edge).astype(np.int64), pixels - 1)
    return tile, np.where((tile >= 0) & (inside >= 0) & (inside < edge), pixel, -1)
