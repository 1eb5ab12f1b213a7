"""Films and figures of many pictures, from the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from cnnviz.gui.exports.film_dialog import FilmDialog
from cnnviz.gui.exports.many_dialog import ManyDialog
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
    exports.done.connect(found.append)
    exports.problem.connect(lambda sentence, _: found.append(sentence))
    return found


def test_a_film_of_what_is_shown(opened, told, tmp_path: Path):
    controller = opened.controller
    dialog = FilmDialog(
        controller.response, controller.collection.paths, controller.runner.explorer, opened.window
    )
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
    assert told == [f"Saved {tmp_path / 'a.gif'}"]
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


def test_names_are_seen_before_they_are_made(opened, dialog):
    first = Path(dialog.pictures[0]).stem
    assert dialog.names.text().splitlines()[0] == f"{first}-3-feature-maps.png"
    assert dialog.said.text() == "3 files: 3 × 1 × 1 (pictures, layers, formats)"
    dialog.formats["csv"].setChecked(True)
    dialog.name.setText("{index}_{image}")
    assert dialog.names.text().splitlines()[:2] == [f"03_{first}.png", f"03_{first}.csv"]
    dialog.name.setText("{nonsense}")
    assert not dialog.go.isEnabled()
    assert dialog.said.text().startswith("A name can hold {image}")
    dialog.name.setText("{image}")
    dialog.layers.setCurrentIndex(2)
    assert dialog.said.text().startswith("Say which layers")
    dialog.own.setText("0, 2")
    assert dialog.said.text() == "12 files: 3 × 2 × 2 (pictures, layers, formats)"


def test_many_pictures_are_exported_never_twice_and_gone_on_with(opened, dialog, told, tmp_path: Path):
    exports, model = opened.controller.exports, opened.request.model
    pictures, folder = list(dialog.pictures), dialog.folder
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    files = sorted(folder.glob("*.png"))
    assert [file.name for file in files] == sorted(f"{Path(path).stem}-3-feature-maps.png" for path in pictures)
    assert told == ["3 files were made"]
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    assert [line["files"] for line in lines[1:]] == [[f"{Path(path).stem}-3-feature-maps.png"] for path in pictures]
    told.clear()
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    assert told == ["3 files were there already and left as before; replace them, or choose another folder."]
    told.clear()
    files[0].unlink()
    dialog.present.setCurrentIndex(1)
    ended(opened, lambda: exports.many(model, dialog.ask, pictures, folder))
    assert told == [f"Saved {files[0]}"]


def test_what_fails_is_summed_up_and_the_rest_is_made(opened, dialog, told, tmp_path: Path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    pictures = [str(broken), dialog.pictures[0]]
    ended(opened, lambda: opened.controller.exports.many(opened.request.model, dialog.ask, pictures, dialog.folder))
    assert told[0].startswith("Saved ")
    assert "broken.png" in told[1]


def test_a_folder_that_cannot_be_made_is_said(opened, dialog, told, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    place, pictures = tmp_path / "file" / "out", list(dialog.pictures)
    ended(opened, lambda: opened.controller.exports.many(opened.request.model, dialog.ask, pictures, place))
    assert told == [f"The folder {place} cannot be made: Not a directory; choose another one."]


def test_a_folder_of_pictures(opened, dialog):
    dialog.take_folder(str(Path(dialog.pictures[0]).parent))
    assert len(dialog.pictures) == len(list(Path(dialog.pictures[0]).parent.glob("*.png")))
    dialog.take_folder("")
    assert dialog.source.currentIndex() == 0
