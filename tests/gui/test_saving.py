"""Sessions in the window: saved, opened, with pictures missing, and after a crash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from cnnviz import paths
from cnnviz.core.session_file import SavedSession, read_session, save_session
from cnnviz.gui.collection import samples
from cnnviz.request import ModelRequest, Request

SAMPLES = list(samples("lenet5-mnist"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A session with two pictures of its own, as a class would be given it."""
    made = tmp_path / "class"
    (made / "pictures").mkdir(parents=True)
    own = [str(made / "pictures" / f"{i}.png") for i in range(2)]
    for picture, sample in zip(own, SAMPLES, strict=False):
        shutil.copy(sample, picture)
    request = Request(ModelRequest("lenet5-mnist"), own[1], layer="3", view="feature-maps", channel=4)
    save_session(SavedSession(request, ((own[0], "7"), (own[1], ""))), made / "lesson.cnnviz")
    return made


def items(opened) -> list[tuple[str, str]]:
    return [(Path(item.path).name, item.true_label) for item in opened.window.tray.model.items]


def sentences(opened) -> list[str]:
    return [message.sentence for message in opened.window.errors.messages]


def test_what_is_shown_is_saved_and_comes_back(opened, tmp_path: Path):
    opened.ask(layer="3", view="feature-maps", channel=4, options=(("contrast", 0.5),))
    before, tray = opened.request, items(opened)
    opened.controller.saving.save_to(tmp_path / "a.cnnviz")
    opened.ask(model=ModelRequest("vgg-cifar10", device="cpu"), layer="", view="", channel=None, options=())
    opened.controller.open_files([str(tmp_path / "a.cnnviz")])
    opened.settle()
    assert opened.request == before
    assert items(opened) == tray
    assert opened.controller.response.figure.request.channel == 4
    opened.ask(layer="0")
    opened.window.commands["save-session"].trigger()  # to the file that it came from
    assert read_session(tmp_path / "a.cnnviz").request.layer == "0"


def test_a_folder_that_was_given_away_opens(opened, folder: Path, tmp_path: Path):
    shutil.move(folder, tmp_path / "given")
    opened.controller.open_files([str(tmp_path / "given" / "lesson.cnnviz")])
    opened.settle()
    assert items(opened) == [("0.png", "7"), ("1.png", "")]
    assert opened.request.image == str(tmp_path / "given" / "pictures" / "1.png")
    assert not sentences(opened)


def test_missing_pictures_are_named_and_found_elsewhere(opened, folder: Path, tmp_path: Path):
    (tmp_path / "other" / "deep").mkdir(parents=True)
    shutil.move(folder / "pictures" / "1.png", tmp_path / "other" / "deep" / "1.png")
    saved = read_session(folder / "lesson.cnnviz")
    opened.controller.open_files([str(folder / "lesson.cnnviz")])
    opened.settle()
    assert sentences(opened) == ["1 of the session’s 2 pictures cannot be found: 1.png"]
    assert items(opened) == [("0.png", "7")]
    assert opened.request.layer == "3"
    assert opened.window.errors.findChild(QPushButton, "message-action").text() == "Find them…"
    opened.controller.saving.find_in(saved, tmp_path / "other")
    opened.settle()
    assert items(opened) == [("0.png", "7"), ("1.png", "")]
    assert opened.request.image == str(tmp_path / "other" / "deep" / "1.png")


def test_what_cannot_be_opened_or_saved_is_one_sentence(opened, tmp_path: Path):
    (tmp_path / "a.cnnviz").write_text("{")
    before = opened.request
    opened.controller.open_files([str(tmp_path / "a.cnnviz")])
    opened.controller.saving.save_to(tmp_path / "gone" / "a.cnnviz")
    assert "is no session" in sentences(opened)[0]
    assert "There is no folder" in sentences(opened)[1]
    assert opened.request == before


def test_after_a_crash_what_was_open_is_offered(opened, folder: Path):
    kept = paths.cache() / "sessions"
    kept.mkdir()
    save_session(read_session(folder / "lesson.cnnviz"), kept / "crashed.cnnviz")
    saving = opened.controller.saving
    before = opened.request
    saving.begin()
    opened.settle()
    assert "ended unexpectedly" in sentences(opened)[0]
    assert opened.request == before
    opened.window.errors.findChild(QPushButton, "message-action").click()
    opened.settle()
    assert items(opened) == [("0.png", "7"), ("1.png", "")]
    assert not sentences(opened)
    assert not (kept / "crashed.cnnviz").exists()
    saving.keep()
    (own,) = kept.glob("*.cnnviz")
    assert read_session(own).request.layer == "3"
    saving.end()
    assert not list(kept.iterdir())
