"""Films and figures of many pictures, from the window."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QMessageBox

from cnnviz import load_model, trace
from cnnviz.gui.exports.film_dialog import FilmDialog
from cnnviz.gui.exports.form import last_folder
from cnnviz.gui.exports.many_dialog import ManyDialog
from cnnviz.gui.exports.place import ask_place
from cnnviz.motion import Film


def ended(opened, act):
    """Act, and wait for the end of the job that it started."""
    jobs = opened.controller.jobs
    job = None

    def is_it(report) -> bool:
        return report.ended and job is not None and report.job is job

    with opened.qtbot.waitSignal(jobs.reported, timeout=60_000, check_params_cb=is_it):
        job = act()
    return job


@pytest.fixture
def told(opened):
    """What the person is told."""
    exports, found = opened.controller.exports, []
    exports.offered.connect(lambda sentence, _: found.append(sentence))
    exports.problem.connect(lambda sentence, _: found.append(sentence))
    return found


def test_a_film_of_what_is_shown(opened, told, tmp_path: Path):
    controller = opened.controller
    dialog = FilmDialog(controller.response, controller.collection.paths, controller.runner.explorer, opened.window)
    opened.qtbot.addWidget(dialog)
    dialog.show()
    kinds = [dialog.kind.itemData(i) for i in range(dialog.kind.count())]
    assert kinds == ["walk", "slide", "pictures"]
    assert dialog.rate.value() == 1
    assert dialog.said.text() == f"{len(controller.steps)} frames, {len(controller.steps)} s"
    dialog.kind.setCurrentIndex(1)
    assert dialog.said.text() == "100 frames, 10 s"  # layer 3 has maps of 10 × 10
    dialog.kind.setCurrentIndex(2)
    assert dialog.name == "pictures-pictures-3"
    film = dialog.film
    assert film.pictures == controller.collection.paths
    small = Film("pictures", film.request, film.pictures[:2], (200, 120), film.theme, film.rate)
    ended(opened, lambda: controller.exports.film(small, tmp_path / "a.gif"))
    assert told == [f"Saved {tmp_path / 'a.gif'}."]
    with Image.open(tmp_path / "a.gif") as made:
        assert made.size == (200, 120)
        assert made.n_frames == 2
    dialog.reject()


def test_a_film_that_is_cancelled_leaves_nothing(opened, told, tmp_path: Path):
    controller = opened.controller
    film = Film("walk", controller.session.request, (), (200, 120))

    def start():
        job = controller.exports.film(film, tmp_path / "a.gif")
        controller.jobs.cancel(job)
        return job

    ended(opened, start)
    assert not list(tmp_path.iterdir())
    assert not told


def test_a_film_that_cannot_be_written_says_why(opened, told, tmp_path: Path):
    film = Film("pictures", opened.request, opened.controller.collection.paths[:1], (200, 120))
    ended(opened, lambda: opened.controller.exports.film(film, tmp_path / "gone" / "a.gif"))
    assert told == [f"There is no folder {tmp_path / 'gone'}; make it, or choose another place."]


@pytest.fixture
def dialog(opened, tmp_path: Path):
    controller = opened.controller
    made = ManyDialog(controller.response, controller.collection.paths[:3], opened.window)
    opened.qtbot.addWidget(made)
    made.show()
    made.place.setText(str(tmp_path / "out"))
    yield made
    made.reject()


def names(dialog) -> list[str]:
    return dialog.names.texts


def choose(box, value: str) -> None:
    box.setCurrentIndex(box.findData(value))


def test_names_are_seen_before_they_are_made(opened, dialog):
    first, second, third = (Path(path).stem for path in dialog.pictures)
    assert names(dialog) == [f"{stem}-3-feature-maps.png" for stem in (first, second, third)]
    assert dialog.said.text() == "3 files: 3 pictures × 1 layer × 1 format"
    dialog.formats.checks["csv"].setChecked(True)
    dialog.name.setText("{index}_{image}")
    assert names(dialog) == [f"03_{first}.png", f"03_{first}.csv", f"03_{second}.png", f"03_{second}.csv", "…"]
    dialog.name.setText("{nonsense}")
    assert not dialog.go.isEnabled()
    assert not names(dialog)
    assert dialog.said.text().startswith("A name can hold {image}")
    dialog.name.setText("maps")
    assert names(dialog)[:3] == ["maps.png", "maps.csv", "maps-2.png"]
    dialog.name.setText("{image}-{layer}-{view}")
    choose(dialog.layers, "all")
    assert names(dialog)[0] == f"{first}-0-{{view}}.png"  # not known before it is drawn


@pytest.mark.parametrize("place", ["", "figures", "  "])
def test_a_folder_is_a_whole_path(dialog, place: str):
    dialog.place.setText(place)
    assert dialog.said.text().startswith("Say which folder the files go to, such as ")
    assert not dialog.go.isEnabled()


def test_a_folder_is_no_file(dialog, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    dialog.place.setText(str(tmp_path / "file"))
    assert dialog.said.text() == f"{tmp_path / 'file'} is a file: choose a folder."


def test_layers_are_chosen_from_a_list(opened, dialog):
    marked = [step.key for step in dialog.list.chosen]
    assert marked == ["3"]
    choose(dialog.layers, "all")
    assert len(dialog.list.chosen) == len(opened.controller.steps) - 1
    dialog.list.none.click()
    assert dialog.layers.currentData() == "own"
    assert dialog.said.text() == "Choose a layer at least."
    assert not dialog.go.isEnabled()
    dialog.list.search.setText("conv 5")
    dialog.list.all.click()
    assert dialog.ask.layers == "0,3"
    assert dialog.said.text() == "6 files: 3 pictures × 2 layers × 1 format"
    dialog.list.search.clear()
    dialog.list.all.click()
    assert dialog.layers.currentData() == "all"


def test_numbers_leave_in_every_format_and_a_missing_library_is_named(opened, dialog, monkeypatch):
    dialog.formats.setText("npz,safetensors,h5,zarr.zip,csv,parquet,tex")
    assert dialog.ask.suffixes == ("npz", "safetensors", "h5", "zarr.zip", "csv", "parquet", "tex")
    assert not dialog.size_.isEnabled()  # numbers have no size
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    dialog.formats.checks["md"].setChecked(True)
    assert dialog.said.text() == (
        "Parquet needs the library pyarrow: install it with pip install 'cnnviz[parquet]', or choose CSV."
    )
    assert not dialog.go.isEnabled()


def test_the_outputs_of_layers_leave_in_one_file_for_each_picture(opened, dialog, told):
    choose(dialog.what, "outputs")
    assert dialog.formats.chosen == ("npz",)
    assert not dialog.formats.checks["png"].isEnabled()
    assert not dialog.view.isEnabled()
    choose(dialog.layers, "own")
    dialog.list.mark(lambda step: step.key in ("0", "3"))
    dialog.list.changed.emit()
    stems = [Path(path).stem for path in dialog.pictures]
    assert names(dialog) == [f"{stem}-layers-records.npz" for stem in stems]
    assert dialog.said.text() == "3 files: 3 pictures × 1 format"
    exports, pictures = opened.controller.exports, dialog.pictures
    ended(opened, lambda: exports.many(opened.request.model, dialog.ask, pictures, dialog.folder))
    assert told == [f"3 files were made in {dialog.folder}."]
    model = load_model("lenet5-mnist", device="cpu")
    for picture, stem in zip(pictures, stems, strict=True):
        traced = trace(model, picture)
        with np.load(dialog.folder / f"{stem}-layers-records.npz") as saved:
            assert set(saved.files) == {"metadata", "0", "3"}
            assert np.array_equal(saved["3"], traced["3"].numpy())


def test_the_choice_is_remembered(opened, dialog, tmp_path: Path):
    dialog.formats.setText("pdf,csv")
    choose(dialog.size_, "single")
    choose(dialog.present, "overwrite")
    dialog.name.setText("{image}")
    dialog.accept()
    again = ManyDialog(opened.controller.response, opened.controller.collection.paths, opened.window)
    opened.qtbot.addWidget(again)
    assert again.formats.chosen == ("pdf", "csv")
    assert again.size_.currentData() == "single"
    assert again.present.currentData() == "overwrite"
    assert (again.name.text(), again.place.text()) == ("{image}", str(tmp_path / "out"))
    again.reject()


def test_many_pictures_are_exported_never_twice_and_gone_on_with(opened, dialog, told):
    exports, model, offers = opened.controller.exports, opened.request.model, []
    exports.offered.connect(lambda _, act: offers.append(act))
    pictures, folder = dialog.pictures, dialog.folder
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    files = sorted(folder.glob("*.png"))
    assert [file.name for file in files] == sorted(f"{Path(path).stem}-3-feature-maps.png" for path in pictures)
    assert told == [f"3 files were made in {folder}."]
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    assert [line["files"] for line in lines[1:]] == [[f"{Path(path).stem}-3-feature-maps.png"] for path in pictures]
    told.clear()
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    assert told == ["3 files were there already and stayed as before: nothing was made."]
    told.clear()
    files[0].unlink()
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    assert told == [f"Saved {files[0]}; 2 files were there already and stayed as before."]
    assert [words for words, _ in offers] == ["Show in folder", "Replace them", "Show in folder"]
    told.clear()
    files[1].write_bytes(b"old")
    ended(opened, offers[1][1])
    assert told == [f"3 files were made in {folder}."]
    assert files[1].read_bytes() != b"old"


def test_what_was_stopped_goes_on(opened, dialog, told):
    exports, jobs, offers = opened.controller.exports, opened.controller.jobs, []
    exports.offered.connect(lambda _, act: offers.append(act))
    pictures, folder = dialog.pictures, dialog.folder

    def start():
        job = exports.many(opened.request.model, dialog.ask, pictures, folder)
        jobs.cancel(job)
        return job

    ended(opened, start)
    assert told == [f"Stopped; what was made so far is in {folder}."]
    (words, go_on), *_ = offers
    assert words == "Go on"
    ended(opened, go_on)
    assert told[1:] == [f"3 files were made in {folder}."]
    assert offers[1][0] == "Show in folder"


def test_what_fails_is_summed_up_and_the_rest_is_made(opened, dialog, told, tmp_path: Path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    pictures = (str(broken), dialog.pictures[0])
    ended(opened, lambda: opened.controller.exports.many(opened.request.model, dialog.ask, pictures, dialog.folder))
    assert told[0].startswith("Saved ")
    assert "broken.png" in told[1]


def test_a_folder_that_cannot_be_made_is_said(opened, dialog, told, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    place, pictures = tmp_path / "file" / "out", dialog.pictures
    ended(opened, lambda: opened.controller.exports.many(opened.request.model, dialog.ask, pictures, place))
    assert told == [f"The folder {place} cannot be made: Not a directory; choose another one."]


def test_a_folder_of_pictures_is_looked_through_in_the_background(opened, dialog, monkeypatch, tmp_path: Path):
    folder, source = Path(dialog.pictures[0]).parent, dialog.source
    (tmp_path / "empty").mkdir()
    chosen = [str(folder), "", str(tmp_path / "empty")]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen.pop(0))

    def activate():
        source.setCurrentIndex(source.count() - 1)
        source.activated.emit(source.currentIndex())

    with opened.qtbot.waitSignal(source.changed, check_params_cb=lambda: bool(dialog.pictures)):
        activate()
        assert dialog.said.text() == "Looking for pictures …"
        assert not dialog.go.isEnabled()
    count = len(list(folder.glob("*.png")))
    assert len(dialog.pictures) == count
    assert source.currentText() == f"{count} pictures of {folder.name}"
    assert dialog.go.isEnabled()
    choose(source, "tray")
    source.activated.emit(0)
    activate()  # and thought better of it
    assert source.currentData() == "tray"
    with opened.qtbot.waitSignal(source.changed, check_params_cb=lambda: source.currentText() == "0 pictures of empty"):
        activate()
    assert dialog.said.text() == "There are no pictures there."


def test_the_keyboard_goes_through_the_fields_and_then_to_the_buttons(opened, dialog):
    dialog.activateWindow()
    assert dialog.focusWidget() is dialog.source
    chain, widget = [], dialog.source
    while (widget := widget.nextInFocusChain()) is not dialog.source:
        chain.append(widget)
    places = [chain.index(each) for each in (dialog.name, dialog.list.search, dialog.list.none, dialog.go)]
    assert places == sorted(places)
    assert dialog.go.isDefault()


def test_this_picture_alone(dialog, opened):
    choose(dialog.source, "current")
    assert dialog.pictures == (opened.request.image,)
    assert dialog.said.text() == "1 file: 1 picture × 1 layer × 1 format"


def test_a_file_is_never_written_over_unasked(opened, monkeypatch, tmp_path: Path):
    (tmp_path / "a.1.gif").write_bytes(b"old")
    chosen = [str(tmp_path / "a.1"), str(tmp_path / "b.GIF"), str(tmp_path / "a.1.gif"), ""]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen.pop(0), "GIF (*.gif)"))
    asked = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "exec", lambda box: (asked.append(box.text()), answers.pop(0))[1])

    def place():
        return ask_place(opened.window, "Export film", "film", "GIF (*.gif)", ("gif", "webp"))

    assert place() is None  # it was given its suffix after the dialog had asked
    assert asked == ["a.1.gif is there already."]
    assert place() == tmp_path / "b.GIF"
    assert last_folder() == tmp_path
    chosen.insert(0, str(tmp_path / "a.1"))
    assert place() == tmp_path / "a.1.gif"
    assert place() == tmp_path / "a.1.gif"  # the dialog has asked itself
    assert place() is None
    assert len(asked) == 2


def test_before_there_is_an_answer_nothing_is_exported_and_that_is_said(opened, told):
    exports = opened.controller.exports
    exports.ask_film(None, ())
    exports.ask_many(None, ())
    assert len(told) == 2
    assert all("nothing to export" in sentence for sentence in told)
