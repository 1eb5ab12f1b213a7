"""Drawings made of marks on the screen: they fill the width, keep to it, and follow the size of the window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from cnnviz.core.colormaps import lut
from cnnviz.figure import Architecture, Fork, ImageGrid, LayerRow, LayerRows, Scale, Table, Unit
from cnnviz.gui.figures.drawing import ArchitectureWidget, LayerRowsWidget, TableWidget
from cnnviz.gui.theme import theme
from cnnviz.layout.marks import Pixels, Words

CONV = Unit("a.0", "Conv 3×3", "conv", (8, 16, 16), "3×3")
FORK = Fork(((CONV, CONV), ()), "add", "b.0–5", "Block", (8, 16, 16), 6)
NETWORK = Architecture(
    (Unit("", "Input", "input", (3, 16, 16)), CONV, FORK, Unit("c", "Dense", "dense", (10,))), "Not drawn: 1 × ReLU."
)
SCALE = Scale(-1.0, 1.0, "RdBu_r", True, "layer")


def rows() -> LayerRows:
    raster = np.arange(12, dtype=np.uint8).reshape(3, 2, 2) * 20
    values = (raster / 127 - 1).astype(np.float32)
    grid = ImageGrid(
        values, raster, SCALE, np.tile(np.float32([-1, 1]), (3, 1)), (4, 0, 2), ("4", "0", "2"), ("",) * 3, 9
    )
    return LayerRows((LayerRow("conv1", "Conv 3×3 · 9 × 2 × 2", grid),), 1, "convolution")


@pytest.fixture(autouse=True)
def dressed(qapp) -> None:
    theme.install(qapp, "dark")


def shown(qtbot, widget, panel, width: int, height: int):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.set_panel(panel)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget.canvas


@pytest.mark.parametrize("width", [300, 700, 1400])
def test_an_architecture_keeps_to_the_width_and_says_how_often_a_block_repeats(qtbot, width: int) -> None:
    canvas = shown(qtbot, ArchitectureWidget(), NETWORK, width, 400)
    words = {mark.text for mark in canvas.drawn.marks if isinstance(mark, Words)}
    assert {"× 6", "Block × 6", "8×16×16", "10", "Not drawn: 1 × ReLU."} <= words
    assert canvas.width() <= width
    assert "Block × 6" in canvas.accessibleName()


def test_maps_in_rows_have_the_colours_of_their_values(qtbot) -> None:
    canvas = shown(qtbot, LayerRowsWidget(), rows(), 500, 200)
    first = next(mark for mark in canvas.drawn.marks if isinstance(mark, Pixels))
    factor = canvas.factor
    picture = canvas.grab().toImage()
    x, y = (first.x + first.width / 4) * factor, (first.y + first.height / 4) * factor
    ratio = canvas.devicePixelRatioF()
    found = QColor(picture.pixel(round(x * ratio), round(y * ratio)))
    assert (found.red(), found.green(), found.blue()) == tuple(lut("RdBu_r")[0, :3].tolist())


def test_a_table_says_its_cells_and_sums(qtbot) -> None:
    table = Table(("Layer", "Parameters"), (("conv1", 1234), ("relu", 0)), ("Sum", 1234))
    canvas = shown(qtbot, TableWidget(), table, 400, 200)
    words = [mark.text for mark in canvas.drawn.marks if isinstance(mark, Words)]
    assert words == ["Layer", "Parameters", "conv1", "1,234", "relu", "–", "Sum", "1,234"]
