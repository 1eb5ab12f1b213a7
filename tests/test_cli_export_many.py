"""Many pictures at once: names, what is there already, going on after a stop, processes, and what was made."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import pytest
from PIL import Image

from cnnviz import cli, paths
from cnnviz.batch import MANIFEST, Ask, Batch
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import PlaceError
from cnnviz.core.sources import load_model

SAMPLES = sorted((paths.resources() / "samples" / "lenet5-mnist").glob("*.png"))[:3]
LENET = ["--model", "lenet5-mnist", "--device", "cpu"]


def export(out: Path, *words: str, images: list[Path] | None = None) -> int:
    files = map(str, SAMPLES if images is None else images)
    return cli.run(["export", *files, *LENET, "--layers", "0,3", "--format", "csv", "--out", str(out), *words])


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name != MANIFEST}


def manifest(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / MANIFEST).read_text().splitlines()]


def test_files_are_named_by_a_pattern(tmp_path: Path):
    words = ["--name", "{model}_{index}_{op}_{layer}_{view}_{image}"]
    assert export(tmp_path, *words, images=SAMPLES[:1]) == 0
    stem = SAMPLES[0].stem
    assert set(contents(tmp_path)) == {
        f"lenet5-mnist_00_conv2d_0_feature-maps_{stem}.csv",
        f"lenet5-mnist_03_conv2d_3_feature-maps_{stem}.csv",
    }


@pytest.mark.parametrize("pattern", ["{size}", "{image!r}", "{image:>9}", "{image", " ", "{0}"])
def test_a_pattern_that_cannot_be_filled_in_is_refused(tmp_path: Path, pattern: str, capsys):
    assert export(tmp_path / "out", "--name", pattern) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_what_is_there_stays_unless_told(tmp_path: Path, capsys):
    old = tmp_path / f"{SAMPLES[0].stem}-0-feature-maps.csv"
    old.write_text("precious")
    assert export(tmp_path) == 1
    assert old.read_text() == "precious"
    assert len(contents(tmp_path)) == 6
    assert "One file is there already and left as before; --overwrite replaces" in capsys.readouterr().err
    assert export(tmp_path, "--resume") == 0
    assert old.read_text() == "precious"
    assert export(tmp_path, "--overwrite") == 0
    assert old.read_text() != "precious"
    assert cli.run(["export", "--out", "x", "--overwrite", "--resume"]) == 2


def test_the_manifest_says_what_was_made_and_what_failed(tmp_path: Path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    out = tmp_path / "out"
    assert export(out, "--layers", "0,nope", images=[SAMPLES[0], broken, SAMPLES[1]]) == 1
    head, *lines = manifest(out)
    assert head["model"] == "lenet5-mnist"
    assert head["ask"]["layers"] == "0,nope"
    assert [line["image"] for line in lines] == [str(SAMPLES[0]), str(SAMPLES[1])]
    assert lines[0]["sha256"] == hashlib.sha256(SAMPLES[0].read_bytes()).hexdigest()
    assert lines[0]["files"] == [f"{SAMPLES[0].stem}-0-feature-maps.csv"]
    assert "nope" in lines[0]["problems"][0]


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path: Path):
    assert export(tmp_path / "whole") == 0
    out = tmp_path / "stopped"
    out.mkdir()
    batch = Batch(load_model("lenet5-mnist", device="cpu"), Ask("0,3", suffixes=("csv",)), out)
    running = batch.run([str(file) for file in SAMPLES])
    for _ in range(3):  # into the second picture
        next(running)
    running.close()
    assert len(contents(out)) == 3
    with (out / MANIFEST).open("a") as opened:
        opened.write('{"image": "half a li')  # killed while it wrote
    again = Batch(load_model("lenet5-mnist", device="cpu"), Ask("0,3", suffixes=("csv",), present="resume"), out)
    done = [done for _, done in again.run([str(file) for file in SAMPLES])]
    assert [one.present for one in done] == [True, True, True, False, False, False]
    assert contents(out) == contents(tmp_path / "whole")


def test_other_wishes_are_not_taken_for_done(tmp_path: Path):
    assert export(tmp_path, "--view", "histogram") == 0
    assert export(tmp_path, "--view", "histogram", "--set", "bins=7", "--resume") == 0
    model = load_model("lenet5-mnist", device="cpu")
    batch = Batch(model, Ask("0", "histogram", (("bins", "9"),), ("csv",), present="resume"), tmp_path)
    assert not batch._before
    changed = tmp_path / "changed.png"
    Image.new("L", (28, 28), 9).save(changed)
    same = [changed, SAMPLES[0]]
    assert export(tmp_path / "b", images=same) == 0
    Image.new("L", (28, 28), 99).save(changed)  # another picture of the same name: its files are of the old one
    assert export(tmp_path / "b", "--resume", images=same) == 0
    assert len(manifest(tmp_path / "b")) == 5


def test_processes_draw_the_same(tmp_path: Path):
    words = ["--format", "npz,csv", "--layers", "0,3,6,8"]
    assert export(tmp_path / "one", *words, "--jobs", "1", images=SAMPLES[:1]) == 0
    assert export(tmp_path / "two", *words, "--jobs", "2", images=SAMPLES[:1]) == 0
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "two")) == 8


def test_a_folder_that_vanishes_ends_the_run_with_one_sentence(tmp_path: Path):
    out = tmp_path / "out"
    out.mkdir()
    batch = Batch(load_model("lenet5-mnist", device="cpu"), Ask("0,3", suffixes=("csv",)), out)
    running = batch.run([str(file) for file in SAMPLES])
    assert next(running)[1].file is not None
    shutil.rmtree(out)
    with pytest.raises(PlaceError, match="There is no folder"):
        next(running)
    assert not list(tmp_path.iterdir())


def test_of_all_layers_only_tables_are_made_as_tables(tmp_path: Path, capsys):
    assert export(tmp_path, "--layers", "all", "--format", "tex,md", images=SAMPLES[:1]) == 0
    stem = SAMPLES[0].stem
    assert set(contents(tmp_path)) == {f"{stem}-11-scores.tex", f"{stem}-11-scores.md"}
    assert export(tmp_path, "--layers", "all", "--view", "feature-maps", "--format", "tex", images=SAMPLES[:1]) == 1
    assert "None of the figures is a table" in capsys.readouterr().err


def test_what_is_no_table_is_named(tmp_path: Path, capsys):
    assert export(tmp_path, "--format", "tex", images=SAMPLES[:1]) == 1
    said = capsys.readouterr().err.splitlines()
    stems = [line.split(".tex was not made")[0].split()[-1] for line in said]
    assert stems == [f"{SAMPLES[0].stem}-{layer}-feature-maps" for layer in "03"]


def test_a_format_whose_library_is_missing_is_refused_before_anything_is_drawn(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert export(tmp_path / "out", "--format", "csv,h5") == 1
    assert capsys.readouterr().err.strip().endswith("install it with pip install 'cnnviz[hdf5]', or choose NPZ.")
    assert not (tmp_path / "out").exists()


def test_what_is_not_wanted_any_more_ends_in_the_middle(tmp_path: Path):
    looks = iter([True] * 40 + [False] * 100)  # somewhere in a pass, or between two files
    model = load_model("lenet5-mnist", device="cpu")
    batch = Batch(model, Ask("all", suffixes=("csv",)), tmp_path, wanted=lambda: next(looks))
    with pytest.raises(Cancelled):
        list(batch.run([str(file) for file in SAMPLES]))
    assert not list(tmp_path.glob(".*"))
