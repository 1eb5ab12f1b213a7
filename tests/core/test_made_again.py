"""Copied lines make the very figure from which they were copied."""

from __future__ import annotations

import contextlib
import io
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cnnviz
from cnnviz import cli, paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.made_again import as_command, as_python
from cnnviz.core.request_json import request_of, saved_request
from cnnviz.explore import Explorer
from cnnviz.export import export
from cnnviz.request import Cell, ModelRequest, Request

SEVEN = str(paths.resources() / "samples" / "lenet5-mnist" / "seven.png")
LENET = ModelRequest("lenet5-mnist", device="cpu")

OWN = replace(LENET, input_size=(28, 28), mean=(0.2,), std=(0.4,), fit="pad")
MAGMA = ("magma", "auto", "auto")

REQUESTS = [
    Request(LENET, SEVEN),
    Request(LENET, SEVEN, layer="3", view="feature-maps", channel=4, options=(("contrast", 0.5),)),
    Request(LENET, SEVEN, layer="0", view="filters", colormaps=MAGMA),
    Request(LENET, SEVEN, layer="4", colormaps=MAGMA),
    Request(LENET, SEVEN, layer="3", view="explain", channel=2, at=(5, 4), trail=(Cell("5", 1, (2, 2)),)),
    Request(LENET, SEVEN, layer="11", view="scores", options=(("contrast", 0.9), ("k", 3))),
    Request(OWN, SEVEN, layer="11"),
    Request(ModelRequest("vgg-cifar10", device="cpu"), SEVEN, layer="0"),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_copied_lines_make_the_same_figure(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    figure = Explorer(2**30).answer(request_).figure
    assert figure.request is not None
    shown = export(figure, "shown.npz")
    exec(as_python(figure.request, "python.npz"), {})
    assert cli.run(shlex.split(as_command(figure.request, "out", "npz"))[1:]) == 0
    (command,) = (tmp_path / "out").iterdir()
    for made in (Path("python.npz"), command):
        with np.load(shown) as one, np.load(made) as other:
            assert one.files == other.files
            for name in set(one.files) - {"metadata"}:
                assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f")
    exec(as_python(figure.request, "python.png"), {})
    plain = replace(figure, request=replace(figure.request, trail=()))
    assert Path("python.png").read_bytes() == export(plain, "shown.png").read_bytes()


def test_copied_lines_make_the_part_that_is_visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    request = Request(LENET, SEVEN, layer="3", view="feature-maps", channel=4)
    figure = Explorer(2**30).answer(request).figure.seen([(0.2, 0.1, 1 / 3, 0.6, 4), None])
    shown = export(figure, "shown.png").read_bytes()
    assert figure.request is not None
    exec(as_python(figure.request, "python.png", figure.visible), {})
    assert cli.run(shlex.split(as_command(figure.request, "out", "png", visible=figure.visible))[1:]) == 0
    (command,) = (tmp_path / "out").iterdir()
    assert Path("python.png").read_bytes() == command.read_bytes() == shown


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_request_comes_back_from_its_json(request_: Request):
    import json

    assert request_of(json.loads(json.dumps(saved_request(request_)))) == request_


def test_what_is_in_no_file_cannot_be_copied():
    for make in (as_python, as_command):
        with pytest.raises(CnnvizError, match="in no file"):
            make(Request(LENET, "pixels:0123"))


WHOLE = ("architecture", "layer-table", "layer-rows", "first-filters", "prediction")


def test_panels_of_the_whole_network_are_copied_as_python_and_as_a_command(tmp_path: Path, monkeypatch):
    seven = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"
    passed = cnnviz.trace(cnnviz.load_model("lenet5-mnist"), seven)
    monkeypatch.chdir(tmp_path)
    for view in WHOLE:
        figure = cnnviz.view(passed, None, view)
        cnnviz.export(figure, "first.svg")
        exec(as_python(figure.request, "second.svg"), {})
        assert Path("second.svg").read_bytes() == Path("first.svg").read_bytes()
    words = shlex.split(as_command(figure.request, "out", "svg"))[1:]
    with contextlib.redirect_stdout(io.StringIO()):
        assert cli.run(words) == 0
    assert Path("out/seven-picture-prediction.svg").read_bytes() == Path("first.svg").read_bytes()
