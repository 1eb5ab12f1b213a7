"""Small grids of numbers: what is written into their cells, and where the cursor is."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from cnnviz.figure import Scale
from cnnviz.gui.figures.number_grid import NumberGrid
from cnnviz.gui.theme import theme

SCALE = Scale(-0.2, 0.2, "PuOr_r", True, "filter")
VALUES = np.array([[0.1234, -0.1], [0.0, 0.2]])


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme.install(qapp, "dark")


@pytest.mark.parametrize(
    ("room", "first"), [(60, "0.123"), (36, "0.12"), (12, "")], ids=["all places", "a place less", "none"]
)
def test_numbers_get_as_many_places_as_fit(room: float, first: str) -> None:
    _, texts = NumberGrid(VALUES, SCALE)._legible(room, 3)
    assert (texts[0] if texts else "") in (first, first.removeprefix("0"))


def test_the_cell_under_a_point() -> None:
    grid = NumberGrid(VALUES, SCALE)
    rect = QRectF(10, 20, 80, 80)
    assert grid.cell_at(QPointF(11, 99), rect) == (1, 0)
    assert grid.cell_at(QPointF(89, 21), rect) == (0, 1)
    assert grid.cell_at(QPointF(9, 21), rect) is None


def test_padding_is_drawn_as_what_it_is() -> None:
    def drawn(outside: np.ndarray | None) -> QImage:
        image = QImage(100, 100, QImage.Format.Format_ARGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        NumberGrid(np.zeros((2, 2)), SCALE, outside).paint(painter, QRectF(0, 0, 100, 100))
        painter.end()
        return image

    plain, padded = drawn(None), drawn(np.array([[True, False], [False, False]]))
    assert plain.copy(0, 0, 48, 48) != padded.copy(0, 0, 48, 48)
    assert plain.copy(50, 50, 48, 48) == padded.copy(50, 50, 48, 48)
