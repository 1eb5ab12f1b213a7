"""The bar at the top in windows of any width."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from cnnviz.request import ModelRequest

from .conftest import Opened


@pytest.mark.parametrize("width", [1000, 1280, 1440, 2560])
def test_nothing_lies_over_anything_else(opened: Opened, width: int) -> None:
    opened.window.resize(width, 800)
    opened.settle()
    bar = opened.window.top
    parts = [part for part in bar.children() if isinstance(part, QWidget) and part.isVisible()]
    boxes = sorted((part.geometry() for part in parts), key=lambda box: box.left())
    for left, right in itertools.pairwise(boxes):
        assert left.right() < right.left()
    assert boxes[-1].right() <= bar.width()
    assert bar.findChild(QWidget, "workspace-train").isVisible()


@pytest.mark.parametrize("width", [860, 900])
def test_where_there_is_no_room_a_menu_has_the_workspaces(opened: Opened, width: int) -> None:
    opened.window.resize(width, 700)
    opened.settle()
    bar = opened.window.top
    seen = [button.text() for button in bar.findChildren(QToolButton) if button.isVisible() and button.isCheckable()]
    assert seen == ["Explore"]
    more = bar.findChild(QToolButton, "workspaces-more")
    assert more.isVisible()
    table = next(act for act in more.menu().actions() if act.text() == "Table")
    table.trigger()
    opened.settle()
    assert opened.window.top.workspace == "table"
    assert bar.findChild(QToolButton, "workspace-table").isVisible()
    opened.window.resize(1400, 700)
    opened.settle()
    assert not more.isVisible()
    assert bar.findChild(QToolButton, "workspace-train").isVisible()


def test_random_weights_are_called_untrained(opened: Opened) -> None:
    opened.window.resize(1440, 800)
    button = opened.window.top.findChild(QPushButton, "model-button")
    assert "untrained" not in button.text() + button.toolTip().lower()
    opened.ask(model=ModelRequest("lenet5-mnist:random", device="cpu"), layer="")
    assert "untrained" in button.text()
    assert button.toolTip().startswith("Untrained: its weights are random")
