"""Editing the picture by mouse, wheel, handle, slider and key: maps and bars follow, the file stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from cnnviz.gui.retouch.stage import NOTCH, Stage
from cnnviz.request import UNEDITED, PictureEdit

LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def stage(opened) -> Stage:
    opened.window.retouch.set_open(True)
    QApplication.processEvents()
    return opened.window.retouch.stage


def drag(opened, stage: Stage, start: tuple[float, float], end: tuple[float, float], keys=NONE) -> None:
    """From one place to another, in shares of the picture."""
    area = stage.area
    points = [QPoint(round(area.x() + x * area.width()), round(area.y() + y * area.height())) for x, y in (start, end)]
    opened.qtbot.mousePress(stage, LEFT, keys, points[0])
    opened.qtbot.mouseMove(stage, (points[0] + points[1]) / 2)
    opened.qtbot.mouseMove(stage, points[1])
    opened.qtbot.mouseRelease(stage, LEFT, keys, points[1])
    opened.settle()


def turn_wheel(stage: Stage, notches: int) -> None:
    at = QPointF(stage.rect().center())
    QApplication.sendEvent(
        stage,
        QWheelEvent(
            at, stage.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def pixels_of(opened) -> np.ndarray:
    return np.asarray(Image.open(opened.request.image).convert("L"))


def test_dragging_shifts_what_the_network_gets_and_not_the_file(opened, stage):
    before, content = pixels_of(opened), Path(opened.request.image).read_bytes()
    plain = opened.controller.response
    drag(opened, stage, (0.5, 0.5), (0.5 + 5 / 28, 0.5 - 3 / 28))
    across, down = (n * 28 for n in opened.request.picture_edit.shift)
    assert (across, down) == pytest.approx((5, -3), abs=0.2)
    assert Path(opened.request.image).read_bytes() == content
    response = opened.controller.response
    assert response.request.picture_edit == opened.request.picture_edit
    seen = response.seen.pixels.astype(float)
    y, x = np.indices(seen.shape)
    mass = [(np.array([(y * p).sum(), (x * p).sum()]) / p.sum()) for p in (before.astype(float), seen)]
    assert mass[1] - mass[0] == pytest.approx([down, across], abs=0.15)
    assert not np.array_equal(response.scores.logits, plain.scores.logits)


def test_the_wheel_scales_and_is_one_act(opened, stage):
    for notches in (1, 1, 2):
        turn_wheel(stage, notches)
    with opened.qtbot.waitSignal(stage.changed, check_params_cb=lambda _, finished: finished):
        pass
    opened.settle()
    assert opened.request.picture_edit.zoom == pytest.approx(NOTCH**4, abs=1e-3)
    opened.controller.session.back()
    opened.settle()
    assert opened.request.picture_edit == UNEDITED
    assert stage.edit == UNEDITED


def test_the_knob_turns(opened, stage):
    area, knob = stage.area, stage.knob
    start = (knob.x() - area.x()) / area.width(), (knob.y() - area.y()) / area.height()
    drag(opened, stage, start, (1 - start[1], 0.5))  # from above the centre to its right
    assert opened.request.picture_edit.turn == pytest.approx(90, abs=1.5)
    seen = opened.controller.response.seen.pixels.astype(int)
    assert np.abs(seen - np.rot90(pixels_of(opened).astype(int), -1)).mean() < 6


def test_shift_and_drag_cuts_out_and_cuts_again(opened, stage):
    drag(opened, stage, (0.25, 0.0), (0.75, 0.5), SHIFT)
    assert opened.request.picture_edit.crop == pytest.approx((0.25, 0, 0.75, 0.5), abs=0.02)
    drag(opened, stage, (0.0, 0.5), (0.5, 1.0), SHIFT)
    assert opened.request.picture_edit.crop == pytest.approx((0.25, 0.25, 0.5, 0.5), abs=0.02)
    before = opened.request.picture_edit
    drag(opened, stage, (0.5, 0.5), (0.505, 0.505), SHIFT)  # a click is no cut
    assert opened.request.picture_edit == before
    drag(opened, stage, (0.5, 0.5), (0.7, 0.5))  # and a drag is as long as the picture is large now
    assert opened.request.picture_edit.shift[0] == pytest.approx(0.2 * 0.25, abs=0.01)


def test_sliders_undo_redo_and_reset(opened, stage):
    panel, press = opened.window.retouch, opened.qtbot.keyClick
    panel.sliders["blur"].setValue(40)
    opened.settle()
    panel.sliders["turn"].setValue(-30)
    opened.settle()
    assert opened.request.picture_edit == PictureEdit(turn=-30.0, blur=0.04)
    names = [row[0] for row in opened.controller.response.card.rows]
    opened.ask(layer="")
    names = [row[0] for row in opened.controller.response.card.rows]
    assert names[:3] == ["As decoded", "Moved", "Blurred"]
    press(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    opened.settle()
    assert opened.request.picture_edit == PictureEdit(blur=0.04)
    assert panel.sliders["turn"].value() == 0
    press(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | SHIFT)
    opened.settle()
    assert opened.request.picture_edit.turn == -30
    opened.qtbot.mouseClick(panel.reset, LEFT)
    opened.settle()
    assert opened.request.picture_edit == UNEDITED
    assert not panel.reset.isEnabled()


def test_arrow_keys_shift_while_the_stage_has_the_focus(opened, stage):
    layer = opened.request.layer
    stage.setFocus()
    opened.qtbot.keyClick(stage, Qt.Key.Key_Right)
    opened.settle()
    assert opened.request.picture_edit.shift == (0.02, 0.0)
    assert opened.request.layer == layer


def test_another_picture_has_no_edit_and_a_failure_changes_nothing(opened, stage):
    panel = opened.window.retouch
    panel.sliders["blur"].setValue(40)
    opened.settle()
    opened.press(Qt.Key.Key_PageDown)
    assert opened.request.picture_edit == UNEDITED
    assert panel.sliders["blur"].value() == 0
    assert not opened.controller.retouching.can_undo


def test_only_one_of_the_sections_is_open(opened, stage):
    window = opened.window
    assert window.retouch.is_open
    assert not window.drawing.is_open
    opened.press(Qt.Key.Key_D)
    assert window.drawing.is_open
    assert not window.retouch.is_open
