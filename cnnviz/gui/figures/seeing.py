"""From what a camera sees of a grid to shares of its maps, and back: arithmetic without Qt.

Shares know nothing of the window: they say the same in a window of another size, in a file and on paper.
"""

from __future__ import annotations

import math

from cnnviz.figure import Visible
from cnnviz.gui.figures.tiling import Camera, Tiling, clamped, fit

DIGITS = 7
"""Of a share: a hundredth of a pixel of ten thousand."""

TINY = 1e-6
"""Of a map: what begins so near to its edge begins with it."""


def seen(tiling: Tiling, camera: Camera, area: tuple[float, float]) -> Visible | None:
    """What of the maps is seen in an area of that (width, height); None for all."""
    (across, down), (wide, high) = tiling.pitch, (tiling.width * tiling.scale, tiling.height * tiling.scale)

    def share(point: float, offset: float, pitch: float, band: float, length: float, count: int) -> float:
        position = (point - offset) / camera.zoom
        place = min(max(math.floor(position / pitch), 0), count - 1)
        return (place + min(max((position - place * pitch - band) / length, 0.0), 1.0)) / count

    x, right = (share(point, camera.left, across, 0.0, wide, tiling.columns) for point in (0.0, area[0]))
    y, lower = (share(point, camera.top, down, tiling.band, high, tiling.rows) for point in (0.0, area[1]))
    if (x, y, right, lower) == (0, 0, 1, 1) or right <= x or lower <= y:
        return None
    x, y, width, height = (round(number, DIGITS) for number in (x, y, right - x, lower - y))
    return Visible(x, y, width, height, tiling.columns)


def is_near(one: Visible, other: Visible, tiling: Tiling) -> bool:
    """Whether two parts differ by less than the space between maps, which has no share."""
    gaps = (2 * tiling.gap, 2 * (tiling.gap + tiling.band))
    off = [gap / size for gap, size in zip(gaps, tiling.size, strict=True)] * 2
    return one.columns == other.columns and all(abs(a - b) < o for a, b, o in zip(one[:4], other[:4], off, strict=True))


def camera_of(tiling: Tiling, visible: Visible, area: tuple[float, float]) -> Camera:
    """The camera that shows a part of the maps as large as it fits."""
    first = fit(tiling, area)
    size, (across, down) = tiling.size, tiling.pitch
    high, wide = tiling.height * tiling.scale, tiling.width * tiling.scale
    horizontal = _ends(visible.x, visible.width, tiling.columns, across, 0.0, wide)
    vertical = _ends(visible.y, visible.height, tiling.rows, down, tiling.band, high)
    across_zoom = _zoom(horizontal, size[0], first.left, area[0])
    zoom = min(across_zoom, _zoom(vertical, size[1], first.top, area[1]))
    if math.isinf(zoom):
        return first
    left = _offset(horizontal, size[0], first.left, area[0], zoom)
    top = _offset(vertical, size[1], first.top, area[1], zoom)
    return clamped(tiling, Camera(zoom, left, top), area)


def _ends(start: float, length: float, count: int, pitch: float, band: float, edge: float) -> tuple[float, float]:
    """Where shares begin and end in a grid at fit; a map that is seen from its edge on is seen with its caption."""
    begin, end = start * count, (start + length) * count
    first, last = math.floor(begin + TINY), max(math.ceil(end - TINY) - 1, 0)
    inside = begin - first
    return first * pitch + (band + inside * edge if inside > TINY else 0.0), last * pitch + band + (end - last) * edge


def _zoom(ends: tuple[float, float], size: float, start: float, room: float) -> float:
    """The largest zoom at which a part has room, behind the space that lies before the grid; any where it is all."""
    if ends[0] <= 0 and ends[1] >= (1 - TINY) * size:
        return math.inf
    return (room - (start if ends[0] <= 0 else 0.0)) / max(ends[1] - ends[0], TINY)


def _offset(ends: tuple[float, float], size: float, start: float, room: float, zoom: float) -> float:
    """Where the grid begins: its own ends stay at the edges, and what lies inside of it comes into the middle."""
    if ends[0] <= 0:
        return start
    free = 0.0 if ends[1] >= (1 - TINY) * size else (room - (ends[1] - ends[0]) * zoom) / 2
    return free - ends[0] * zoom
