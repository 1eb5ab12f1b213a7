"""Paints the maps of a grid, their captions, remarks and numbers; keeps the picture until something of it changes."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QPolygonF,
    QStaticText,
    QTransform,
)

from cnnviz.core.raster import shrink
from cnnviz.figure import GROUND, ImageGrid
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import colors
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.figures.tiling import Camera, Cell, Rect, Tiling, compose
from cnnviz.gui.theme import theme

NUMBERED = 34
"""From this width on, map pixels have their numbers written into them."""


class GridPicture:
    """The painted grid. It is painted again only when the panel, the camera, the size or the theme has changed."""

    def __init__(self) -> None:
        self._panel: ImageGrid | None = None
        self._raster: NDArray[np.uint8] | NDArray[np.uint32] = np.zeros((1, 1, 1), np.uint8)
        self._colors: NDArray[np.uint32] | None = None
        self._shrunk: dict[int, NDArray[np.uint8] | NDArray[np.uint32]] = {}
        self._key: object = None
        self._image = QImage()
        self._texts: dict[str, QStaticText] = {}
        self._pills: dict[tuple[str, float], QPixmap] = {}
        self._bare: set[int] = set()  # maps that hold what is not a number

    def set_panel(self, panel: ImageGrid) -> None:
        """Paint these maps from now on."""
        self._panel = panel
        indexed = panel.raster.ndim == 3 and panel.scale is not None
        self._raster = panel.raster if indexed else _argb(panel.raster)
        self._colors = colors(panel.scale.colormap) if panel.scale is not None and indexed else None
        smallest = panel.levels[-1] if panel.levels else panel.raster  # a block that holds a gap is one
        highest = smallest.reshape(len(smallest), -1).max(axis=1, initial=0)
        self._bare = set(np.flatnonzero(highest == GROUND).tolist()) if indexed else set()
        self._shrunk = {}
        self.forget()

    def forget(self) -> None:
        """Paint anew the next time."""
        self._key = None

    def restyle(self) -> None:
        """Paint anew in other colours or another size."""
        self._texts.clear()
        self._pills.clear()
        self.forget()

    def image(self, tiling: Tiling, camera: Camera, size: QSize, ratio: float) -> QImage:
        """The picture for a widget of that size on a screen of that pixel ratio."""
        key = (tiling, camera, size.width(), size.height(), ratio)
        if key != self._key and self._panel is not None:
            self._paint(self._panel, tiling, camera, size, ratio)
            self._key = key
        return self._image

    def _paint(self, panel: ImageGrid, tiling: Tiling, camera: Camera, size: QSize, ratio: float) -> None:
        area = (max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
        self._image = QImage(*area, QImage.Format.Format_RGB32)  # opaque: a step only copies it
        self._image.fill(theme.color("panel"))
        self._image.setDevicePixelRatio(ratio)
        painter = QPainter(self._image)
        tiles = tiling.visible((size.width(), size.height()), camera)
        for tile in self._bare.intersection(tiles):  # what is not a number shows this through the picture
            painter.fillRect(QRectF(*tiling.rect(tile, camera)), theme.color("border"))
        raster = self._fitting(tiling.scale * camera.zoom * ratio)
        pixels = compose(raster, GROUND if self._colors is not None else 0, tiling, camera, area, ratio)
        painter.drawImage(0, 0, self._as_image(pixels, ratio))
        self._paint_captions(painter, panel, tiling, camera, tiles)
        self._paint_numbers(painter, panel, tiling, camera, tiles, size)
        for tile in self._bare.intersection(tiles):
            self._paint_missing(painter, panel, tile, tiling, camera)
        for tile in tiles:
            if tile < len(panel.notes) and panel.notes[tile]:
                self._paint_note(painter, panel.notes[tile], tiling.rect(tile, camera))
        painter.end()

    def _as_image(self, pixels: NDArray[np.uint8] | NDArray[np.uint32], ratio: float) -> QImage:
        """A QImage on the memory of the pixels: use it while they live."""
        height, width = pixels.shape
        kind = QImage.Format.Format_Indexed8 if self._colors is not None else QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(pixels.data, width, height, pixels.strides[0], kind)
        if self._colors is not None:
            image.setColorTable(self._colors.tolist())
        image.setDevicePixelRatio(ratio)
        return image

    def _fitting(self, scale: float) -> NDArray[np.uint8] | NDArray[np.uint32]:
        """The raster itself, or means of blocks of it where maps are shown at half their size or less."""
        factor = min(int(1 / scale + 1e-6), *self._raster.shape[1:]) if scale < 1 else 1
        if factor < 2 or self._panel is None:
            return self._raster
        if self._panel.levels and self._colors is not None:  # halved by the worker: 1/2, 1/4 …
            return self._panel.levels[min(int(math.log2(factor)), len(self._panel.levels)) - 1]
        if factor not in self._shrunk:
            small = shrink(self._panel.raster, factor, GROUND)
            self._shrunk[factor] = small if self._colors is not None else _argb(small)
        return self._shrunk[factor]

    def _paint_captions(
        self, painter: QPainter, panel: ImageGrid, tiling: Tiling, camera: Camera, tiles: list[int]
    ) -> None:
        """Captions in their band above the maps; without a band, in the maps' corners as soon as they are large."""
        edge = min(tiling.width, tiling.height) * tiling.scale * camera.zoom
        if tiling.count < 2 or not panel.captions or (not tiling.band and edge < theme.px(72)):
            return
        font = theme.font("tiny")
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme.color("dim"))
        for tile in tiles:
            text, rect = panel.captions[tile], tiling.rect(tile, camera)
            if not tiling.band:
                room = max(int(rect.width) - 14, 0)  # 3 from each side, and 4 around the words
                shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
                self._paint_pill(painter, QPointF(rect.x + 3, rect.y + 3), shown)
                continue
            laid = self._laid(text, font)
            if laid.size().width() > rect.width:
                room = max(int(rect.width), 0)
                laid = self._laid(metrics.elidedText(text, Qt.TextElideMode.ElideRight, room), font)
            painter.drawStaticText(QPointF(rect.x, rect.y - metrics.height() - 1), laid)

    def _paint_numbers(
        self, painter: QPainter, panel: ImageGrid, tiling: Tiling, camera: Camera, tiles: list[int], size: QSize
    ) -> None:
        """The values in the map pixels, black or white as their colour asks for."""
        pixel = tiling.scale * camera.zoom
        if self._colors is None or panel.scale is None or pixel < theme.px(NUMBERED):
            return
        places = numbers.decimals(max(abs(panel.scale.low), abs(panel.scale.high)))
        font = theme.font("small" if pixel >= theme.px(48) else "tiny")
        painter.setFont(font)
        longest = "−" + numbers.cell(max(abs(panel.scale.low), abs(panel.scale.high)), places)
        if QFontMetrics(font).horizontalAdvance(longest) > pixel - 2:
            return
        dark = readable(self._colors)
        for tile in tiles:
            rect = tiling.rect(tile, camera)
            first_y, last_y = _seen(rect.y, pixel, panel.values.shape[1], size.height())
            first_x, last_x = _seen(rect.x, pixel, panel.values.shape[2], size.width())
            for y in range(first_y, last_y):
                for x in range(first_x, last_x):
                    index = panel.raster[tile, y, x]
                    painter.setPen(dark[index])
                    box = QRectF(rect.x + x * pixel, rect.y + y * pixel, pixel, pixel)
                    text = numbers.cell(float(panel.values[tile, y, x]), places)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_missing(self, painter: QPainter, panel: ImageGrid, tile: int, tiling: Tiling, camera: Camera) -> None:
        """A cross through each map pixel that is not a number, where there is room for one."""
        pixel = tiling.scale * camera.zoom
        if self._colors is None or pixel < 6:
            return
        rect = tiling.rect(tile, camera)
        painter.setPen(QPen(theme.color("panel"), 1))
        for y, x in np.argwhere(panel.raster[tile] == GROUND)[:2000]:
            left, top = rect.x + x * pixel, rect.y + y * pixel
            painter.drawLine(QPointF(left, top), QPointF(left + pixel, top + pixel))
            painter.drawLine(QPointF(left + pixel, top), QPointF(left, top + pixel))

    def _paint_note(self, painter: QPainter, note: str, rect: Rect) -> None:
        """A remark in the middle of its map; a corner where even its first word has no room."""
        for text in (note, note.split()[0]):
            size = self._pill(text, painter.device().devicePixelRatioF()).deviceIndependentSize()
            if size.width() <= rect.width and size.height() <= rect.height:
                left, top = rect.x + (rect.width - size.width()) / 2, rect.y + (rect.height - size.height()) / 2
                self._paint_pill(painter, QPointF(left, top), text)
                return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = min(rect.width, rect.height, theme.px(8))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        corner = QPointF(rect.x + rect.width, rect.y)
        painter.drawPolygon(QPolygonF([corner, corner - QPointF(edge, 0), corner + QPointF(0, edge)]))

    def _laid(self, text: str, font: QFont) -> QStaticText:
        """A short text, laid out once."""
        if text not in self._texts:
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(QTransform(), font)
            self._texts[text] = laid
        return self._texts[text]

    def _pill(self, text: str, ratio: float) -> QPixmap:
        """A short text on a ground of its own, painted once."""
        if (text, ratio) not in self._pills:
            font = theme.font("tiny")
            metrics = QFontMetrics(font)
            box = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height())
            pill = QPixmap((box.size() * ratio).toSize())
            pill.setDevicePixelRatio(ratio)
            pill.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pill)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            ground = theme.color("panel")
            ground.setAlphaF(0.88)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 3, 3)
            painter.setFont(font)
            painter.setPen(theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
            painter.end()
            self._pills[text, ratio] = pill
        return self._pills[text, ratio]

    def _paint_pill(self, painter: QPainter, at: QPointF, text: str) -> None:
        painter.drawPixmap(at, self._pill(text, painter.device().devicePixelRatioF()))

    def paint_marks(
        self, painter: QPainter, tiling: Tiling, camera: Camera, marked: int | None, cell: Cell | None
    ) -> None:
        """The outlines of the selected map and of the map pixel under the cursor."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pixel = tiling.scale * camera.zoom
        if cell is not None and pixel >= 4:
            rect = tiling.rect(cell.tile, camera)
            box = QRectF(rect.x + cell.x * pixel, rect.y + cell.y * pixel, pixel, pixel)
            for color, width in (("panel", 3.0), ("text", 1.5)):
                painter.setPen(QPen(theme.color(color), width))
                painter.drawRect(box)
        elif cell is not None and tiling.count > 1:
            painter.setPen(QPen(theme.color("dim"), 1))
            painter.drawRect(QRectF(*tiling.rect(cell.tile, camera)).adjusted(-1.5, -1.5, 1.5, 1.5))
        if marked is not None:
            painter.setPen(QPen(theme.color("accent"), 2))
            outline = QRectF(*tiling.rect(marked, camera)).adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(outline, 2, 2)

    def paint_selected(
        self, painter: QPainter, tiling: Tiling, camera: Camera, selected: tuple[int, ...], band: QRectF | None
    ) -> None:
        """Frames around the maps that are to be compared, and the band with which one gathers them."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tile in selected:
            outline_ = QRectF(*tiling.rect(tile, camera)).adjusted(-2, -2, 2, 2)
            painter.setPen(QPen(theme.color("text"), 2, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(outline_, 2, 2)
        if band is not None:
            ground = theme.color("accent")
            painter.setPen(QPen(ground, 1))
            ground.setAlphaF(0.15)
            painter.setBrush(ground)
            painter.drawRect(band)

    def paint_spot(self, painter: QPainter, tiling: Tiling, camera: Camera, spot: tuple[int, int]) -> None:
        """The outline of the cell that is explained, in every map."""
        pixel = tiling.scale * camera.zoom
        for tile in range(tiling.count):
            rect = tiling.rect(tile, camera)
            outline(painter, QRectF(rect.x + spot[1] * pixel, rect.y + spot[0] * pixel, pixel, pixel))

    def paint_focus(self, painter: QPainter, rect: QRect) -> None:
        """The ring that says that keys go here."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("focus"), 1))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))


def readable(argb: NDArray[np.uint32]) -> list[QColor]:
    """Black or white for each colour, whichever has the higher contrast (WCAG 2 relative luminance)."""
    channels = np.stack([(argb >> shift & 255) / 255.0 for shift in (16, 8, 0)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear
    return [QColor(17, 19, 23) if light > 0.18 else QColor(255, 255, 255) for light in luminance]


def _argb(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    wide = (rgb if rgb.ndim == 4 else rgb[..., None].repeat(3, axis=-1)).astype(np.uint32)
    return (0xFF000000 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]).astype(np.uint32, copy=False)


def _seen(start: float, pixel: float, count: int, room: int) -> tuple[int, int]:
    """First and one past the last map pixel of a row that is seen."""
    return max(0, int(-start // pixel)), min(count, int((room - start) // pixel) + 1)
