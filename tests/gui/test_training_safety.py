"""What goes wrong with a training, through the window: a sentence, and nothing lost."""

from __future__ import annotations

import dataclasses
import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cnnviz.figure import ImageGrid
from cnnviz.gui.training import kept
from cnnviz.gui.training.census import census
from cnnviz.gui.training.page import TrainingPage
from cnnviz.gui.training.wish import Wish
from cnnviz.gui.training.work import learn
from cnnviz.request import ModelRequest

from .conftest import Opened
from .test_training import bars, choose, complaint, page_of, train  # noqa: F401


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes in folders, pictures of different sizes."""
    chance = np.random.default_rng(0)
    for number, label in enumerate(("flares", "quiet")):
        (tmp_path / "sun" / label).mkdir(parents=True)
        for n in range(8):
            pixels = chance.integers(0, 80, (30 + n, 40, 3)).astype(np.uint8)
            pixels[..., number] += 150
            Image.fromarray(pixels).save(tmp_path / "sun" / label / f"{n}.png")
    return tmp_path / "sun"


def look_at(opened: Opened, page: TrainingPage, folder: Path) -> None:
    choose(page, str(folder))
    with opened.qtbot.waitSignal(page.form.data_changed):
        pass
    opened.settle()


def cut_off(file: str, epochs: int = 4) -> kept.Unfinished:
    """What a crash in the third epoch leaves."""
    wish = Wish("", file, "plan: 1x28x28 conv4x5/s2 relu max2 flatten dense2", epochs=epochs, batch=10, device="cpu")
    for step in learn(wish):
        if getattr(step.result, "epoch", 0) == 3 and type(step.result).__name__ == "Stepped":
            break
    found, *_ = kept.unfinished()
    return found


def test_classes_and_broken_files_are_seen_before(opened: Opened, folder: Path) -> None:
    (folder / "quiet" / "broken.png").write_bytes(b"no picture")
    page = page_of(opened)
    look_at(opened, page, folder)
    figure = page.watch.view.figure
    assert figure is not None
    assert figure.panels[0].values.tolist() == [8, 9]  # type: ignore[union-attr]
    assert figure.panels[0].labels == ("flares", "quiet")  # type: ignore[union-attr]
    assert figure.panels[1].captions == ("flares", "quiet")  # type: ignore[union-attr]
    assert page.watch.about.text() == "sun: 17 pictures of 2 classes · 8 to 9 a class · 1 broken, left out"
    assert page.watch.left_out.isVisible()
    (item,) = [page.watch.left_out.item(n) for n in range(page.watch.left_out.count())]
    assert item is not None
    assert item.text().startswith("broken.png is not a picture")
    assert page.form.start.isEnabled()


def test_small_pictures_are_shown_as_they_are_and_others_as_thumbnails(folder: Path) -> None:
    def examples() -> ImageGrid:
        *_, step = census(Wish("", str(folder)))
        assert step.result.figure is not None
        panel = step.result.figure.panels[1]
        assert isinstance(panel, ImageGrid)
        return panel

    found = examples()
    assert (found.noun, found.values.shape) == ("picture", (2, 30, 40, 3))  # the first of each class, pixel by pixel
    assert np.array_equal(found.values[0], np.asarray(Image.open(folder / "flares" / "0.png")))
    Image.new("RGB", (200, 100), "white").save(folder / "flares" / "0.png")
    found = examples()
    assert (found.noun, found.values.shape) == ("thumbnail", (2, 64, 64, 3))
    assert found.values[0, 32].min() == 255  # each fills its square from edge to edge
    assert found.values[1, 32, [0, -1], 1].min() > 100


def test_one_class_and_two_pictures_are_said_before(opened: Opened, folder: Path) -> None:
    page = page_of(opened)
    for label in ("flares", "quiet"):
        for file in sorted((folder / label).iterdir())[1:]:
            file.unlink()
    look_at(opened, page, folder)
    assert "There are 2 pictures, one of each class" in page.form._missing.text()
    assert not page.form.start.isEnabled()
    shutil.rmtree(folder / "quiet")
    page.form.fields.where.setText(str(folder) + "/")
    with opened.qtbot.waitSignal(page.form.data_changed):
        pass
    opened.settle()
    assert "All pictures are of one class, “flares”" in page.form._missing.text()


def test_pictures_of_another_size_are_said_and_taken(opened: Opened, folder: Path) -> None:
    page = page_of(opened)
    choose(page, str(folder))
    train(opened, page)
    assert not opened.window.errors.messages
    assert page.course.open_button.isVisible()


def test_what_was_cut_off_goes_on(opened: Opened, bars: str) -> None:  # noqa: F811
    left = cut_off(bars)
    assert (left.epoch, left.wish.epochs) == (2, 4)
    page = page_of(opened)
    assert page.offer.words.text().endswith(
        "ended after epoch 2 of 4, which is kept; what was begun of the next is done again."
    )
    opened.qtbot.mouseClick(page.offer.go_on, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not opened.window.errors.messages
    assert page.form.fields.where.text() == bars  # and all else that it was begun with
    assert (page.form.fields.epochs.value(), page.form.fields.batch.value()) == (4, 10)
    assert [at for at, _ in page.course.accuracy.points("validation")] == [1, 2, 3, 4]  # those before it, too
    rates = [at for at, _ in page.course.rates.points("learning")]
    assert rates == sorted(rates)
    assert rates[0] < 1  # the steps of the epochs before it, too
    assert {1, 2, 3, 4} <= set(rates)
    snapshots = opened.controller.training._looking.snapshots  # type: ignore[union-attr]
    assert [one.step for one in snapshots][:6] == [0, 1, 2, 4, 8, 9]  # of 9 steps an epoch
    assert page.watch.slider.maximum() == len(snapshots) - 1
    page.watch.slider.setValue(0)
    opened.settle()
    assert "after 0 steps" in page.watch._when.text()
    assert not page.offer.isVisible()
    assert sorted(p.suffix for p in kept.folder().iterdir()) == [".json", ".pictures", ".safetensors"]


def test_before_a_training_is_forgotten_it_is_asked(opened: Opened, bars: str) -> None:  # noqa: F811
    cut_off(bars)
    offer = page_of(opened).offer
    sentence = offer.words.text()
    offer.forget.click()
    assert offer.asking
    assert offer.keep.hasFocus()
    offer.keep.click()
    assert (offer.words.text(), len(kept.unfinished())) == (sentence, 1)
    offer.forget.click()
    offer.forget.click()
    assert not offer.isVisible()
    assert kept.unfinished() == ()


def test_a_comparison_that_was_cut_off_goes_on(opened: Opened, bars: str) -> None:  # noqa: F811
    model = ModelRequest("lenet5-mnist", device="cpu")
    wish = Wish("", bars, model=model, compare=True, epochs=3, batch=10, limit=10, device="cpu")
    for step in learn(wish):
        side = step.result
        if type(side).__name__ == "Side" and side.nothing and getattr(side.event, "epoch", 0) == 2:
            break  # in the second epoch of the side that begins from nothing
    (left,) = kept.unfinished()
    assert (left.epoch, left.wish) == (1, wish)
    page = page_of(opened)
    assert page.offer.words.text().startswith("The comparison of lenet5-mnist with bars.npz ended after epoch 1 of 3")
    opened.qtbot.mouseClick(page.offer.go_on, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not opened.window.errors.messages
    for name in ("transfer-checked", "nothing-checked"):
        assert [at for at, _ in page.course.accuracy.points(name)] == [1, 2, 3]
    assert "test pictures right with what it had learned before, " in page.course.verdict.text()
    assert [one.step for one in opened.controller.training._looking._kept[True]][:2] == [0, 1]  # type: ignore[union-attr]
    assert sorted(p.suffix for p in kept.folder().iterdir()) == [".json", ".pictures", ".safetensors"]


def test_kept_weights_of_one_training_alone_stay_on_disk(bars: str) -> None:  # noqa: F811
    first = cut_off(bars)
    for step in learn(first.wish):
        if getattr(step.result, "epoch", 0) == 2 and type(step.result).__name__ == "Stepped":
            break
    second, old = kept.unfinished()
    assert old == first
    stale = kept.Unfinished("stale", first.wish)
    stale.write()
    kept.tidy()
    assert kept.unfinished() == (second, old)
    assert not stale.file(".wish").exists()  # it had no epoch behind it
    left = {file.name for file in kept.folder().iterdir() if file.is_dir()}
    assert left == {f"{second.name}.checkpoint.snapshots"}


def test_the_next_start_says_what_was_cut_off(opened: Opened, bars: str) -> None:  # noqa: F811
    opened.controller.training.look_back()
    assert not opened.window.errors.messages
    left = cut_off(bars)
    opened.controller.training.look_back()
    (message,) = opened.window.errors.messages
    assert message.sentence == f"The training of {left.wish.title} was cut off after epoch 2 of 4."
    assert message.action is not None
    message.action[1]()
    page = opened.controller.training.page
    assert page is not None
    assert page.offer.isVisible()


def test_a_window_that_is_closed_loses_no_training(opened: Opened, bars: str) -> None:  # noqa: F811
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1000)
    training = opened.controller.training
    with opened.qtbot.waitSignal(
        training.reported, timeout=30_000, check_params_cb=lambda _: len(page.course.accuracy.points("validation")) > 1
    ):
        opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    training.stop()  # as the window does when it closes
    (left,) = kept.unfinished()
    assert 2 <= left.epoch < 1000
    assert left.wish == page.form.wish()


def test_what_does_not_fit_begins_again(opened: Opened, bars: str) -> None:  # noqa: F811
    cut_off(bars)
    with np.load(bars) as file:
        arrays = {name: file[name] for name in file}
    np.savez(bars, **(arrays | {"x_train": 255 - arrays["x_train"]}))  # the data has changed
    page = page_of(opened)
    opened.qtbot.mouseClick(page.offer.go_on, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not opened.window.errors.messages
    notes = [page.watch.left_out.item(n).text() for n in range(page.watch.left_out.count())]  # type: ignore[union-attr]
    assert any("belongs to other pictures" in note and note.endswith("It begins again.") for note in notes)
    assert page.course.rates.points("learning")[0][0] < 1


def test_a_damaged_note_and_a_training_elsewhere_are_not_offered(opened: Opened, bars: str) -> None:  # noqa: F811
    left = cut_off(bars)
    with left.held():
        assert kept.unfinished() == ()
    left.file(".wish").write_text("{")
    assert kept.unfinished() == ()


def test_a_wish_is_the_same_after_a_crash() -> None:
    model = ModelRequest("net.pt", arch="lenet5", labels="names.txt", input_size=(32, 32), mean=(0.5,), trust=True)
    wish = Wish("mnist", "there", model=model, unfreeze=2, rate=0.1)
    one = kept.Unfinished("net-mnist", wish, 3)
    one.write()
    one.file(".checkpoint").touch()
    assert kept.unfinished() == (one,)
    one.forget()
    assert list(kept.folder().iterdir()) == []


def test_a_loss_that_explodes_goes_on_more_calmly(opened: Opened, bars: str) -> None:  # noqa: F811
    page = page_of(opened)
    choose(page, bars)
    page.form.fields.epochs.setValue(1000)
    training = opened.controller.training
    with opened.qtbot.waitSignal(
        training.reported, timeout=30_000, check_params_cb=lambda _: len(page.course.accuracy.points("validation")) > 1
    ):
        opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    assert training._begun is not None
    training._begun.control.set_rate(1e30)
    opened.settle()
    assert "is too high for this network; try 0.006" in opened.window.errors.messages[-1].sentence
    assert "It goes on with a learning rate of 0.0063." in page.offer.words.text()
    resuming = training._resuming
    assert resuming is not None
    assert resuming.found is not None
    resuming.rate = 0.01  # what a person would choose
    short = dataclasses.replace(resuming.found.wish, epochs=resuming.found.epoch + 2)
    resuming.found = dataclasses.replace(resuming.found, wish=short)
    opened.window.errors.clear()
    opened.qtbot.mouseClick(page.offer.go_on, Qt.MouseButton.LeftButton)
    opened.settle()
    assert not opened.window.errors.messages
    assert page.course.open_button.isVisible()


def test_a_full_disk_loses_nothing(
    opened: Opened, bars: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    page = page_of(opened)
    choose(page, bars)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        train(opened, page)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "The network is kept in this window: save it elsewhere." in opened.window.errors.messages[-1].sentence
    assert not page.course.open_button.isVisible()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    opened.qtbot.mouseClick(page.course.save_button, Qt.MouseButton.LeftButton)
    assert (tmp_path / "mine.safetensors").is_file()
    opened.qtbot.mouseClick(page.course.open_button, Qt.MouseButton.LeftButton)
    opened.settle()
    assert opened.request.model.name == str(tmp_path / "mine.safetensors")


def test_the_folder_goes_while_it_is_learned_from(opened: Opened, folder: Path) -> None:
    page = page_of(opened)
    choose(page, str(folder))
    page.form.fields.epochs.setValue(30)
    training = opened.controller.training
    with opened.qtbot.waitSignal(
        training.reported, timeout=30_000, check_params_cb=lambda _: bool(page.course.loss.points("learning"))
    ):
        opened.qtbot.mouseClick(page.form.start, Qt.MouseButton.LeftButton)
    shutil.rmtree(folder)  # its pictures were read once and are kept
    opened.settle()
    assert page.course.open_button.isVisible()
    opened.window.errors.clear()
    train(opened, page)
    assert "There is no data set" in complaint(page)
    assert page.course.open_button.isVisible()  # what was learned before is still there
