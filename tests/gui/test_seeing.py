"""What is visible of a view: as shares of its maps, in the export dialog, and back from the file that was dropped."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog
from pytestqt.qtbot import QtBot

from cnnviz import cli
from cnnviz.core.pixels import lut
from cnnviz.export import export
from cnnviz.figure import ImageGrid, Visible
from cnnviz.gui.exports.figure_dialog import ExportDialog
from cnnviz.gui.figures.canvas import Canvas
from cnnviz.gui.figures.image_grid import ImageGridWidget
from cnnviz.gui.figures.seeing import camera_of, is_near, seen
from cnnviz.gui.figures.tiling import Camera, Tiling, arrange, clamped, fit, zoomed
from cnnviz.gui.jobs import JobReport
from cnnviz.gui.theme import theme

AREA = (400.0, 300.0)
GRID = Tiling(8, 10, 10, 4, 9.0, 6.0, 12.0, 4.0)  # 4 × 2 maps of 90 × 90 pixels, with captions of 12 and gaps of 6


def test_all_of_a_grid_is_no_part() -> None:
    assert seen(GRID, fit(GRID, AREA), AREA) is None


def test_shares_are_counted_in_maps_without_gaps_and_captions() -> None:
    # Twice as large; at the left 1.5 maps are hidden: one of 90 + 6 and half of the next, at the top half of the first.
    camera = Camera(2.0, -2 * (96 + 45), -2 * (12 + 45))
    part = seen(GRID, camera, AREA)
    assert part is not None
    right = 3 + 53 / 90  # 96 + 45 + 400 / 2 = 341 pixels of the grid: three maps with gaps, and 53 of the next
    lower = 1 + 87 / 90  # 12 + 45 + 300 / 2 = 207: a map with caption and gap, a caption, and 87
    assert part == pytest.approx((1.5 / 4, 0.5 / 2, (right - 1.5) / 4, (lower - 0.5) / 2, 4), abs=1e-6)


@pytest.mark.parametrize("at", [(0, 0), (399, 299), (200, 150), (130, 210), (399, 10)])
@pytest.mark.parametrize("factor", [1.3, 2.0, 5.0])
@pytest.mark.parametrize(("count", "edge"), [(8, 10), (1, 28), (64, 8), (3, 40)])
def test_a_part_comes_back(count: int, edge: int, factor: float, at: tuple[int, int]) -> None:
    tiling = arrange(count, edge, edge, AREA, gap=6, band=12 if count == 8 else 0, margin=4)
    camera = zoomed(tiling, fit(tiling, AREA), factor, *at, AREA)
    part = seen(tiling, camera, AREA)
    assert part is not None
    again = camera_of(tiling, part, AREA)
    shown = seen(tiling, again, AREA)
    assert shown is not None
    assert is_near(shown, part, tiling)


def test_a_part_fills_a_window_of_another_shape_as_far_as_it_can() -> None:
    part = Visible(0.25, 0.5, 0.25, 0.5, 4)  # the map 5
    for area in ((400.0, 300.0), (300.0, 700.0), (900.0, 200.0)):
        tiling = arrange(8, 10, 10, area, gap=6, margin=4, columns=4)
        assert tiling.columns == 4
        rect = tiling.rect(5, camera_of(tiling, part, area))
        assert rect.x >= -0.01
        assert rect.x + rect.width <= area[0] + 0.01
        assert rect.y + rect.height <= area[1] + 0.01
        whole = clamped(tiling, Camera(99.0, 0, 0), area).zoom
        assert max(rect.width / area[0], rect.height / area[1]) > 0.9 or tiling.scale * whole < 97


# the window


def canvas_of(opened, place: int = 0) -> Canvas:
    widget = opened.window.pane.figure_view.panels[place]
    assert isinstance(widget, ImageGridWidget)
    return widget.canvas


def zoom(qtbot: QtBot, canvas: Canvas, share: tuple[float, float], notches: int) -> None:
    """Turn the wheel over a place."""
    at = QPointF(canvas.width() * share[0], canvas.height() * share[1])
    buttons, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for _ in range(notches):
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 120), buttons, none, phase, False)
        QApplication.sendEvent(canvas, event)


@pytest.fixture
def zoomed_in(opened):
    opened.ask(layer="3", view="feature-maps", channel=None, options=())
    zoom(opened.qtbot, canvas_of(opened), (0.3, 0.6), 4)
    return opened


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "tiff", "npz"])
def test_a_dropped_figure_brings_back_its_zoom(zoomed_in, suffix: str, tmp_path: Path) -> None:
    figure, canvas = zoomed_in.controller.response.figure, canvas_of(zoomed_in)
    visible, camera = zoomed_in.window.pane.figure_view.visible, canvas.camera
    assert len(visible) == 1
    file = export(figure.seen(visible), tmp_path / f"a.{suffix}")
    zoomed_in.qtbot.keyClick(canvas, Qt.Key.Key_0)
    zoomed_in.ask(layer="0")
    zoomed_in.controller.open_files([str(file)])
    zoomed_in.settle()
    assert zoomed_in.request.layer == "3"
    assert zoomed_in.window.pane.figure_view.visible == visible
    assert canvas_of(zoomed_in).camera.zoom == pytest.approx(camera.zoom, rel=0.1)
    zoomed_in.qtbot.keyClick(canvas_of(zoomed_in), Qt.Key.Key_0)
    zoomed_in.controller.open_files([str(file)])  # what it shows is on the screen already, but not its part
    zoomed_in.settle()
    assert zoomed_in.window.pane.figure_view.visible == visible
    again = export(zoomed_in.controller.response.figure.seen(visible), tmp_path / f"b.{suffix}")
    assert again.read_bytes() == file.read_bytes()


def test_a_figure_of_all_shows_all_again(zoomed_in, tmp_path: Path) -> None:
    file = export(zoomed_in.controller.response.figure, tmp_path / "a.png")
    zoomed_in.controller.open_files([str(file)])
    zoomed_in.settle()
    assert zoomed_in.window.pane.figure_view.visible == ()
    zoom(zoomed_in.qtbot, canvas_of(zoomed_in), (0.5, 0.5), 3)
    zoomed_in.ask(layer="0")
    zoomed_in.controller.open_files([str(file)])
    zoomed_in.settle()
    assert zoomed_in.window.pane.figure_view.visible == ()


def test_a_session_brings_back_every_zoom(zoomed_in, tmp_path: Path) -> None:
    opened, file = zoomed_in, tmp_path / "a.cnnviz"
    visible = opened.window.pane.figure_view.visible
    opened.ask(layer="0")
    zoom(opened.qtbot, canvas_of(opened), (0.7, 0.4), 3)
    other = opened.window.pane.figure_view.visible
    assert other not in ((), visible)
    opened.controller.saving.save_to(file)
    opened.qtbot.keyClick(canvas_of(opened), Qt.Key.Key_0)
    opened.ask(layer="3")
    opened.qtbot.keyClick(canvas_of(opened), Qt.Key.Key_0)
    opened.controller.open_files([str(file)])
    opened.settle()
    assert opened.request.layer == "0"
    assert opened.window.pane.figure_view.visible == other
    opened.ask(layer="3")
    assert opened.window.pane.figure_view.visible == visible
    opened.qtbot.keyClick(canvas_of(opened), Qt.Key.Key_0)
    opened.ask(layer="0")
    opened.qtbot.keyClick(canvas_of(opened), Qt.Key.Key_0)
    opened.controller.open_files([str(file)])  # of what is on the screen already
    opened.settle()
    assert opened.window.pane.figure_view.visible == other


def test_in_a_smaller_window_the_same_maps_stand_side_by_side(zoomed_in, tmp_path: Path) -> None:
    visible = zoomed_in.window.pane.figure_view.visible
    file = export(zoomed_in.controller.response.figure.seen(visible), tmp_path / "a.png")
    columns = canvas_of(zoomed_in).tiling.columns
    zoomed_in.ask(layer="0")
    zoomed_in.window.resize(1100, 960)
    zoomed_in.controller.open_files([str(file)])
    zoomed_in.settle()
    canvas = canvas_of(zoomed_in)
    assert canvas.tiling.columns == columns
    shown = canvas.visible
    assert shown is not None
    wanted, around = visible[0], 0.02
    assert wanted is not None
    assert shown.x <= wanted.x + around
    assert shown.y <= wanted.y + around
    assert shown.x + shown.width >= wanted.x + wanted.width - around
    assert shown.y + shown.height >= wanted.y + wanted.height - around
    zoomed_in.qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.camera.zoom == 1.0


def test_what_is_copied_as_a_program_makes_what_is_visible(zoomed_in, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    figure, visible = zoomed_in.controller.response.figure, zoomed_in.window.pane.figure_view.visible
    wanted = export(figure.seen(visible), "wanted.png").read_bytes()
    zoomed_in.window.commands["copy-python"].trigger()
    exec(QGuiApplication.clipboard().text().replace("figure.pdf", "figure.png"), {})
    zoomed_in.window.commands["copy-command"].trigger()
    words = shlex.split(QGuiApplication.clipboard().text().replace("--format pdf", "--format png"))
    assert cli.run(words[1:]) == 0
    assert Path("figure.png").read_bytes() == next(Path("figures").iterdir()).read_bytes() == wanted


def test_the_figure_is_copied_and_put_on_the_page_as_it_is_seen(zoomed_in, tmp_path: Path) -> None:
    controller, visible = zoomed_in.controller, zoomed_in.window.pane.figure_view.visible
    background = "dark" if theme.dark else "light"
    wanted = export(controller.response.figure.seen(visible), tmp_path / "seen.png", scale=2, theme=background)
    with zoomed_in.qtbot.waitSignal(controller.exporter.done, timeout=30_000) as told:
        zoomed_in.window.commands["copy-picture"].trigger()
    assert told.args == ["The figure, as far as it is visible, is in the clipboard"]
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == QImage(str(wanted)).size().toTuple()
    zoomed_in.window.commands["add-to-page"].trigger()
    zoomed_in.qtbot.keyClick(canvas_of(zoomed_in), Qt.Key.Key_0)
    zoomed_in.window.commands["add-to-page"].trigger()  # all of it is seen again
    assert [entry.figure.visible for entry in controller.exporter.draft.entries] == [visible, ()]


@pytest.fixture
def dialog(zoomed_in, qtbot: QtBot):
    figure = zoomed_in.controller.response.figure
    made = ExportDialog(figure, visible=zoomed_in.window.pane.figure_view.visible)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.done(QDialog.DialogCode.Rejected)


def drawn(dialog: ExportDialog, qtbot: QtBot) -> np.ndarray:
    """The preview, when it is there."""

    def is_there(report: JobReport) -> bool:
        return report.ended and report.job.number == dialog.preview.newest

    with qtbot.waitSignal(dialog.preview.jobs.reported, timeout=30_000, check_params_cb=is_there):
        dialog.draw()
    image = dialog.preview.picture.toImage()
    return np.asarray([image.width(), image.height()])


def test_the_dialog_offers_what_is_visible_and_previews_it(zoomed_in, dialog: ExportDialog, qtbot: QtBot) -> None:
    assert dialog.seen.isVisible()
    assert not dialog.seen.isChecked()
    whole = drawn(dialog, qtbot)
    qtbot.mouseClick(dialog.seen, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.seen.height() // 2))
    assert dialog.figure.visible == zoomed_in.window.pane.figure_view.visible
    assert not np.array_equal(drawn(dialog, qtbot), whole)
    assert ".seen([(" in dialog.program("Python")
    assert "--visible" in dialog.program("a command")
    dialog.sheet.format.setCurrentIndex(dialog.sheet.format.findData("npz"))
    assert not dialog.seen.isEnabled()  # values are written whole
    assert dialog.figure.visible == ()
    dialog.sheet.format.setCurrentIndex(dialog.sheet.format.findData("png"))
    qtbot.mouseClick(dialog.page.add, Qt.MouseButton.LeftButton)
    (entry,) = dialog.page.draft.entries
    assert entry.figure.visible == zoomed_in.window.pane.figure_view.visible


def test_from_the_zoom_to_the_file_and_back(zoomed_in, tmp_path: Path, monkeypatch) -> None:
    def tick(dialog: ExportDialog) -> int:
        dialog.seen.setChecked(True)
        return int(QDialog.DialogCode.Accepted)

    opened, file = zoomed_in, tmp_path / "part.png"
    visible = opened.window.pane.figure_view.visible
    monkeypatch.setattr(ExportDialog, "exec", tick)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    with opened.qtbot.waitSignal(opened.controller.exporter.done, timeout=30_000):
        opened.window.commands["export"].trigger()
    opened.settle()
    wanted = cells(opened.controller.response.figure.panels[0], visible[0])
    image = np.asarray(Image.open(file).convert("RGB"))
    colours = {tuple(int(n) for n in pixel) for pixel in np.unique(image.reshape(-1, 3), axis=0)}
    assert {tuple(int(n) for n in cell) for cell in wanted} <= colours
    opened.qtbot.keyClick(canvas_of(opened), Qt.Key.Key_0)
    opened.ask(layer="0")
    opened.controller.open_files([str(file)])
    opened.settle()
    assert opened.window.pane.figure_view.visible == visible


def cells(grid: ImageGrid, visible: Visible) -> np.ndarray:
    """The colours of the cells that numpy cuts out of the mosaic without gaps."""
    count, height, width = grid.raster.shape
    rows = -(-count // visible.columns)
    whole = np.full((rows * visible.columns, height, width), 255, np.uint8)
    whole[:count] = grid.raster
    joined = whole.reshape(rows, visible.columns, height, width).swapaxes(1, 2).reshape(rows * height, -1)
    y, x = round(visible.y * rows * height), round(visible.x * joined.shape[1])  # those at the edges may be missing
    lower, right = (visible.y + visible.height) * rows * height, (visible.x + visible.width) * joined.shape[1]
    part = joined[y : int(lower), x : int(right)]
    assert grid.scale is not None
    return lut(grid.scale.colormap)[part[part < 255], :3]


def test_without_a_zoom_nothing_is_offered(opened, qtbot: QtBot) -> None:
    dialog = ExportDialog(opened.controller.response.figure, visible=opened.window.pane.figure_view.visible)
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.seen.isVisible()
    dialog.done(QDialog.DialogCode.Rejected)
