"""Pictures on a sheet: whole in SVG and PDF, and where pixels are drawn, each the nearest of their own, unmixed.

matplotlib's own way to pixels goes through several copies in floats; a contact sheet takes most of its time there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.image import AxesImage
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase


class Embedded(AxesImage):
    """One picture.

    Parameters
    ----------
    pixels
        (H, W, 3) or (H, W, 4) uint8; (H, W) uint8 indices where there is a ``table``.
    table
        (256, 4) uint8, the colours of the indices.
    extent
        (left, right, bottom, top) in the axes' own units.
    """

    def __init__(
        self,
        axes: Axes,
        pixels: NDArray[np.uint8],
        table: NDArray[np.uint8] | None,
        extent: tuple[float, float, float, float],
    ) -> None:
        super().__init__(axes, interpolation="none", origin="upper", resample=False, zorder=1)
        self._pixels, self._table = pixels, table
        self._A = pixels  # what the base class asks for its size; not copied
        self.set_extent(extent)

    def get_size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._pixels.shape[0], self._pixels.shape[1]

    def make_image(self, renderer: RendererBase, magnification: float = 1.0, unsampled: bool = False) -> Any:
        """The pixels of the renderer that it covers, and where they begin; all of its own where those are wanted."""
        if unsampled:
            self.set_data(self._pixels if self._table is None else self._table[self._pixels])
            return super().make_image(renderer, magnification, unsampled)
        box = self.get_window_extent(renderer)
        left, right = (int(np.floor(edge + 0.5 + 1e-8)) for edge in (box.x0, box.x1))
        below, above = (int(np.ceil(edge - 0.5 - 1e-8)) for edge in (box.y0, box.y1))
        height, width = self.get_size()
        columns = (np.arange(left, right) + 0.5 - box.x0) * (width / box.width)
        rows = (box.y1 - np.arange(below, above) - 0.5) * (height / box.height)  # renderers count from below
        return self._nearest(rows, columns), left, below, None

    def _nearest(self, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.uint8]:
        """(rows, columns, 4) uint8: each pixel in the colour of the one that it lies in."""
        height, width = self.get_size()
        across = np.clip(columns, 0, width - 1).astype(np.intp)
        down = np.clip(rows, 0, height - 1).astype(np.intp)
        used, again = np.unique(down, return_inverse=True)  # a row that comes several times is coloured once
        wide = self._pixels[used].take(across, axis=1)
        if self._table is not None:
            table = np.ascontiguousarray(self._table).view(np.uint32)[:, 0]
            return table[wide].take(again, axis=0).view(np.uint8).reshape(len(rows), len(columns), 4)
        coloured = np.full((*wide.shape[:2], 4), 255, np.uint8)
        coloured[..., : wide.shape[2]] = wide
        return coloured.take(again, axis=0)
