"""The outputs of several layers in one file, by the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import cli, paths
from cnnviz.batch import MANIFEST

SAMPLES = sorted((paths.resources() / "samples" / "lenet5-mnist").glob("*.png"))[:2]
LENET = ["--model", "lenet5-mnist", "--device", "cpu", "--together"]


def export(out: Path, *words: str, images: list[Path] | None = None) -> int:
    return cli.run(["export", *map(str, images or SAMPLES[:1]), *LENET, "--out", str(out), *words])


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_all_layers_of_each_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(tmp_path, "--format", "npz,zarr.zip", images=SAMPLES) == 0
    stems = [file.stem for file in SAMPLES]
    files = {f"{stem}-all-records.{suffix}" for stem in stems for suffix in ("npz", "zarr.zip")}
    assert names(tmp_path) == files | {MANIFEST}
    assert {Path(line).name for line in capsys.readouterr().out.splitlines()} == files
    traced = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SAMPLES[1])
    with np.load(tmp_path / f"{stems[1]}-all-records.npz") as saved:
        assert len(saved.files) == len(traced.records) + 1
        for record in traced.records:
            assert saved[record.key].tobytes() == record.numpy().tobytes()
    assert export(tmp_path, "--format", "npz,zarr.zip", images=SAMPLES) == 1  # nothing is overwritten unless told
    assert "4 files are there already" in capsys.readouterr().err
    assert export(tmp_path, "--format", "npz,zarr.zip", "--resume", images=SAMPLES) == 0


def test_chosen_layers_are_npz_when_nothing_is_said(tmp_path: Path):
    assert export(tmp_path, "--layers", "3,0", "--name", "{image}_{layer}") == 0
    with np.load(tmp_path / f"{SAMPLES[0].stem}_layers.npz") as saved:
        assert saved.files == ["metadata", "3", "0"]
        assert json.loads(str(saved["metadata"]))["records"][0]["axes"] == ["C", "H", "W"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--format", "png"], "There is no format 'png' for several layers in one file; there are h5, npz,"),
        (["--view", "feature-maps"], "The outputs of layers in one file are of no view"),
        (["--layers", "picture"], "There is no layer “picture”"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]):
    assert export(tmp_path, *words) == 1
    said = capsys.readouterr().err
    assert sentence in " ".join(said.split())
    assert said.count("\n") == 1
    assert not names(tmp_path)


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "h5", "zarr.zip"])
def test_made_again(tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]):
    assert export(tmp_path, "--layers", "3,0", "--format", suffix) == 0
    file = next(tmp_path.iterdir())
    words = ["export", "--from", str(file), "--out"]
    assert cli.run([*words, str(tmp_path / "again"), "--format", "npz"]) == 0
    with np.load(tmp_path / "again" / f"{SAMPLES[0].stem}-layers-records.npz") as saved:
        assert set(saved.files) == {"metadata", "3", "0"}
    assert cli.run([*words, str(tmp_path / "same")]) == 0
    assert names(tmp_path / "same") == {file.name}
    capsys.readouterr()
    assert cli.run([*words, str(tmp_path)]) == 1
    assert "would be overwritten by itself" in capsys.readouterr().err
