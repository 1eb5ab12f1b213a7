"""Maps of which nothing is a number are crossed out, on the cards of the graph and in the columns alike."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from cnnviz.core.graph.shapes import Tile
from cnnviz.figure import GROUND, Scale
from cnnviz.gui.graph.tiles import Wish, painted
from cnnviz.gui.missing import missing_maps
from cnnviz.gui.network_column import Drawn, Frame, paint_maps
from cnnviz.gui.theme import theme
from cnnviz.response import Column, Step

SCALE = Scale(0.0, 1.0, "viridis", False, "layer")


def raster() -> np.ndarray:
    """Three maps: numbers, nothing that is one, one number among others."""
    maps = np.full((3, 4, 4), GROUND, np.uint8)
    maps[0] = 200
    maps[2, 1, 1] = 7
    return maps


def colors(image: QImage, area: QRect) -> set[str]:
    part = image.copy(area)
    return {part.pixelColor(x, y).name() for x in range(part.width()) for y in range(part.height())}


def crossed() -> set[str]:
    return {theme.color(name).name() for name in ("border", "dim")}


def test_which_maps_have_no_number() -> None:
    assert missing_maps(raster()) == [1]


def test_in_a_column(qapp: QApplication) -> None:
    theme.install(qapp, "dark")
    step, frame = Step(0, "0", "Conv 3×3", (3, 4, 4), "conv"), Frame(90, 400)
    drawn = Drawn.of(Column(raster(), SCALE, 3))
    image = QImage(90, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_maps(painter, drawn, frame.cells(step, drawn))
    painter.end()
    first, second, _ = (cell.adjusted(1, 1, -1, -1) for cell in frame.cells(step, drawn))
    assert colors(image, second) == crossed()
    assert len(colors(image, first)) == 1


def test_on_a_card(qapp: QApplication) -> None:
    theme.install(qapp, "dark")
    tile = Tile(0, (3, 40), raster(), SCALE, np.arange(3), 3)
    pixmap, count = painted(tile, Wish(3, 1, 40), None)
    assert count == 3
    image = pixmap.toImage()
    assert colors(image, QRect(42, 0, 40, 40)) == crossed()
    assert len(colors(image, QRect(0, 0, 40, 40))) == 1
