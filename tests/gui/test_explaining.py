"""From a number to where it comes from, and back, as a person does it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from cnnviz.figure import Contributions, Sliding
from cnnviz.gui.figures.contributions import ContributionsWidget
from cnnviz.gui.figures.image_grid import ImageGridWidget
from cnnviz.gui.figures.sliding import SlidingWidget
from cnnviz.request import Cell

LEFT = Qt.MouseButton.LeftButton


def sliding(opened) -> SlidingWidget:
    return next(p for p in opened.window.pane.figure_view.panels if isinstance(p, SlidingWidget))


def middle_of(widget: SlidingWidget, y: int, x: int) -> QPoint:
    rect = widget.bench.rect_of_output
    height, width = widget.cells
    return QPointF(rect.x() + (x + 0.5) * rect.width() / width, rect.y() + (y + 0.5) * rect.height() / height).toPoint()


def test_a_click_on_a_cell_of_a_map_explains_it_and_escape_goes_back_one_level_at_a_time(opened):
    opened.ask(view="feature-maps", channel=4)
    alone = opened.window.pane.figure_view.panels[1]
    assert isinstance(alone, ImageGridWidget)
    rect = alone.canvas.tiling.rect(0, alone.canvas.camera)
    scale = alone.canvas.tiling.scale
    opened.qtbot.mouseClick(alone.canvas, LEFT, pos=QPoint(int(rect.x + 4.5 * scale), int(rect.y + 5.5 * scale)))
    opened.settle()
    assert (opened.request.view, opened.request.channel, opened.request.at) == ("explain", 4, (5, 4))
    assert opened.controller.response.figure.cell == Cell("3", 4, (5, 4))
    opened.press(Qt.Key.Key_Escape)
    assert (opened.request.view, opened.request.channel, opened.request.at) == ("feature-maps", 4, None)
    opened.press(Qt.Key.Key_Escape)
    assert (opened.request.layer, opened.request.channel) == ("3", None)


def test_the_workspaces_lead_there_and_back(opened):
    top = opened.window.top
    explain, explore = (top.findChild(QToolButton, f"workspace-{name}") for name in ("explain", "explore"))
    before = opened.window.split.sizes()
    opened.qtbot.mouseClick(explain, LEFT)
    opened.settle()
    assert opened.request.view == "explain"
    assert opened.window.split.sizes()[0] < before[0]
    opened.qtbot.mouseClick(explore, LEFT)
    opened.settle()
    assert opened.controller.response.request.view == "feature-maps"
    assert opened.window.split.sizes() == before
    opened.press(Qt.Key.Key_E)
    assert opened.request.view == "explain"
    assert explain.isChecked()


def test_hovering_the_output_moves_the_window_without_asking_anybody(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    widget = sliding(opened)
    asked = opened.request
    opened.qtbot.mouseMove(widget.bench, middle_of(widget, 2, 7))
    assert widget.at == (2, 7)
    value = float(opened.controller.response.figure.panels[0].window.output[2, 7])
    outcome = opened.window.pane.figure_view.outcome.outcome
    assert outcome.captured == value
    assert outcome.agrees
    assert opened.request == asked
    opened.qtbot.mouseMove(widget.bench, QPoint(widget.bench.width() - 1, widget.bench.height() - 1))
    assert widget.at == (5, 4)


def test_a_click_in_the_output_stays_there(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    widget = sliding(opened)
    opened.qtbot.mouseClick(widget.bench, LEFT, pos=middle_of(widget, 2, 7))
    opened.settle()
    assert opened.request.at == (2, 7)


def test_arrows_in_the_bench_shift_the_window_by_one(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    bench = sliding(opened).bench
    bench.setFocus()
    opened.qtbot.keyClick(bench, Qt.Key.Key_Right)
    opened.settle()
    assert (opened.request.layer, opened.request.at) == ("3", (5, 5))
    opened.qtbot.keyClick(bench, Qt.Key.Key_Up)
    opened.settle()
    assert opened.request.at == (4, 5)


def test_playing_slides_through_all_cells_and_pointing_pauses(opened):
    opened.ask(view="explain", channel=4, at=(9, 8))
    widget = sliding(opened)
    widget.speed.setValue(60)
    opened.qtbot.mouseClick(widget.play, LEFT)
    with opened.qtbot.waitSignal(widget.hovered, check_params_cb=lambda channel, y, x, value: (y, x) == (0, 0)):
        pass  # after the last cell it begins again
    opened.qtbot.mouseMove(widget.bench, middle_of(widget, 2, 7))
    assert not widget.play.isChecked()
    assert widget.at == (2, 7)


def test_tracing_back_to_the_pixels_and_up_again(opened):
    opened.ask(layer="11", view="explain", channel=7)
    layers = ["11"]
    while opened.request.layer:
        bars = next(p for p in opened.window.pane.figure_view.panels if isinstance(p, ContributionsWidget))
        pitch = bars.bars._pitch
        opened.qtbot.mouseClick(bars.bars.viewport(), LEFT, pos=QPoint(20, pitch + pitch // 2))
        opened.settle()
        layers.append(opened.request.layer)
    assert layers == ["11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0", ""]
    assert len(opened.request.trail) == 12
    y, x = opened.request.at
    assert opened.window.network._marks == ((0, None, (y / 28, x / 28, (y + 1) / 28, (x + 1) / 28)),)
    assert opened.window.pane.crumbs.isVisible()
    opened.press(Qt.Key.Key_Backspace)
    assert opened.request.layer == "0"
    assert len(opened.request.trail) == 11
    first = opened.window.pane.crumbs.findChild(QToolButton, "crumb-0")
    opened.qtbot.mouseClick(first, LEFT)
    opened.settle()
    assert (opened.request.layer, opened.request.channel, opened.request.trail) == ("11", 7, ())
    assert not opened.window.pane.crumbs.isVisible()


def test_the_way_back_follows_true_numbers(opened):
    """Each part that is followed is the number that was seen before it."""
    opened.ask(layer="11", view="explain", channel=7)
    parts = opened.controller.response.figure.panels[-1]
    assert isinstance(parts, Contributions)
    expected = float(parts.texts[0][0])
    opened.controller.explaining.follow(parts.cells[0])
    opened.settle()
    outcome = opened.controller.response.figure.outcome
    assert outcome.captured == pytest.approx(expected, rel=1e-2)


def test_another_layer_ends_the_trace_another_picture_does_not(opened):
    opened.ask(layer="3", view="explain", channel=4, at=(5, 4))
    parts = opened.controller.response.figure.panels[-1]
    opened.controller.explaining.follow(parts.cells[0])
    opened.settle()
    trail = opened.request.trail
    assert len(trail) == 1
    opened.window.tray.pick(+1)
    opened.settle()
    assert opened.request.trail == trail
    opened.press(Qt.Key.Key_Right)
    assert (opened.request.trail, opened.request.at) == ((), None)


def test_a_cell_is_marked_where_it_is_and_where_it_reads(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    marks = {column: (channel, box) for column, channel, box in opened.window.network._marks}
    assert marks[4] == (4, (0.5, 0.4, 0.6, 0.5))  # the cell (5, 4) of 10 × 10
    assert marks[3] == (None, (5 / 14, 4 / 14, 10 / 14, 9 / 14))  # 5 × 5 of 14 × 14, in all maps
    top, left, bottom, right = marks[0][1]  # 14 × 14 pixels with stride 2 of 28 × 28
    assert (bottom - top, right - left) == pytest.approx((14 / 28, 14 / 28))
    opened.ask(view="feature-maps")
    assert opened.window.network._marks == ()


def test_a_sliding_panel_is_drawn_again_only_for_another_answer(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    panel = opened.controller.response.figure.panels[0]
    assert isinstance(panel, Sliding)
    widget = sliding(opened)
    with opened.qtbot.assertNotEmitted(widget.hovered):
        widget.set_panel(panel)


def test_pointing_tells_where_a_cell_looks_and_where_it_is_after_flattening(opened):
    opened.ask(layer="5", view="explain", channel=2, at=(0, 0))
    widget = sliding(opened)
    opened.qtbot.mouseMove(widget.bench, middle_of(widget, 3, 4))
    told = opened.window.status.findChild(QWidget, "remark").text()
    assert "sees rows 10–25, columns 14–27 of the picture" in told  # 16 × 16 with stride 4 from −2 on, cut at 27
    assert f"element {2 * 25 + 3 * 5 + 4} of 6 · Flatten" in told


def test_one_key_shifts_the_window_by_one_wherever_the_focus_is(opened):
    opened.ask(view="explain", channel=4, at=(0, 4))
    for key, at in ((Qt.Key.Key_Right, (0, 5)), (Qt.Key.Key_Up, (0, 5)), (Qt.Key.Key_Down, (1, 5))):
        opened.qtbot.keyClick(opened.window.network, key, Qt.KeyboardModifier.ControlModifier)
        opened.settle()
        assert opened.controller.response.figure.cell == Cell("3", 4, at)
    opened.ask(view="feature-maps")
    assert not opened.window.commands["shift-left"].isEnabled()


def test_the_picture_came_from_nowhere_so_the_first_operation_is_explained(opened):
    opened.ask(layer="")
    opened.press(Qt.Key.Key_E)
    assert (opened.request.layer, opened.controller.response.request.view) == ("0", "explain")


def test_a_number_under_the_window_and_its_bar_are_marked_together(opened):
    opened.ask(view="explain", channel=4, at=(5, 4))
    widget = sliding(opened)
    bars = next(p for p in opened.window.pane.figure_view.panels if isinstance(p, ContributionsWidget)).bars
    pitch = bars._pitch
    cell = opened.controller.response.figure.panels[-1].cells[2]
    opened.qtbot.mouseMove(bars.viewport(), QPoint(20, 3 * pitch + pitch // 2))
    assert widget.rows.row == widget._panel.inputs.indices.index(cell.channel)
    assert widget.bench._tap == (cell.at[0] - 5, cell.at[1] - 4)  # a 5 × 5 window without padding begins at the cell
    y, x = widget.bench._tap
    tile = widget.bench._tiles[0]
    edge = tile.rect.width() / 5
    widget.bench.set_marked(None)
    bars.set_marked(None)
    opened.qtbot.mouseMove(
        widget.bench, QPoint(int(tile.rect.x() + (x + 0.5) * edge), int(tile.rect.y() + (y + 0.5) * edge))
    )
    assert bars._row == 2
