"""A figure that is dropped on the window brings back its view, and what is shown can be copied as text."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication

import cnnviz
from cnnviz import cli


def sentences(opened) -> list[str]:
    return [message.sentence for message in opened.window.errors.messages]


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "npz"])
def test_a_dropped_figure_brings_back_its_view(opened, tmp_path: Path, suffix: str):
    opened.ask(layer="3", view="feature-maps", channel=4, options=(("contrast", 0.5),))
    shown, tray = opened.controller.response.figure, opened.controller.collection.paths
    file = cnnviz.export(shown, tmp_path / f"maps.{suffix}")
    opened.ask(layer="11", view="", channel=None, options=())
    opened.controller.open_files([str(file)])
    opened.settle()
    figure = opened.controller.response.figure
    assert figure.request == shown.request
    assert np.array_equal(figure.panels[0].raster, shown.panels[0].raster)
    assert opened.controller.collection.paths == tray  # its picture is one of them
    assert not sentences(opened)


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "h5", "zarr.zip"])
def test_a_dropped_file_with_outputs_brings_back_its_pass(opened, tmp_path: Path, suffix: str):
    request = opened.controller.response.request
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), request.image)
    file = cnnviz.export_pass(trace, tmp_path / f"outputs.{suffix}")
    opened.ask(layer="11", view="")
    opened.controller.open_files([str(file)])
    opened.settle()
    assert (opened.request.image, opened.request.layer) == (request.image, "")
    assert not sentences(opened)


def test_a_figure_whose_picture_is_gone_says_so_and_changes_nothing(opened, tmp_path: Path):
    Image.new("L", (28, 28), 100).save(tmp_path / "grey.png")
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), tmp_path / "grey.png")
    file = cnnviz.export(cnnviz.view(trace, "0"), tmp_path / "figure.svg")
    (tmp_path / "grey.png").unlink()
    before = opened.request
    opened.controller.open_files([str(file)])
    opened.settle()
    assert opened.request == before
    assert "grey.png is not there; put it beside the figure" in sentences(opened)[0]


def test_any_other_png_is_a_picture(opened, tmp_path: Path):
    Image.new("L", (28, 28), 100).save(tmp_path / "grey.png")
    opened.controller.open_files([str(tmp_path / "grey.png")])
    opened.settle()
    assert opened.request.image == str(tmp_path / "grey.png")


def test_what_is_shown_can_be_copied_as_python_and_as_a_command(opened, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened.ask(layer="3", view="feature-maps", channel=4, options=(("contrast", 0.5),))
    values = opened.controller.response.figure.panels[0].values
    opened.window.commands["copy-python"].trigger()
    exec(QGuiApplication.clipboard().text().replace("figure.pdf", "figure.npz"), {})
    opened.window.commands["copy-command"].trigger()
    words = shlex.split(QGuiApplication.clipboard().text().replace("--format pdf", "--format npz"))
    assert cli.run(words[1:]) == 0
    for file in (Path("figure.npz"), *Path("figures").iterdir()):
        assert np.array_equal(np.load(file)["values"], values)
