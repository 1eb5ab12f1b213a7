"""The bundled samples: drawn by a program, the same each time, and seen by the networks as ``samples.json`` says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

import cnnviz
from cnnviz.paths import resources

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
SAMPLES = resources() / "samples"
LISTED: dict[str, list[dict[str, Any]]] = json.loads((SAMPLES / "samples.json").read_text("utf-8"))
MODELS = list(LISTED)


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """``scripts/draw_samples.py`` as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPTS))
        import draw_samples

        yield draw_samples
        for name in [n for n in sys.modules if n == "draw_samples" or n.partition(".")[0] == "samples"]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def drawn(script: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder into which all samples were drawn again."""
    folder = tmp_path_factory.mktemp("samples")
    script.draw(folder)
    return folder


@pytest.mark.parametrize("model_name", MODELS)
def test_every_sample_is_listed_and_every_listed_one_is_there(model_name: str) -> None:
    assert sorted(e["file"] for e in LISTED[model_name]) == sorted(p.name for p in (SAMPLES / model_name).iterdir())


def test_the_seven_comes_first() -> None:
    assert LISTED["lenet5-mnist"][0]["file"] == "seven.png"


@pytest.mark.parametrize("model_name", MODELS)
def test_drawing_again_gives_the_same_pictures(model_name: str, drawn: Path) -> None:
    """Up to one grey level: another Pillow or another processor may round differently."""
    for entry in LISTED[model_name]:
        new, kept = (np.asarray(Image.open(f / model_name / entry["file"]), dtype=int) for f in (drawn, SAMPLES))
        assert new.shape == kept.shape
        assert np.abs(new - kept).max() <= 1, entry["file"]


def test_drawing_twice_gives_the_same_bytes(script: ModuleType, drawn: Path, tmp_path: Path) -> None:
    again = [*script.digits(), script.Sample("frog", script.PAINTINGS["frog"]().finish(128), "frog")]
    for sample in again:
        sample.image.save(tmp_path / "again.png", optimize=True)
        folder = "lenet5-mnist" if sample.image.mode == "L" else "vgg-cifar10"
        assert (tmp_path / "again.png").read_bytes() == (drawn / folder / f"{sample.name}.png").read_bytes()


@pytest.mark.parametrize("model_name", MODELS)
def test_the_networks_see_what_is_listed(model_name: str) -> None:
    model = cnnviz.load_model(model_name, device="cpu")
    for entry in LISTED[model_name]:
        best = cnnviz.trace(model, SAMPLES / model_name / entry["file"]).top(1)[0]
        assert best.label == entry["predicted"], entry["file"]
        assert best.probability == pytest.approx(entry["probability"], abs=0.02)


def test_every_digit_is_recognised_unless_it_was_drawn_to_be_mistaken() -> None:
    for entry in LISTED["lenet5-mnist"]:
        assert entry["hard"] or entry["predicted"] == entry["label"], entry["file"]
    assert {e["label"] for e in LISTED["lenet5-mnist"] if not e["hard"]} == set("0123456789")


def test_most_paintings_are_recognised() -> None:
    assert len(LISTED["vgg-cifar10"]) == 10
    assert len({e["label"] for e in LISTED["vgg-cifar10"]}) == 10
    assert sum(e["predicted"] == e["label"] for e in LISTED["vgg-cifar10"]) >= 7
