"""The workspace Train, used as a person does, on pictures drawn for the purpose."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from cnnviz.figure import GROUND, ImageGrid, Matrix
from cnnviz.gui.figures.matrix import MatrixWidget
from cnnviz.gui.training.page import TrainingPage
from cnnviz.gui.training.wish import Wish
from cnnviz.request import ModelRequest

from .conftest import Opened


@pytest.fixture
def bars(tmp_path: Path) -> str:
    """Two classes that a small network learns at once: bars that stand, and bars that lie."""
    chance = np.random.default_rng(0)
    pixels = np.zeros((120, 28, 28), np.uint8)
    for number, place in enumerate(chance.integers(2, 24, 120)):
        if number % 2:
            pixels[number, place : place + 3, 3:25] = 255
        else:
            pixels[number, 3:25, place : place + 3] = 255
    classes = np.arange(120) % 2
    file = tmp_path / "bars.npz"
    np.savez(file, x_train=pixels[:90], y_train=classes[:90], x_test=pixels[90:], y_test=classes[90:])
    return str(file)


def page_of(opened: Opened) -> TrainingPage:
    opened.window.commands["train"].trigger()
    page = opened.controller.training.page
    assert page is not None
    assert page.isVisible()
    return page


def choose(page: TrainingPage, file: str) -> None:
    fields = page.form.fields
    fields.data.setCurrentIndex(fields.data.findData(""))
    fields.data.activated.emit(fields.data.currentIndex())
    fields.where.setText(file)
    fields.network.setEditText("plan: 1x28x28 conv4x5/s2 relu max2 flatten dense2")
    fields.epochs.setValue(3)
    fields.batch.setValue(10)
    fields.rate.setValue(0.05)


def complaint(page: TrainingPage) -> str:
    """What is said beside a field."""
    found = [label.text() for label in page.form.findChildren(QLabel, "training-complaint") if label.isVisible()]
    return found[0] if found else ""


def train(opened: Opened, page: TrainingPage) -> None:
    """Press the button, and wait until nothing is being done any more."""
    opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    opened.settle()


def transfer(opened: Opened, page: TrainingPage) -> None:
    opened.qtbot.mouseClick(page.form.begin_from.button("known"), Qt.MouseButton.LeftButton)


def test_a_network_learns_is_looked_at_and_opened(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    train(opened, page)
    assert not opened.window.errors.messages
    course, watch = page.course, page.watch
    losses = [value for _, value in course.loss.points("learning")]
    assert losses[-1] < losses[0]
    assert [at for at, _ in course.accuracy.points("validation")] == [1, 2, 3]
    assert course.accuracy.points("validation")[-1][1] == 1.0  # of eight pictures
    rates = [value for _, value in course.rates.points("learning")]
    assert 0 < rates[-1] < max(rates) <= 0.05  # up, and down to nothing
    assert all(value > 0 for _, value in course.gradients.points("learning"))
    assert watch.slider.maximum() >= 5  # weights after 0, 1, 2, 4, 8 … steps, and at the end of each epoch
    watch.show_figure("confusion")
    shown = watch.view.figure
    assert shown is not None
    matrix = shown.panels[0]
    assert isinstance(matrix, Matrix)
    assert matrix.values.tolist() == [[15, 0], [0, 15]]
    assert matrix.title.endswith(": 100.0 % of 30 test pictures right")
    widget = watch.view.panels[0]
    assert isinstance(widget, MatrixWidget)
    assert widget.model.raster.tolist() == [[GROUND, 0], [0, GROUND]], "right answers are not of the mistakes' scale"
    assert widget.remark.text().startswith("outlined: right answers")
    assert not widget.bar.isHidden()
    watch.show_figure("hardest")
    assert watch.view.figure is not None
    assert watch.view.figure.title == "What contributes most to the loss"
    opened.qtbot.mouseClick(course.open_button, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not page.isVisible()
    assert opened.request.model.name.endswith(".safetensors")
    assert opened.controller.response is not None
    assert opened.controller.response.model.labels == ("0", "1")


def test_a_result_is_opened_with_pictures_of_its_own_data(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1)
    train(opened, page)
    opened.qtbot.mouseClick(page.course.open_button, Qt.MouseButton.LeftButton)
    opened.settle()
    shown = opened.controller.collection.pictures
    assert [label for _, label in shown] == ["0", "1"] * 10  # and no samples of ours, which are of other classes
    pixels = np.load(bars)["x_test"]
    for path, _ in shown:
        assert np.array_equal(np.asarray(Image.open(path)), pixels[int(Path(path).stem)])
    assert opened.request.image == shown[0][0]


def test_pictures_of_ones_own_stay_when_a_result_is_opened(opened: Opened, bars: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.png"
    Image.new("L", (28, 28), 200).save(mine)
    opened.controller.open_files([str(mine)])
    opened.settle()
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1)
    train(opened, page)
    opened.qtbot.mouseClick(page.course.open_button, Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.controller.collection.paths == (str(mine),)


def test_the_kept_weights_go_by_from_the_first_to_the_last(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    train(opened, page)
    watch = page.watch
    assert watch.pin.currentText() == "0"  # the open network knows other classes: a picture of the data is pinned
    assert [watch.pin.itemText(n) for n in range(3)] == ["Open: " + Path(opened.request.image).name, "0", "1"]
    watch.slider.setValue(0)
    opened.settle()
    before = watch.view.figure
    seen: list[int] = []
    watch.slider.valueChanged.connect(seen.append)
    with opened.qtbot.waitSignal(watch.played, timeout=20_000, check_params_cb=lambda on: not on):
        opened.qtbot.mouseClick(watch.play, Qt.MouseButton.LeftButton)
    assert seen == list(range(1, watch.slider.maximum() + 1))
    after = watch.view.figure
    assert before is not None
    assert after is not None
    first, last = before.panels[0], after.panels[0]
    assert isinstance(first, ImageGrid)
    assert isinstance(last, ImageGrid)
    assert first.values.shape == last.values.shape == (4, 5, 5)
    assert not np.array_equal(first.values, last.values)  # the kernels have changed
    assert first.scale is not None
    assert last.scale is not None
    assert first.scale.high == last.scale.high >= float(np.abs(last.values).max())
    watch.pin.setCurrentIndex(2)
    watch.pin.activated.emit(2)
    opened.settle()
    assert watch.view.figure is not None
    assert watch.view.figure.subtitle.startswith("“1” is taken for ")


def test_a_pause_holds_and_a_stop_keeps_what_was_learned(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1000)
    training = opened.controller.training

    def status() -> str:
        return " ".join(label.text() for label in opened.window.status.findChildren(QLabel))

    with opened.qtbot.waitSignal(
        training.reported, timeout=30_000, check_params_cb=lambda _: len(page.course.accuracy.points("validation")) > 1
    ):
        opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    page.form.set_problem("data", "")
    assert not page.form.start.isEnabled()  # whatever comes in between
    page.watch.show_figure("confusion")  # of the validation pictures, after each epoch
    live = page.watch.view.figure
    assert live is not None
    assert live.panels[0].values.sum() == 8  # type: ignore[union-attr]
    assert "of 8 validation pictures after epoch " in live.panels[0].title  # type: ignore[union-attr]
    opened.qtbot.mouseClick(page.course.pause, Qt.MouseButton.LeftButton)
    assert page.course.pause.text() == "Go on"
    assert "paused" in status()
    assert "left" not in status()
    assert page.course._state.text().startswith("Paused · Epoch ")
    page.course.rate.setValue(0.001)
    opened.qtbot.mouseClick(page.course.pause, Qt.MouseButton.LeftButton)
    opened.qtbot.mouseClick(page.course.stop, Qt.MouseButton.LeftButton)
    opened.settle()
    assert page.form.start.isEnabled()
    assert page.course.open_button.isVisible()
    assert page.course._state.text().startswith("bars · stopped in epoch ")
    assert page.course._state.text().endswith(" of 1000, not measured")
    assert page.offer.isVisible()  # what was stopped can go on
    for _ in range(2):  # it is asked once more
        opened.qtbot.mouseClick(page.offer.forget, Qt.MouseButton.LeftButton)
    assert not page.offer.isVisible()


def test_what_cannot_be_trained_says_why(opened: Opened, tmp_path: Path) -> None:
    page = page_of(opened)
    choose(page, "")
    assert not page.form.start.isEnabled()
    choose(page, str(tmp_path / "nowhere"))
    page.form.start.setFocus()
    train(opened, page)
    assert "There is no data set" in complaint(page)
    assert page.form.start.isEnabled()
    assert page.form.start.hasFocus()
    assert not opened.window.errors.messages
    page.form.fields.where.setText(str(Path(__file__)))
    assert not complaint(page)  # it may be right now
    page.form.fields.where.setFocus()
    page.form.start.click()
    opened.settle()
    assert "is no data set" in complaint(page)
    assert page.form.fields.where.hasFocus()  # one can go on to write


def test_what_is_wrong_is_said_beside_its_field(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1)
    train(opened, page)
    result = page.course._about.text()
    assert result.endswith(".safetensors")
    fields = page.form.fields

    def refused(words: str, below: QWidget) -> None:
        train(opened, page)
        label = page.form.findChild(QLabel, "training-complaint")
        assert label is not None
        assert words in label.text()
        assert label.y() > below.y()
        assert not label.visibleRegion().isEmpty()  # it was brought to sight
        assert page.course._about.text() == result  # what was there before stays
        assert page.course.open_button.isVisible()

    fields.network.setEditText("lenet")
    refused("There is no architecture lenet", fields.network)
    fields.network.setEditText("mlp")
    fields.patience.setValue(2)
    fields.validation.setValue(0)
    refused("To stop early there must be pictures to validate with", fields.patience)


def test_a_wrong_path_is_said_at_once_whatever_is_shown(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.look_now()
    opened.settle()
    page.watch.show_figure("layers")
    page.form.fields.where.setText("nowhere")
    page.form.look_now()
    opened.settle()
    assert "nowhere" in complaint(page)
    assert page.watch.shown == "layers"
    page.form.fields.where.setText(bars)
    assert not complaint(page)


def test_what_goes_on_is_said_in_the_form(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    wish = Wish("", bars, network="plan: 1x28x28 conv4x5/s2 relu max2 flatten dense2", epochs=2, batch=12, seed=7)
    page.form.show_wish(wish)
    said = page.form.wish()
    assert dataclasses.replace(said, device="auto") == wish
    known = dataclasses.replace(wish, network="", model=ModelRequest("vgg-cifar10"), unfreeze=3, data="mnist")
    page.form.show_wish(known)
    assert page.form.transfer
    assert page.form._goes_on.text().startswith("vgg-cifar10 keeps what it sees")
    assert page.form.wish().unfreeze == 3
    page.form.set_running(False)
    assert "which is open, keeps what it sees" in page.form._goes_on.text()


def test_from_the_model_that_is_open_and_then_deeper(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    transfer(opened, page)
    assert page.form.wish().model == opened.request.model  # all of how it was opened, not its name alone
    assert not page.form.fields.network.isVisible()
    train(opened, page)
    assert page.course.accuracy.points("validation")[-1][1] > 0.8
    first = page.course._about.text()
    opened.qtbot.mouseClick(page.course.deepen, Qt.MouseButton.LeftButton)
    opened.settle()
    assert page.form.fields.unfreeze.value() == 1
    assert Path(page.course._about.text()).stem == Path(first).stem + "-2"  # the earlier result stays
    assert Path(first).is_file()
    assert not opened.window.errors.messages


def test_both_are_trained_and_measured(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    transfer(opened, page)
    page.form.fields.limit.setValue(5)
    page.form.fields.epochs.setValue(2)
    opened.qtbot.mouseClick(page.form.compare, Qt.MouseButton.LeftButton)
    opened.settle()
    for name in ("transfer-checked", "nothing-checked"):
        assert [at for at, _ in page.course.accuracy.points(name)] == [1, 2]
    assert "% of 30 test pictures right with what it had learned before, " in page.course.verdict.text()
    assert page.course.open_button.isVisible()
    figures = []
    for nothing in (False, True):
        opened.qtbot.mouseClick(page.watch.side.button(nothing), Qt.MouseButton.LeftButton)
        opened.settle()
        figures.append(page.watch.view.figure)
    known, alone = (figure.panels[0] for figure in figures if figure is not None)
    assert isinstance(known, ImageGrid)
    assert isinstance(alone, ImageGrid)
    assert known.values.shape == alone.values.shape  # the same network
    assert not np.array_equal(known.values, alone.values)  # with other kernels


def test_the_result_is_saved_elsewhere(
    opened: Opened, bars: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1)
    train(opened, page)
    target = tmp_path / "mine.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.qtbot.mouseClick(page.course.save_button, Qt.MouseButton.LeftButton)
    assert target.stat().st_size > 0
    assert target.with_suffix(".json").is_file()


def test_another_model_is_chosen_to_start_from(opened: Opened) -> None:
    page = page_of(opened)
    transfer(opened, page)
    opened.controller.open_model(ModelRequest("vgg-cifar10"))
    opened.settle()
    assert page.isVisible()  # with what was filled in
    assert page.form._goes_on.text().startswith("VGG-small, which is open,")
    model = page.form.wish().model
    assert model is not None
    assert model.name == "vgg-cifar10"
    page.form.set_transfer("nothing")  # now the open model has no part in it: who opens one wants to see it
    opened.controller.open_model(ModelRequest("lenet5-mnist"))
    opened.settle()
    assert not page.isVisible()


def test_other_workspaces_take_its_place(opened: Opened) -> None:
    page = page_of(opened)
    for name in ("network", "sandbox", "table"):
        opened.window.commands[name].trigger()
        opened.settle()
        assert not page.isVisible()
        opened.window.commands["train"].trigger()
        opened.settle()
        assert page.isVisible()
        assert opened.window.split.isHidden()
    opened.window.commands["train"].trigger()
    opened.settle()
    assert not page.isVisible()
    assert opened.window.split.isVisible()
    assert opened.window.docks[0].isVisible()
