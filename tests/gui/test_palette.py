from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from cnnviz.gui.fuzzy import match
from cnnviz.gui.palette import CommandPalette, Entry, split_keys
from cnnviz.gui.theme import theme

KEY = Qt.Key


class Window(QMainWindow):
    """A window with a palette and something behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []
        self.behind = QLineEdit()
        self.setCentralWidget(self.behind)
        titles = [f"{i} · {name}" for i, name in enumerate(("Conv 5×5", "ReLU", "MaxPool 2", "Conv 5×5"))]
        self.entries = [self.entry(title, "Layer") for title in titles]
        self.entries += [self.entry(t, "Command") for t in ("Export figure…", "Feature maps", "Open pictures…")]
        self.palette_ = CommandPalette(self, lambda: self.entries)

    def entry(self, title: str, group: str) -> Entry:
        return Entry(title, lambda: self.ran.append(title), group)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Window:
    theme.install(qapp, "dark", 1.0)
    window = Window()
    qtbot.addWidget(window)
    window.resize(900, 600)
    with qtbot.waitExposed(window):
        window.show()
    window.behind.setFocus()
    return window


def test_opens_with_everything_and_gives_the_focus_back(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_
    palette.open()
    assert palette.isVisible()
    assert window.focusWidget() is palette.search
    assert [e.title for e in palette.found] == [e.title for e in window.entries]
    with qtbot.waitSignal(palette.closed):
        qtbot.keyClick(palette.search, KEY.Key_Escape)
    assert not palette.isVisible()
    assert window.focusWidget() is window.behind
    assert window.ran == []


def test_letters_keys_and_enter(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_
    palette.open()
    qtbot.keyClicks(palette.search, "conv")
    assert [e.title for e in palette.found] == ["0 · Conv 5×5", "3 · Conv 5×5"]
    qtbot.keyClick(palette.search, KEY.Key_Down)
    qtbot.keyClick(palette.search, KEY.Key_Return)
    assert window.ran == ["3 · Conv 5×5"]
    assert not palette.isVisible()


def test_the_keys_go_round(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_
    palette.open()
    qtbot.keyClick(palette.search, KEY.Key_Up)
    assert palette.list.currentIndex().row() == len(window.entries) - 1
    qtbot.keyClick(palette.search, KEY.Key_Down)
    assert palette.list.currentIndex().row() == 0
    qtbot.keyClick(palette.search, KEY.Key_PageDown)
    assert palette.list.currentIndex().row() > 2


def test_a_click_chooses_and_a_click_beside_closes(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_
    palette.open("export")
    place = palette.list.visualRect(palette.model.index(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.ran == ["Export figure…"]
    palette.open()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomLeft())
    assert not palette.isVisible()


def test_what_was_used_comes_first(qtbot: QtBot, window: Window) -> None:
    palette = window.palette_
    for query in ("open", "feature"):
        palette.open(query)
        qtbot.keyClick(palette.search, KEY.Key_Return)
    palette.open()
    assert [e.title for e in palette.found][:3] == ["Feature maps", "Open pictures…", "0 · Conv 5×5"]


def test_nothing_found_is_said(qtbot: QtBot, window: Window) -> None:
    window.palette_.open("zzz")
    foot = window.palette_.findChild(QLabel, "palette-foot")
    assert foot.text() == "Nothing is called “zzz”. Try fewer letters."
    qtbot.keyClick(window.palette_.search, KEY.Key_Down)
    qtbot.keyClick(window.palette_.search, KEY.Key_Return)
    assert window.ran == []


def test_no_key_reaches_the_window_behind(qtbot: QtBot, window: Window) -> None:
    action = QAction("Esc", window)
    action.setShortcuts([QKeySequence("Esc"), QKeySequence("Home"), QKeySequence("?")])
    action.triggered.connect(lambda: window.ran.append("shortcut"))
    window.addAction(action)
    window.activateWindow()
    window.palette_.open()
    for key in (KEY.Key_Home, KEY.Key_Question, KEY.Key_Escape):
        qtbot.keyClick(window.palette_.search, key)
    assert window.ran == []
    assert not window.palette_.isVisible()


def test_follows_the_size_of_the_window(window: Window) -> None:
    window.palette_.open()
    window.resize(500, 320)
    QApplication.processEvents()
    assert window.palette_.rect() == window.rect()
    assert window.palette_.rect().contains(window.palette_.card.geometry())


def test_two_thousand_entries_are_found_while_one_types(qtbot: QtBot, window: Window) -> None:
    window.entries = [window.entry(f"features.denseblock{i % 4}.denselayer{i % 24} {i}", "Layer") for i in range(2000)]
    palette = window.palette_
    palette.open()
    palette.search.setText("d")  # the titles are prepared
    times = []
    for query in ("de", "dense", "dbl3", "denselayer3 12"):
        start = time.process_time()
        palette.search.setText(query)
        times.append(time.process_time() - start)
        assert palette.found
    assert min(times) < 0.1  # seconds of this process; the best of four, on whatever machine this is


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("conv", "conv1", "layer1.0.conv1"),  # at the beginning
        ("relu", "1 · ReLU", "prelude"),  # at the beginning of a word
        ("fm", "Feature maps", "Format"),  # initials
        ("map", "Feature maps", "Make a pass"),  # whole before scattered
        ("export", "Export figure", "Explore trace"),
    ],
)
def test_what_fits_better_scores_higher(query: str, better: str, worse: str) -> None:
    good, bad = match(query, better), match(query, worse)
    assert good is not None
    assert bad is None or good[0] > bad[0]


def test_letters_that_fit_are_marked() -> None:
    assert match("fm", "Feature maps") == (pytest.approx(match("fm", "Feature maps")[0]), (0, 8))
    assert match("MAPS", "Feature maps")[1] == (8, 9, 10, 11)
    assert match("xyz", "Feature maps") is None
    assert match("conv layer", "3 · Conv 5×5", "Layer")[1] == (4, 5, 6, 7)


def test_keys_of_a_shortcut() -> None:
    assert split_keys("Ctrl+Shift+S") == ["Ctrl", "Shift", "S"]
    assert split_keys("Ctrl++") == ["Ctrl", "+"]
    assert split_keys("+") == ["+"]
    assert split_keys("") == []
