from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from cnnviz.figure import Figure
from cnnviz.gui.figures import FigureView
from cnnviz.gui.figures.chart import ChartWidget
from tests.layout.test_chart_layout import DISCS, LINES


def test_pointing_at_a_point_tells_its_numbers(qtbot):
    view = FigureView()
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.set_figure(Figure("chart", "Charts", "", (LINES, DISCS)))
    view.show()
    left, right = view.panels
    assert isinstance(left, ChartWidget)
    assert isinstance(right, ChartWidget)
    assert right.readout.text() == "area: parameters"
    plot = left.plot.plot()
    assert plot is not None
    middle = next(disc for disc in plot.discs() if (disc.series, disc.point) == (0, 1))
    QTest.mouseMove(left.plot, QPoint(round(middle.x), round(middle.y)))
    qtbot.waitUntil(lambda: left.readout.text() == "MLP  ·  pixels 2.000  ·  accuracy 0.5000")
    QTest.mouseMove(left.plot, QPoint(round(middle.x), round(middle.y) + 60))
    qtbot.waitUntil(lambda: left.readout.text() == "")
    assert left.plot.accessibleName() == "accuracy: MLP, CNN"
