"""The curves of a training: what stands at their axes."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.gui.training.curves import CurvePlot, rounded_up


@pytest.mark.parametrize(
    ("value", "top"), [(2.303, 2.4), (1.0, 1), (0.04, 0.04), (0.0400001, 0.05), (9.23, 10), (5.52, 6), (3e-9, 3e-9)]
)
def test_the_top_of_an_axis_is_round_and_not_below_the_curve(value: float, top: float) -> None:
    assert rounded_up(value) == pytest.approx(top)


def test_a_loss_can_be_drawn_on_a_logarithmic_axis(qtbot: QtBot, qapp: QApplication) -> None:
    plot = CurvePlot("loss", "Loss")
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    plot.begin(4)
    assert plot.log is not None
    assert plot.levels == ()
    plot.log.setChecked(True)
    assert plot.levels == pytest.approx((0.1, 0.2, 0.5, 1.0)), "nothing is there yet"
    for at, loss in enumerate((2.3, 0.23, 0.023, 0.0)):
        plot.add("learning", at, loss)
    assert plot.levels == pytest.approx((0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5))
    frame = plot._frame()
    heights = [plot._place(frame, point, 3.0).y() for point in plot.points("learning")]
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1]), "equal factors, equal steps"
    assert heights[3] == pytest.approx(frame.bottom())
    assert not plot.grab().isNull()
    assert CurvePlot("accuracy", "Accuracy", share=True).log is None
