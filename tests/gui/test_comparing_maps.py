"""Maps are gathered in the grid with mouse and keys, and compared."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt

from cnnviz.figure import ImageGrid, Matrix
from cnnviz.gui.figures.image_grid import ImageGridWidget

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def middle(grid: ImageGridWidget, tile: int) -> QPoint:
    rect = grid.canvas.tiling.rect(tile, grid.canvas.camera)
    return QPoint(round(rect.x + rect.width / 2), round(rect.y + rect.height / 2))


def grid_of(opened) -> ImageGridWidget:
    grid = opened.window.pane.figure_view.panels[0]
    assert isinstance(grid, ImageGridWidget)
    return grid


def test_control_click_gathers_and_the_button_compares(opened, qtbot):
    opened.ask(layer="0", view="feature-maps")
    grid = grid_of(opened)
    height = grid.canvas.height()
    for tile in (4, 1, 2, 4):
        qtbot.mouseClick(grid.canvas, LEFT, CONTROL, middle(grid, tile))
    assert grid.selected == (1, 2)
    assert opened.request.channel is None
    assert grid.compare.text() == "Compare 2 maps"
    assert grid.canvas.height() == height
    qtbot.mouseClick(grid.compare, LEFT)
    opened.settle()
    assert opened.request.view == "compare-maps"
    figure = opened.controller.response.figure
    assert [type(panel) for panel in figure.panels] == [ImageGrid, ImageGrid, Matrix]
    assert figure.panels[0].indices == (1, 2)
    assert dict(figure.request.options)["maps"] == "1, 2"  # what is exported says it
    opened.controller.session.back()
    opened.settle()
    assert grid_of(opened).selected == (1, 2)  # the selection belongs to the place


def test_a_band_gathers_escape_forgets_and_keys_gather(opened, qtbot):
    opened.ask(layer="0", view="feature-maps")
    grid = grid_of(opened)
    canvas = grid.canvas
    qtbot.mousePress(canvas, LEFT, SHIFT, middle(grid, 0))
    qtbot.mouseMove(canvas, middle(grid, 2))
    qtbot.mouseRelease(canvas, LEFT, SHIFT, middle(grid, 2))
    assert grid.selected == (0, 1, 2)
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert grid.selected == ()
    assert grid.compare.isHidden()
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    opened.settle()
    qtbot.keyClick(canvas, Qt.Key.Key_X)
    assert grid.selected == (0,)
    assert not grid.compare.isEnabled()
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    opened.settle()
    qtbot.keyClick(canvas, Qt.Key.Key_X)
    assert grid.selected == (0, 1)
    assert grid.compare.isEnabled()


def test_the_numbers_can_be_written(opened, qtbot):
    opened.ask(layer="0", view="compare-maps")
    field = opened.window.pane._fields["maps"].editor
    field.setFocus()
    qtbot.keyClicks(field, "0, 5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    opened.settle()
    assert opened.controller.response.figure.panels[0].indices == (0, 5)


def test_the_class_is_asked_for_where_it_changes_the_order(opened):
    opened.ask(layer="0", view="feature-maps")
    field = opened.window.pane._fields["of"]
    assert field.isHidden()
    opened.controller.session.set_option("order", "contribution")
    opened.settle()
    assert not field.isHidden()
