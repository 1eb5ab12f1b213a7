from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from cnnviz.gui.theme import theme
from cnnviz.gui.tray import Tray
from cnnviz.gui.tray_items import TrayItem, arranged, natural
from cnnviz.gui.tray_menus import context_menu

# popups and tooltips off screen
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
ALT = Qt.KeyboardModifier.AltModifier
DIGITS = tuple(str(d) for d in range(10))
PIXELS = np.full((28, 28), 200, np.uint8)

ITEMS = [
    TrayItem("/p/seven.png", "seven.png", PIXELS, 7, 0.999, "7", "7"),
    TrayItem("/p/two.png", "two.png", PIXELS, 3, 0.55, "3", "2"),
    TrayItem("/p/scan10.png", "scan10.png", None, 1, 0.7, "1"),
    TrayItem("/p/scan2.png", "scan2.png"),
    TrayItem("/p/broken.png", "broken.png", problem="“broken.png” ends in the middle: save it again."),
]
NAMES = [item.name for item in ITEMS]


@pytest.fixture
def tray(qtbot: QtBot, qapp: QApplication) -> Tray:
    theme.install(qapp, "dark", 1.0)
    tray = Tray()
    qtbot.addWidget(tray)
    tray.resize(216, 600)
    tray.set_classes(DIGITS)
    with qtbot.waitExposed(tray):
        tray.show()
    tray.add(ITEMS)
    tray.set_current("/p/seven.png")
    return tray


def listed(tray: Tray) -> list[str]:
    return [Path(path).name for path in tray.model.shown]


def count(tray: Tray) -> str:
    return tray.findChild(QWidget, "tray-count").text()


# states and what is said about them


@pytest.mark.parametrize(
    ("label", "true", "right"),
    [
        ("7", "7", True),
        ("7", "1", False),
        ("7", "", None),
        ("golden retriever", "Golden_Retriever", True),
        ("tabby, tabby cat", "tabby cat", True),
        ("tabby, tabby cat", "cat", False),
    ],
)
def test_right_or_wrong(label: str, true: str, right: bool | None) -> None:
    assert TrayItem("p", "n", None, 7, 0.9, label, true).right is right


def test_summaries() -> None:
    assert [item.state for item in ITEMS] == ["done", "done", "done", "waiting", "error"]
    assert ITEMS[1].summary == "predicted 3 with 55.0 %, wrong: the true class is 2"
    assert ITEMS[0].summary == "predicted 7 with 99.9 %, right"
    assert TrayItem("p", "n", running=True).summary == "predicting…"
    assert TrayItem("p", "n", waiting=False).summary == "not predicted"


def test_orders_and_filters() -> None:
    def names(sort: str = "added", chosen: str = "all", text: str = "") -> list[str]:
        return [item.name for item in arranged(ITEMS, sort, chosen, text)]

    assert names("name") == ["broken.png", "scan2.png", "scan10.png", "seven.png", "two.png"]
    assert names("lowest")[:3] == ["two.png", "scan10.png", "seven.png"]
    assert names("highest")[:3] == ["seven.png", "scan10.png", "two.png"]
    assert names("class")[:3] == ["scan10.png", "two.png", "seven.png"]
    assert names(chosen="wrong") == ["two.png"]
    assert names(chosen="right") == ["seven.png"]
    assert names(chosen="unsure") == ["two.png"]
    assert names(chosen="unlabelled") == ["scan10.png", "scan2.png", "broken.png"]
    assert names(chosen="problem") == ["broken.png"]
    assert names(chosen="class:7") == ["seven.png"]
    assert names(text="SCAN") == ["scan10.png", "scan2.png"]
    assert sorted(("a10", "a9", "b", "A1"), key=natural) == ["A1", "a9", "a10", "b"]


# choosing


