"""A figure is made again from the file alone: the same numbers, the same pixels, or a sentence on what is missing."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from safetensors.torch import save_file

import cnnviz
from cnnviz import cli, paths
from cnnviz.core.recipe import read_recipe

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"
WORDS = ["--layers", "3", "--set", "contrast=0.5", "--set", "channel=4", "--scale", "2", "--theme", "dark"]


def export(image: Path, out: Path, *words: str, model: str = "lenet5-mnist") -> int:
    return cli.run(["export", str(image), "--model", model, "--device", "cpu", "--out", str(out), *words])


def again(figure: Path, out: Path, *words: str) -> int:
    return cli.run(["export", "--from", str(figure), "--out", str(out), *words])


@pytest.mark.parametrize("suffix", ["png", "tiff", "svg", "pdf", "npz"])
def test_every_kind_of_file_is_made_again_to_the_byte(tmp_path: Path, suffix: str):
    assert export(SEVEN, tmp_path, *WORDS, "--format", suffix) == 0
    first = tmp_path / f"seven-3-feature-maps.{suffix}"
    assert again(first, tmp_path / "again") == 0
    assert (tmp_path / "again" / first.name).read_bytes() == first.read_bytes()


@pytest.mark.parametrize("suffix", ["png", "tiff", "svg", "pdf"])
def test_what_was_visible_is_made_again_to_the_byte_and_can_be_chosen_anew(tmp_path: Path, suffix: str):
    part = ["--visible", "0.2,0.1,0.5,0.6,4", "--visible", "0.25,0.25,0.5,0.5"]  # of the mosaic, and of channel 4
    assert export(SEVEN, tmp_path, *WORDS, *part, "--format", suffix) == 0
    first = tmp_path / f"seven-3-feature-maps.{suffix}"
    assert again(first, tmp_path / "again") == 0
    assert (tmp_path / "again" / first.name).read_bytes() == first.read_bytes()
    assert again(first, tmp_path / "all", "--visible", "all", "--visible", "all") == 0
    assert export(SEVEN, tmp_path / "whole", *WORDS, "--format", suffix) == 0
    assert (tmp_path / "all" / first.name).read_bytes() == (tmp_path / "whole" / first.name).read_bytes()
    assert (tmp_path / "all" / first.name).read_bytes() != first.read_bytes()


@pytest.mark.parametrize(("part", "code"), [("0,0,1", 2), ("0,0,a,1", 2), ("0,0,0,1", 1), ("1,0,1,1", 1)])
def test_a_part_that_is_none_is_refused(part: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(SEVEN, tmp_path, *WORDS, "--visible", part) == code
    assert "part like 0,0,0.5,0.5" in (said := capsys.readouterr().err) or "visible part is X, Y" in said
    assert not list(tmp_path.iterdir())


def test_the_recipe_names_weights_picture_preprocessing_view_and_versions(tmp_path: Path):
    assert export(SEVEN, tmp_path, *WORDS) == 0
    with Image.open(tmp_path / "seven-3-feature-maps.png") as picture:
        about = json.loads(picture.text["Description"])["cnnviz"]
    weights = next((paths.resources() / "models").rglob("lenet5*.safetensors"))
    import hashlib

    assert about["origin"]["picture"] == hashlib.sha256(SEVEN.read_bytes()).hexdigest()
    assert about["origin"]["weights"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert dict(about["origin"]["preprocessing"])["size"] == [28, 28]
    assert about["request"]["image"] == str(SEVEN)
    assert (about["request"]["layer"], about["request"]["view"], about["request"]["channel"]) == (
        "3",
        "feature-maps",
        4,
    )
    assert about["request"]["options"] == [["contrast", 0.5]]
    assert about["style"]["scale"] == 2
    assert about["software"]["cnnviz"] == cnnviz.__version__
    assert about["software"]["torch"] == torch.__version__.partition("+")[0] or torch.__version__


def test_other_readers_find_it_too(tmp_path: Path):
    assert export(SEVEN, tmp_path, *WORDS, "--format", "svg,npz") == 0
    tree = ET.parse(tmp_path / "seven-3-feature-maps.svg")
    (text,) = [e.text for e in tree.iter("{http://purl.org/dc/elements/1.1/}description")]
    with np.load(tmp_path / "seven-3-feature-maps.npz") as saved:
        assert json.loads(str(saved["metadata"]))["request"] == json.loads(text)["cnnviz"]["request"]


def test_size_on_paper_is_kept_or_chosen_anew(tmp_path: Path):
    words = ["--layers", "3", "--preset", "single", "--dpi", "150", "--font", "6", "--theme", "transparent"]
    assert export(SEVEN, tmp_path, *words) == 0
    first = tmp_path / "seven-3-feature-maps.png"
    assert again(first, tmp_path / "again") == 0
    assert (tmp_path / "again" / first.name).read_bytes() == first.read_bytes()
    assert again(first, tmp_path / "wide", "--width", "10cm") == 0
    with Image.open(first) as one, Image.open(tmp_path / "wide" / first.name) as other:
        assert one.width == pytest.approx(85 / 25.4 * 150, abs=1)
        assert other.width == pytest.approx(100 / 25.4 * 150, abs=1)
    assert export(SEVEN, tmp_path, "--width", "85") == 2


def test_a_figure_can_be_made_again_in_another_format(tmp_path: Path):
    assert export(SEVEN, tmp_path, *WORDS, "--format", "pdf,npz") == 0
    assert again(tmp_path / "seven-3-feature-maps.pdf", tmp_path / "again", "--format", "npz") == 0
    assert np.array_equal(
        np.load(tmp_path / "again" / "seven-3-feature-maps.npz")["values"],
        np.load(tmp_path / "seven-3-feature-maps.npz")["values"],
        equal_nan=True,
    )


def test_a_picture_that_moved_with_its_figure_or_is_named_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    picture = shutil.copy(SEVEN, old / "Ziffer (7) \\ ünï.png")
    assert export(picture, old, "--layers", "0", "--format", "pdf") == 0
    figure = shutil.move(next(old.glob("*.pdf")), new / "figure.pdf")
    assert again(figure, tmp_path / "a") == 0
    moved = shutil.move(picture, tmp_path / "other.png")
    assert again(figure, tmp_path / "a") == 1
    assert "is not there; put it beside the figure, or name it" in capsys.readouterr().err
    assert cli.run(["export", str(moved), "--from", str(figure), "--out", str(tmp_path / "a")]) == 0
    shutil.copy(moved, new / "Ziffer (7) \\ ünï.png")
    assert again(figure, tmp_path / "a") == 0
    Image.new("L", (28, 28)).save(new / "Ziffer (7) \\ ünï.png")
    capsys.readouterr()
    assert again(figure, tmp_path / "b") == 1
    assert "is not the picture any more" in capsys.readouterr().err
    assert not list((tmp_path / "b").iterdir())


def test_other_weights_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    module = cnnviz.load_model("lenet5-mnist", device="cpu").module
    file = tmp_path / "net.safetensors"
    about = {"cnnviz.arch": "lenet5"}
    save_file(module.state_dict(), file, about)
    words = ["--arch", "lenet5", "--input-size", "28x28", "--mean", "0.1", "--std", "0.3"]
    assert export(SEVEN, tmp_path, "--layers", "0", *words, model=str(file)) == 0
    figure = tmp_path / "seven-0-feature-maps.png"
    assert again(figure, tmp_path / "a") == 0
    assert (tmp_path / "a" / figure.name).read_bytes() == figure.read_bytes()
    save_file({name: value + 1 for name, value in module.state_dict().items()}, file, about)
    capsys.readouterr()
    assert again(figure, tmp_path / "b") == 1
    assert "are not those that made this figure" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("described", "said"),
    [
        ("a holiday", "holds no recipe of CNNViz"),
        ('{"cnnviz": {"version": 99}}', "made by a later version of CNNViz"),
        ('{"cnnviz": {"version": 1, "request": 5}}', "is damaged"),
    ],
)
def test_what_is_no_recipe_is_said(tmp_path: Path, described: str, said: str, capsys: pytest.CaptureFixture[str]):
    info = PngInfo()
    info.add_text("Description", described)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    assert again(tmp_path / "a.png", tmp_path / "out") == 1
    assert said in capsys.readouterr().err


def test_a_figure_does_not_overwrite_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(SEVEN, tmp_path, "--layers", "0") == 0
    assert again(tmp_path / "seven-0-feature-maps.png", tmp_path) == 1
    assert "choose another folder" in capsys.readouterr().err


def test_a_file_never_gives_consent_to_run_code(tmp_path: Path):
    code = tmp_path / "net.py"
    code.write_text("from cnnviz.core.architectures import ARCHITECTURES as A\nmake = A['lenet5']\n")
    assert export(SEVEN, tmp_path, "--layers", "0", "--trust", "--input-size", "28x28", model=f"{code}:make") == 0
    recipe = read_recipe(tmp_path / "seven-0-feature-maps.png")
    assert recipe is not None
    assert recipe.request is not None
    assert recipe.request.model.name == f"{code}:make"
    assert not recipe.request.model.trust


def test_versions_that_differ_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(SEVEN, tmp_path, "--layers", "0", "--format", "svg") == 0
    file = tmp_path / "seven-0-feature-maps.svg"
    file.write_text(file.read_text().replace(f'"numpy": "{np.__version__}"', '"numpy": "1.0"'))
    assert again(file, tmp_path / "again") == 0
    assert "made with numpy 1.0" in capsys.readouterr().err


def test_nothing_asked_for_is_no_command():
    assert cli.run(["export", "--out", "x"]) == 2
    assert cli.run(["export", str(SEVEN), "--out", "x"]) == 2


def test_a_page_of_figures_is_made_and_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(SEVEN, tmp_path, "--layers", "picture", "--view", "architecture", "--format", "md,svg") == 0
    assert export(SEVEN, tmp_path, "--layers", "0", "--view", "overlay", "--no-heading", "--caption", "A map.") == 0
    figures = [str(tmp_path / name) for name in ("seven-picture-architecture.md", "seven-0-overlay.png")]
    page = tmp_path / "page.pdf"
    words = ["--out", str(page), "--columns", "1", "--caption", "The network.", "--preset", "single"]
    assert cli.run(["page", *figures, *words]) == 0
    recipe = read_recipe(page)
    assert recipe is not None
    assert [part.request.view for part in recipe.parts if part.request] == ["architecture", "overlay"]
    assert again(page, tmp_path / "again") == 0
    assert (tmp_path / "again" / "page.pdf").read_bytes() == page.read_bytes()
    assert cli.run(["page", *figures, *words]) == 1
    assert "there already" in capsys.readouterr().err
