from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from cnnviz.gui.help import ShortcutSheet, groups_of
from cnnviz.gui.theme import theme


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QMainWindow:
    theme.install(qapp, "dark", 1.0)
    window = QMainWindow()
    qtbot.addWidget(window)
    file = window.menuBar().addMenu("&File")
    file.addAction("&Open pictures…").setShortcut(QKeySequence("Ctrl+O"))
    file.addAction("No key")
    below = file.addMenu("More")
    below.addAction("Save && close").setShortcuts([QKeySequence("Ctrl+S"), QKeySequence("F5")])
    window.menuBar().addMenu("Empty")
    window.menuBar().addMenu("&Go").addAction("Next step").setShortcut(QKeySequence("Right"))
    window.resize(1100, 700)
    with qtbot.waitExposed(window):
        window.show()
    return window


def texts(sheet: ShortcutSheet) -> list[str]:
    return [label.text() for label in sheet.findChildren(QLabel) if label.isVisible()]


def test_the_groups_are_the_menus(window: QMainWindow) -> None:
    assert groups_of(window.menuBar()) == [
        ("File", [("Open pictures", ["Ctrl+O"]), ("Save & close", ["Ctrl+S", "F5"])]),
        ("Go", [("Next step", ["Right"])]),
    ]


def test_shows_finds_and_closes(qtbot: QtBot, window: QMainWindow) -> None:
    sheet = ShortcutSheet(window)
    sheet.open([*groups_of(window.menuBar()), ("Mouse", [("Zoom", ["Wheel"])])])
    QApplication.processEvents()
    shown = texts(sheet)
    assert {"File", "Go", "Mouse", "Open pictures", "Ctrl", "O", "or", "F5", "Wheel"} <= set(shown)
    assert window.focusWidget() is sheet.search
    qtbot.keyClicks(sheet.search, "zoom")
    QApplication.processEvents()
    assert "Zoom" in texts(sheet)
    assert "Next step" not in texts(sheet)
    qtbot.keyClicks(sheet.search, "zzz")
    QApplication.processEvents()
    assert "No key does “zoomzzz”." in texts(sheet)
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(sheet.search, Qt.Key.Key_Escape)


def test_tab_stays_on_the_card(qtbot: QtBot, window: QMainWindow) -> None:
    sheet = ShortcutSheet(window)
    sheet.open(groups_of(window.menuBar()))
    for _ in range(5):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        assert sheet.isAncestorOf(window.focusWidget())


def test_is_drawn_again_at_another_size(window: QMainWindow) -> None:
    sheet = ShortcutSheet(window)
    sheet.open(groups_of(window.menuBar()))
    theme.set_scale(1.5)
    QApplication.processEvents()
    assert "Open pictures" in texts(sheet)
    theme.set_scale(1.0)


def test_a_key_itself_stands_before_words_that_hold_it(qtbot: QtBot, window: QMainWindow) -> None:
    go = window.menuBar().addMenu("Steps")
    go.addAction("First of all").setShortcut(QKeySequence("Home"))
    go.addAction("Save later").setShortcut(QKeySequence("O"))
    sheet = ShortcutSheet(window)
    sheet.open(groups_of(window.menuBar()))
    for query in ("o", "ctrl s"):
        sheet.search.setText(query)
        QApplication.processEvents()
        shown = [text for text in texts(sheet) if text in ("Open pictures", "Save & close", "Next step", "Save later")]
        if query == "o":
            assert shown[0] == "Save later"
        else:
            assert shown == []  # written with a plus
    sheet.search.setText("ctrl+s")
    QApplication.processEvents()
    assert "Save & close" in texts(sheet)
