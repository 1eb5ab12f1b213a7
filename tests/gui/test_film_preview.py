"""The film before it is made: true frames, at its rate, the newest choice wins, nothing goes on after the close."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from cnnviz.explore import Explorer
from cnnviz.gui.exports.film_dialog import FilmDialog
from cnnviz.gui.exports.form import kept
from cnnviz.motion import frames


def pixels(image: QImage) -> np.ndarray:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3)


@pytest.fixture
def dialog(opened):
    controller = opened.controller
    made = FilmDialog(controller.response, controller.collection.paths[:3], controller.runner.explorer, opened.window)
    opened.qtbot.addWidget(made)
    made.size_.setCurrentIndex(made.size_.findText("960 × 540"))
    made.show()
    yield made
    made.reject()


def choose(dialog, kind: str) -> None:
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def whole(opened, dialog, count: int) -> None:
    """Wait until all frames are drawn."""
    preview = dialog.preview
    with opened.qtbot.waitSignal(preview.drawn, timeout=30_000, check_params_cb=lambda: preview.count == count):
        pass


def test_the_preview_shows_the_frames_of_the_film(opened, dialog):
    choose(dialog, "pictures")
    whole(opened, dialog, 3)
    dialog.preview.play.setChecked(False)
    dialog.preview.line.setValue(1)
    drawn = [frame.pixels for frame in frames(dialog.film, Explorer(1 << 28))]
    assert np.array_equal(pixels(dialog.preview.shown.frame), drawn[1])
    assert dialog.preview.at.text() == "2 of 3"
    assert dialog.said.text() == "3 frames, 2 s"


def test_a_large_film_is_previewed_with_fewer_dots(opened, dialog):
    dialog.size_.setCurrentIndex(dialog.size_.findText("3840 × 2160"))
    choose(dialog, "pictures")
    whole(opened, dialog, 3)
    smaller = replace(dialog.film, size=(1280, 720))
    first = next(iter(frames(smaller, Explorer(1 << 28))))
    dialog.preview.play.setChecked(False)
    dialog.preview.line.setValue(0)
    assert np.array_equal(pixels(dialog.preview.shown.frame), first.pixels)


def test_it_plays_at_its_rate_and_begins_again(opened, dialog):
    choose(dialog, "pictures")
    whole(opened, dialog, 3)
    preview = dialog.preview
    dialog.rate.setValue(50)
    assert preview.count == 3  # another rate draws nothing again
    places = []
    preview.line.valueChanged.connect(places.append)
    with opened.qtbot.waitSignal(preview.line.valueChanged, check_params_cb=lambda _: len(places) >= 4):
        pass
    assert all((after - before) % 3 == 1 for before, after in pairwise(places))
    opened.qtbot.mouseClick(preview.play, Qt.MouseButton.LeftButton)
    assert preview.play.accessibleName() == "Play"


def test_the_newest_choice_is_the_one_that_is_drawn(opened, dialog):
    choose(dialog, "slide")
    preview = dialog.preview
    with opened.qtbot.waitSignal(preview.drawn, timeout=30_000):
        pass
    first = preview._job
    choose(dialog, "pictures")
    assert first.cancelled.is_set()
    assert preview.shown.stale  # what is seen is of the other film
    whole(opened, dialog, 3)
    assert not preview.shown.stale
    assert preview.line.maximum() == 2


def test_closing_ends_the_drawing(opened, dialog):
    choose(dialog, "slide")
    with opened.qtbot.waitSignal(dialog.preview.drawn, timeout=30_000):
        pass
    dialog.reject()
    assert dialog.preview._job.cancelled.is_set()
    assert dialog.preview.count < 100


def test_what_cannot_be_filmed_says_why(opened, dialog, tmp_path):
    gone = tmp_path / "gone.png"
    dialog._pictures = (str(gone), str(gone))
    with opened.qtbot.waitSignal(dialog.preview.problem, timeout=30_000):
        choose(dialog, "pictures")
    assert "gone.png" in dialog.said.text()
    assert not dialog.go.isEnabled()
    choose(dialog, "walk")
    assert dialog.go.isEnabled()


def test_a_format_whose_library_is_missing_says_what_to_install(dialog, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    dialog.format.setCurrentIndex(dialog.format.findData("mp4"))
    assert dialog.said.text() == (
        "MP4 needs the library av: install it with pip install 'cnnviz[video]', or choose GIF or WebP."
    )
    assert not dialog.go.isEnabled()
    dialog.format.setCurrentIndex(0)
    assert dialog.go.isEnabled()


def test_the_choice_is_remembered(opened, dialog):
    dialog.format.setCurrentIndex(dialog.format.findData("webp"))
    dialog.ground.setCurrentIndex(0)
    dialog.accept()
    controller = opened.controller
    again = FilmDialog(controller.response, controller.collection.paths, controller.runner.explorer, opened.window)
    opened.qtbot.addWidget(again)
    assert (again.suffix, again.film.size, again.film.theme) == ("webp", (960, 540), "light")
    again.reject()
    kept().setValue("film-dialog", '["nonsense"]')
    third = FilmDialog(controller.response, controller.collection.paths, controller.runner.explorer, opened.window)
    opened.qtbot.addWidget(third)
    assert third.suffix == "gif"
    third.reject()
