from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from cnnviz.gui.error_bar import ROWS, ErrorBar
from cnnviz.gui.theme import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> QWidget:
    theme.install(qapp, "dark")
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(ErrorBar())
    column.addWidget(QLineEdit())
    window.resize(640, 400)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def bar(window: QWidget) -> ErrorBar:
    return window.findChild(ErrorBar)


def sentences(bar: ErrorBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel, "sentence") if not label.window().isHidden()]


def test_is_hidden_until_something_happens_and_leaves_the_focus(qtbot: QtBot, window: QWidget, bar: ErrorBar) -> None:
    line = window.findChild(QLineEdit)
    line.setFocus()
    assert bar.isHidden()
    with qtbot.waitSignal(bar.shown) as shown:
        bar.add("“a.png” ends in the middle: save it again.")
    assert shown.args == ["“a.png” ends in the middle: save it again."]
    assert bar.isVisible()
    assert window.focusWidget() is line


def test_details_unfold_and_copy(qtbot: QtBot, bar: ErrorBar) -> None:
    bar.add("It failed.", "Traceback: line 3")
    details = bar.findChild(QPlainTextEdit, "detail-text")
    assert not details.isVisible()
    qtbot.mouseClick(bar.findChild(QPushButton, "details"), LEFT)
    assert details.isVisible()
    assert details.toPlainText() == "Traceback: line 3"
    qtbot.mouseClick(bar.findChild(QPushButton, "copy"), LEFT)
    assert QApplication.clipboard().text() == "It failed.\n\nTraceback: line 3"
    qtbot.mouseClick(bar.findChild(QToolButton, "close"), LEFT)
    assert bar.isHidden()
    assert bar.messages == ()


def test_a_message_without_details_offers_none(bar: ErrorBar) -> None:
    bar.add("It failed.")
    assert not bar.findChild(QPushButton, "details").isVisible()


def test_a_group_becomes_one_row(bar: ErrorBar) -> None:
    for number in range(12):
        bar.add(f"“{number}.png” cannot be read.", group="{n} pictures could not be read")
    assert [m.text for m in bar.messages] == ["12 pictures could not be read"]
    assert bar.messages[0].all_details.split("\n") == [f"“{number}.png” cannot be read." for number in range(12)]


def test_the_same_sentence_is_counted(bar: ErrorBar) -> None:
    for _ in range(3):
        bar.add("No GPU.", level="warning")
    bar.add("No GPU.", level="error")
    assert [m.text for m in bar.messages] == ["No GPU. (3 times)", "No GPU."]


def test_more_rows_than_there_is_room_for_are_folded(bar: ErrorBar) -> None:
    for number in range(ROWS + 4):
        bar.add(f"Problem {number}.")
    assert [m.text for m in bar.messages] == ["5 earlier messages", "Problem 5.", "Problem 6."]
    assert bar.messages[0].all_details == "\n".join(f"Problem {n}." for n in range(5))
    assert len(bar.history) == ROWS + 4
    bar.clear()
    assert bar.isHidden()


def test_messages_survive_a_change_of_theme(bar: ErrorBar) -> None:
    bar.add("It failed.", "why")
    theme.set_mode("light")
    theme.set_scale(1.5)
    assert sentences(bar) == ["It failed."]
    theme.set_scale(1.0)
    theme.set_mode("dark")


def test_news_with_a_button_takes_the_place_of_earlier_news(bar: ErrorBar) -> None:
    bar.add("Something failed.")
    bar.add("Saved a.gif.", level="info", action=("Show in folder", lambda: None))
    bar.add("Stopped.", level="info", action=("Go on", lambda: None))
    bar.add("Saved b.gif.", level="info", action=("Show in folder", lambda: None))
    assert [message.text for message in bar.messages] == ["Something failed.", "Stopped.", "Saved b.gif."]


def test_a_message_with_a_button_is_not_folded_away(bar: ErrorBar) -> None:
    pressed = []
    bar.add("It ended unexpectedly.", level="info", action=("Show it again", lambda: pressed.append(1)))
    for number in range(ROWS + 2):
        bar.add(f"Problem {number}.")
    assert [m.text for m in bar.messages] == ["It ended unexpectedly.", "4 earlier messages", "Problem 4."]
    button = bar.findChild(QPushButton, "message-action")
    assert button is not None
    button.click()
    assert pressed == [1]
    assert [m.text for m in bar.messages] == ["4 earlier messages", "Problem 4."]


def test_in_a_narrow_window_a_sentence_is_read_whole(qtbot: QtBot, window: QWidget, bar: ErrorBar) -> None:
    bar.add(
        "SqueezeNet1.1: part of what it needs is guessed. “About this model” (Ctrl+I) shows what, and changes it.", "a"
    )
    for width in (700, 320):
        window.resize(width, 600)
        window.show()
        label = bar.findChild(QLabel, "sentence")
        assert label is not None
        qtbot.waitUntil(lambda label=label: label.height() >= label.heightForWidth(label.width()))
        assert bar.findChild(QPushButton, "copy").isVisible() == (width == 700)
