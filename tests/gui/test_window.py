"""The whole window, driven as a person does: real network, real pictures, real clicks and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from cnnviz.app import FIRST_LAYER
from cnnviz.gui.collection import samples
from cnnviz.gui.controller import Controller
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.gui.theme import theme
from cnnviz.request import ModelRequest, Request
from cnnviz.settings import Settings

SEVEN = next(iter(samples("lenet5-mnist")))
LENET = ModelRequest("lenet5-mnist", device="cpu")


def settle(qtbot, controller):
    """Wait until everything that was asked for is on the screen."""
    if not controller.settled:
        with qtbot.waitSignal(controller.activity, timeout=60_000, check_params_cb=lambda: controller.settled):
            pass
    QApplication.processEvents()


@pytest.fixture
def controller(qtbot, qapp):
    theme.install(qapp, "dark")
    window = MainWindow()
    first = SEVEN
    made = Controller(window, Session(Request(LENET, image=first, layer=FIRST_LAYER)), Settings(play_speed=20.0))
    window.resize(1280, 720)
    window.show()
    made.begin(())
    settle(qtbot, made)
    yield made
    made.stop()
    window.close()
    window.deleteLater()


def drop(window, mime):
    position = window.rect().center()
    actions = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(position, actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.tray.zone.property("role") == "drop-zone-active"  # wherever in the window it is
    QApplication.sendEvent(
        window, QDropEvent(QPointF(position), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )
    assert window.tray.zone.property("role") == "drop-zone"


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def press(controller, qtbot, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(controller.window.network, key, modifier)
    settle(qtbot, controller)


def sentences(controller):
    return [message.sentence for message in controller.window.errors.messages]


def test_the_first_start_shows_a_network_that_knows_a_seven(controller):
    response = controller.response
    assert response.steps[response.current].key == FIRST_LAYER
    assert response.scores.labels[int(response.scores.logits.argmax())] == "7"
    assert controller.window.network.complete
    assert sentences(controller) == []
    item = controller.window.tray.model.item(SEVEN)
    assert (item.label, round(item.probability, 2)) == ("7", 1.0)


def test_arrow_keys_walk_and_home_and_end_jump(controller, qtbot):
    press(controller, qtbot, Qt.Key.Key_Right)
    assert controller.response.request.layer == "1"
    press(controller, qtbot, Qt.Key.Key_End)
    assert controller.response.current == 12
    assert controller.response.request.view == "scores"
    press(controller, qtbot, Qt.Key.Key_Home)
    assert controller.response.current == 0
    press(controller, qtbot, Qt.Key.Key_Left)
    assert controller.response.current == 0


def test_a_click_on_a_map_of_the_network_selects_layer_and_channel(controller, qtbot):
    network = controller.window.network
    left = network._left(4)
    spot = network._cells(4)[2].center()
    assert left <= spot.x()
    qtbot.mouseClick(network.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, controller)
    assert (controller.response.request.layer, controller.response.request.channel) == ("3", 2)
    assert controller.response.figure.panels[0].marked == 2
    press(controller, qtbot, Qt.Key.Key_Escape)
    assert controller.response.request.channel is None


def test_back_and_forward_go_through_what_was_asked(controller, qtbot):
    press(controller, qtbot, Qt.Key.Key_Right)
    press(controller, qtbot, Qt.Key.Key_Right)
    press(controller, qtbot, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert controller.response.request.layer == "1"
    press(controller, qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert controller.response.request.layer == "2"
    assert not controller.window.commands["forward"].isEnabled()


def test_dropped_pictures_replace_the_samples_and_bad_ones_are_named(controller, qtbot, tmp_path):
    for name in ("nine", "großes Ä 7"):
        Image.new("L", (28, 28), 60).save(tmp_path / f"{name}.png")
    (tmp_path / "words.png").write_text("no picture")
    drop(controller.window, files(tmp_path / "nine.png", tmp_path / "großes Ä 7.png", tmp_path / "words.png"))
    settle(qtbot, controller)
    names = {item.name: item for item in controller.window.tray.model.items}
    assert set(names) == {"nine.png", "großes Ä 7.png", "words.png"}
    assert names["nine.png"].prediction is not None
    assert "words.png" in names["words.png"].problem
    assert Path(controller.response.request.image).name == "nine.png"


def test_a_dropped_folder_gives_pictures_with_their_true_classes(controller, qtbot, tmp_path):
    for digit in ("3", "8"):
        (tmp_path / "digits" / digit).mkdir(parents=True)
        Image.new("L", (28, 28), 60).save(tmp_path / "digits" / digit / "a.png")
    drop(controller.window, files(tmp_path / "digits"))
    settle(qtbot, controller)
    assert [item.true_label for item in controller.window.tray.model.items] == ["3", "8"]
    empty = tmp_path / "empty"
    empty.mkdir()
    drop(controller.window, files(empty))
    settle(qtbot, controller)
    assert "empty" in sentences(controller)[-1]
    assert len(controller.window.tray.model.items) == 2


def test_a_picture_that_cannot_be_read_is_told_and_the_old_answer_stays(controller, qtbot, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(Path(SEVEN).read_bytes()[:60])
    shown = controller.response.request
    drop(controller.window, files(broken))
    settle(qtbot, controller)
    assert "broken.png" in sentences(controller)[0]
    assert controller.session.request.image == shown.image
    press(controller, qtbot, Qt.Key.Key_Right)
    assert controller.response.request.layer == "1"


def test_a_picture_from_the_clipboard_is_shown(controller, qtbot):
    image = QImage(28, 28, QImage.Format.Format_Grayscale8)
    image.fill(0)
    QGuiApplication.clipboard().setImage(image)
    with qtbot.waitSignal(controller.collection.opened, timeout=30_000):
        controller.window.commands["paste"].trigger()
    settle(qtbot, controller)
    assert Path(controller.response.request.image).name.startswith("pasted-")
    assert not np.any(controller.response.figure.panels[0].values[0] > 1e6)
    QGuiApplication.clipboard().clear()


def test_the_palette_finds_a_layer(controller, qtbot):
    controller.window.commands["find"].trigger()
    qtbot.keyClicks(controller.acts.palette.search, "maxpool 5")
    qtbot.keyClick(controller.acts.palette.search, Qt.Key.Key_Return)
    settle(qtbot, controller)
    assert controller.response.request.layer in ("2", "5")


def test_another_model_brings_its_own_layers(controller, qtbot, tmp_path):
    from cnnviz import paths

    weights = tmp_path / "copy.safetensors"
    weights.write_bytes((paths.resources() / "models" / "lenet5-mnist.safetensors").read_bytes())
    controller.open_model(ModelRequest(str(weights), arch="lenet5"))
    settle(qtbot, controller)
    assert controller.response.model.name == str(weights)
    assert controller.response.current == 0
    assert controller.settings.recent_models[0].name == str(weights)


def test_a_model_that_does_not_exist_is_told_and_the_old_one_stays(controller, qtbot):
    controller.open_model(ModelRequest("resnet5000"))
    settle(qtbot, controller)
    assert "resnet5000" in sentences(controller)[0]
    assert controller.session.request.model == LENET


def test_play_walks_on_its_own_and_stops(controller, qtbot):
    seen = []
    controller.runner.answered.connect(lambda response: seen.append(response.current))
    with qtbot.waitSignal(controller.runner.answered, timeout=30_000, check_params_cb=lambda r: r.current == 4):
        controller.window.stepper.play.click()
    controller.window.stepper.play.click()
    assert not controller.player.playing
    assert seen[:3] == [2, 3, 4]
    settle(qtbot, controller)


def test_the_newest_request_wins_and_the_last_answer_is_right(controller, qtbot):
    layers = [step.key for step in controller.steps[1:]]
    for turn in range(60):
        controller.session.update(layer=layers[(turn + 1) % len(layers)], finished=False)
        assert controller.window.pane.stale
    last = controller.session.request.layer
    settle(qtbot, controller)
    assert controller.response.request.layer == last
    assert not controller.window.pane.stale


def test_a_true_class_set_by_hand_stands_in_the_tray_and_in_the_panel(controller, qtbot):
    controller.window.softmax.true_class_picked.emit(1)
    assert controller.window.tray.model.item(controller.session.request.image).true_label == "1"


def test_theme_scale_and_layout_can_change_while_running(controller, qtbot):
    controller.set_settings(replace(controller.settings, theme="light", interface_scale=1.5))
    settle(qtbot, controller)
    assert not theme.dark
    controller.window.commands["normal-size"].trigger()
    controller.window.commands["reset-layout"].trigger()
    settle(qtbot, controller)
    assert theme.scale == 1.0


def test_no_key_has_two_meanings(controller):
    keys = [key.toString() for action in controller.window.commands.by_name.values() for key in action.shortcuts()]
    assert len(keys) == len(set(keys))  # Qt runs neither of two


def test_the_key_of_quit_closes_the_window(controller, qtbot):
    qtbot.keyClick(controller.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not controller.window.isVisible())


def test_where_no_picture_that_was_named_exists_the_network_opens_on_samples(qtbot, qapp, tmp_path):
    theme.install(qapp, "dark")
    made = Controller(MainWindow(), Session(Request(LENET)), Settings())
    made.window.show()
    made.begin((str(tmp_path / "gone.png"),))
    with qtbot.waitSignal(made.runner.answered, timeout=60_000):
        pass
    settle(qtbot, made)
    assert made.session.request.image == SEVEN
    (message,) = made.window.errors.messages
    assert "gone.png" in message.sentence
    made.window.close()
    made.stop()
    made.window.deleteLater()
