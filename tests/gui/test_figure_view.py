"""A figure's panels side by side: widgets kept, shared colour bars, widths, view states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.core.raster import paint
from cnnviz.figure import Bars, Figure, Graph, Histogram, ImageGrid, Matrix, Note, Page, Panel, Scale, Vector
from cnnviz.gui.figures import DRAWINGS, WIDGETS, FigureView
from cnnviz.gui.figures.image_grid import ImageGridWidget
from cnnviz.gui.figures.note import NoteWidget
from cnnviz.gui.theme import theme

SCALE = Scale(-2.0, 2.0, "RdBu_r", True, "layer")


def grid(count: int, first: int = 0, edge: int = 6, **changes: object) -> ImageGrid:
    values = np.random.default_rng(count).uniform(-2, 2, (count, edge, edge)).astype(np.float32)
    ranges = np.tile(np.array([-2, 2], np.float32), (count, 1))
    numbers = tuple(range(first, first + count))
    raster = paint(values, -2, 2)
    panel = ImageGrid(values, raster, SCALE, ranges, numbers, tuple(map(str, numbers)), ("",) * count, count)
    return replace(panel, **changes)


def figure(*panels: Panel) -> Figure:
    return Figure("feature-maps", "3 · Conv2d", "16 maps", panels)


PANELS: tuple[Panel, ...] = (
    grid(5),
    Bars(("a",), np.array([1.0], np.float32), (("100 %",),), (0,), 1.0, 1),
    Vector(np.ones(8, np.float32), SCALE),
    Matrix(np.ones((3, 4), np.float32), SCALE),
    Histogram(np.linspace(-2, 2, 4).astype(np.float32), np.ones(3, np.int64), SCALE),
    Note("There is nothing to draw here."),
)


@pytest.fixture
def view(qtbot: QtBot, qapp: QApplication) -> FigureView:
    theme.install(qapp, "dark")
    view = FigureView()
    qtbot.addWidget(view)
    view.resize(900, 400)
    with qtbot.waitExposed(view):
        view.show()
    return view


def test_there_is_a_widget_for_every_type_of_panel() -> None:
    assert {*WIDGETS, *DRAWINGS} == set(Panel.__args__) - {Page, Graph}  # type: ignore[attr-defined] # these are paper only


@pytest.mark.parametrize("panel", PANELS, ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(320, 200), (900, 400), (1700, 900)])
def test_each_panel_is_drawn(view: FigureView, panel: Panel, mode: str, size: tuple[int, int]) -> None:
    theme.set_mode(mode)
    view.resize(*size)
    view.set_figure(figure(panel))
    assert isinstance(view.panels[0], WIDGETS[type(panel)])  # type: ignore[arg-type]
    image = view.grab().toImage()
    inks = {image.pixel(x, y) for x in range(0, size[0], 3) for y in range(0, size[1], 3)}
    assert len(inks) > 3
    theme.set_mode("dark")


def test_widgets_are_kept_while_the_types_of_panels_stay(view: FigureView) -> None:
    view.set_figure(figure(grid(16)))
    first = view.panels[0]
    view.set_figure(figure(grid(16, marked=4), grid(1, 4)))
    assert view.panels[0] is first
    assert len(view.panels) == 2
    second = view.panels[1]
    view.set_figure(figure(grid(16), PANELS[4]))
    assert view.panels[0] is first
    assert view.panels[1] is not second
    view.set_figure(figure(PANELS[5]))
    assert [type(p) for p in view.panels] == [WIDGETS[Note]]
    view.set_figure(figure())
    assert view.panels == ()


def test_a_map_enlarged_stands_at_the_right_and_both_have_one_colour_bar(view: FigureView) -> None:
    view.set_figure(figure(grid(16, marked=4), grid(1, 4)))
    left, right = view.panels
    assert isinstance(left, ImageGridWidget)
    assert isinstance(right, ImageGridWidget)
    assert left.geometry().right() < right.geometry().left()
    assert left.bar.isHidden()
    assert not right.bar.isHidden()
    assert 0.25 * view.width() < right.width() <= 0.46 * view.width()
    other = replace(SCALE, low=-1.0, high=1.0)
    view.set_figure(figure(grid(16, marked=4), grid(1, 4, scale=other)))
    assert not left.bar.isHidden()


def test_a_grid_that_comes_with_an_enlarged_map_fills_its_place(view: FigureView) -> None:
    """Walking on with a channel selected: nobody has seen the grid in another place, where it had to stay."""
    view.set_figure(figure(grid(1)))
    view.set_figure(figure(grid(64, marked=4), grid(1, 4)))
    left = view.panels[0]
    assert isinstance(left, ImageGridWidget)
    assert left.canvas.used_width() >= 0.8 * left.canvas.width()
    view.grab()
    columns = left.canvas.tiling.columns
    left.resize(left.width() + 60, left.height())
    assert left.canvas.tiling.columns == columns, "once it is seen, it stays"


def test_stretched_maps_keep_their_own_colour_bar(view: FigureView) -> None:
    ranges = np.tile(np.array([-1, 1], np.float32), (16, 1))
    view.set_figure(figure(grid(16, ranges=ranges), grid(1)))
    assert isinstance(view.panels[0], ImageGridWidget)
    assert not view.panels[0].bar.isHidden()


def test_what_a_panel_says_the_view_says(qtbot: QtBot, view: FigureView) -> None:
    view.set_figure(figure(grid(16, 30)))
    panel = view.panels[0]
    assert isinstance(panel, ImageGridWidget)
    with qtbot.waitSignal(view.channel_picked) as picked:
        qtbot.keyClick(panel.canvas, Qt.Key.Key_Right)
    assert picked.args == [30]


def test_zoom_comes_back_as_a_plain_value(qtbot: QtBot, view: FigureView) -> None:
    view.set_figure(figure(grid(16), grid(1)))
    panel = view.panels[0]
    assert isinstance(panel, ImageGridWidget)
    panel.canvas.zoom_by(2.0)
    state = view.view_state()
    assert state[1] is None
    view.restore(None)
    assert view.view_state() == (None, None)
    view.restore([list(state[0]), None])  # type: ignore[call-overload]
    assert panel.canvas.camera.zoom == pytest.approx(2.0)


@pytest.mark.parametrize("width", range(797, 803))
def test_pictures_beside_each_other_are_of_one_size(view: FigureView, width: int) -> None:
    view.resize(width, 400)
    other = replace(SCALE, shared_by="other")
    view.set_figure(figure(grid(1, edge=28), grid(1, edge=28, scale=other), grid(1, edge=28)))
    QApplication.processEvents()
    grids = [panel for panel in view.panels if isinstance(panel, ImageGridWidget)]
    assert any(panel.bar.isVisible() for panel in grids)
    assert len({panel.canvas.width() for panel in grids}) == 1


def test_a_border_that_was_dragged_stays(view: FigureView) -> None:
    view.set_figure(figure(grid(16), grid(1)))
    view._splitter.moveSplitter(300, 1)
    view._splitter.splitterMoved.emit(300, 1)
    view.set_figure(figure(grid(16, marked=3), grid(1, 3)))
    assert view.panels[0].width() == pytest.approx(300, abs=2)


def test_a_narrow_view_stacks_its_panels(view: FigureView) -> None:
    view.resize(380, 620)
    view.set_figure(figure(grid(16), grid(1)))
    first, second = view.panels
    assert second.geometry().top() > first.geometry().bottom()


def test_a_sentence_is_read_whole_in_a_narrow_panel(qtbot: QtBot, qapp: QApplication) -> None:
    note = NoteWidget()
    qtbot.addWidget(note)
    note.set_panel(Note("MNIST is not on this computer: say where it lies, or have it downloaded."))
    for width in (900, 360, 200):
        note.resize(width, 240)
        note.show()
        QApplication.processEvents()
        assert note.text.geometry().right() < width
        assert note.text.height() >= note.text.heightForWidth(note.text.width())
