"""What of a mosaic is drawn on paper, where only a part of it is to be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import ImageGrid, Visible
from cnnviz.figure.visible import span

IN_PART = "{noun}s at the edges in part"


class Cut(NamedTuple):
    """Pixels of the outermost pictures that are not drawn."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def times(self, factor: float) -> Cut:
        """The same in pixels of so many to one."""
        return Cut(*(round(edge * factor) for edge in self))

    def off(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A mosaic without them."""
        height, width = pixels.shape[:2]
        return pixels[self.top : height - self.bottom, self.left : width - self.right]


class Cropped(NamedTuple):
    """The pictures that are drawn, how many stand side by side, what is cut off at the edges, and words about it."""

    panel: ImageGrid
    columns: int
    cut: Cut
    remark: str


def cropped(panel: ImageGrid, visible: Visible, columns: int) -> Cropped:
    """The visible part of a mosaic with so many pictures side by side; of a single picture its own pixels."""
    count, height, width = panel.raster.shape[:3]
    columns = min(columns, count)
    top, bottom = span(visible.y, visible.height, -(-count // columns) * height)
    left, right = span(visible.x, visible.width, columns * width)
    rows, across = range(top // height, (bottom - 1) // height + 1), range(left // width, (right - 1) // width + 1)
    tiles = [tile for row in rows for column in across if (tile := row * columns + column) < count]
    kept = _chosen(panel, tiles)
    if not tiles:
        return Cropped(kept, 1, Cut(), "")
    last, farthest = tiles[-1] // columns, max(tile % columns for tile in tiles)  # behind them the mosaic is empty
    cut = Cut(
        top - rows[0] * height,
        left - across[0] * width,
        max((last + 1) * height - bottom, 0),
        max((farthest + 1) * width - right, 0),
    )
    rows, across = range(rows[0], last + 1), range(across[0], farthest + 1)
    if not any(cut):
        return Cropped(kept, len(across), cut, "")
    if len(rows) == len(across) == 1:
        return Cropped(_inside(kept, cut), 1, Cut(), _pixels_of(cut, height, width))
    return Cropped(kept, len(across), cut, IN_PART.format(noun=panel.noun))


def alone(panel: ImageGrid) -> ImageGrid:
    """A single picture of which only the visible part is left."""
    return panel if panel.visible is None else cropped(panel, panel.visible, 1).panel


def _chosen(panel: ImageGrid, tiles: list[int]) -> ImageGrid:
    """Some of the pictures, as they stand."""
    return replace(
        panel,
        values=panel.values[tiles],
        raster=panel.raster[tiles],
        ranges=panel.ranges[tiles],
        indices=tuple(panel.indices[tile] for tile in tiles),
        captions=tuple(panel.captions[tile] for tile in tiles),
        notes=tuple(panel.notes[tile] for tile in tiles),
        marked=tiles.index(panel.marked) if panel.marked in tiles else None,
        levels=(),
        visible=None,
    )


def _inside(panel: ImageGrid, cut: Cut) -> ImageGrid:
    """A part of a single picture as one of its own."""
    height, width = panel.raster.shape[1:3]
    rows, columns = slice(cut.top, height - cut.bottom), slice(cut.left, width - cut.right)
    spot = None
    if panel.spot is not None and panel.spot[0] in range(height)[rows] and panel.spot[1] in range(width)[columns]:
        spot = panel.spot[0] - cut.top, panel.spot[1] - cut.left
    return replace(panel, raster=panel.raster[:, rows, columns], values=panel.values[:, rows, columns], spot=spot)


def _pixels_of(cut: Cut, height: int, width: int) -> str:
    rows = f"rows {cut.top:,} to {height - cut.bottom - 1:,}"
    return f"{rows}, columns {cut.left:,} to {width - cut.right - 1:,} of {height:,} × {width:,}"