def test_arrows_and_clicks_pick(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.picked) as picked:
        qtbot.keyClick(tray.list, KEY.Key_Down)
    assert picked.args == ["/p/two.png"]
    place = tray.list.visualRect(tray.model.index(3)).center()
    with qtbot.waitSignal(tray.picked) as picked:
        qtbot.mouseClick(tray.list.viewport(), LEFT, pos=place)
    assert picked.args == ["/p/scan2.png"]
    with qtbot.waitSignal(tray.picked) as picked:
        tray.pick(-1)
    assert picked.args == ["/p/scan10.png"]
    with qtbot.assertNotEmitted(tray.picked):
        tray.set_current("/p/seven.png")
    assert tray.list.currentIndex().row() == 0


def test_keys_of_the_window_are_left_to_it(qtbot: QtBot, tray: Tray) -> None:
    for key in (KEY.Key_Space, KEY.Key_Home, KEY.Key_End, KEY.Key_Left, KEY.Key_Right):
        with qtbot.assertNotEmitted(tray.picked):
            qtbot.keyClick(tray.list, key)
    assert tray.current == "/p/seven.png"


def test_delete_removes_and_picks_the_next(qtbot: QtBot, tray: Tray) -> None:
    picked: list[str] = []
    tray.picked.connect(picked.append)
    with qtbot.waitSignal(tray.removed) as removed:
        qtbot.keyClick(tray.list, KEY.Key_Delete)
    assert removed.args == [["/p/seven.png"]]
    assert picked == ["/p/two.png"]
    assert listed(tray) == NAMES[1:]
    tray.list.selectAll()
    with qtbot.waitSignal(tray.removed) as removed:
        qtbot.keyClick(tray.list, KEY.Key_Delete)
    assert len(removed.args[0]) == 4
    assert tray.current == ""
    assert picked == ["/p/two.png"]


