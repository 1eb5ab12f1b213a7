"""The table of numbers with a real selection, real keys and a real scroll."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.core.colormaps import lut
from cnnviz.core.raster import paint
from cnnviz.figure import Matrix, Scale
from cnnviz.gui.figures.matrix import MatrixWidget
from cnnviz.gui.theme import theme

SCALE = Scale(-4.0, 4.0, "RdBu_r", True, "layer")
LEFT = Qt.MouseButton.LeftButton


def matrix(rows: int = 30, columns: int = 40, **changes: object) -> Matrix:
    values = np.random.default_rng(rows).uniform(-4, 4, (rows, columns)).astype(np.float32)
    return replace(Matrix(values, SCALE), **changes)


@pytest.fixture
def widget(qtbot: QtBot, qapp: QApplication) -> MatrixWidget:
    theme.install(qapp, "dark")
    widget = MatrixWidget()
    qtbot.addWidget(widget)
    widget.resize(640, 360)
    widget.set_panel(matrix())
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def middle(widget: MatrixWidget, row: int, column: int) -> QPoint:
    return widget.table.visualRect(widget.model.index(row, column)).center()


def test_cells_have_the_colour_of_their_value_and_a_legible_number(widget: MatrixWidget) -> None:
    panel = matrix()
    raster = paint(panel.values[None], -4, 4)[0]
    image = widget.table.viewport().grab().toImage()
    for row, column in ((0, 1), (3, 4), (7, 2)):
        rect = widget.table.visualRect(widget.model.index(row, column))
        red, green, blue, _ = lut("RdBu_r")[raster[row, column]].tolist()
        assert QColor(image.pixel(rect.left() + 2, rect.top() + 2)) == QColor(red, green, blue)
        inks = {image.pixel(x, rect.center().y()) for x in range(rect.left() + 3, rect.right() - 3)}
        assert len(inks) > 1


def test_what_one_reads(widget: MatrixWidget) -> None:
    values = np.array([[0.0, 0.001, -1.5], [math.nan, math.inf, 123456.0]], np.float32)
    widget.set_panel(matrix(values=values, row_labels=("first", "second"), row_name="unit", column_name=""))
    model = widget.model
    assert [model.data(model.index(0, x)) for x in range(3)] == ["0", "0.00", "−1.50"]
    assert [model.data(model.index(1, x)) for x in range(3)] == ["NaN", "∞", "1e5"]
    assert model.headerData(1, Qt.Orientation.Vertical) == "second"
    assert model.headerData(2, Qt.Orientation.Horizontal) == "2"
    assert model.data(model.index(0, 2), Qt.ItemDataRole.AccessibleTextRole) == "unit first, 2  ·  −1.5000"
    assert widget.remark.text() == "unit down"
    widget.grab()


def test_hovering_and_leaving(qtbot: QtBot, widget: MatrixWidget) -> None:
    with qtbot.waitSignal(widget.hovered) as hovered:
        qtbot.mouseMove(widget.table.viewport(), middle(widget, 2, 3))
    value = float(matrix().values[2, 3])
    assert hovered.args == [-1, 2, 3, value]
    assert widget.readout.text().startswith("y 2, x 3  ·  ")
    with qtbot.waitSignal(widget.left):
        QApplication.sendEvent(widget.table.viewport(), QEvent(QEvent.Type.Leave))
    assert widget.readout.text() == "30 × 40 values"


def test_a_dragged_block_is_copied_as_a_table(qtbot: QtBot, widget: MatrixWidget) -> None:
    view = widget.table.viewport()
    qtbot.mousePress(view, LEFT, pos=middle(widget, 1, 1))
    for column in (2, 3):
        qtbot.mouseMove(view, middle(widget, 2, column))
    qtbot.mouseRelease(view, LEFT, pos=middle(widget, 2, 3))
    qtbot.keyClick(widget.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = np.array([line.split("\t") for line in QApplication.clipboard().text().split("\n")], np.float32)
    assert copied.tolist() == matrix().values[1:3, 1:4].tolist()


def test_keys_walk_and_read_out(qtbot: QtBot, widget: MatrixWidget) -> None:
    qtbot.mouseClick(widget.table.viewport(), LEFT, pos=middle(widget, 0, 0))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(widget.table, key)
    assert widget.readout.text().startswith("y 1, x 2")


def test_a_million_cells_scroll_without_a_widget_each(widget: MatrixWidget) -> None:
    before = len(widget.findChildren(object))
    widget.set_panel(matrix(1000, 1000))
    widget.table.verticalScrollBar().setValue(9000)
    widget.table.horizontalScrollBar().setValue(20000)
    widget.table.viewport().repaint()
    assert len(widget.findChildren(object)) == before
    assert widget.table.rowAt(5) > 100


def test_scroll_and_selection_stay_while_the_shape_stays(widget: MatrixWidget) -> None:
    widget.table.verticalScrollBar().setValue(60)
    widget.select(4, 2, 5, 3)
    widget.set_panel(matrix(scale=Scale(-1, 1, "vik", True, "layer")))
    assert widget.view_state() == (0, 60)
    assert len(widget.table.selectedIndexes()) == 4
    state = widget.view_state()
    widget.restore(None)
    assert widget.view_state() is None
    widget.restore(state)
    assert widget.view_state() == (0, 60)


def test_selecting_all_of_a_million_copies_quickly_enough(qtbot: QtBot, widget: MatrixWidget) -> None:
    widget.set_panel(matrix(200, 300))
    widget.table.selectAll()
    qtbot.keyClick(widget.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QApplication.clipboard().text().split("\n")
    assert len(lines) == 200
    assert len(lines[0].split("\t")) == 300


def test_the_next_theme_and_size_are_drawn(widget: MatrixWidget) -> None:
    narrow = widget.table.horizontalHeader().defaultSectionSize()
    theme.set_mode("light")
    theme.set_scale(1.5)
    assert widget.table.horizontalHeader().defaultSectionSize() > narrow
    widget.grab()
    theme.set_scale(1.0)
    theme.set_mode("dark")


def test_a_few_numbers_are_drawn_large_and_whole_ones_without_places(qtbot: QtBot) -> None:
    values = np.array([[56, 32, 10, 18], [90, 23, 128, 133], [24, 26, 178, 200], [2, 0, 255, 220]], np.float32)
    scale = Scale(0, 255, "grayC", False, "all pixels")
    sizes = {}
    for large in (False, True):
        widget = MatrixWidget()
        qtbot.addWidget(widget)
        widget.resize(400, 400)
        widget.set_panel(Matrix(values, scale, large=large))
        widget.show()
        qtbot.waitExposed(widget)
        sizes[large] = widget.table.horizontalHeader().defaultSectionSize()
        assert widget.model.index(0, 0).data() == "56"
        assert widget.bar.isVisible() != large
        wanted = widget.wanted_width(400)
        assert (wanted is None) != large
        if large:
            assert 4 * sizes[True] < wanted <= 400
            assert widget.table.horizontalScrollBar().maximum() == 0
    assert sizes[True] > sizes[False] + 10
