from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.core.colormaps import lut
from cnnviz.figure import GROUND, Scale
from cnnviz.gui.color_bar import ColorBar, colors
from cnnviz.gui.theme import theme

SIGNED = Scale(-6.1, 6.1, "RdBu_r", True, "layer")


@pytest.fixture(params=[Qt.Orientation.Vertical, Qt.Orientation.Horizontal])
def bar(request: pytest.FixtureRequest, qtbot: QtBot, qapp: QApplication) -> ColorBar:
    theme.install(qapp, "dark")
    bar = ColorBar(request.param)
    qtbot.addWidget(bar)
    bar.resize(300, 200)
    bar.set_scale(SIGNED)
    return bar


def color_at(bar: ColorBar, share: float) -> tuple[int, int, int]:
    """What is painted at a share of the way from low to high."""
    rect, image = bar.bar_rect(), bar.grab().toImage()
    if rect.height() > rect.width():
        x, y = rect.center().x(), rect.bottom() - round(share * (rect.height() - 1))
    else:
        x, y = rect.left() + round(share * (rect.width() - 1)), rect.center().y()
    color = QColor(image.pixel(x, y))
    return color.red(), color.green(), color.blue()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_shows_the_colours_of_the_scale_low_to_high(bar: ColorBar, share: float) -> None:
    table = lut("RdBu_r").astype(int)
    wanted = table[round(share * 254), :3]
    assert np.abs(np.array(color_at(bar, share)) - wanted).max() <= 6  # one entry beside it


def test_zero_has_the_neutral_colour(bar: ColorBar) -> None:
    assert color_at(bar, 0.5) == pytest.approx(lut("RdBu_r")[127, :3].tolist(), abs=2)


def test_says_its_ends_and_what_shares_them(bar: ColorBar) -> None:
    assert bar.ends() == ("−6.1", "+6.1")
    assert bar.caption() == "shared by the layer"
    assert "from −6.1 to +6.1" in bar.accessibleName()
    assert "Zero" in bar.toolTip()
    bar.set_scale(Scale(0.0, 2.0, "viridis", False, "this layer and 3 · conv2d"))
    assert bar.ends() == ("0", "2")
    assert bar.caption() == "shared by this layer and 3 · conv2d"


def test_stretched_contrast_is_said_and_one_map_has_its_numbers(bar: ColorBar) -> None:
    bar.set_scale(SIGNED, stretched=True, noun="filter")
    assert bar.caption() == "stretched for each filter"
    assert bar.ends() == ("filter’s lowest", "filter’s highest")
    bar.set_range((-0.5, 0.5))
    assert bar.ends() == ("−0.5", "+0.5")
    bar.set_range(None)
    assert bar.ends()[0] == "filter’s lowest"
    bar.set_scale(SIGNED)
    assert bar.ends() == ("−6.1", "+6.1")


def test_points_at_a_value(bar: ColorBar) -> None:
    before = bar.grab().toImage()
    bar.set_marker(3.0)
    assert bar.grab().toImage() != before
    bar.set_marker(float("nan"))
    assert bar.grab().toImage() == before
    bar.set_marker(None)
    assert bar.grab().toImage() == before


def test_one_value_only_and_no_scale(bar: ColorBar) -> None:
    bar.set_scale(Scale(0.3, 0.3, "viridis", False, "layer"))
    bar.set_marker(0.3)
    bar.grab()
    bar.set_scale(None)
    assert bar.ends() == ("", "")
    bar.grab()


def test_its_size_does_not_depend_on_its_numbers(bar: ColorBar) -> None:
    before = bar.sizeHint()
    bar.set_scale(Scale(-123456.0, 123456.0, "RdBu_r", True, "layer"))
    assert bar.sizeHint() == before


def test_ground_is_transparent() -> None:
    table = colors("viridis")
    assert table[GROUND] == 0
    assert (table[:GROUND] >> 24 == 255).all()


@pytest.mark.parametrize("end", [5.746e-5, 5.746e-12, 5.25e7, 123_456.0])
def test_long_numbers_have_fewer_digits_rather_than_dots(qtbot: QtBot, qapp: QApplication, end: float) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.set_scale(Scale(-end, end, "RdBu_r", True, "layer"))
    metrics = QFontMetrics(theme.font("tiny"))
    room = bar.width() - bar.bar_rect().right() - theme.px(7)
    for _, text in bar._labels(bar.bar_rect()):
        assert metrics.horizontalAdvance(text) <= room, text


def test_an_empty_scale_has_no_numbers(bar: ColorBar) -> None:
    bar.set_scale(replace(SIGNED, empty=True))
    assert bar.ends() == ("", "")
    assert bar.remark() == bar.caption() == "no finite values"
    assert bar.accessibleName() == "Colour scale: no finite values"
    seen = {color_at(bar, share) for share in np.linspace(0.02, 0.98, 200)}
    assert seen == {theme.color(name).getRgb()[:3] for name in ("border", "dim")}