def test_removing_another_picture_leaves_the_current_one(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.assertNotEmitted(tray.picked):
        tray.remove(["/p/two.png", "/p/never.png"])
    assert tray.current == "/p/seven.png"
    assert tray.list.currentIndex().row() == 0


def test_the_last_row_gone_picks_the_one_above(tray: Tray) -> None:
    tray.set_current("/p/broken.png")
    tray.remove(["/p/broken.png"])
    assert tray.current == "/p/scan2.png"


# order


def test_alt_arrows_move(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.reordered) as moved:
        qtbot.keyClick(tray.list, KEY.Key_Down, ALT)
    assert moved.args[0][:2] == ["/p/two.png", "/p/seven.png"]
    assert tray.current == "/p/seven.png"
    assert tray.selected == ["/p/seven.png"]
    qtbot.keyClick(tray.list, KEY.Key_Up, ALT)
    with qtbot.assertNotEmitted(tray.reordered):
        qtbot.keyClick(tray.list, KEY.Key_Up, ALT)  # it is at the top
    assert listed(tray) == NAMES


def test_dragged_rows_move(qtbot: QtBot, tray: Tray) -> None:
    mime = tray.model.mimeData([tray.model.index(0), tray.model.index(1)])
    with qtbot.waitSignal(tray.reordered) as moved:
        tray.model.dropMimeData(mime, Qt.DropAction.MoveAction, 4, 0, tray.model.index(-1))
    assert moved.args[0] == [f"/p/{n}" for n in ("scan10.png", "scan2.png", "seven.png", "two.png", "broken.png")]


def test_a_sorted_list_is_not_moved_by_hand(qtbot: QtBot, tray: Tray) -> None:
    tray.set_sort("name")
    with qtbot.assertNotEmitted(tray.reordered):
        qtbot.keyClick(tray.list, KEY.Key_Down, ALT)


def test_sort_and_filter_keep_the_current_picture(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.assertNotEmitted(tray.picked):
        tray.set_sort("name")
        assert tray.list.currentIndex().row() == 3
        tray.set_filter("wrong")
        assert (listed(tray), count(tray)) == (["two.png"], "1 of 5")
        assert not tray.list.currentIndex().isValid()
        chip = tray.findChild(QPushButton, "tray-filter-chip")
        assert chip.text() == "Wrong"
        qtbot.mouseClick(chip, LEFT)
    assert count(tray) == "5"
    assert tray.list.currentIndex().row() == 3


def test_menus_of_sort_and_filter(qtbot: QtBot, tray: Tray) -> None:
    menu = tray.findChild(QToolButton, "tray-filter").menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts[:2] == ["All", "Wrong"]
    below = menu.actions()[-1].menu()
    assert [action.text() for action in below.actions()] == ["1 (1)", "3 (1)", "7 (1)"]
    below.actions()[2].trigger()
    assert listed(tray) == ["seven.png"]
    menu = tray.findChild(QToolButton, "tray-sort").menu()
    menu.aboutToShow.emit()
    menu.actions()[1].trigger()
    assert tray.model.sort_key == "name"


def test_search(qtbot: QtBot, tray: Tray) -> None:
    assert not tray.search.isVisible()  # five pictures are seen at a glance
    tray.add([TrayItem("/p/six.png", "six.png")])
    assert tray.search.isVisible()
    qtbot.keyClicks(tray.search, "scan")
    assert listed(tray) == ["scan10.png", "scan2.png"]
    qtbot.keyClicks(tray.search, "xyz")
    assert tray.findChild(QLabel, "tray-empty").text() == "No picture fits the search."
    assert tray.findChild(QLabel, "tray-empty").isVisible()


def test_predictions_rearrange_the_list(qtbot: QtBot, tray: Tray) -> None:
    tray.set_filter("class:4")
    assert listed(tray) == []
    with qtbot.waitSignal(tray.model.arranged):
        tray.update_item("/p/scan2.png", prediction=4, probability=0.8, label="4")
        tray.update_item("/p/gone.png", prediction=4)
    assert listed(tray) == ["scan2.png"]
    with qtbot.waitSignal(tray.model.arranged):
        tray.forget_predictions()
    assert listed(tray) == []
    assert {item.state for item in tray.model.items} == {"waiting"}
    tray.stop_waiting()
    assert {item.state for item in tray.model.items} == {"idle"}


# true classes


def test_the_true_class_is_edited_in_place(qtbot: QtBot, tray: Tray) -> None:
    tray.list.setFocus()
    qtbot.keyClick(tray.list, KEY.Key_F2)
    box = tray.findChild(QComboBox, "true-class")
    assert box is not None
    assert box.currentText() == "7"
    qtbot.keyClicks(box.lineEdit(), "1")
    with qtbot.waitSignal(tray.labelled) as labelled:
        qtbot.keyClick(box.lineEdit(), KEY.Key_Return)
    assert labelled.args == ["/p/seven.png", "1"]
    assert tray.model.item("/p/seven.png").right is False


def test_the_true_class_is_chosen_from_the_menu(qtbot: QtBot, tray: Tray) -> None:
    tray.list.setCurrentIndex(tray.model.index(2))
    menu = context_menu(tray)
    classes = next(a.menu() for a in menu.actions() if a.text() == "True class")
    with qtbot.waitSignal(tray.labelled) as labelled:
        next(a for a in classes.actions() if a.text() == "1").trigger()
    assert labelled.args == ["/p/scan10.png", "1"]
    menu.deleteLater()
    menu = context_menu(tray)
    with qtbot.waitSignal(tray.labelled) as labelled:
        next(a for a in menu.actions() if a.text() == "Forget true class").trigger()
    assert labelled.args == ["/p/scan10.png", ""]
    menu.deleteLater()


# drops


def drop(tray: Tray, mime: QMimeData) -> bool:
    place = QPoint(100, 40)
    copy, left, none = Qt.DropAction.CopyAction, LEFT, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, mime, left, none)
    QApplication.sendEvent(tray, enter)
    if not enter.isAccepted():
        return False
    assert tray.zone.property("role") == "drop-zone-active"
    event = QDropEvent(QPointF(place), copy, mime, left, none)
    QApplication.sendEvent(tray, event)
    assert tray.zone.property("role") == "drop-zone"
    return event.isAccepted()


def test_files_and_folders_are_dropped(qtbot: QtBot, tray: Tray, tmp_path: Path) -> None:
    mime = QMimeData()
    names = [str(tmp_path / "größe 7.png"), str(tmp_path)]
    mime.setUrls([QUrl.fromLocalFile(name) for name in (*names, names[0])])
    with qtbot.waitSignal(tray.dropped) as dropped:
        assert drop(tray, mime)
    assert dropped.args == [names]


def test_pixels_are_dropped(qtbot: QtBot, tray: Tray) -> None:
    mime = QMimeData()
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    mime.setImageData(image)
    with qtbot.waitSignal(tray.image_dropped) as dropped:
        assert drop(tray, mime)
    assert (dropped.args[0].width(), dropped.args[0].height()) == (4, 3)


def test_addresses_of_the_web_are_refused_in_a_sentence(qtbot: QtBot, tray: Tray) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.png")])
    with qtbot.waitSignal(tray.refused) as refused, qtbot.assertNotEmitted(tray.dropped):
        drop(tray, mime)
    assert refused.args[0].startswith("CNNViz does not fetch pictures from the web (“example.org”)")


def test_text_and_rows_of_the_tray_are_not_taken(tray: Tray) -> None:
    mime = QMimeData()
    mime.setText("hello")
    assert not drop(tray, mime)
    assert not drop(tray, tray.model.mimeData([tray.model.index(0)]))


def test_a_drag_that_leaves_leaves_no_trace(tray: Tray) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/p/a.png")])
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(tray, QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, LEFT, none))
    QApplication.sendEvent(tray, QDragLeaveEvent())
    assert tray.zone.property("role") == "drop-zone"


