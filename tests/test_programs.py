"""Pages and outputs of layers as Python and as commands: what is copied is run, and makes the same."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import cli, paths
from cnnviz.batch.programs import outputs_as_command, outputs_as_python, page_as_command, page_as_python
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace
from cnnviz.export.base import page_of
from cnnviz.figure import Figure, Note

SAMPLES = sorted((paths.resources() / "samples" / "lenet5-mnist").glob("*.png"))[:2]


@pytest.fixture(scope="module")
def traces() -> list[Trace]:
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    return [cnnviz.trace(model, file) for file in SAMPLES]


def run(text: str) -> None:
    for line in text.splitlines():
        assert cli.run(shlex.split(line)[1:]) == 0


@pytest.mark.parametrize("layers", ["all", ["3", "0"]])
def test_outputs(traces: list[Trace], layers: str | list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    request = cnnviz.view(traces[0], "3", "feature-maps").request
    exec(outputs_as_python(request, layers, "python.npz"), {})
    run(outputs_as_command(request, layers, "out"))
    command = next((tmp_path / "out").glob("*.npz"))
    with np.load("python.npz") as one, np.load(command) as other:
        assert set(one.files) == set(other.files)
        for record in traces[0].records if layers == "all" else [traces[0].find(name) for name in layers]:
            assert one[record.key].tobytes() == other[record.key].tobytes() == record.numpy().tobytes()


def test_a_page(traces: list[Trace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    figures = [
        cnnviz.view(traces[0], "3", "feature-maps", contrast=0.5),
        cnnviz.view(traces[1], None, "picture").seen([(0.25, 0.0, 0.5, 0.75)]),
        cnnviz.view(traces[0], "0", "explain", channel=2, at=(3, 4)),
    ]
    page = page_of(figures, 3, False, ["One's “maps”", "", "A cell."], shared=True)
    cnnviz.export(page, "here.png")
    python = page_as_python(page, "python.png")
    assert python.count("load_model") == 1
    assert python.count("cnnviz.trace(") == 2
    exec(python, {})
    run(page_as_command(page, "command.png"))
    assert np.array_equal(_pixels("here.png"), _pixels("python.png"))
    assert np.array_equal(_pixels("here.png"), _pixels("command.png"))


def _pixels(file: str) -> np.ndarray:
    from PIL import Image

    with Image.open(file) as picture:
        return np.asarray(picture).copy()


def test_what_cannot_be_a_program_says_so(traces: list[Trace]):
    page = page_of([Figure("note", "By hand", "", (Note("words"),))])
    for make in (page_as_python, page_as_command):
        with pytest.raises(CnnvizError, match="“By hand” is of no layer of a network"):
            make(page)
