"""The pane of layer views: views, options, channel, stale mark, with real clicks and drags."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QSlider, QSpinBox, QStyle, QStyleOptionSlider, QWidget
from pytestqt.qtbot import QtBot

from cnnviz.core.raster import paint
from cnnviz.figure import Control, Figure, ImageGrid, Scale
from cnnviz.gui.theme import theme
from cnnviz.gui.view_pane import ViewPane
from cnnviz.response import ViewOffer

LEFT = Qt.MouseButton.LeftButton
CONTRAST = Control("contrast", "Contrast", "slider", 0.0, 0.0, 1.0, help="From one scale to each map stretched.")
COLORS = Control("colormap", "Colours", "choice", "auto", choices=("auto", "viridis", "vik"))
BINS = Control("bins", "Bins", "number", 64, 2, 254)
ZEROS = Control("zeros", "Draw exact zeros", "check", False)
MAPS = ViewOffer("feature-maps", "Feature maps", (CONTRAST, COLORS))
HISTOGRAM = ViewOffer("histogram", "Histogram", (BINS, ZEROS, COLORS))
SCALE = Scale(-2.0, 2.0, "RdBu_r", True, "layer")


def figure(title: str = "3 · Conv 5×5") -> Figure:
    values = np.random.default_rng(0).uniform(-2, 2, (16, 6, 6)).astype(np.float32)
    ranges = np.tile(np.array([-2, 2], np.float32), (16, 1))
    names = tuple(map(str, range(16)))
    grid = ImageGrid(values, paint(values, -2, 2), SCALE, ranges, tuple(range(16)), names, ("",) * 16, 16)
    return Figure("feature-maps", title, "16 maps of 6 × 6", (grid,))


@pytest.fixture
def pane(qtbot: QtBot, qapp: QApplication) -> ViewPane:
    theme.install(qapp, "dark")
    pane = ViewPane()
    qtbot.addWidget(pane)
    pane.resize(880, 420)
    pane.views.set_offers((MAPS, HISTOGRAM), "feature-maps")
    pane.set_options(MAPS.controls, ())
    pane.set_figure(figure())
    with qtbot.waitExposed(pane):
        pane.show()
    return pane


def editor(pane: ViewPane, name: str, kind: type[QWidget]) -> QWidget:
    found = pane.findChild(kind, f"option-{name}-editor")
    assert isinstance(found, kind)
    return found


def test_heading(pane: ViewPane) -> None:
    assert pane.title.text() == "3 · Conv 5×5"
    assert pane.subtitle.text() == "16 maps of 6 × 6"


def test_a_click_picks_a_view(qtbot: QtBot, pane: ViewPane) -> None:
    with qtbot.waitSignal(pane.view_picked) as picked:
        qtbot.mouseClick(pane.views.buttons["histogram"], LEFT)
    assert picked.args == ["histogram"]
    with qtbot.waitSignal(pane.view_picked) as picked:
        qtbot.keyClick(pane.views.buttons["feature-maps"], Qt.Key.Key_Space)
    assert picked.args == ["feature-maps"]
    qtbot.mouseClick(pane.views.buttons["feature-maps"], LEFT)
    assert [button.isChecked() for button in pane.views.buttons.values()] == [True, False]


def test_the_answer_says_which_view_it_is(qtbot: QtBot, pane: ViewPane) -> None:
    with qtbot.assertNotEmitted(pane.view_picked):
        pane.views.set_offers((MAPS, HISTOGRAM), "histogram")
    assert pane.views.buttons["histogram"].isChecked()
    assert not pane.views.buttons["feature-maps"].isChecked()
    kept = pane.views.buttons["histogram"]
    pane.views.set_offers((MAPS, ViewOffer("histogram", "Histogram", ())), "feature-maps")
    assert pane.views.buttons["histogram"] is kept
    pane.views.set_offers((HISTOGRAM,), "histogram")
    assert [name for name, button in pane.views.buttons.items() if not button.isHidden()] == ["histogram"]


def test_choice_number_and_check_are_finished_at_once(qtbot: QtBot, pane: ViewPane) -> None:
    pane.set_options(HISTOGRAM.controls, ())
    with qtbot.waitSignal(pane.option_changed) as changed:
        qtbot.mouseClick(editor(pane, "zeros", QCheckBox), LEFT, pos=QPoint(8, 12))
    assert changed.args == ["zeros", True, True]
    with qtbot.waitSignal(pane.option_changed) as changed:
        qtbot.keyClick(editor(pane, "bins", QSpinBox), Qt.Key.Key_Up)
    assert changed.args == ["bins", 65, True]
    with qtbot.waitSignal(pane.option_changed) as changed:
        qtbot.keyClick(editor(pane, "colormap", QComboBox), Qt.Key.Key_Down)
    assert changed.args == ["colormap", "viridis", True]


def test_a_slider_is_unfinished_while_it_is_dragged(qtbot: QtBot, pane: ViewPane) -> None:
    slider = editor(pane, "contrast", QSlider)
    assert isinstance(slider, QSlider)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_SliderHandle
    start = slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider).center()
    heard: list[tuple[object, ...]] = []
    pane.option_changed.connect(lambda *args: heard.append(args))
    qtbot.mousePress(slider, LEFT, pos=start)
    qtbot.mouseMove(slider, start + QPoint(20, 0))
    assert heard
    assert all(not finished for _, _, finished in heard)
    pane.set_options(MAPS.controls, (("contrast", 0.9),))  # an answer on its way does not move what is held
    held = slider.value()
    qtbot.mouseMove(slider, start + QPoint(40, 0))
    assert slider.value() > held
    qtbot.mouseRelease(slider, LEFT, pos=start + QPoint(40, 0))
    assert heard[-1] == ("contrast", slider.value() / 100, True)


def test_keys_on_a_slider_are_finished_acts(qtbot: QtBot, pane: ViewPane) -> None:
    with qtbot.waitSignal(pane.option_changed) as changed:
        qtbot.keyClick(editor(pane, "contrast", QSlider), Qt.Key.Key_PageUp)
    assert changed.args == ["contrast", 0.1, True]


def test_options_show_what_was_asked_for_or_the_default(qtbot: QtBot, pane: ViewPane) -> None:
    with qtbot.assertNotEmitted(pane.option_changed):
        pane.set_options(MAPS.controls, (("colormap", "vik"), ("contrast", 0.25), ("other", 3)))
        assert [field.value() for field in pane._fields.values()] == [0.25, "vik"]
        pane.set_options(MAPS.controls, ())
        assert [field.value() for field in pane._fields.values()] == [0.0, "auto"]


def test_a_field_that_both_views_have_is_kept_with_its_focus(pane: ViewPane) -> None:
    colors = pane._fields["colormap"]
    pane.set_options(HISTOGRAM.controls, ())
    assert pane._fields["colormap"] is colors
    assert list(pane._fields) == ["bins", "zeros", "colormap"]
    places = [field.x() for field in pane._fields.values()]
    assert places == sorted(places)


def test_options_wrap_where_the_pane_is_narrow(qtbot: QtBot, pane: ViewPane) -> None:
    wide = pane._choice.height()
    pane.resize(360, 420)
    qtbot.waitUntil(lambda: pane._choice.height() > wide)
    for field in pane._fields.values():
        assert field.geometry().right() <= pane._choice.width()


def test_every_control_has_a_name_and_the_keyboard_reaches_it(qtbot: QtBot, pane: ViewPane) -> None:
    reached = set()
    widget: QWidget | None = pane.views.buttons["feature-maps"]
    for _ in range(40):
        assert widget is not None
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            reached.add(widget.objectName())
    assert {"view-histogram", "option-contrast-editor", "option-colormap-editor", "image-grid-canvas"} <= reached
    for name in ("option-contrast-editor", "option-colormap-editor", "image-grid-canvas", "view-histogram"):
        found = pane.findChild(QWidget, name)
        assert found is not None
        assert found.accessibleName()


def test_the_channel_is_shown_and_let_go(qtbot: QtBot, pane: ViewPane) -> None:
    height = pane.figure_view.y()
    assert pane.channel.isHidden()
    pane.set_channel(4)
    assert pane.channel.text() == "channel 4"
    assert pane.figure_view.y() == height
    with qtbot.waitSignal(pane.channel_picked) as picked:
        qtbot.mouseClick(pane.channel, LEFT)
    assert picked.args == [None]


def test_an_old_answer_is_marked_without_moving_anything(qtbot: QtBot, pane: ViewPane) -> None:
    place = pane.figure_view.geometry()
    pane.set_stale(True)
    assert pane.stale
    assert pane.mark.text() == "updating…"
    qtbot.waitUntil(pane._veil.isVisible)
    assert pane._veil.geometry() == pane.figure_view.rect()
    assert pane.figure_view.geometry() == place
    pane.set_stale(False)
    assert not pane.stale
    assert pane.mark.text() == ""
    assert not pane._veil.isVisible()


def test_a_quick_answer_does_not_flicker(pane: ViewPane) -> None:
    pane.set_stale(True)
    pane.set_stale(False)
    assert not pane._later.isActive()
    assert not pane._veil.isVisible()


def test_an_old_picture_can_still_be_clicked(qtbot: QtBot, pane: ViewPane) -> None:
    pane.set_stale(True)
    qtbot.waitUntil(pane._veil.isVisible)
    canvas = pane.findChild(QWidget, "image-grid-canvas")
    assert canvas is not None
    middle = canvas.mapTo(pane, QPoint(20, 40))
    assert pane.childAt(middle) is canvas


def test_the_view_state_goes_through(pane: ViewPane) -> None:
    panel = pane.figure_view.panels[0]
    panel.canvas.zoom_by(2)  # type: ignore[attr-defined]
    state = pane.view_state()
    pane.restore(None)
    assert pane.view_state() == (None,)
    pane.restore(state)
    assert pane.view_state() != (None,)


def test_no_torch_for_the_window() -> None:
    import subprocess
    import sys

    parts = "cnnviz.gui.view_pane, cnnviz.gui.softmax_panel, cnnviz.gui.layer_card"
    code = f"import sys, {parts}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
