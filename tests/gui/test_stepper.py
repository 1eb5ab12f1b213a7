from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from cnnviz.gui.stepper import SPEEDS, Stepper
from cnnviz.gui.theme import theme

# popups and tooltips off screen
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
TITLES = ["Picture", *(f"{i} · Conv 5×5" for i in range(12))]


@pytest.fixture
def stepper(qtbot: QtBot, qapp: QApplication) -> Iterator[Stepper]:
    theme.install(qapp, "dark")
    stepper = Stepper()
    qtbot.addWidget(stepper)
    stepper.resize(900, 40)
    with qtbot.waitExposed(stepper):
        stepper.show()
    stepper.set_steps(TITLES, 4, first=0)
    yield stepper
    theme.set_scale(1.0)


def test_says_where_one_is(stepper: Stepper) -> None:
    assert stepper.findChild(QWidget, "step-count").text() == "Step 4 of 12 —"
    assert stepper.findChild(QWidget, "step-title").text() == "3 · Conv 5×5"
    stepper.set_steps(TITLES[1:], 3)
    assert stepper.findChild(QWidget, "step-count").text() == "Step 4 of 12 —"


@pytest.mark.parametrize(("name", "wanted"), [("home", 0), ("back", 3), ("forward", 5), ("end", 12)])
def test_buttons_ask_for_a_step_and_change_nothing_themselves(
    qtbot: QtBot, stepper: Stepper, name: str, wanted: int
) -> None:
    with qtbot.waitSignal(stepper.step_requested) as asked:
        qtbot.mouseClick(getattr(stepper, name), LEFT)
    assert asked.args == [wanted]
    assert stepper.line.value() == 4


def test_no_way_beyond_the_ends(stepper: Stepper) -> None:
    buttons = (stepper.home, stepper.back, stepper.forward, stepper.end)
    stepper.set_steps(TITLES, 0, first=0)
    assert [button.isEnabled() for button in buttons] == [False, False, True, True]
    stepper.set_steps(TITLES, 12, first=0)
    assert [button.isEnabled() for button in buttons] == [True, True, False, False]
    stepper.set_steps([], 0)
    assert not stepper.play.isEnabled()
    assert stepper.findChild(QWidget, "step-count").text() == "No steps yet"


def test_play_turns_into_pause(qtbot: QtBot, stepper: Stepper) -> None:
    with qtbot.waitSignal(stepper.play_toggled) as toggled:
        qtbot.mouseClick(stepper.play, LEFT)
    assert toggled.args == [True]
    assert stepper.play.text() == stepper.play.accessibleName() == "Pause"
    with qtbot.assertNotEmitted(stepper.play_toggled):
        stepper.set_playing(False)
    assert stepper.play.text() == "Play"


def test_the_line_is_clicked_and_dragged(qtbot: QtBot, stepper: Stepper) -> None:
    line = stepper.line
    y = line.height() // 2
    seen: list[int] = []
    stepper.scrubbed.connect(seen.append)
    with qtbot.waitSignal(stepper.step_requested) as asked:
        qtbot.mouseClick(line, LEFT, pos=QPoint(line.width() - 8, y))
    assert (seen, asked.args) == ([12], [12])
    seen.clear()
    qtbot.mousePress(line, LEFT, pos=QPoint(8, y))
    for x in range(8, line.width() - 8, 5):
        qtbot.mouseMove(line, QPoint(x, y))
        QApplication.processEvents()
    with qtbot.waitSignal(stepper.step_requested) as let_go:
        qtbot.mouseRelease(line, LEFT, pos=QPoint(line.width() // 2, y))
    assert seen[0] == 0
    assert seen == sorted(set(seen))  # each step once, in order
    assert let_go.args == [line.value()]


def test_the_line_has_the_keys_of_a_slider(qtbot: QtBot, stepper: Stepper) -> None:
    for key, wanted in ((Qt.Key.Key_Right, 5), (Qt.Key.Key_End, 12), (Qt.Key.Key_Home, 0)):
        stepper.set_steps(TITLES, 4, first=0)
        with qtbot.waitSignal(stepper.step_requested) as asked:
            qtbot.keyClick(stepper.line, key)
        assert asked.args == [wanted]


def test_an_answer_does_not_move_the_line_under_the_hand(qtbot: QtBot, stepper: Stepper) -> None:
    line = stepper.line
    qtbot.mousePress(line, LEFT, pos=QPoint(line.width() - 8, 5))
    stepper.set_steps(TITLES, 4, first=0)
    assert line.value() == 12
    qtbot.mouseRelease(line, LEFT)


def test_speed(qtbot: QtBot, stepper: Stepper) -> None:
    box = stepper.findChild(QComboBox, "speed")
    assert [box.itemText(i) for i in range(box.count())] == ["0.5×", "1×", "1.5×", "2×", "3×", "4×"]
    box.setFocus()
    with qtbot.waitSignal(stepper.speed_changed) as changed:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert changed.args == [SPEEDS[2]]
    with qtbot.assertNotEmitted(stepper.speed_changed):
        stepper.set_speed(3.9)
    assert box.currentData() == 4.0


@pytest.mark.parametrize("width", [240, 345, 480, 700, 1400])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_overlaps_at_any_width(qtbot: QtBot, stepper: Stepper, width: int, scale: float) -> None:
    theme.set_scale(scale)
    stepper.resize(round(width * scale), stepper.sizeHint().height())
    QApplication.processEvents()
    parts = sorted(
        (w.geometry() for w in stepper.children() if w.isWidgetType() and w.isVisible()), key=lambda g: g.x()
    )
    assert all(a.right() < b.x() for a, b in itertools.pairwise(parts))
    assert parts[-1].right() <= stepper.width()
    assert stepper.line.width() >= theme.px(40)


def test_the_line_stays_where_it_is_while_one_walks(stepper: Stepper) -> None:
    places = set()
    for position in range(len(TITLES)):
        stepper.set_steps(TITLES, position, first=0)
        QApplication.processEvents()
        places.add((stepper.line.x(), stepper.line.width()))
    assert len(places) == 1
