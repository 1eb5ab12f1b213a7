"""The drawing pad as a person uses it: strokes that run through the network, colours, undo, keep, save."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from cnnviz.core import store
from cnnviz.gui.drawing.panel import DrawPanel
from cnnviz.gui.drawing.sheet import EDGE, Sheet
from cnnviz.gui.feed import Feed
from cnnviz.gui.session import Session
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest, Request

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ONE = ((0.5, 0.15), (0.5, 0.4), (0.5, 0.65), (0.5, 0.85))
SEVEN = ((0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.62, 0.5), (0.5, 0.85))


def draw(qtbot, sheet: Sheet, way, button=LEFT) -> None:
    """Press, move from place to place (shares of the sheet), let go."""
    points = [QPoint(round(x * sheet.width()), round(y * sheet.height())) for x, y in way]
    qtbot.mousePress(sheet, button, pos=points[0])
    for point in points[1:]:
        qtbot.mouseMove(sheet, point)
    qtbot.mouseRelease(sheet, button, pos=points[-1])


def best(opened) -> str:
    scores = opened.controller.response.scores
    return scores.labels[int(np.argmax(scores.logits))]


@pytest.fixture
def panel(qtbot, qapp) -> DrawPanel:
    theme.install(qapp, "dark")
    made = DrawPanel()
    qtbot.addWidget(made)
    made.resize(190, 340)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_a_drawn_digit_runs_through_the_network_and_is_told(opened, qtbot):
    pad = opened.window.drawing
    for way, name in ((ONE, "1"), (SEVEN, "7")):
        pad.sheet.clear()
        draw(qtbot, pad.sheet, way)
        opened.settle()
        assert best(opened) == name
        assert store.holds(opened.request.image)
        assert opened.controller.response.request.image == opened.request.image
    opened.ask(layer="")
    assert [row[0] for row in opened.controller.response.card.rows][:2] == ["As drawn", "Centred"]
    assert opened.window.tray.selected == []


def test_the_history_holds_strokes_and_going_back_puts_them_on_the_pad(opened, qtbot):
    pad, session = opened.window.drawing, opened.controller.session
    draw(qtbot, pad.sheet, ONE)
    opened.settle()
    first, pixels = opened.request.image, pad.sheet.pixels
    draw(qtbot, pad.sheet, ((0.2, 0.5), (0.8, 0.5)))
    opened.settle()
    assert opened.request.image != first
    session.back()
    opened.settle()
    assert opened.request.image == first
    assert np.array_equal(pad.sheet.pixels, pixels)
    session.back()
    assert not store.holds(opened.request.image)  # one step for a whole stroke


def test_undo_and_redo_by_their_keys_and_clear(opened, qtbot):
    pad = opened.window.drawing
    draw(qtbot, pad.sheet, ONE)
    once = pad.sheet.pixels
    draw(qtbot, pad.sheet, ((0.2, 0.5), (0.8, 0.5)))
    twice = pad.sheet.pixels
    opened.settle()
    qtbot.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(pad.sheet.pixels, once)
    qtbot.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(pad.sheet.pixels, twice)
    qtbot.mouseClick(pad.tools["trash"], LEFT)
    assert pad.sheet.blank
    assert not pad.keep.isEnabled()
    qtbot.mouseClick(pad.tools["undo"], LEFT)
    assert np.array_equal(pad.sheet.pixels, twice)
    opened.settle()


def test_a_kept_drawing_is_a_file_in_the_tray_with_the_same_answer(opened, qtbot):
    pad = opened.window.drawing
    draw(qtbot, pad.sheet, SEVEN)
    opened.settle()
    logits = opened.controller.response.scores.logits
    qtbot.mouseClick(pad.keep, LEFT)
    opened.settle()
    path = opened.request.image
    assert Path(path).name == "drawing-1.png"
    assert path in [item.path for item in opened.window.tray.model.items]
    assert np.array_equal(opened.controller.response.scores.logits, logits)
    assert opened.window.tray.model.item(path).label == "7"
    draw(qtbot, pad.sheet, ONE)
    opened.settle()
    qtbot.mouseClick(pad.keep, LEFT)
    opened.settle()
    assert Path(opened.request.image).name == "drawing-2.png"


def test_save_writes_what_the_network_gets(opened, qtbot, tmp_path, monkeypatch):
    pad, file = opened.window.drawing, tmp_path / "mine"
    draw(qtbot, pad.sheet, ONE)
    opened.settle()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    qtbot.mouseClick(pad.save, LEFT)
    assert np.array_equal(np.asarray(Image.open(file.with_suffix(".png"))), store.take(opened.request.image).pixels)
    with qtbot.waitSignal(opened.controller.problem) as told:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "x.png"), ""))
        qtbot.mouseClick(pad.save, LEFT)
    assert "cannot be written" in told.args[0]


def test_a_drawing_can_be_explained_and_exported(opened, qtbot, tmp_path):
    draw(qtbot, opened.window.drawing.sheet, SEVEN)
    opened.ask(layer="3", view="explain", channel=4, at=(5, 4))
    assert opened.controller.response.figure.view == "explain"
    with qtbot.waitSignal(opened.controller.exporter.done):
        opened.controller.exporter.write(opened.controller.response.figure, tmp_path / "drawn.png")
    opened.settle()
    assert (tmp_path / "drawn.png").stat().st_size > 1000


def test_centring_is_a_choice_and_the_prepared_digit_is_shown(opened, qtbot):
    pad = opened.window.drawing
    draw(qtbot, pad.sheet, ((0.1, 0.1), (0.1, 0.4)))
    opened.settle()
    seen = pad.seen.pixmap().toImage()
    assert seen.pixelColor(seen.width() // 2, seen.height() // 2).lightness() > 200
    centred = opened.request.image
    pad.centring.click()
    opened.settle()
    assert opened.request.image != centred
    assert store.take(opened.request.image).pixels.shape == (EDGE, EDGE)


def test_a_colour_network_gets_a_colour_pad(opened, qtbot):
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="")
    pad = opened.window.drawing
    assert pad.inks.isVisible()
    assert not pad.centring.isVisible()
    qtbot.mouseClick(pad._ink_buttons["red"], LEFT)
    draw(qtbot, pad.sheet, ((0.2, 0.5), (0.8, 0.5)))
    opened.settle()
    pixels = store.take(opened.request.image).pixels
    assert pixels.shape == (EDGE, EDGE, 3)
    assert tuple(pixels[EDGE // 2, EDGE // 2]) == (0xD1, 0x3A, 0x30)
    assert tuple(pixels[5, 5]) == (255, 255, 255)


def test_the_pen_is_soft_and_as_wide_as_asked_and_the_eraser_wipes(panel, qtbot):
    sheet = panel.sheet
    draw(qtbot, sheet, ((0.1, 0.5), (0.9, 0.5)))
    across = sheet.pixels[:, EDGE // 2]
    assert across.max() == 255
    assert 0 < across[across > 0].min() < 128
    assert abs(int((across > 127).sum()) - 22 * 1.2) <= 3  # the second ring is brighter than half
    draw(qtbot, sheet, ((0.1, 0.5), (0.9, 0.5)))
    again = sheet.pixels[:, EDGE // 2]
    assert abs(int((again > 127).sum()) - int((across > 127).sum())) <= 2  # once more makes it no wider,
    assert (again > 0).sum() == (across > 0).sum()
    assert 0 < again[again > 0].min() < 128  # and no harder
    panel.size_.setValue(8)
    draw(qtbot, sheet, ((0.1, 0.2), (0.9, 0.2)))
    assert abs(int((sheet.pixels[: EDGE // 3, EDGE // 2] > 127).sum()) - 8 * 1.2) <= 2
    panel.size_.setValue(60)
    draw(qtbot, sheet, ((0.0, 0.5), (1.0, 0.5)), RIGHT)
    assert not sheet.pixels[EDGE // 2 - 10 : EDGE // 2 + 10].any()
    qtbot.mouseClick(panel.tools["eraser"], LEFT)
    draw(qtbot, sheet, ((0.0, 0.2), (1.0, 0.2)))
    assert not sheet.pixels.any()


def test_the_section_fits_itself_to_the_window_until_somebody_chooses(panel, qtbot):
    panel.fit(700)
    assert not panel.is_open
    panel.fit(900)
    assert panel.is_open
    qtbot.mouseClick(panel.heading, LEFT, pos=QPoint(10, 8))
    assert not panel.is_open
    panel.fit(1200)
    assert not panel.is_open


def test_the_key_opens_the_pad(opened):
    pad = opened.window.drawing
    open_before = pad.is_open
    opened.press(Qt.Key.Key_D)
    assert pad.is_open is not open_before
    assert opened.window.commands["draw"].isChecked() is pad.is_open


def test_of_changes_that_come_too_fast_the_newest_is_shown(qtbot):
    session = Session(Request(ModelRequest("lenet5-mnist"), image="0"))
    answered = ["0"]
    feed = Feed(session, lambda: answered[-1] == session.request.image)
    for name in "123":
        feed.offer(image=name)
    assert session.request.image == "1"
    assert feed.dropped == 1
    answered.append("1")
    with qtbot.waitSignal(feed.shown):
        feed.look()
    assert session.request.image == "3"
    answered.append("3")
    feed.look()
    assert not feed.busy
    assert feed.rate > 0
    feed.offer(image="3", finished=True)  # the same again needs no answer, but enters the history
    assert not feed.busy
    assert session.can_go_back
    feed.reset()
    assert (feed.rate, feed.dropped) == (0, 0)
    QApplication.processEvents()


def test_the_pad_is_neither_black_nor_white_before_a_network_says_which(qtbot):
    sheet = Sheet()
    qtbot.addWidget(sheet)
    sheet.resize(100, 100)
    shown = [sheet.grab().toImage().pixelColor(20, 20)]
    for grey in (True, False):
        sheet.set_grey(grey)
        shown.append(sheet.grab().toImage().pixelColor(20, 20))
    assert [colour.name() for colour in shown] == [theme.color("panel").name(), "#000000", "#ffffff"]


def test_what_was_drawn_for_one_kind_of_network_is_there_again_after_another(panel, qtbot):
    sheet = panel.sheet
    qtbot.mouseClick(sheet, LEFT, pos=sheet.rect().center())
    digit = sheet.pixels
    assert digit.max() == 255
    panel.set_grey(False)
    assert sheet.blank
    assert not sheet.can_undo
    qtbot.mouseClick(sheet, LEFT, pos=sheet.rect().center())
    panel.set_grey(True)
    assert np.array_equal(sheet.pixels, digit)
    sheet.undo()
    assert sheet.blank
    panel.set_grey(False)
    assert not sheet.blank
