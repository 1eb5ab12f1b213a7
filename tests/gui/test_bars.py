from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cnnviz.figure import Bars
from cnnviz.gui.figures.bars import BarsWidget
from cnnviz.gui.theme import theme

PANEL = Bars(
    ("Samoyed", "Arctic fox", "kuvasz"),
    np.array([0.75, 0.2, 0.0], np.float32),
    (("75.0 %", "+9.1"), ("20.0 %", "+7.8"), ("0.0 %", "−3.0")),
    (258, 279, 222),
    1.0,
    1000,
    ("probability", "logit"),
)


@pytest.fixture
def widget(qtbot: QtBot, qapp: QApplication) -> BarsWidget:
    theme.install(qapp, "dark")
    widget = BarsWidget()
    qtbot.addWidget(widget)
    widget.resize(600, 240)
    widget.set_panel(PANEL)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_bars_are_as_long_as_their_values(widget: BarsWidget) -> None:
    image = widget.list.viewport().grab().toImage()
    accent = theme.color("accent")
    for row, value in enumerate((0.75, 0.2, 0.0)):
        rect = widget.list.visualRect(widget.list.model().index(row, 0))
        bar = widget.list.columns(rect)[1]
        line = [QColor(image.pixel(x, bar.center().y())) == accent for x in range(bar.left(), bar.right() + 1)]
        assert sum(line) / len(line) == pytest.approx(value, abs=0.02)


def test_says_how_many_of_how_many(widget: BarsWidget) -> None:
    assert widget.remark.text() == "3 of 1,000 shown"
    assert widget.readout.text() == "1,000 classes, best first"


def test_hovering_tells_more(qtbot: QtBot, widget: BarsWidget) -> None:
    rect = widget.list.visualRect(widget.list.model().index(1, 0))
    with qtbot.waitSignal(widget.hovered) as hovered:
        qtbot.mouseMove(widget.list.viewport(), rect.center())
    assert hovered.args[:3] == [279, 0, 0]
    for part in ("Arctic fox (class 279)", "rank 2 of 1,000", "probability 20.0 %, exactly 0.20000", "logit +7.8"):
        assert part in widget.readout.text()
    with qtbot.waitSignal(widget.left):
        QApplication.sendEvent(widget.list.viewport(), QEvent(QEvent.Type.Leave))


def test_rows_are_told_to_screen_readers_and_copied(qtbot: QtBot, widget: BarsWidget) -> None:
    model = widget.list.model()
    told = model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("Samoyed (class 258), rank 1 of 1,000")
    qtbot.keyClick(widget.list, Qt.Key.Key_Home)
    qtbot.keyClick(widget.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().startswith("Samoyed\t75.0 %\t+9.1")


def test_names_give_way_to_numbers_and_not_the_other_way_round(widget: BarsWidget) -> None:
    widget.resize(230, 200)
    rect = widget.list.visualRect(widget.list.model().index(0, 0))
    name, bar, texts = widget.list.columns(rect)
    assert name.width() < widget.list.fontMetrics().horizontalAdvance("Arctic fox") + 40
    assert bar.left() > name.right()
    assert texts[0].left() > bar.left()
    assert texts[-1].right() <= rect.right()


def test_thousands_of_rows_are_a_list_that_scrolls(widget: BarsWidget) -> None:
    many = 5000
    widget.set_panel(
        Bars(
            tuple(f"class {i}" for i in range(many)),
            np.full(many, 1 / many, np.float32),
            (("0.0 %",),) * many,
            tuple(range(many)),
            1.0,
            many,
        )
    )
    widget.list.scrollToBottom()
    assert widget.list.indexAt(widget.list.viewport().rect().center()).row() > 4900
    assert widget.remark.text() == ""
