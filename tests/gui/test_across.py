"""Over all pictures of the tray, as a person uses it: strongest patches, one map for all, by class, cancel, export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

import cnnviz
from cnnviz.gui.across.window import AcrossWindow
from cnnviz.gui.figures.image_grid import name_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def across(opened) -> AcrossWindow:
    opened.ask(channel=4)
    opened.press(Qt.Key.Key_A)
    window = opened.controller.across.window
    assert window is not None
    yield window
    window.close()
    opened.settle()


def peaks(opened, layer: str, channel: int) -> list[float]:
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    items = opened.window.tray.model.items
    return [float(cnnviz.trace(model, item.path)[layer].numpy()[channel].max()) for item in items]


def test_the_strongest_picture_of_a_channel_comes_first(opened, across):
    order = tuple(np.argsort(-np.array(peaks(opened, "3", 4)), kind="stable"))
    assert across.figure.panels[0].indices == order
    assert "channel 4" in across.title.text()
    assert not across.cancel.isVisible()
    patches = across.figure.panels[0]
    first = opened.window.tray.model.items[order[0]]
    assert name_of(patches, 0) == f"{Path(first.path).stem}, largest value {patches.captions[0]}"


def test_another_channel_or_layer_is_followed(opened, across):
    across.channel.setValue(9)
    opened.settle()
    assert opened.request.channel == 9
    assert across.figure.panels[0].indices[0] == int(np.argmax(peaks(opened, "3", 9)))
    opened.ask(layer="0")
    assert across.channel.maximum() == 5
    assert across.figure.panels[1].values.shape[1:] == (28, 28)


def test_one_map_for_all_and_a_click_shows_the_picture(opened, across):
    across.kinds.button("strip").click()
    pictures, grid = across.figure.panels
    assert pictures.indices == grid.indices == tuple(range(len(opened.window.tray.model.items)))
    across.view.channel_picked.emit(3)
    opened.settle()
    assert opened.request.image == opened.window.tray.model.items[3].path


def test_pictures_of_a_class_need_no_second_look(opened, across):
    across.kinds.button("class").click()
    assert across.classes.currentText() == "7"  # what the network takes the picture for
    line = across.classes.lineEdit()
    line.selectAll()
    opened.qtbot.keyClicks(line, "5")
    opened.qtbot.keyClick(line, Qt.Key.Key_Return)
    assert not opened.controller.jobs.active
    first = opened.window.tray.model.items[across.figure.panels[0].indices[0]]
    assert first.label == "5"
    assert across.figure.title == "Probability of “5”"


def test_the_figure_is_exported(opened, across, tmp_path, monkeypatch):
    asked = []
    opened.controller.across.export_requested.disconnect()
    opened.controller.across.export_requested.connect(lambda *args: asked.append(args))
    across.export.click()
    across.view.panels[0].canvas.zoom_by(2.0)
    across.export.click()
    (figure, name, visible), (_, _, zoomed) = asked
    assert visible == ()
    assert zoomed[0] is not None
    assert name == "pictures-strongest"
    with opened.qtbot.waitSignal(opened.controller.exporter.done):
        opened.controller.exporter.write(figure, tmp_path / "patches.png")
    opened.settle()
    assert (tmp_path / "patches.png").stat().st_size > 2000


def test_a_picture_that_cannot_be_read_is_told_and_the_rest_is_shown(opened, tmp_path):
    good = opened.request.image
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    opened.window.tray.add([type(opened.window.tray.model.items[0])(str(bad), "bad.png")])
    count = len(opened.window.tray.model.items)
    with opened.qtbot.waitSignal(opened.controller.problem) as told:
        opened.press(Qt.Key.Key_A)
    assert "bad.png" in told.args[0]
    window = opened.controller.across.window
    assert len(window.figure.panels[0].indices) == count - 1
    assert opened.request.image == good
    window.close()
    with opened.qtbot.assertNotEmitted(opened.controller.problem):  # it is known by now
        opened.press(Qt.Key.Key_A)
        opened.qtbot.waitUntil(lambda: window.figure is not None and len(window.figure.panels[0].indices) == count - 1)
        opened.settle()
    window.close()


def test_cancelled_looking_keeps_what_was_found(opened, tmp_path):
    opened.press(Qt.Key.Key_A)
    across = opened.controller.across
    across.window.channel.setValue(7)
    across.window.cancel.click()
    opened.settle()
    assert not across.window.cancel.isVisible()
    across.window.close()
