"""Units as columns: clicks, wheel, keys, thousands of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.core.colormaps import lut
from cnnviz.figure import Scale, Vector
from cnnviz.gui.figures.vector import VectorWidget
from cnnviz.gui.theme import theme

SCALE = Scale(-4.0, 4.0, "RdBu_r", True, "layer")
LEFT = Qt.MouseButton.LeftButton
VALUES = np.array([1.0, -3.0, 4.0, 0.0, 2.0, np.nan, -4.0, 3.0], np.float32)


@pytest.fixture
def widget(qtbot: QtBot, qapp: QApplication) -> VectorWidget:
    theme.install(qapp, "dark")
    widget = VectorWidget()
    qtbot.addWidget(widget)
    widget.resize(600, 260)
    widget.set_panel(Vector(VALUES, SCALE))
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def place(widget: VectorWidget, unit: int, value: float) -> QPoint:
    """Where a value of a unit stands: the colour bar is the axis."""
    count = len(VALUES)
    pitch = min(widget.plot.width() / count, 80)
    bar = widget.bar.bar_rect()
    left = widget.plot.width() / 2 - count * pitch / 2
    return QPoint(round(left + (unit + 0.5) * pitch), round(bar.bottom() - (value + 4) / 8 * bar.height()))


def wheel(widget: VectorWidget, x: int, steps: int) -> None:
    where = QPointF(x, 50)
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    event = QWheelEvent(where, QPointF(widget.plot.mapToGlobal(where)), QPoint(), QPoint(0, 120 * steps), *none)
    QApplication.sendEvent(widget.plot, event)


def test_columns_start_at_zero_and_end_at_their_value(widget: VectorWidget) -> None:
    image = widget.plot.grab().toImage()
    for unit, value in ((0, 1.0), (1, -3.0), (2, 4.0), (7, 3.0)):
        red, green, blue, _ = lut("RdBu_r")[round((value + 4) / 8 * 254)].tolist()
        assert QColor(image.pixel(place(widget, unit, value / 2))) == QColor(red, green, blue)
        beyond = value * 1.15 if abs(value) < 4 else -value / 2
        assert QColor(image.pixel(place(widget, unit, beyond))) != QColor(red, green, blue)


def test_click_picks_a_unit(qtbot: QtBot, widget: VectorWidget) -> None:
    for wanted in (4, None):
        with qtbot.waitSignal(widget.channel_picked) as picked:
            qtbot.mouseClick(widget.plot, LEFT, pos=place(widget, 4, 1))
        assert picked.args == [wanted]


def test_keys_walk_from_unit_to_unit(qtbot: QtBot, widget: VectorWidget) -> None:
    picked: list[object] = []
    widget.channel_picked.connect(picked.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Escape):
        qtbot.keyClick(widget.plot, key)
    assert picked == [0, 1, 0, None]


def test_hovering_reads_out(qtbot: QtBot, widget: VectorWidget) -> None:
    widget.set_panel(Vector(VALUES, SCALE, labels=tuple("abcdefgh")))
    with qtbot.waitSignal(widget.hovered) as hovered:
        qtbot.mouseMove(widget.plot, place(widget, 1, 1))
    assert hovered.args == [1, 0, 0, -3.0]
    assert widget.readout.text() == "unit 1 “b”  ·  −3.0000"
    qtbot.mouseMove(widget.plot, place(widget, 5, 1))
    assert widget.readout.text() == "unit 5 “f”  ·  NaN"


def test_the_wheel_zooms_around_the_unit_under_the_cursor(qtbot: QtBot, widget: VectorWidget) -> None:
    widget.set_panel(Vector(np.linspace(-4, 4, 400).astype(np.float32), SCALE))
    qtbot.mouseMove(widget.plot, QPoint(200, 50))
    under = widget.plot.unit
    for _ in range(6):
        wheel(widget, 200, 1)
    qtbot.mouseMove(widget.plot, QPoint(201, 50))
    qtbot.mouseMove(widget.plot, QPoint(200, 50))
    assert under is not None
    assert widget.plot.unit is not None
    assert abs(widget.plot.unit - under) <= 1
    state = widget.view_state()
    assert isinstance(state, tuple)
    assert state[0] == pytest.approx(1.2**6)
    qtbot.keyClick(widget.plot, Qt.Key.Key_0)
    assert widget.view_state() is None
    widget.restore(list(state))
    assert widget.view_state() == pytest.approx(state)
    widget.set_panel(Vector(np.linspace(4, -4, 400).astype(np.float32), SCALE))
    assert widget.view_state() == pytest.approx(state)
    widget.set_panel(Vector(VALUES, SCALE))
    assert widget.view_state() is None


def test_the_units_that_are_seen_are_shares_and_come_back(widget: VectorWidget) -> None:
    widget.set_panel(Vector(np.linspace(-4, 4, 400).astype(np.float32), SCALE))
    assert widget.visible is None
    for _ in range(6):
        wheel(widget, 200, 1)
    seen, state = widget.visible, widget.view_state()
    assert seen is not None
    plot = widget.plot
    first = -plot._left / plot._pitch  # units, at the left edge of the plot
    assert (seen.x * 400, seen.width * 400) == pytest.approx((first, plot.width() / plot._pitch), abs=1e-3)
    widget.restore(None)
    widget.restore(list(seen))
    assert widget.view_state() == pytest.approx(state, rel=1e-5)


def test_dragging_pans(qtbot: QtBot, widget: VectorWidget) -> None:
    widget.set_panel(Vector(np.linspace(-4, 4, 400).astype(np.float32), SCALE))
    for _ in range(8):
        wheel(widget, 200, 1)
    qtbot.mouseMove(widget.plot, QPoint(300, 50))
    before = widget.plot.unit
    with qtbot.assertNotEmitted(widget.channel_picked):
        qtbot.mousePress(widget.plot, LEFT, pos=QPoint(300, 50))
        for x in (280, 250, 200):
            qtbot.mouseMove(widget.plot, QPoint(x, 50))
        qtbot.mouseRelease(widget.plot, LEFT, pos=QPoint(200, 50))
    qtbot.mouseMove(widget.plot, QPoint(201, 50))
    assert before is not None
    assert widget.plot.unit is not None
    assert abs(widget.plot.unit - before) <= 1  # the unit came along with the mouse


def test_no_peak_is_lost_among_thousands(widget: VectorWidget) -> None:
    values = np.zeros(25_088, np.float32)
    values[12_345] = 4.0
    values[20_000] = -4.0
    widget.set_panel(Vector(values, SCALE))
    image = widget.plot.grab().toImage()
    bar = widget.bar.bar_rect()
    for unit, y in ((12_345, bar.top() + 5), (20_000, bar.bottom() - 5)):
        x = int(unit / 25_088 * widget.plot.width())
        assert any(QColor(image.pixel(x + dx, y)) != QColor(image.pixel(5, y)) for dx in (-1, 0, 1))


def test_the_marked_unit_is_said(widget: VectorWidget) -> None:
    widget.set_panel(replace(Vector(VALUES, SCALE), marked=2))
    assert widget.readout.text() == "8 units  ·  unit 2  ·  +4.0000 selected"
    assert "Selected unit: 2" in widget.plot.accessibleDescription()


def test_copy_gives_all_values(qtbot: QtBot, widget: VectorWidget) -> None:
    qtbot.keyClick(widget.plot, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\n") == ["1", "-3", "4", "0", "2", "nan", "-4", "3"]


def test_an_empty_vector_is_drawn(widget: VectorWidget) -> None:
    widget.set_panel(Vector(np.zeros(0, np.float32), SCALE))
    widget.grab()
    wheel(widget, 100, 1)
    assert widget.view_state() is None
