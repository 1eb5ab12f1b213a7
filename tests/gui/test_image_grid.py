"""The mosaic with real clicks, wheel and keys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.core.colormaps import lut
from cnnviz.core.raster import paint
from cnnviz.figure import ImageGrid, Scale
from cnnviz.gui.figures.image_grid import ImageGridWidget
from cnnviz.gui.figures.painting import GridPicture
from cnnviz.gui.figures.tiling import Camera, Tiling
from cnnviz.gui.theme import theme

LEFT = Qt.MouseButton.LeftButton
SCALE = Scale(-2.0, 2.0, "RdBu_r", True, "layer")


def grid(count: int = 12, edge: int = 6, first: int = 0, **changes: object) -> ImageGrid:
    values = np.random.default_rng(edge).uniform(-2, 2, (count, edge, edge)).astype(np.float32)
    panel = ImageGrid(
        values,
        paint(values, SCALE.low, SCALE.high),
        SCALE,
        np.tile(np.array([SCALE.low, SCALE.high], np.float32), (count, 1)),
        tuple(range(first, first + count)),
        tuple(str(i) for i in range(first, first + count)),
        ("",) * count,
        count,
    )
    return replace(panel, **changes)


@pytest.fixture
def widget(qtbot: QtBot, qapp: QApplication) -> ImageGridWidget:
    theme.install(qapp, "dark")
    widget = ImageGridWidget()
    qtbot.addWidget(widget)
    widget.resize(640, 360)
    widget.set_panel(grid())
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def at(widget: ImageGridWidget, tile: int, y: int = 0, x: int = 0) -> QPoint:
    """The middle of a map pixel, in the canvas."""
    canvas = widget.canvas
    rect = canvas.tiling.rect(tile, canvas.camera)
    pixel = canvas.tiling.scale * canvas.camera.zoom
    return QPoint(int(rect.x + (x + 0.5) * pixel), int(rect.y + (y + 0.5) * pixel))


def wheel(widget: ImageGridWidget, where: QPoint, steps: int) -> None:
    canvas = widget.canvas
    event = QWheelEvent(
        QPointF(where),
        QPointF(canvas.mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def color(widget: ImageGridWidget, where: QPoint) -> QColor:
    return QColor(widget.canvas.grab().toImage().pixel(where))


def test_each_map_pixel_has_the_colour_of_its_value(widget: ImageGridWidget) -> None:
    panel = grid()
    for tile, y, x in ((0, 0, 0), (5, 3, 2), (11, 5, 5)):
        red, green, blue, _ = lut("RdBu_r")[panel.raster[tile, y, x]].tolist()
        assert color(widget, at(widget, tile, y, x)) == QColor(red, green, blue)


def test_a_click_picks_a_channel_and_a_second_one_none(qtbot: QtBot, widget: ImageGridWidget) -> None:
    widget.set_panel(grid(first=20))
    with qtbot.waitSignal(widget.channel_picked) as picked:
        qtbot.mouseClick(widget.canvas, LEFT, pos=at(widget, 7))
    assert picked.args == [27]
    assert widget.canvas.marked == 7
    with qtbot.waitSignal(widget.channel_picked) as picked:
        qtbot.mouseClick(widget.canvas, LEFT, pos=at(widget, 7))
    assert picked.args == [None]


def test_nothing_is_picked_beside_the_maps_in_a_single_one_or_in_kernels(qtbot: QtBot, widget: ImageGridWidget) -> None:
    with qtbot.assertNotEmitted(widget.channel_picked):
        qtbot.mouseClick(widget.canvas, LEFT, pos=at(widget, 1) - QPoint(8, 0))
        widget.set_panel(grid(1))
        qtbot.mouseClick(widget.canvas, LEFT, pos=at(widget, 0))
        widget.set_panel(grid(picks=False))
        qtbot.mouseClick(widget.canvas, LEFT, pos=at(widget, 3))
        qtbot.keyClick(widget.canvas, Qt.Key.Key_Right)


def test_the_answer_says_which_map_is_marked(widget: ImageGridWidget) -> None:
    widget.set_panel(grid(marked=4))
    assert widget.canvas.marked == 4
    assert "map 4 selected" in widget.readout.text()
    rect = widget.canvas.tiling.rect(4, widget.canvas.camera)
    outline = color(widget, QPoint(int(rect.x + rect.width / 2), int(rect.y - 2)))
    assert outline == theme.color("accent")


def test_keys_walk_from_map_to_map(qtbot: QtBot, widget: ImageGridWidget) -> None:
    columns = widget.canvas.tiling.columns
    key = Qt.Key
    picked: list[object] = []
    widget.channel_picked.connect(picked.append)
    for k in (key.Key_Right, key.Key_Right, key.Key_Down, key.Key_Up, key.Key_Left, key.Key_Left, key.Key_Escape):
        qtbot.keyClick(widget.canvas, k)
    assert picked == [0, 1, 1 + columns, 1, 0, None]


def test_arrows_are_taken_from_the_windows_shortcuts_but_others_are_not(widget: ImageGridWidget) -> None:
    def taken(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifiers)
        event.ignore()
        QApplication.sendEvent(widget.canvas, event)
        return event.isAccepted()

    assert taken(Qt.Key.Key_Right)
    assert taken(Qt.Key.Key_0)
    assert not taken(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)  # the size of the interface
    assert not taken(Qt.Key.Key_Space)
    assert not taken(Qt.Key.Key_Escape)  # nothing to let go
    widget.set_panel(grid(marked=1))
    assert taken(Qt.Key.Key_Escape)
    widget.set_panel(grid(1))
    assert not taken(Qt.Key.Key_Right)


def test_the_wheel_zooms_around_the_cursor(widget: ImageGridWidget) -> None:
    where = at(widget, 6, 3, 3)
    for _ in range(6):
        wheel(widget, where, 1)
    assert widget.canvas.camera.zoom == pytest.approx(1.2**6)
    assert widget.canvas.cell is not None
    assert widget.canvas.cell == (6, 3, 3)
    for _ in range(9):
        wheel(widget, where, -1)
    assert widget.canvas.camera.zoom == 1.0


def test_dragging_pans_and_picks_nothing(qtbot: QtBot, widget: ImageGridWidget) -> None:
    canvas = widget.canvas
    for _ in range(8):
        wheel(widget, QPoint(300, 150), 1)
    before = canvas.camera
    with qtbot.assertNotEmitted(widget.channel_picked):
        qtbot.mousePress(canvas, LEFT, pos=QPoint(300, 150))
        for x in (310, 330, 340):
            qtbot.mouseMove(canvas, QPoint(x, 160))
        qtbot.mouseRelease(canvas, LEFT, pos=QPoint(340, 160))
    assert canvas.camera.left == pytest.approx(before.left + 40, abs=1)
    assert canvas.camera.top == pytest.approx(before.top + 10, abs=1)


def test_back_to_the_whole(qtbot: QtBot, widget: ImageGridWidget) -> None:
    whole = widget.canvas.camera
    qtbot.keyClick(widget.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(widget.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(widget.canvas, Qt.Key.Key_Minus)
    assert widget.canvas.camera.zoom == pytest.approx(1.2)
    qtbot.keyClick(widget.canvas, Qt.Key.Key_0)
    assert widget.canvas.camera == whole


def test_a_double_click_asks_for_the_number_under_it(qtbot: QtBot, widget: ImageGridWidget) -> None:
    widget.set_panel(grid(first=20))
    with qtbot.waitSignal(widget.cell_picked) as asked:
        qtbot.mouseDClick(widget.canvas, LEFT, pos=at(widget, 3, 4, 2))
    assert asked.args == [23, (4, 2)]


def test_hovering_reads_the_value(qtbot: QtBot, widget: ImageGridWidget) -> None:
    panel = grid(first=20)
    widget.set_panel(panel)
    with qtbot.waitSignal(widget.hovered) as hovered:
        qtbot.mouseMove(widget.canvas, at(widget, 3, 4, 2))
    value = float(panel.values[3, 4, 2])
    assert hovered.args == [23, 4, 2, value]
    assert widget.readout.text().startswith("map 23  ·  y 4, x 2  ·  ")
    with qtbot.waitSignal(widget.left):
        QApplication.sendEvent(widget.canvas, QEvent(QEvent.Type.Leave))
    assert widget.readout.text() == "12 maps of 6 × 6"


def test_the_readout_moves_nothing(qtbot: QtBot, widget: ImageGridWidget) -> None:
    place = widget.canvas.geometry()
    for tile in (0, 5, 11):
        qtbot.mouseMove(widget.canvas, at(widget, tile, 1, 1))
        assert widget.canvas.geometry() == place


def test_the_zoom_stays_while_number_and_size_of_the_maps_stay(widget: ImageGridWidget) -> None:
    for _ in range(5):
        wheel(widget, QPoint(300, 150), 1)
    zoomed = widget.canvas.camera
    widget.set_panel(grid(marked=2))
    assert widget.canvas.camera == zoomed
    widget.set_panel(grid(20))
    assert widget.canvas.camera.zoom == 1.0


def test_the_view_state_is_a_plain_value_that_comes_back(qtbot: QtBot, widget: ImageGridWidget) -> None:
    assert widget.view_state() is None
    for _ in range(5):
        wheel(widget, at(widget, 6, 3, 3), 1)
    state, camera = widget.view_state(), widget.canvas.camera
    assert isinstance(state, tuple)
    assert all(isinstance(part, (int, float)) for part in state)
    qtbot.keyClick(widget.canvas, Qt.Key.Key_0)
    widget.restore(list(state))  # as JSON gives it back
    assert widget.canvas.camera.zoom == pytest.approx(camera.zoom)
    assert widget.canvas.camera.left == pytest.approx(camera.left, abs=1)
    for nonsense in (None, "x", (1, 2), {"zoom": 3}):
        widget.restore(nonsense)
        assert widget.canvas.camera.zoom == 1.0


def test_resizing_keeps_what_is_in_the_middle(widget: ImageGridWidget) -> None:
    for _ in range(8):
        wheel(widget, at(widget, 5, 3, 3), 1)
    before = widget.view_state()
    widget.resize(600, 400)
    after = widget.view_state()
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert after[:2] == before[:2]  # zoom and map
    assert after[2:] == pytest.approx(before[2:], abs=0.5)


def test_not_all_shown_is_said(widget: ImageGridWidget) -> None:
    widget.set_panel(grid(12, total=2048))
    assert widget.remark.text() == "12 of 2,048 shown"
    widget.set_panel(grid(12))
    assert widget.remark.text() == ""


def test_notes_are_told_and_drawn(qtbot: QtBot, widget: ImageGridWidget) -> None:
    plain = widget.canvas.grab().toImage()
    panel = grid(notes=("", "dead", *("",) * 10))
    widget.set_panel(panel)
    assert widget.canvas.grab().toImage() != plain
    qtbot.mouseMove(widget.canvas, at(widget, 1, 0, 0))
    assert widget.readout.text().startswith("map 1 (dead)")


def test_what_is_not_a_number_has_a_colour_of_no_value(qtbot: QtBot, widget: ImageGridWidget) -> None:
    values = np.zeros((2, 3, 3), np.float32)
    values[1, 1, 1] = math.nan
    panel = grid(2, 3)
    widget.set_panel(replace(panel, values=values, raster=paint(values, -2, 2), notes=("dead", "NaN")))
    corner = at(widget, 1, 1, 1) - QPoint(20, 4)
    assert color(widget, corner) == theme.color("border")
    qtbot.mouseMove(widget.canvas, at(widget, 1, 1, 1))
    assert widget.readout.text().endswith("NaN")


def test_large_map_pixels_bear_their_numbers(widget: ImageGridWidget) -> None:
    widget.set_panel(grid(1, 6))
    rect, pixel = widget.canvas.tiling.rect(0, widget.canvas.camera), widget.canvas.tiling.scale
    assert pixel >= 34
    image = widget.canvas.grab().toImage()
    left, top = int(rect.x), int(rect.y + pixel / 2)
    inks = {image.pixel(left + i, top) for i in range(4, int(pixel) - 4)}
    assert len(inks) > 1  # digits cross the middle line of the pixel


def test_a_stretched_map_has_its_own_numbers_at_the_colour_bar(qtbot: QtBot, widget: ImageGridWidget) -> None:
    ranges = np.stack([-np.arange(1, 13), np.arange(1, 13)], 1).astype(np.float32) / 10
    widget.set_panel(grid(ranges=ranges))
    assert widget.bar.caption() == "stretched for each map"
    qtbot.mouseMove(widget.canvas, at(widget, 2, 1, 1))
    assert widget.bar.ends() == ("−0.3", "+0.3")


def test_pictures_in_colour_have_no_scale_but_three_values(qtbot: QtBot, widget: ImageGridWidget) -> None:
    rgb = np.zeros((2, 4, 4, 3), np.uint8)
    rgb[0, 1, 2] = (255, 128, 7)
    widget.set_panel(grid(2, 4, values=rgb, raster=rgb, scale=None, noun="picture", captions=("file", "resized")))
    assert widget.bar.isHidden()
    assert color(widget, at(widget, 0, 1, 2)) == QColor(255, 128, 7)
    qtbot.mouseMove(widget.canvas, at(widget, 0, 1, 2))
    assert widget.readout.text() == "file  ·  y 1, x 2  ·  R 255  G 128  B 7"


def test_copy_gives_the_selected_map_as_a_table(qtbot: QtBot, widget: ImageGridWidget) -> None:
    panel = grid(marked=3)
    widget.set_panel(panel)
    qtbot.keyClick(widget.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QApplication.clipboard().text()
    assert np.array([line.split("\t") for line in text.split("\n")], np.float32).tolist() == panel.values[3].tolist()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("count", "edge"), [(1, 224), (64, 112), (2048, 7)])
def test_every_size_is_drawn_in_both_themes(widget: ImageGridWidget, mode: str, count: int, edge: int) -> None:
    theme.set_mode(mode)
    panel = grid(count, edge)
    widget.set_panel(panel)
    place = at(widget, count - 1, edge // 2, edge // 2)
    drawn = color(widget, place)
    assert drawn.alpha() == 255
    assert drawn != theme.color("panel")
    theme.set_mode("dark")


def test_thousands_of_maps_are_painted_well_within_a_frame(widget: ImageGridWidget) -> None:
    from time import thread_time

    widget.set_panel(grid(2048, 7))
    times = []
    for step in range(7):
        widget.canvas.zoom_by(1.05 if step % 2 else 1.2)
        before = thread_time()
        widget.canvas.repaint()
        times.append(thread_time() - before)
    assert min(times) < 0.016


def test_long_captions_in_maps_stay_in_them(qapp: QApplication) -> None:
    theme.install(qapp, "dark")
    tiling = Tiling(3, 6, 6, columns=3, scale=20.0, gap=8.0, band=0.0)
    shown = []
    for name in ("a picture with a name that is far too long for its map", ""):
        picture, panel = GridPicture(), grid(3, captions=(name,) * 3)
        picture.set_panel(panel)
        shown.append(picture.image(tiling, Camera(1.0, 0.0, 0.0), QSize(376, 120), 1.0).copy())
    assert shown[0].pixelColor(10, 8) != shown[1].pixelColor(10, 8), "the captions are there"
    gaps = [(x, y) for left in (120, 248) for x in range(left, left + 8) for y in range(120)]
    assert all(shown[0].pixel(*at) == shown[1].pixel(*at) for at in gaps)
