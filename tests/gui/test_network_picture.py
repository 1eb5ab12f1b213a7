"""The picture stays in sight while one walks deep into a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from cnnviz.gui.network_column import BESIDE, Drawn, Frame
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest
from cnnviz.response import Column, Step

if TYPE_CHECKING:
    from tests.gui.conftest import Opened


def test_the_picture_stays_while_the_others_scroll(opened: Opened) -> None:
    opened.window.resize(1100, 700)
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="21", image=opened.request.image)
    network = opened.window.network
    assert network.horizontalScrollBar().value() > 0
    assert network._area(0).left() == 0
    assert network.complete, "the picture's own column was asked for, too"
    assert network._drawn[0].count == 1
    assert network._left(opened.controller.response.current - 1) >= network._width, "no neighbour is behind it"
    shown = network.viewport().grab().toImage()
    network.horizontalScrollBar().setValue(0)
    first = network.viewport().grab().toImage()
    spot = QPoint(network._width // 2, network._frame.head + network._width // 2)
    assert shown.pixelColor(spot) == first.pixelColor(spot)
    network.horizontalScrollBar().setValue(400)
    opened.qtbot.mouseClick(network.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    opened.settle()
    assert opened.request.layer == ""
    assert network.horizontalScrollBar().value() == 0


def test_columns_under_another_workspace_ask_for_nothing(opened: Opened) -> None:
    network = opened.window.network
    opened.controller.networking.set_open(True)
    opened.settle()
    asked: list[object] = []
    network.columns_wanted.connect(asked.append)
    opened.controller.open_model(ModelRequest("resnet18:random", input_size=(64, 64), device="cpu"))
    opened.settle()
    assert len(network._steps) > 60
    assert not network.isVisible()
    assert asked == []
    opened.controller.networking.set_open(False)
    opened.settle()
    assert asked
    assert network._missing() == []


def test_names_of_classes_have_room_beside_their_units(qapp: QApplication) -> None:
    """The units give way to their names; without names they stand in the middle."""
    step = Step(26, "26", "Dense", (10,), "dense")
    drawn = Drawn.of(Column(np.zeros((10, 1, 1), np.uint8), None, 10))
    frame = Frame(80, 240)
    alone = frame.cells(step, drawn)[0]
    assert abs(alone.center().x() - 40) <= 1
    digits = frame.cells(step, drawn, tuple("0123456789"))[0]
    assert digits.width() == alone.width()
    beside = frame.cells(step, drawn, ("airplane",) * 10)[0]
    words = QFontMetrics(theme.font("tiny")).horizontalAdvance("airplane")
    assert beside.right() + BESIDE + words <= 80
