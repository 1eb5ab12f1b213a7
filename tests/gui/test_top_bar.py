"""The bar at the top in windows of any width."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtWidgets import QWidget

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
