"""The maps on the cards as pictures: which are kept, which are to be asked for."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap, qRgb

from cnnviz.core.colormaps import lut
from cnnviz.core.graph.shapes import PICTURE, Facts, Tile
from cnnviz.figure import GROUND
from cnnviz.gui.missing import missing_maps, paint_missing
from cnnviz.gui.theme import theme

KEPT = 96 << 20
"""Bytes of pictures that are kept at most."""

NARROW, WIDE = 1, 2
"""Pixels between two maps, small and large ones."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a card wants to show at some zoom: so many maps of that edge in so many columns."""

    columns: int
    rows: int
    edge: int

    @property
    def count(self) -> int:
        return self.columns * self.rows


def wish(width: float, height: float, zoom: float, ratio: float, shape: tuple[int, ...]) -> Wish:
    """How a record's maps fill a place of (width, height) units at a zoom: nearer there are more, and larger ones.

    The zoom counts in steps of two, so that a picture serves for a while.
    """
    return _wish(width, height, level(zoom), ratio, shape)


def level(zoom: float) -> float:
    """The power of two that is nearest to a zoom."""
    return 2.0 ** round(math.log2(max(zoom, 0.25)))


@lru_cache(4096)
def _wish(width: float, height: float, zoom: float, ratio: float, shape: tuple[int, ...]) -> Wish:
    across, down = width * zoom, height * zoom
    target = min(max(34.0 * zoom**0.45, 20.0), 110.0)
    units = sum(size != 1 for size in shape) <= 1
    total = shape[0] if len(shape) == 3 and not units else 1
    columns, rows = max(1, round(across / target)), max(1, round(down / target))
    if total < columns * rows:  # few maps are shown larger
        columns = min(range(1, total + 1), key=lambda n: -min(across / n, down / -(-total // n)), default=1)
        rows = -(-total // columns)
    edge = int(min(across / columns, down / rows) * ratio) - WIDE
    return Wish(columns, rows, max(edge, 4))


@dataclass(frozen=True, slots=True)
class Picture:
    """The maps of one record as one picture."""

    pixmap: QPixmap
    wish: Wish
    tile: Tile
    shown: int

    @property
    def is_units(self) -> bool:
        """Whether it is one square for each unit of a vector."""
        return len(self.tile.raster) == 1 < len(self.tile.channels)

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) in which maps, or units, stand."""
        if self.is_units:
            return self.tile.raster.shape[1], self.tile.raster.shape[2]
        columns = max(min(self.wish.columns, self.shown), 1)
        return -(-self.shown // columns), columns

    def order_at(self, point: QPointF, drawn: QRectF) -> int | None:
        """Which of the maps is at a point of the screen, where the picture is drawn in a rectangle."""
        if self.tile.scale is None or not drawn.contains(point):
            return None
        rows, columns = self.grid
        row = min(int((point.y() - drawn.y()) / drawn.height() * rows), rows - 1)
        column = min(int((point.x() - drawn.x()) / drawn.width() * columns), columns - 1)
        order = row * columns + column
        return order if order < min(self.shown, len(self.tile.channels)) else None

    def channel(self, order: int) -> int | None:
        """The channel of one of the maps."""
        return int(self.tile.channels[order]) if order < len(self.tile.channels) else None

    def cell(self, order: int, drawn: QRectF) -> QRectF:
        """Where one of the maps is, where the picture is drawn in a rectangle."""
        (rows, columns), gap = self.grid, 0.0
        if not self.is_units and self.shown > 1:
            gap = gap_of(self.wish) * drawn.width() / self.pixmap.width()
        width, height = (drawn.width() + gap) / columns, (drawn.height() + gap) / rows
        row, column = divmod(order, columns)
        return QRectF(drawn.x() + column * width, drawn.y() + row * height, width - gap, height - gap)


def gap_of(wanted: Wish) -> int:
    """Pixels between two maps."""
    return WIDE if wanted.edge > 30 else NARROW


class TileStore:
    """Keeps pictures by record, the latest used; those of an older pass stay until there are newer ones."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._fresh: set[int] = set()
        self._bytes = 0

    def forget_pass(self) -> None:
        """All pictures belong to an older pass now."""
        self._fresh.clear()

    def clear(self) -> None:
        """Another network: nothing of it is of use."""
        self._pictures.clear()
        self._fresh.clear()
        self._bytes = 0

    def __contains__(self, record: int) -> bool:
        return record in self._pictures

    def get(self, record: int) -> Picture | None:
        """The picture of a record, if there is one; it may be of another size than wished, or of an older pass."""
        picture = self._pictures.get(record)
        if picture is not None:
            self._pictures.move_to_end(record)
        return picture

    def is_fresh(self, record: int) -> bool:
        """Whether its picture belongs to the present pass."""
        return record in self._fresh

    def serves(self, record: int, wanted: Wish) -> bool:
        """Whether the picture of a record is what is wished."""
        picture = self._pictures.get(record)
        return picture is not None and record in self._fresh and picture.wish == wanted

    def put(self, tile: Tile, wanted: Wish, facts: Facts | None) -> None:
        """Take an answer."""
        old = self._pictures.pop(tile.record, None)
        if old is not None:
            self._bytes -= _size(old.pixmap)
        pixmap, shown = painted(tile, wanted, facts)
        self._pictures[tile.record] = Picture(pixmap, wanted, tile, shown)
        self._fresh.add(tile.record)
        self._bytes += _size(pixmap)
        while self._bytes > KEPT and len(self._pictures) > 1:
            record, gone = self._pictures.popitem(last=False)
            self._fresh.discard(record)
            self._bytes -= _size(gone.pixmap)

    @property
    def records(self) -> set[int]:
        """Records of which there are pictures."""
        return set(self._pictures)

    @property
    def nbytes(self) -> int:
        """Memory that the pictures take."""
        return self._bytes


def painted(tile: Tile, wanted: Wish, facts: Facts | None) -> tuple[QPixmap, int]:
    """A tile's maps in rows and columns, each as large as was wished; and how many there are."""
    raster = tile.raster
    count = min(len(raster), wanted.count)
    if not count:
        return QPixmap(), 0
    h, w = raster.shape[1:3]
    if tile.record == PICTURE or raster.ndim == 4:
        return _image(np.ascontiguousarray(raster[0]), None, max(1, wanted.edge // max(h, w))), 1
    scale = wanted.edge / max(h, w)
    height, width = max(1, round(h * scale)), max(1, round(w * scale))
    if facts is not None and len(raster) == 1:
        pixmap = _image(_enlarged(raster[:1], height, width)[0], tile, 1)
        places = [QRectF(pixmap.rect())] if missing_maps(raster) else []
        return _crossed(pixmap, places), tile.total if _is_units(facts) else 1
    columns = min(wanted.columns, count)
    rows, gap = -(-count // columns), gap_of(wanted)
    grid = np.full((rows * columns, height + gap, width + gap), GROUND, np.uint8)
    grid[:count, :height, :width] = _enlarged(raster[:count], height, width)
    whole = grid.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    whole = whole.reshape(rows * (height + gap), columns * (width + gap))[:-gap, :-gap]
    pixmap = _image(np.ascontiguousarray(whole), tile, 1)
    corners = [(i % columns * (width + gap), i // columns * (height + gap)) for i in missing_maps(raster[:count])]
    return _crossed(pixmap, [QRectF(x, y, width, height) for x, y in corners]), count


def _crossed(pixmap: QPixmap, places: list[QRectF]) -> QPixmap:
    """The picture with crossed lines in some places."""
    if places:
        painter = QPainter(pixmap)
        for place in places:
            paint_missing(painter, place)
        painter.end()
    return pixmap


def _is_units(facts: Facts) -> bool:
    return sum(size != 1 for size in facts.shape) <= 1


def _enlarged(raster: np.ndarray, height: int, width: int) -> np.ndarray:
    """Nearest neighbours."""
    h, w = raster.shape[1:]
    return raster[:, (np.arange(height) * h // height)[:, None], (np.arange(width) * w // width)[None, :]]


def _image(pixels: np.ndarray, tile: Tile | None, factor: int) -> QPixmap:
    height, width = pixels.shape[:2]
    if tile is None or tile.scale is None:
        image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888)
    else:
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable([*_table(tile.scale.colormap), theme.color("panel").rgb()])
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    if factor > 1:
        image = image.scaled(width * factor, height * factor)
    return QPixmap.fromImage(image)


@cache
def _table(colormap: str) -> list[int]:
    return [qRgb(*map(int, rgba[:3])) for rgba in lut(colormap)[:GROUND]]


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
