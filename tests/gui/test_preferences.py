from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from cnnviz.gui.preferences import PreferencesDialog
from cnnviz.gui.theme import theme
from cnnviz.settings import Settings

LEFT = Qt.MouseButton.LeftButton
DEVICES = {"auto": "Best device", "cpu": "CPU"}


@pytest.fixture
def dialog(qtbot: QtBot, qapp: QApplication) -> PreferencesDialog:
    theme.install(qapp, "dark", 1.0)
    dialog = PreferencesDialog(Settings(recent_images=("a.png",)), DEVICES)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def test_every_setting_that_is_chosen_by_hand_has_an_editor(dialog: PreferencesDialog) -> None:
    for name in Settings.__dataclass_fields__:
        if not name.startswith(("recent", "tour")):
            assert dialog.editor(name).accessibleName()
            assert dialog.editor(name).objectName() == f"setting-{name.replace('_', '-')}"


def test_a_change_holds_at_once(qtbot: QtBot, dialog: PreferencesDialog) -> None:
    assert not dialog.reset.isEnabled()
    with qtbot.waitSignal(dialog.changed) as changed:
        qtbot.mouseClick(dialog.editor("theme").findChild(QPushButton, "choice-light"), LEFT)
    assert changed.args == [Settings(theme="light", recent_images=("a.png",))]
    box = dialog.editor("device")
    assert isinstance(box, QComboBox)
    with qtbot.waitSignal(dialog.changed) as changed:
        qtbot.keyClick(box, Qt.Key.Key_Down)
    assert changed.args[0].device == "cpu"
    top = dialog.editor("top_k")
    assert isinstance(top, QSpinBox)
    with qtbot.waitSignal(dialog.changed) as changed:
        qtbot.keyClick(top, Qt.Key.Key_Up)
    assert changed.args[0].top_k == 6
    with qtbot.waitSignal(dialog.changed) as changed:
        qtbot.mouseClick(dialog.reset, LEFT)
    assert changed.args == [Settings(recent_images=("a.png",))]


def test_colour_maps_are_chosen_by_kind(qtbot: QtBot, dialog: PreferencesDialog) -> None:
    box = dialog.editor("colormap_signed")
    assert isinstance(box, QComboBox)
    names = [box.itemData(i) for i in range(box.count())]
    assert names[0] == "auto"
    assert "vik" in names
    assert "viridis" not in names
    assert not box.itemIcon(names.index("vik")).isNull()
    box.setCurrentIndex(names.index("vik"))
    with qtbot.waitSignal(dialog.changed) as changed:
        box.activated.emit(box.currentIndex())
    assert changed.args[0].colormap_signed == "vik"


def test_shows_what_was_changed_elsewhere(qtbot: QtBot, dialog: PreferencesDialog) -> None:
    with qtbot.assertNotEmitted(dialog.changed):
        dialog.show_settings(Settings(interface_scale=1.5, play_speed=2.2))
    sizes, speed = dialog.editor("interface_scale"), dialog.editor("play_speed")
    assert isinstance(sizes, QComboBox)
    assert isinstance(speed, QComboBox)
    assert sizes.currentText() == "150%"
    assert speed.currentData() == 2.0  # the nearest
    theme.set_scale(1.5)
    assert dialog.width() >= 780
    theme.set_scale(1.0)


def test_a_device_that_is_not_in_the_list_is_kept(qtbot: QtBot) -> None:
    dialog = PreferencesDialog(Settings(device="cuda:3"), DEVICES)
    qtbot.addWidget(dialog)
    box = dialog.editor("device")
    assert isinstance(box, QComboBox)
    assert box.currentData() == "cuda:3"
