from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import cnnviz
from cnnviz import cli, paths

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"
LENET = ["--model", "lenet5-mnist", "--device", "cpu"]


def export(*words: str) -> int:
    return cli.run(["export", str(SEVEN), *LENET, *words])


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_every_layer_and_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export("--out", str(tmp_path / "new" / "folder"), "--format", "npz,csv") == 0
    files = names(tmp_path / "new" / "folder")
    assert len(files) == 24
    assert {"seven-3-feature-maps.npz", "seven-3-feature-maps.csv", "seven-11-scores.csv"} <= files
    printed = capsys.readouterr().out.splitlines()
    assert {Path(line).name for line in printed} == files


def _picture(file: Path) -> Image.Image:
    with Image.open(file) as picture:
        return picture.copy()


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_pictures(tmp_path: Path, suffix: str):
    assert export("--out", str(tmp_path), "--layers", "3,picture", "--format", suffix, "--theme", "dark") == 0
    assert names(tmp_path) == {f"seven-3-feature-maps.{suffix}", f"seven-picture-picture.{suffix}"}
    assert (tmp_path / f"seven-3-feature-maps.{suffix}").stat().st_size > 1000


def test_scale(tmp_path: Path):
    for scale in ("1", "2"):
        assert export("--out", str(tmp_path / scale), "--layers", "3", "--scale", scale) == 0
    sizes = [_picture(tmp_path / scale / "seven-3-feature-maps.png").size for scale in ("1", "2")]
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_the_values_are_those_of_the_network(tmp_path: Path):
    assert export("--out", str(tmp_path), "--layers", "0", "--view", "feature-maps", "--format", "npz") == 0
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    trace = cnnviz.trace(model, SEVEN)
    with torch.no_grad():
        maps = model.module[0](trace.input)[0].numpy()  # type: ignore[index]
    with np.load(tmp_path / "seven-0-feature-maps.npz") as saved:
        assert any(saved[key].shape == maps.shape and np.allclose(saved[key], maps, atol=1e-5) for key in saved.files)


def test_a_view_for_all_layers_takes_those_that_it_fits(tmp_path: Path):
    assert export("--out", str(tmp_path), "--view", "filters", "--format", "csv") == 0
    assert {"seven-0-filters.csv", "seven-3-filters.csv"} <= names(tmp_path)
    assert "seven-1-filters.csv" not in names(tmp_path)  # a ReLU has none


def test_files_of_one_run_do_not_overwrite_each_other(tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(SEVEN, tmp_path / folder / "7.png")
    shutil.copy(SEVEN, tmp_path / "a" / "7.bmp")
    words = ["--out", str(tmp_path / "out"), "--layers", "3", "--format", "csv"]
    files = [str(tmp_path / name) for name in ("a/7.png", "b/7.png", "a/7.bmp")]
    assert cli.run(["export", *files, *LENET, *words]) == 0
    assert names(tmp_path / "out") == {
        "7-3-feature-maps.csv",
        "7-3-feature-maps-2.csv",
        "7-3-feature-maps-3.csv",
        "manifest.jsonl",
    }
    assert cli.run(["export", *files, *LENET, *words, "--overwrite"]) == 0  # a later run may, if told so
    assert len(names(tmp_path / "out")) == 4


@pytest.mark.parametrize(
    ("words", "size"),
    [
        (["--width", "1000px"], (1000, None)),
        (["--width", "333px", "--height", "250px", "--dpi", "97"], (333, 250)),
        (["--width", "2in", "--dpi", "150"], (300, None)),
    ],
)
def test_a_picture_is_as_large_as_was_said(tmp_path: Path, words: list[str], size: tuple[int, int | None]):
    assert export("--out", str(tmp_path), "--layers", "3", *words) == 0
    with Image.open(tmp_path / "seven-3-feature-maps.png") as picture:
        assert picture.width == size[0]
        assert size[1] in (None, picture.height)


def test_options_of_the_view(tmp_path: Path):
    assert export("--out", str(tmp_path / "0"), "--layers", "3") == 0
    assert export("--out", str(tmp_path / "1"), "--layers", "3", "--set", "contrast=1") == 0
    pictures = [_picture(tmp_path / name / "seven-3-feature-maps.png").tobytes() for name in ("0", "1")]
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--view", "heatmap"], "There is no view 'heatmap'"),
        (["--format", "bmp"], "There is no format 'bmp'"),
        (["--format", "gif"], "GIF is a film: say what moves with --motion walk, slide or pictures."),
        (["--layers", "nope"], "nope"),
        (["--layers", "1", "--view", "filters"], "does not fit 1"),
        (["--layers", "3", "--set", "colour=red"], "There is no option 'colour'"),
        (["--layers", "3", "--set", "contrast=2"], "contrast can be 0 to 1"),
        (["--view", "picture"], "fits none of the layers"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
):
    assert export("--out", str(tmp_path), *words) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "colour=red"], "There is no option 'colour'; there are"),
        (["--view", "histogram", "--set", "contrast=1"], "There is no option 'contrast'; there are bins"),
        (["--view", "histogram", "--set", "bins=many"], "bins"),
    ],
)
def test_what_no_view_takes_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
):
    assert export("--out", str(tmp_path / "out"), "--layers", "3", *words) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("layer", "said"), [("0-3", "its 12 layers go from 0 to 11"), ("12", "did you mean 2")])
def test_a_layer_that_there_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str], layer: str, said: str):
    assert export("--out", str(tmp_path), "--layers", layer) == 1
    assert said in capsys.readouterr().err


def test_what_is_possible_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export("--out", str(tmp_path), "--layers", "nope,3", "--format", "csv") == 1
    assert names(tmp_path) == {"seven-3-feature-maps.csv"}
    assert "nope" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "file").write_text("")
    assert export("--out", str(tmp_path / "file" / "folder")) == 1
    assert "cannot be made" in capsys.readouterr().err
