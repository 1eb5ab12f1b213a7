from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.figure import Histogram, Scale
from cnnviz.gui.figures.histogram import HistogramWidget
from cnnviz.gui.theme import theme

SCALE = Scale(-2.0, 2.0, "RdBu_r", True, "layer")
EDGES = np.linspace(-2, 2, 5).astype(np.float32)


def histogram(*counts: int, overlay: np.ndarray | None = None, facts: tuple[tuple[str, str], ...] = ()) -> Histogram:
    return Histogram(
        EDGES, np.array(counts, np.int64), SCALE, overlay, "channel 4" if overlay is not None else "", facts
    )


@pytest.fixture
def widget(qtbot: QtBot, qapp: QApplication) -> HistogramWidget:
    theme.install(qapp, "dark")
    widget = HistogramWidget()
    qtbot.addWidget(widget)
    widget.resize(500, 260)
    widget.set_panel(histogram(10, 40, 20, 0))
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def height_of(widget: HistogramWidget, order: int, color: QColor) -> int:
    """Pixels of that colour in the middle of a bin."""
    columns = widget.plot.columns
    image = columns.grab().toImage()
    x = round((order + 0.5) / 4 * columns.width())
    return sum(QColor(image.pixel(x, y)) == color for y in range(columns.height()))


def test_columns_are_as_high_as_their_counts(widget: HistogramWidget) -> None:
    dim = theme.color("dim")
    heights = [height_of(widget, order, dim) for order in range(4)]
    assert heights[0] / heights[1] == pytest.approx(10 / 40, abs=0.02)
    assert heights[2] / heights[1] == pytest.approx(20 / 40, abs=0.02)
    assert heights[3] == 0


def test_a_bin_that_holds_anything_is_seen(widget: HistogramWidget) -> None:
    widget.set_panel(histogram(1, 100_000, 90_000, 0))
    assert height_of(widget, 0, theme.color("dim")) == 1


def test_a_tower_is_cut_and_says_so(widget: HistogramWidget) -> None:
    dim = theme.color("dim")
    widget.set_panel(histogram(10, 4000, 20, 0))
    assert height_of(widget, 2, dim) > 0.5 * widget.plot.columns.height()
    assert height_of(widget, 1, dim) > height_of(widget, 2, dim)
    widget.set_panel(histogram(0, 4000, 0, 0))  # nothing beside it: nothing to cut for
    assert height_of(widget, 1, dim) >= widget.plot.columns.height() - 6


def test_the_axis_is_the_colour_bar(widget: HistogramWidget) -> None:
    assert widget.plot.bar.ends() == ("−2", "+2")
    assert widget.plot.bar.bar_rect().width() == widget.plot.columns.width()


def test_hovering_tells_the_bin(qtbot: QtBot, widget: HistogramWidget) -> None:
    columns = widget.plot.columns
    qtbot.mouseMove(columns, QPoint(round(columns.width() * 0.4), 20))
    assert widget.readout.text() == "−1 … 0  ·  40 values (57.1 %)"
    QApplication.sendEvent(columns, QEvent(QEvent.Type.Leave))
    assert widget.readout.text() == "70 finite values in 4 bins"


def test_the_selected_channel_lies_over_it(qtbot: QtBot, widget: HistogramWidget) -> None:
    widget.set_panel(histogram(10, 40, 20, 0, overlay=np.array([0, 1, 3, 0])))
    assert widget.remark.text() == "channel 4, drawn to its own height"
    columns = widget.plot.columns
    qtbot.mouseMove(columns, QPoint(round(columns.width() * 0.6), 20))
    assert widget.readout.text().endswith("channel 4: 3")
    widget.set_panel(histogram(1, 1, 1, 1))
    assert widget.remark.text() == ""


def test_facts_come_and_go(widget: HistogramWidget) -> None:
    widget.set_panel(histogram(1, 2, 3, 4, facts=(("mean", "+0.01"), ("zeros", "50 %"))))
    assert widget.facts.facts() == (("mean", "+0.01", ""), ("zeros", "50 %", ""))
    widget.set_panel(histogram(1, 2, 3, 4, facts=(("max", "8"),)))
    assert widget.facts.facts() == (("max", "8", ""),)


def test_nothing_counted_is_drawn(widget: HistogramWidget) -> None:
    widget.set_panel(histogram(0, 0, 0, 0))
    widget.grab()