def test_buttons_of_the_zone(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.open_requested):
        qtbot.mouseClick(tray.zone.open_button, LEFT)
    with qtbot.waitSignal(tray.paste_requested):
        qtbot.mouseClick(tray.zone.paste_button, LEFT)


# many


def test_thousands_of_pictures(qtbot: QtBot, tray: Tray) -> None:
    added = tray.add([TrayItem(f"/q/{i}.png", f"{i}.png", PIXELS) for i in range(5000)] + ITEMS)
    assert len(added) == 5000
    assert count(tray) == "5,005"
    for i in range(5000):
        tray.update_item(f"/q/{i}.png", prediction=i % 10, probability=0.5 + i / 10_001, label=str(i % 10))
    tray.set_sort("highest")
    assert listed(tray)[0] == "seven.png" or listed(tray)[0] == "4999.png"
    tray.set_filter("unsure")
    assert count(tray) == "1,002 of 5,005"
    tray.list.selectAll()
    assert len(tray.selected) == 1002
    tray.remove_selected()
    assert len(tray.model.items) == 4003
    tray.list.grab()


@pytest.mark.parametrize("mode", ["dark", "light"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_is_painted_in_every_look(tray: Tray, mode: str, scale: float) -> None:
    theme.set_mode(mode)
    theme.set_scale(scale)
    tray.update_item("/p/scan2.png", running=True, thumbnail=np.zeros((20, 60, 3), np.uint8))
    picture = tray.grab().toImage()
    assert picture.pixelColor(2, picture.height() - 2) == theme.color("ground")
    row = tray.list.visualRect(tray.model.index(0))
    left = tray.list.viewport().mapTo(tray, row.topLeft()) + QPoint(theme.px(26), theme.px(28))
    assert picture.pixelColor(left).lightness() == 200  # the thumbnail itself
    theme.set_scale(1.0)


def test_every_control_has_a_name(tray: Tray) -> None:
    buttons = [*tray.findChildren(QPushButton), *tray.findChildren(QToolButton)]
    unnamed = [b for b in buttons if not b.accessibleName() and b.parent() is not tray.search]
    assert unnamed == []
    assert tray.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "two.png, predicted 3 with 55.0 %, wrong: the true class is 2"
    )
