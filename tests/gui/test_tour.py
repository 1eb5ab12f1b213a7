"""The tour: it points at real parts, lets them be touched, ends with Esc, and comes by itself once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cnnviz import app, settings
from cnnviz.gui.tour.stops import STOPS
from cnnviz.gui.tour.tour import Tour
from cnnviz.launch import WindowOptions
from tests.gui.conftest import Opened


def start(opened: Opened) -> Tour:
    opened.window.commands["tour"].trigger()
    tour = opened.controller.acts.touring.tour
    assert tour is not None
    QApplication.processEvents()
    return tour


def hole_of(opened: Opened, tour: Tour) -> QRect:
    part = opened.window.findChild(QWidget, tour.stops[tour.place].places[0])
    assert part is not None
    return QRect(part.mapTo(opened.window, QPoint(0, 0)), part.size())


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (2560, 1440)])
def test_every_stop_points_at_something_and_hides_none_of_its_words(opened: Opened, size: tuple[int, int]) -> None:
    opened.window.resize(*size)
    QApplication.processEvents()
    tour = start(opened)
    assert 6 <= len(tour.stops) <= 8
    assert len(tour.stops) == len(STOPS)
    for place, stop in enumerate(STOPS):
        assert tour.title.text() == stop.title
        assert tour.count.text() == f"{place + 1} of {len(STOPS)}"
        assert opened.window.rect().contains(tour.card.geometry())
        assert tour.words.height() >= tour.words.heightForWidth(tour.words.width())
        hole = hole_of(opened, tour)
        if stop.places[0] != "view-pane":  # the largest part holds the words itself in a small window
            assert not tour.card.geometry().intersects(hole), stop.title
        QTest.keyClick(tour.next, Qt.Key.Key_Right)
    assert opened.controller.acts.touring.tour is None


def test_what_is_pointed_at_can_be_touched(opened: Opened) -> None:
    tour = start(opened)
    before = opened.request
    viewport = opened.window.network.viewport()
    inside = viewport.mapTo(opened.window, QPoint(viewport.width() - 80, 60))
    assert not tour.mask().contains(inside)
    QTest.mouseClick(opened.window.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, inside)
    opened.settle()
    assert opened.request.layer != before.layer
    assert opened.controller.acts.touring.tour is tour
    outside = opened.window.softmax.mapTo(opened.window, QPoint(20, 20))
    assert tour.mask().contains(outside)
    QTest.keyClick(opened.window.network, Qt.Key.Key_Escape)
    assert opened.controller.acts.touring.tour is None
    assert opened.request.layer != before.layer


def test_arrows_lead_to_and_fro_and_esc_gives_the_focus_back(opened: Opened) -> None:
    opened.window.network.setFocus()
    before = opened.request
    tour = start(opened)
    assert QApplication.focusWidget() is tour.next
    QTest.keyClick(tour.next, Qt.Key.Key_Right)
    QTest.keyClick(tour.next, Qt.Key.Key_Right)
    QTest.keyClick(tour.next, Qt.Key.Key_Left)
    assert tour.place == 1
    QTest.mouseClick(tour.back, Qt.MouseButton.LeftButton)
    assert tour.place == 0
    assert not tour.back.isVisible()
    QTest.keyClick(tour.next, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is opened.window.network
    assert opened.request == before  # no key of the tour has walked through the network


def test_it_starts_from_any_workspace_and_follows_the_window(opened: Opened) -> None:
    opened.window.commands["sandbox"].trigger()
    tour = start(opened)
    assert opened.window.top.workspace == ""
    opened.window.resize(1300, 760)
    opened.qtbot.waitUntil(lambda: tour.size() == opened.window.size())
    assert opened.window.rect().contains(tour.card.geometry())
    QTest.mouseClick(tour.skip, Qt.MouseButton.LeftButton)


def test_it_comes_by_itself_once_and_never_off_screen(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    touring = opened.controller.acts.touring
    touring.offer()
    opened.controller.activity.emit()
    QApplication.processEvents()
    assert touring.tour is None
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    touring.offer()
    opened.controller.activity.emit()
    opened.qtbot.waitUntil(lambda: touring.tour is not None)
    assert touring.tour is not None
    QTest.keyClick(touring.tour.next, Qt.Key.Key_Escape)
    assert settings.load()[0].tour_seen
    touring.offer()
    opened.controller.activity.emit()
    QApplication.processEvents()
    assert touring.tour is None


@pytest.mark.parametrize(("asked", "comes"), [({}, True), ({"layer": "3"}, False)])
def test_the_window_offers_it_unless_something_was_asked_for(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, asked: dict[str, str], comes: bool
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    options = WindowOptions(**asked)  # type: ignore[arg-type]
    controller = app.prepare(qapp, options)
    touring = controller.acts.touring
    app._open(controller, options)
    qtbot.waitUntil(lambda: controller.response is not None and controller.settled, timeout=60_000)
    assert touring.tour is None or comes
    if comes:
        qtbot.waitUntil(lambda: touring.tour is not None)
        assert touring.tour is not None
        touring.tour.end()
    controller.stop()
    controller.window.close()
    controller.window.deleteLater()


def test_the_launch_knows_nothing_of_it() -> None:
    code = (
        "import sys, cnnviz.app; late = ('cnnviz.gui.tour.tour', 'cnnviz.gui.terms.popover', 'cnnviz.lessons.glossary',"
        " 'matplotlib.mathtext'); assert not [name for name in late if name in sys.modules]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_card_over_the_tour_goes_first(opened: Opened) -> None:
    tour = start(opened)
    opened.window.commands["keys"].trigger()
    sheet = opened.window.findChild(QWidget, "shortcut-sheet")
    assert sheet is not None
    assert sheet.isVisible()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert tour.isVisible()
    opened.window.commands["keys"].trigger()
    tour.end()
    QApplication.processEvents()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)  # what had the focus before is gone
    assert not sheet.isVisible()


def test_keys_in_the_words_are_no_commands(opened: Opened) -> None:
    tour = start(opened)
    before = opened.request
    for key in (Qt.Key.Key_E, Qt.Key.Key_End, Qt.Key.Key_B):
        QTest.keyClick(tour.next, key)
    opened.settle()
    assert (opened.request, opened.window.top.workspace) == (before, "")
    QTest.keyClick(tour.next, Qt.Key.Key_Return)
    assert tour.place == 1
    tour.end()


def test_what_it_speaks_of_comes_out_of_the_veil_on_the_screen(opened: Opened) -> None:
    """The window's own memory is compared, not a fresh painting of it: a mask alone leaves old parts as they were."""
    tour = start(opened)
    window = opened.window

    def on_screen() -> QImage:
        QApplication.processEvents()
        return window.screen().grabWindow(window.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)

    for place in range(len(STOPS)):
        tour.go_to(place)
        seen = on_screen()
        assert seen == window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32), STOPS[place].title
    tour.end()
    seen = on_screen()
    assert seen == window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
