"""One colour bar for a whole page."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cnnviz
from cnnviz import paths
from cnnviz.core.pixels import lut, paint
from cnnviz.core.recipe import read_recipe
from cnnviz.core.trace import Trace
from cnnviz.export.base import page_of
from cnnviz.figure import Figure, ImageGrid, Page, Scale

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"


def maps(high: float, colormap: str = "viridis", signed: bool = False) -> Figure:
    values = np.linspace(-high if signed else 0, high, 12, dtype=np.float32).reshape(1, 3, 4)
    scale = Scale(-high if signed else 0.0, high, colormap, signed, "layer")
    ends = np.array([[scale.low, scale.high]], np.float32)
    grid = ImageGrid(values, paint(values, scale.low, scale.high), scale, ends, (0,), ("0",), ("",), 1)
    return Figure("maps", f"to {high}", "", (grid,))


def grids(figure: Figure) -> list[ImageGrid]:
    page = figure.panels[0]
    assert isinstance(page, Page)
    return [panel for part in page.figures for panel in part.panels if isinstance(panel, ImageGrid)]


def test_equal_colours_are_equal_values_on_all_of_the_page():
    one, two, signed = grids(page_of([maps(2.0), maps(8.0), maps(3.0, "RdBu_r", True)], shared=True))
    assert one.scale is two.scale
    assert one.scale is not None
    assert (one.scale.low, one.scale.high) == (0.0, 8.0)
    assert np.array_equal(one.raster, paint(one.values, 0.0, 8.0))  # type: ignore[arg-type]
    assert one.ranges.tolist() == [[0, 8]]
    assert int(one.raster.max()) < int(two.raster.max()) == 254
    assert signed.scale is not None
    assert (signed.scale.low, signed.scale.high, signed.scale.colormap) == (-3.0, 3.0, "RdBu_r")
    (alone,) = grids(page_of([maps(2.0)]))
    assert alone.scale is not None
    assert alone.scale.shared_by == "layer"


def test_one_bar_is_drawn_with_its_numbers(tmp_path: Path):
    figures = [maps(2.0), maps(8.0), maps(4.0)]
    own = cnnviz.export(figures, tmp_path / "own.svg").read_text("utf-8")
    shared = cnnviz.export(figures, tmp_path / "shared.svg", shared=True).read_text("utf-8")
    assert own.count("scale shared by the layer") == 3
    assert "scale shared by the layer" not in shared
    assert shared.count("scale shared by all maps of the page") == 1
    assert re.findall(r">([248]\.?0*)</text>", own) == ["2.00", "8.00", "4.00"]
    assert re.findall(r">([248]\.?0*)</text>", shared) == ["8.00"]


def test_pixels_are_the_values_through_the_shared_scale(tmp_path: Path):
    cnnviz.export([maps(2.0), maps(8.0)], tmp_path / "a.png", shared=True)
    with Image.open(tmp_path / "a.png") as picture:
        found = {tuple(pixel) for pixel in np.asarray(picture.convert("RGB")).reshape(-1, 3).tolist()}
    for figure in (maps(2.0), maps(8.0)):
        (grid,) = (panel for panel in figure.panels if isinstance(panel, ImageGrid))
        index = np.clip(np.rint(np.asarray(grid.values, np.float64) / 8 * 254), 0, 254).astype(int)
        assert {tuple(colour) for colour in lut("viridis")[index.ravel(), :3].tolist()} <= found


@pytest.fixture(scope="module")
def traced() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


def test_a_shared_bar_is_made_again(traced: Trace, tmp_path: Path):
    from cnnviz import cli

    figures = [cnnviz.view(traced, "0", "feature-maps"), cnnviz.view(traced, "3", "feature-maps")]
    file = cnnviz.export(figures, tmp_path / "page.png", shared=True)
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.page["shared"] is True
    assert cli.run(["export", "--from", str(file), "--out", str(tmp_path / "again")]) == 0
    with Image.open(file) as one, Image.open(tmp_path / "again" / "page.png") as other:
        assert np.array_equal(np.asarray(one), np.asarray(other))
