"""The workspace “Table”: all records in step with the window, what ails them, and how long they take."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton

from cnnviz.core.survey.shapes import Finding, Row, Timing
from cnnviz.gui.collection import samples
from cnnviz.gui.numbers import size_text
from cnnviz.gui.table.page import HEALTH, RECORDS, TablePage
from cnnviz.gui.table.records import Line, inputs_text, matching, matching_findings
from cnnviz.gui.table.sheet import LEAST
from cnnviz.gui.theme import theme
from cnnviz.layout.shortening import ended
from cnnviz.request import ModelRequest
from tests.gui.conftest import Opened


@pytest.fixture
def table(opened: Opened) -> TablePage:
    opened.press(Qt.Key.Key_T)
    return opened.controller.tabling.page


def column(page: TablePage, title: str) -> list[str]:
    model = page.records.model()
    at = [column.title for column in page._lines.columns].index(title)
    return [model.data(model.index(row, at)) for row in range(model.rowCount())]


def chosen(page: TablePage) -> int:
    return page.records.shown.row_at(page.records.currentIndex().row()).row.index


def deep(page: TablePage, count: int = 40) -> None:
    """Records of a network with long paths and large numbers, all measured."""
    (line, *_) = page._lines.rows
    row = replace(line.row, short="BatchNorm", shape=(64, 112, 112), inputs=((64, 112, 112),), parameters=4_720_640)
    row = replace(row, macs=118_013_952, nbytes=3_211_264, field="207 × 207, stride 16", zeros=0.505)
    path = "features.denseblock1.denselayer{}.norm1"
    lines = [replace(line, row=replace(row, index=i, key=path.format(i)), seconds=0.000655) for i in range(count)]
    page._lines.set_rows(lines)


def widths(page: TablePage) -> int:
    return sum(page.records.columnWidth(place) for place in range(len(page._lines.columns)))


def test_columns_take_the_room_that_there_is(opened: Opened, table: TablePage) -> None:
    """Whole numbers where they fit; then rounded ones, then paths without their beginning, then the table scrolls."""
    sheet = table.records
    opened.window.resize(2560, 1440)
    deep(table)
    assert not table._lines.is_brief
    assert sheet.shown.index(0, 4).data() == "4,720,640"
    assert widths(table) <= sheet.viewport().width()
    opened.window.resize(1440, 900)
    opened.qtbot.waitUntil(lambda: table._lines.is_brief)
    assert [sheet.shown.index(0, place).data() for place in (4, 5, 9)] == ["4.72 M", "118 M", "207 × 207"]
    assert "Multiply–adds: 118,013,952" in sheet.shown.index(0, 5).data(Qt.ItemDataRole.ToolTipRole)
    assert sheet.columnWidth(1) == theme.px(LEAST)
    assert sum(sheet.columnWidth(place) for place in range(10)) <= sheet.viewport().width()  # the receptive field, too
    table._lines.set_rows([replace(line, seconds=None) for line in table._lines.rows])
    assert sheet.isColumnHidden(6)  # nobody has measured
    deep(table)
    assert not sheet.isColumnHidden(6)
    opened.window.resize(1280, 720)
    told = sum(sheet.columnWidth(place) for place in range(7))
    opened.qtbot.waitUntil(lambda: told <= sheet.viewport().width())  # times beside costs


@pytest.mark.parametrize("width", [1280, 1440, 2560])
def test_findings_fill_their_window_and_never_more(opened: Opened, width: int) -> None:
    opened.window.resize(width, 900)
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="")
    opened.press(Qt.Key.Key_H)
    health = opened.controller.tabling.page.health
    assert health.shown.rowCount()
    count = health.shown.columnCount()
    assert sum(map(health.columnWidth, range(count))) == health.viewport().width()
    assert health.horizontalScrollBar().maximum() == 0


def test_the_first_columns_stay_in_sight(opened: Opened, table: TablePage) -> None:
    opened.window.resize(1280, 720)
    deep(table)
    sheet, bar = table.records, table.records.horizontalScrollBar()
    assert sheet.pinned == []
    opened.qtbot.waitUntil(lambda: bar.maximum() > 0)
    area = QRect(0, 0, sheet.columnWidth(0) + sheet.columnWidth(1) - 2, 26 * 8)
    opened.settle()
    before = sheet.viewport().grab(area).toImage()
    bar.setValue(bar.maximum())
    assert [place for place, *_ in sheet.pinned] == [0, 1]
    assert sheet.viewport().grab(area).toImage() == before
    header = sheet.horizontalHeader()
    spot = QPoint(sheet.columnWidth(0) + 20, header.height() // 2)  # another heading is under it
    assert header.logicalIndexAt(spot) > 1
    for order, ends in ((Qt.SortOrder.AscendingOrder, [0, 1, 2]), (Qt.SortOrder.DescendingOrder, [39, 38, 37])):
        opened.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert (header.sortIndicatorSection(), header.sortIndicatorOrder()) == (1, order)
        assert [line.row.index for line in sheet.shown.rows[:3]] == ends  # denselayer2 before denselayer10


def test_columns_are_chosen_and_sorted_from_a_menu(opened: Opened, table: TablePage) -> None:
    menu = table.records.columns_menu()
    entries = {action.text(): action for action in menu.actions()}
    assert "Layer" not in entries
    entries["Memory"].trigger()
    entries["Input"].trigger()
    sort = entries["Sort by"].menu()
    assert isinstance(sort, QMenu)
    next(action for action in sort.actions() if action.text() == "Parameters").trigger()
    menu.deleteLater()
    assert table.records.isColumnHidden(7)
    table.copy.click()
    heads, first, *_ = QGuiApplication.clipboard().text().splitlines()
    assert "Memory" not in heads
    assert "Receptive field" in heads
    assert first.split("\t")[4] == "0"  # the fewest parameters first
    assert table.figure is not None
    table.records.hide_columns(frozenset())
    assert not table.records.isColumnHidden(7)


def test_a_path_keeps_its_end() -> None:
    def fits(text: str) -> bool:
        return len(text) <= 18

    assert ended("layer1.0.conv1", fits) == "layer1.0.conv1"
    assert ended("features.denseblock1.denselayer12.norm1", fits) == "…enselayer12.norm1"
    assert ended("features.block.denselayer1.norm1", fits) == "…denselayer1.norm1"  # no lonely dot or letter before it
    assert ended("abcdefghijklmnopqrstuvwxyz", fits) == "…jklmnopqrstuvwxyz"


def test_in_a_narrow_window_the_buttons_are_icons(opened: Opened, table: TablePage) -> None:
    opened.window.resize(opened.window.minimumSizeHint())
    opened.qtbot.waitUntil(lambda: table.copy.isHidden() and not table.measure.text())
    assert table.measure.accessibleName() == "Measure times"
    opened.settle()
    row = [table.line, table.side, table.measure]
    assert all(a.geometry().right() < b.geometry().left() for a, b in pairwise(row))
    assert table.side.width() >= table.side.minimumSizeHint().width()
    assert table.measure.geometry().right() < table.width()
    opened.window.resize(1280, 720)
    opened.qtbot.waitUntil(lambda: not table.copy.isHidden() and table.measure.text() == "Measure times")


def test_all_records_with_their_numbers(opened: Opened, table: TablePage) -> None:
    assert not table.isHidden()
    assert opened.window.split.isHidden()
    assert opened.window.commands["table"].isChecked()
    assert column(table, "#") == [str(i) for i in range(12)]
    assert column(table, "Output")[:4] == ["6×28×28", "6×28×28", "6×14×14", "16×10×10"]
    assert column(table, "Parameters")[::3] == ["156", "2,416", "", "10,164"]
    assert column(table, "Memory")[0] == "18.4 KiB"  # 6 · 28 · 28 · 4 bytes
    assert column(table, "Receptive field")[3] == "14 × 14, stride 2"
    assert column(table, "Time") == [""] * 12
    assert "61,706 parameters · 416,520 multiply–adds" in table.foot.text()


def test_in_step_with_the_window(opened: Opened, table: TablePage) -> None:
    assert chosen(table) == 3
    opened.press(Qt.Key.Key_Right)
    assert chosen(table) == 4
    opened.qtbot.keyClick(table.records, Qt.Key.Key_Down)
    opened.settle()
    assert opened.request.layer == "5"
    assert opened.window.card.title.text() == "5 · MaxPool 2"
    opened.qtbot.keyClick(table.records, Qt.Key.Key_Return)
    opened.settle()
    assert table.isHidden()
    assert not opened.window.split.isHidden()


def test_sorted_and_filtered(opened: Opened, table: TablePage) -> None:
    titles = [c.title for c in table._lines.columns]
    table.records.sortByColumn(titles.index("Multiply–adds"), Qt.SortOrder.DescendingOrder)
    assert [line.row.index for line in table.records.shown.rows][:4] == [3, 0, 7, 9]
    assert chosen(table) == 3, "the same record stays selected"
    table.line.setText("conv")
    assert [line.row.index for line in table.records.shown.rows] == [3, 0]
    table.line.setText("16x5x5")
    assert {line.row.index for line in table.records.shown.rows} == {5, 6}
    table.line.setText("48120")
    assert [line.row.key for line in table.records.shown.rows] == ["7"]
    table.line.clear()
    assert table.records.shown.rowCount() == 12


def test_copied_for_a_spreadsheet(opened: Opened, table: TablePage) -> None:
    table.copy.click()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert len(lines) == 13
    heads, first = lines[0].split("\t"), lines[1].split("\t")
    cells = dict(zip(heads, first, strict=True))
    assert (cells["Layer"], cells["Parameters"], cells["Multiply–adds"]) == ("0", "156", "117600")
    assert (cells["Output"], cells["Memory"], cells["Time"]) == ("6×28×28", "18816", "")
    opened.qtbot.keyClick(table.records, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert len(QGuiApplication.clipboard().text().split("\n")) == 2


def test_times_are_measured_on_request_and_named_among_the_facts(opened: Opened, table: TablePage) -> None:
    assert "Time" not in opened.window.card.rows()
    table.measure.click()
    assert table.measure.text() == "Stop measuring"
    opened.settle()
    assert table.measure.text() == "Measure times"
    assert all(text.endswith(" ms") for text in column(table, "Time"))
    assert "The records take" in table.foot.text()
    assert "the bare pass" in table.foot.text()
    opened.settle()
    assert opened.window.card.rows()["Time"].split(" · ")[0] == column(table, "Time")[3]


def test_measuring_can_be_stopped(opened: Opened, table: TablePage) -> None:
    table.measure.click()
    table.measure.click()
    assert table.measure.text() == "Measure times"
    opened.settle()
    assert opened.controller.tabling.complete


def test_one_workspace_at_a_time(opened: Opened, table: TablePage) -> None:
    window = opened.window
    top = window.top
    for key, name in ((Qt.Key.Key_G, "network"), (Qt.Key.Key_T, "table"), (Qt.Key.Key_B, "sandbox")):
        opened.press(key)
        shown = [n for n in ("network", "table", "sandbox") if window.commands[n].isChecked()]
        assert shown == [name]
        assert window.split.isHidden()
    opened.press(Qt.Key.Key_T)
    top.workspace_picked.emit("")
    opened.settle()
    assert not window.split.isHidden()
    assert table.isHidden()
    opened.press(Qt.Key.Key_T)
    opened.press(Qt.Key.Key_E)
    assert table.isHidden()
    assert opened.request.view == "explain"
    opened.press(Qt.Key.Key_T)
    assert not table.isHidden()
    assert opened.request.view != "explain"


def test_what_ails_a_pass_leads_to_its_map(opened: Opened) -> None:
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="")
    opened.press(Qt.Key.Key_H)
    page = opened.controller.tabling.page
    assert opened.request.layer == ""
    assert page.table is page.health
    begun = page.health.shown.rows
    assert begun
    assert all(finding.begins for finding in begun)
    button = page.side.button(HEALTH)
    assert isinstance(button, QPushButton)
    assert button.text() == f"Health · {len(begun)}"
    page.begins.click()
    assert len(page.health.shown.rows) > len(begun)
    page.line.setText("dead")
    finding = page.health.shown.rows[0]
    assert finding.kind == "dead"
    menu = page.channels_menu(finding)
    assert menu.actions()[0].text() == f"Channel {finding.channels[0]}"
    menu.deleteLater()
    before = opened.request
    opened.settle()
    assert opened.request == before  # nothing was chosen yet
    opened.qtbot.mouseClick(
        page.health.viewport(),
        Qt.MouseButton.LeftButton,
        pos=page.health.visualRect(page.health.shown.index(0, 1)).center(),
    )
    opened.settle()
    assert opened.request.layer == finding.key
    assert page.links.isVisible()
    assert f'href="{finding.channels[-1]}"' in page.links.text()
    page.links.linkActivated.emit(str(finding.channels[-1]))
    opened.settle()
    assert page.isHidden()
    assert (opened.request.layer, opened.request.channel) == (finding.key, finding.channels[-1])
    opened.press(Qt.Key.Key_H)
    opened.qtbot.keyClick(page.health, Qt.Key.Key_Return)
    opened.settle()
    assert page.isHidden()
    assert (opened.request.layer, opened.request.channel) == (finding.key, finding.channels[0])
    opened.press(Qt.Key.Key_T)
    page.show_side(RECORDS)
    assert page.links.isHidden()


def test_the_birthplace_of_nan_is_named(opened: Opened, tmp_path: Path) -> None:
    file = tmp_path / "sick.py"
    file.write_text(
        "import torch\n"
        "class Sick(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        return torch.relu(x * 0 / 0).mean((2, 3))\n"
        "def make():\n"
        "    return torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3), Sick()).eval()\n"
    )
    sick = ModelRequest(f"{file}:make", device="cpu", input_size=(28, 28), trust=True)
    opened.ask(model=sick, layer="", view="")
    opened.press(Qt.Key.Key_H)
    page = opened.controller.tabling.page
    assert page.foot.text().splitlines()[0] == "This pass breaks down: NaN at 2 · Divide (1.div) for the first time."
    [finding] = [finding for finding in page.health.shown.rows if finding.kind == "NaN"]
    assert finding.channels == (0, 1, 2)
    page.begins.click()
    assert [f.key for f in page.health.shown.rows if f.kind == "NaN"] == ["1.div", "1.relu", "1"]
    opened.window.errors.clear()


def test_another_picture_is_another_pass(opened: Opened, table: TablePage) -> None:
    before = column(table, "Zeros")
    opened.controller.session.update(image=next(p for p in samples("lenet5-mnist") if "zero" in p))
    assert table.foot.text() == "Looking at all records…"
    opened.settle()
    assert column(table, "Zeros") != before
    assert "61,706 parameters" in table.foot.text()
    assert chosen(table) == 3


def test_words_of_the_table() -> None:
    assert inputs_text(((6, 2, 2),)) == "6×2×2"
    assert inputs_text(((6, 2, 2), (6, 2, 2))) == "2 of 6×2×2"
    assert inputs_text(((1,), (2,), (3,))) == "3 inputs"
    assert [size_text(n) for n in (40, 18816, 5 << 20, 3 << 30)] == ["40 B", "18.4 KiB", "5 MiB", "3 GiB"]
    assert [size_text(n) for n in (1_027_604, 1020 << 30)] == ["1,004 KiB", "1,020 GiB"]  # never 1e+03
    row = Row(0, "a.conv", "conv2d", "Conv 3×3", "conv", ((3, 8, 8),), (4, 6, 6), 1112, 3888, 576, "3 × 3", 9, 0.0, 0.5)
    assert all(matching(text)(Line(row)) for text in ("", "CONV a.", "4x6x6", "3×8×8", "1,112", "1112"))
    assert not matching("pool")(Line(row))
    finding = Finding(0, "a.conv", "Conv 3×3", "dead", (1,), 4, False, "dead")
    assert matching_findings("dead conv", False)(finding)
    assert not matching_findings("dead", True)(finding)
    assert Timing((0.001,), (4,), 0.002, 3, "CPU").total == 0.001


def test_nobody_chooses_a_record_but_the_person(opened: Opened) -> None:
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="")
    before = opened.request
    opened.press(Qt.Key.Key_H)
    page = opened.controller.tabling.page
    page.line.setText("dead")
    page.line.clear()
    page.begins.click()
    opened.settle()
    assert opened.request == before
    assert page.health.hasFocus()
    opened.qtbot.keyClick(page.health, Qt.Key.Key_Down)
    opened.settle()
    assert opened.request.layer == page.health.shown.rows[0].key


def test_rows_of_another_network_are_not_shown_as_its_own(opened: Opened, table: TablePage) -> None:
    assert table.records.isVisible()
    opened.controller.session.update(model=ModelRequest("vgg-cifar10", device="cpu"), layer="")
    assert not table.records.isVisible()
    opened.settle()
    assert table.records.isVisible()
    assert len(table.records.shown.rows) == len(opened.controller.steps) - 1
