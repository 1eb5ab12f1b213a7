"""What the clipboard and a drag hold for other programs."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent
from PySide6.QtTest import QTest

from cnnviz.core.colormaps import lut
from cnnviz.figure import Scale
from cnnviz.gui import drops, offers
from cnnviz.gui.figures.canvas import Canvas

SCALE = Scale(-1.0, 1.0, "vik", True, "layer")
RASTER = np.arange(255, dtype=np.uint8).reshape(15, 17)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_map_is_a_file_a_picture_and_a_drawing_in_its_very_colours(qapp):
    mime = offers.of_map(offers.image_of(RASTER, SCALE), "3/map 4")
    factor = 512 // 17
    wanted = lut("vik")[RASTER, :3].repeat(factor, 0).repeat(factor, 1)
    (file,) = drops.local_paths(mime)
    assert file.endswith("3-map-4.png")
    assert np.array_equal(pixels(Path(file).read_bytes()), wanted)
    drawn = re.search(rb"base64,([^\"]+)\"", mime.data("image/svg+xml").data())
    assert drawn is not None
    assert np.array_equal(pixels(base64.b64decode(drawn[1])), wanted)
    assert QImage(mime.imageData()).width() == 17 * factor
    assert not drops.can_take(mime)  # dropped on our own window it is no new picture


def test_a_table_is_text_and_cells(qapp):
    mime = offers.of_table('y,0,"a,b"\r\n0,1.5,<x>\r\n')
    assert mime.text() == "y\t0\ta,b\n0\t1.5\t<x>"
    assert (
        mime.html()
        == "<table><tr><td>y</td><td>0</td><td>a,b</td></tr><tr><td>0</td><td>1.5</td><td>&lt;x&gt;</td></tr></table>"
    )


def test_the_figure_is_copied_as_picture_and_as_drawing(opened):
    exporter, clipboard = opened.controller.exporter, QGuiApplication.clipboard()
    with opened.qtbot.waitSignal(exporter.done, timeout=30_000):
        exporter.copy_picture(opened.controller.response.figure)
    assert clipboard.mimeData().hasImage()
    assert b"<svg" in clipboard.mimeData().data("image/svg+xml").data()
    with opened.qtbot.waitSignal(exporter.done, timeout=30_000):
        exporter.copy_values(opened.controller.response.figure)
    assert clipboard.mimeData().hasHtml()
    assert len(clipboard.text().splitlines()) == 16 * 10 + 1  # 16 maps of ten rows, and the heads


@pytest.fixture
def dragged(monkeypatch):
    """The names of what was dragged: a real drag would wait for a mouse that is not there."""
    found: list[str] = []
    monkeypatch.setattr(offers, "drag", lambda source, mime: found.append(drops.local_paths(mime)[0].rsplit("/", 1)[1]))
    return found


def move(widget, place: QPoint) -> None:
    """Move the mouse with the left button down."""
    left, none, at = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPointF(widget.mapToGlobal(place))
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), at, left, left, none)
    QGuiApplication.sendEvent(widget, event)


def test_a_map_is_dragged_out_of_the_grid_and_a_click_stays_a_click(opened, dragged):
    canvas = opened.window.pane.findChild(Canvas)
    x, y, width, height = canvas.tiling.rect(2, canvas.camera)
    middle = QPoint(round(x + width / 2), round(y + height / 2))
    picked = []
    canvas.picked.connect(picked.append)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert picked == [2]
    assert not dragged
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    move(canvas, middle + QPoint(3, 0))
    assert not dragged
    move(canvas, middle + QPoint(40, 0))
    assert dragged == ["map-2.png"]
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert picked == [2]
    opened.settle()


def test_a_map_is_dragged_out_of_the_network(opened, dragged):
    network = opened.window.network
    viewport = network.viewport()
    cell = network._cells(1)[0]
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=cell.center())
    move(viewport, cell.center() + QPoint(40, 0))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=cell.center())
    assert dragged == ["0-map-0.png"]
    opened.settle()
