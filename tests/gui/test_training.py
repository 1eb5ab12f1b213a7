"""The workspace Train, used as a person does, on pictures drawn for the purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cnnviz.figure import ImageGrid, Matrix
from cnnviz.gui.training.page import TrainingPage

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
    page.form.data.setCurrentIndex(page.form.data.findData(""))
    page.form.data.activated.emit(page.form.data.currentIndex())
    page.form.where.setText(file)
    page.form.network.setEditText("plan: 1x28x28 conv4x5/s2 relu max2 flatten dense2")
    page.form.epochs.setValue(3)
    page.form.batch.setValue(10)
    page.form.rate.setValue(0.05)


def train(opened: Opened, page: TrainingPage) -> None:
    """Press the button, and wait until nothing is being done any more."""
    opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    opened.settle()


def test_a_network_learns_is_looked_at_and_opened(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    train(opened, page)
    assert not opened.window.errors.messages
    losses = [value for _, value in page.loss.line.steps]
    assert losses[-1] < losses[0]
    assert [at for at, _ in page.accuracy.line.checked] == [1, 2, 3]
    assert page.accuracy.line.checked[-1][1] == 1.0  # of nine pictures
    assert page.slider.maximum() >= 5  # weights after 0, 1, 2, 4, 8 … steps, and at the end of each epoch
    page.slider.setValue(0)
    opened.settle()
    before = page.view.figure
    page.slider.setValue(page.slider.maximum())
    opened.settle()
    after = page.view.figure
    assert before is not None
    assert after is not None
    first, last = before.panels[0], after.panels[0]
    assert isinstance(first, ImageGrid)
    assert isinstance(last, ImageGrid)
    assert first.values.shape == last.values.shape == (4, 5, 5)
    assert not np.array_equal(first.values, last.values)  # the kernels have changed
    page.show_figure("confusion")
    shown = page.view.figure
    assert shown is not None
    matrix = shown.panels[0]
    assert isinstance(matrix, Matrix)
    assert matrix.values.tolist() == [[15, 0], [0, 15]]
    page.show_figure("hardest")
    assert page.view.figure is not None
    assert page.view.figure.title == "What contributes most to the loss"
    opened.qtbot.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not page.isVisible()
    assert opened.request.model.name.endswith(".safetensors")
    assert opened.controller.response is not None
    assert opened.controller.response.model.labels == ("0", "1")


def test_a_pause_holds_and_a_stop_keeps_what_was_learned(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.epochs.setValue(1000)
    training = opened.controller.training
    with opened.qtbot.waitSignal(
        training.reported, timeout=30_000, check_params_cb=lambda _: bool(page.loss.line.steps)
    ):
        opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    assert not page.form.start.isEnabled()
    opened.qtbot.mouseClick(page.pause, Qt.MouseButton.LeftButton)
    assert page.pause.text() == "Go on"
    page.rate.setValue(0.001)
    opened.qtbot.mouseClick(page.pause, Qt.MouseButton.LeftButton)
    opened.qtbot.mouseClick(page.stop, Qt.MouseButton.LeftButton)
    opened.settle()
    assert page.form.start.isEnabled()
    assert page.open_button.isVisible()


def test_what_cannot_be_trained_says_why(opened: Opened, tmp_path: Path) -> None:
    page = page_of(opened)
    choose(page, "")
    assert not page.form.start.isEnabled()
    choose(page, str(tmp_path / "nowhere"))
    train(opened, page)
    assert "There is no data set" in opened.window.errors.messages[-1].sentence
    assert page.form.start.isEnabled()
    page.form.where.setText(str(Path(__file__)))
    train(opened, page)
    assert "is no data set" in opened.window.errors.messages[-1].sentence


def test_from_the_model_that_is_open(opened: Opened, bars: str) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.transfer.setChecked(True)
    assert page.form.wish.network == "lenet5-mnist"
    assert not page.form.network.isEnabled()
    train(opened, page)
    assert page.accuracy.line.checked[-1][1] > 0.8


def test_the_result_is_saved_elsewhere(
    opened: Opened, bars: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(opened)
    choose(page, bars)
    page.form.epochs.setValue(1)
    train(opened, page)
    target = tmp_path / "mine.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    opened.qtbot.mouseClick(page.save_button, Qt.MouseButton.LeftButton)
    assert target.stat().st_size > 0
    assert target.with_suffix(".json").is_file()


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
