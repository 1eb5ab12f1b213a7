"""Films: what their frames show, what is inside of the files, and that nothing half-written is left."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz import paths
from cnnviz.cli import run as main
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError, PlaceError
from cnnviz.core.recipe import read_recipe
from cnnviz.explore import Explorer
from cnnviz.export.paper import PALETTES
from cnnviz.motion import Film, frames, make
from cnnviz.motion.slide import positions
from cnnviz.request import ModelRequest, Request

PICTURES = tuple(str(path) for path in sorted((paths.resources() / "samples" / "lenet5-mnist").glob("*.png"))[:3])
SIZE = (320, 180)
ASKED = Request(ModelRequest("lenet5-mnist", device="cpu"), PICTURES[0])


@pytest.fixture(scope="module")
def explorer() -> Explorer:
    return Explorer(1 << 28)


def film(kind: str, layer: str = "", **more: object) -> Film:
    pictures = PICTURES if kind == "pictures" else ()
    request = Request(ASKED.model, PICTURES[0], layer=layer)
    return Film(kind, request, pictures, SIZE, **more)  # type: ignore[arg-type]


def test_a_walk_shows_the_picture_and_every_record(explorer: Explorer) -> None:
    found = list(frames(film("walk"), explorer))
    steps = explorer.answer(ASKED).steps
    assert len(found) == len(steps) == found[0].total
    assert all(frame.pixels.shape == (180, 320, 3) for frame in found)
    assert len({frame.pixels.tobytes() for frame in found}) == len(found)
    accent = tuple(bytes.fromhex(PALETTES["light"].accent[1:]))
    reached = [(frame.pixels[-1] == accent).all(axis=1).sum() for frame in found]
    assert reached == [320 * number // len(found) for number in range(1, len(found) + 1)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_heading_stays_at_its_place(explorer: Explorer, theme: str) -> None:
    ground = tuple(bytes.fromhex(PALETTES[theme].ground[1:]))
    first = []
    for frame in frames(replace(film("walk", theme=theme), size=(960, 540)), explorer):
        head = (frame.pixels[:72] != ground).any(axis=2)
        rows, columns = head.any(axis=1).nonzero()[0], head.any(axis=0).nonzero()[0]
        assert 20 <= rows[0] <= 32 <= 60 <= rows[-1] < 72  # two lines, that stand on 40 and 62
        first.append(columns[0])
    assert max(first) - min(first) <= 4  # no letter begins quite at its place


def test_a_window_goes_row_by_row_and_in_larger_steps_over_large_maps() -> None:
    assert positions(2, 3) == ([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)], 1)
    places, stride = positions(224, 224)
    assert stride == 14
    assert len(places) == 256


def test_a_sliding_window_makes_its_map_cell_by_cell(explorer: Explorer) -> None:
    few = iter(frames(film("slide", "3", theme="dark"), explorer))  # 10 × 10 cells
    first, second = next(few), next(few)
    assert first.total == 100
    assert not np.array_equal(first.pixels, second.pixels)


def test_no_window_slides_over_a_dense_layer(explorer: Explorer) -> None:
    with pytest.raises(CnnvizError, match="No window slides over"):
        next(iter(frames(film("slide", explorer.answer(ASKED).steps[-1].key), explorer)))


def test_webp_holds_every_pixel_and_the_rate(explorer: Explorer, tmp_path: Path) -> None:
    asked = film("pictures", "0", rate=4.0)
    drawn = [frame.pixels for frame in frames(asked, explorer)]
    *_, (done, total, file) = make(asked, [tmp_path / "a.webp"], explorer)
    assert (done, total, file) == (3, 3, tmp_path / "a.webp")
    with Image.open(tmp_path / "a.webp") as opened:
        assert opened.n_frames == 3
        for number, pixels in enumerate(drawn):
            opened.seek(number)
            opened.load()
            assert np.array_equal(np.asarray(opened.convert("RGB")), pixels)
            assert opened.info["duration"] == 250


@pytest.mark.parametrize("suffix", ["gif", "webp", "mp4"])
def test_a_film_holds_its_recipe_and_is_made_again_the_same(suffix: str, tmp_path: Path) -> None:
    if suffix == "mp4":
        pytest.importorskip("av")
    out = tmp_path / "first"
    words = ["export", *PICTURES[:2], "--model", "lenet5-mnist", "--device", "cpu", "--motion", "pictures"]
    assert main([*words, "--layers", "0", "--format", suffix, "--size", "321x181", "--out", str(out)]) == 0
    file = out / f"pictures-pictures-0.{suffix}"
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.request is not None
    assert recipe.request.layer == "0"
    assert recipe.style["motion"]["pictures"] == list(PICTURES[:2])
    again = tmp_path / "again"
    assert main(["export", "--from", str(file), "--device", "cpu", "--out", str(again)]) == 0
    assert (again / file.name).read_bytes() == file.read_bytes()


def test_mp4_can_be_read_back(explorer: Explorer, tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    asked = film("pictures", "0", rate=2.5)
    drawn = [frame.pixels for frame in frames(asked, explorer)]
    list(make(asked, [tmp_path / "a.mp4"], explorer))
    with av.open(str(tmp_path / "a.mp4")) as box:
        assert box.streams.video[0].average_rate == 2.5
        read = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]
    assert len(read) == len(drawn)
    for seen, wanted in zip(read, drawn, strict=True):
        assert np.abs(seen.astype(int) - wanted).mean() < 6


def test_what_is_not_wanted_any_more_leaves_nothing(explorer: Explorer, tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(b"old")
    asked, looks = film("pictures", "0"), iter([True] * 5 + [False] * 100)
    with pytest.raises(Cancelled):  # three frames are drawn, then it is in the middle of packing
        list(make(asked, [tmp_path / "a.gif"], explorer, lambda: next(looks)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]
    assert (tmp_path / "a.gif").read_bytes() == b"old"


@pytest.mark.parametrize("suffix", ["gif", "webp", "mp4"])
def test_a_full_disk_is_said_and_leaves_what_was_there(suffix: str, explorer: Explorer, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    if suffix == "mp4":
        pytest.importorskip("av")
    (tmp_path / f"a.{suffix}").write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(CnnvizError, match=rf"a\.{suffix} was not written: the disk is full; make room"):
            list(make(film("pictures", "0"), [tmp_path / f"a.{suffix}"], explorer))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{suffix}"]
    assert (tmp_path / f"a.{suffix}").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("dance", {}, "can be walk, slide, pictures"),
        ("walk", {"size": (10, 10)}, "120 to 4,096 pixels"),
        ("walk", {"theme": "transparent"}, "can be light, dark"),
        ("walk", {"rate": 1000}, "0.1 to 60 frames"),
        ("pictures", {}, "needs pictures"),
    ],
)
def test_what_cannot_be_a_film_is_refused_in_a_sentence(kind: str, more: dict, sentence: str) -> None:
    with pytest.raises(CnnvizError, match=sentence):
        Film(kind, ASKED, **more)


def test_other_suffixes_are_refused(explorer: Explorer, tmp_path: Path) -> None:
    with pytest.raises(CnnvizError, match=r"can be \.gif, \.webp, \.mp4; not a\.avi"):
        list(make(film("walk"), [tmp_path / "a.avi"], explorer))


def test_a_place_that_is_gone_is_said_before_a_frame_is_drawn(explorer: Explorer, tmp_path: Path) -> None:
    made = make(film("walk"), [tmp_path / "gone" / "a.gif"], explorer)
    with pytest.raises(PlaceError, match="There is no folder"):
        next(made)


def test_the_command_never_overwrites_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / f"{Path(PICTURES[0]).stem}-slide-0.gif").write_bytes(b"old")
    words = ["export", PICTURES[0], "--model", "lenet5-mnist", "--motion", "slide", "--out", str(tmp_path)]
    assert main([*words, "--layers", "0"]) == 1
    assert "is there already; --overwrite replaces it" in capsys.readouterr().err
    assert main(words) == 1
    assert "name it with --layers PATH" in capsys.readouterr().err


def test_what_a_film_is_can_be_said_without_what_draws_it() -> None:
    """The window asks for that in its own thread: it is not to wait for a library of half a second."""
    code = "import sys, cnnviz.motion; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
