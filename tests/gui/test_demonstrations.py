"""The figures of all demonstrations in the window: drawn without a complaint, on a wide and on a narrow page."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from cnnviz import paths
from cnnviz.core.decode import read
from cnnviz.gui.collection import samples
from cnnviz.gui.figures import FigureView
from cnnviz.gui.figures.bars import BarsWidget
from cnnviz.lessons.base import all_demonstrations, get

FROG = paths.resources() / "samples" / "vgg-cifar10" / "frog.png"


@pytest.mark.parametrize("name", [one.name for one in all_demonstrations() if one.name != "transfer"])
def test_each_is_drawn(name: str, qtbot: QtBot) -> None:
    made = get(name).make(read(FROG), {})
    view = FigureView()
    qtbot.addWidget(view)
    view.set_figure(made.figure)
    view.show()
    for width, height in ((1200, 600), (640, 420)):
        view.resize(width, height)
        assert not view.grab().isNull()
    assert len(view.panels) == len(made.figure.panels)


def test_bars_beside_a_chart_have_room_for_their_columns(qtbot: QtBot) -> None:
    view = FigureView()
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.set_figure(get("famous").make(read(FROG), {}).figure)
    view.show()
    bars = next(panel for panel in view.panels if isinstance(panel, BarsWidget))
    qtbot.waitUntil(lambda: bars.width() > 0)
    name, bar, texts = bars.list.columns(bars.list.viewport().rect())
    assert bar.width() > 60
    assert texts[0].left() > bar.right() > name.right()


def test_the_perceptron_is_offered_digits_with_their_names() -> None:
    assert samples("mlp-mnist") == samples("lenet5-mnist")
    assert set(samples("lenet5-mnist").values()) == set("0123456789")
    assert set(samples("resnet50").values()) == {""}
