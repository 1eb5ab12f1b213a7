"""A session's file: readable, relative, never half written, and never trusted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnviz import paths
from cnnviz.core import store
from cnnviz.core.drawing import drawn
from cnnviz.core.errors import CnnvizError
from cnnviz.core.session_file import SavedSession, read_session, save_session
from cnnviz.request import Cell, ModelRequest, Request

SEVEN = str(paths.resources() / "samples" / "lenet5-mnist" / "seven.png")


def full(folder: Path) -> SavedSession:
    """A session with a picture and a model in its folder, one picture elsewhere, and one of ours."""
    folder.mkdir(exist_ok=True)
    (folder / "pictures").mkdir()
    own = shutil.copy(SEVEN, folder / "pictures" / "sieben ü.png")
    (folder / "net.pt").write_bytes(b"")
    model = ModelRequest(str(folder / "net.pt"), arch="lenet5", input_size=(28, 28), mean=(0.5,), trust=True)
    cursor = {"layer": "3#1", "view": "explain", "channel": 4, "at": (5, 4), "trail": (Cell("5", 1, (2, 2)),)}
    request = Request(model, str(own), options=(("contrast", 0.5),), **cursor)
    return SavedSession(request, ((str(own), "7"), ("/elsewhere/a.png", ""), (SEVEN, "")))


def test_what_was_saved_is_what_is_read_but_for_consent(tmp_path: Path):
    session = full(tmp_path / "class")
    save_session(session, tmp_path / "class" / "lesson.cnnviz")
    model = replace(session.request.model, trust=False)
    assert read_session(tmp_path / "class" / "lesson.cnnviz") == replace(
        session, request=replace(session.request, model=model)
    )


def test_a_folder_can_be_given_away(tmp_path: Path):
    save_session(full(tmp_path / "class"), tmp_path / "class" / "lesson.cnnviz")
    shutil.move(tmp_path / "class", tmp_path / "given")
    moved = read_session(tmp_path / "given" / "lesson.cnnviz")
    assert moved.request.model.name == str(tmp_path / "given" / "net.pt")
    assert moved.request.image == str(tmp_path / "given" / "pictures" / "sieben ü.png")
    assert moved.missing == ("/elsewhere/a.png",)
    text = (tmp_path / "given" / "lesson.cnnviz").read_text()
    told = [one["path"] for one in json.loads(text)["pictures"]]
    assert told == ["pictures/sieben ü.png", "/elsewhere/a.png", "samples:lenet5-mnist/seven.png"]
    assert "trust" not in text


def test_drawings_are_carried_inside(tmp_path: Path):
    pixels = np.zeros((40, 30), np.uint8)
    pixels[5:30, 10:14] = 200
    picture = drawn(pixels, centred=True)
    name = store.keep(picture)
    session = SavedSession(Request(ModelRequest("lenet5-mnist"), name, layer="3"), ((name, "1"), (SEVEN, "7")))
    save_session(session, tmp_path / "a.cnnviz")
    store._kept.clear()  # as in another process
    assert read_session(tmp_path / "a.cnnviz") == session
    assert session.missing == ()
    again = store.take(name)
    assert (again.name, again.digest, again.mode) == (picture.name, picture.digest, picture.mode)
    for one, other in zip(again.steps, picture.steps, strict=True):
        assert (one.name, one.caption) == (other.name, other.caption)
        np.testing.assert_array_equal(one.pixels, other.pixels)
    np.testing.assert_array_equal(again.pixels, picture.pixels)
    text = (tmp_path / "a.cnnviz").read_text()
    for damage in (("iVBOR", "AAAAA"), (name, "pixels:0"), ('"png"', '"gif"')):
        (tmp_path / "b.cnnviz").write_text(text.replace(*damage))
        with pytest.raises(CnnvizError, match=r"b\.cnnviz is damaged"):
            read_session(tmp_path / "b.cnnviz")


def test_drawings_that_are_gone_are_left_out(tmp_path: Path):
    request = Request(ModelRequest("lenet5-mnist"), "pixels:12", layer="3")
    save_session(SavedSession(request, (("pixels:12", ""), (SEVEN, "7"))), tmp_path / "a.cnnviz")
    read = read_session(tmp_path / "a.cnnviz")
    assert (read.request.image, read.pictures) == ("", ((SEVEN, "7"),))


def test_how_views_are_seen_is_kept_where_somebody_has_moved_in_them(tmp_path: Path):
    views = (("maps", "3", ((2.5, 4, 1.5, 0.25), None)), ("maps", "0", (None,)), ("picture", "", ()))
    request = Request(ModelRequest("lenet5-mnist"), SEVEN)
    save_session(SavedSession(request, (), views), tmp_path / "a.cnnviz")
    assert read_session(tmp_path / "a.cnnviz").views == (("maps", "3", [[2.5, 4, 1.5, 0.25], None]),)
    about = json.loads((tmp_path / "a.cnnviz").read_text())
    assert about.pop("views") == [{"view": "maps", "layer": "3", "seen": [[2.5, 4, 1.5, 0.25], None]}]
    (tmp_path / "old.cnnviz").write_text(json.dumps(about))  # as they were written before
    assert read_session(tmp_path / "old.cnnviz").views == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "is no session"),
        ("[]", "is no session"),
        ('{"session": 9}', "a later version"),
        ('{"session": 1}', "damaged"),
        ('{"session": 1, "request": {"model": {"name": "a"}}, "pictures": [], "views": [{}]}', "damaged"),
        ('{"session": 1, "request": {"model": {"name": "a"}}, "pictures": [1]}', "damaged"),
        ('{"session": 1, "request": {"model": {"nam": "a"}}, "pictures": []}', "damaged"),
    ],
)
def test_what_is_no_session_is_said(tmp_path: Path, text: str, said: str):
    (tmp_path / "a.cnnviz").write_text(text)
    with pytest.raises(CnnvizError, match=said):
        read_session(tmp_path / "a.cnnviz")


def test_files_that_cannot_be_read_or_written_are_sentences(tmp_path: Path):
    with pytest.raises(CnnvizError, match="cannot be opened: No such file"):
        read_session(tmp_path / "gone.cnnviz")
    with pytest.raises(CnnvizError, match="There is no folder"):
        save_session(SavedSession(Request(ModelRequest("a")), ()), tmp_path / "gone" / "a.cnnviz")
