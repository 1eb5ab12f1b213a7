"""The pictures of an ``ImageGrid`` one by one, wherever a painter wants them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from cnnviz.core.raster import shrink
from cnnviz.figure import GROUND, ImageGrid
from cnnviz.gui.color_bar import colors
from cnnviz.gui.theme import theme


class Thumbs:
    """Paints single maps of a grid into rectangles; each is turned into an image once."""

    def __init__(self, grid: ImageGrid) -> None:
        self.grid = grid
        self.height, self.width = (int(n) for n in grid.raster.shape[1:3])
        self._table: list[int] = []
        if grid.scale is not None and grid.raster.ndim == 3:
            argb = colors(grid.scale.colormap).copy()
            argb[GROUND] = theme.color("border").rgba()
            self._table = argb.tolist()
        self._images: dict[tuple[int, int], tuple[QImage, np.ndarray]] = {}

    def paint(self, painter: QPainter, which: int, rect: QRectF) -> None:
        """Paint one map into a rectangle, a hairline around it."""
        factor = max(1, min(int(self.width / max(rect.width(), 1)), self.width, self.height))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(rect, self._image(which, factor))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawRect(rect)

    def fitted(self, room: QRectF) -> QRectF:
        """The largest rectangle of a map's shape in a room, at its top left; whole pixels for each cell if it can."""
        scale = min(room.width() / self.width, room.height() / self.height)
        scale = float(int(scale)) if scale >= 3 else scale
        return QRectF(room.x(), room.y(), self.width * scale, self.height * scale)

    def cell_at(self, point: QPointF, rect: QRectF) -> tuple[int, int] | None:
        """(y, x) of the cell of a map painted into a rectangle that lies under a point."""
        if not rect.contains(point):
            return None
        y = int((point.y() - rect.y()) / rect.height() * self.height)
        x = int((point.x() - rect.x()) / rect.width() * self.width)
        return min(y, self.height - 1), min(x, self.width - 1)

    def box(self, rect: QRectF, top: float, left: float, bottom: float, right: float) -> QRectF:
        """Where the cells from (top, left) to (bottom, right), both included, lie in a map painted into a rectangle."""
        down, across = rect.height() / self.height, rect.width() / self.width
        return QRectF(
            rect.x() + left * across, rect.y() + top * down, (right - left + 1) * across, (bottom - top + 1) * down
        )

    def _image(self, which: int, factor: int) -> QImage:
        key = which, factor
        if key not in self._images:
            raster = self.grid.raster[which : which + 1]
            pixels = np.ascontiguousarray((shrink(raster, factor, GROUND) if factor > 1 else raster)[0])
            height, width = pixels.shape[:2]
            kind = QImage.Format.Format_RGB888 if pixels.ndim == 3 else QImage.Format.Format_Indexed8
            image = QImage(pixels.data, width, height, pixels.strides[0], kind)
            if pixels.ndim == 2:
                image.setColorTable(self._table)
            self._images[key] = image, pixels  # the image lives in the memory of the pixels
        return self._images[key][0]


def outline(painter: QPainter, box: QRectF, width: float = 1.5) -> None:
    """A rectangle that is seen on any colour: the accent on a dark or light rim."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("panel"), width + 2))
    painter.drawRect(box)
    painter.setPen(QPen(theme.color("accent"), width))
    painter.drawRect(box)
