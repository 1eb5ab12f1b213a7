"""Figures of a given size on paper: millimetres, dots, points, background; read back by other programs."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import cnnviz
from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import lut, paint
from cnnviz.core.recipe import read_recipe
from cnnviz.export import export, paper
from cnnviz.export.base import PRESETS, Style
from cnnviz.figure import Bars, Figure, ImageGrid, LayerRows, Scale


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_their_size_in_dots(figure: Figure, tmp_path: Path, preset: str) -> None:
    _, width, height, font = PRESETS[preset]
    file = export(figure, tmp_path / "a.png", width=width, height=height, font=font, dpi=72)
    with Image.open(file) as picture:
        assert picture.width == pytest.approx(width / 25.4 * 72, abs=1)
        assert height is None or picture.height == pytest.approx(height / 25.4 * 72, abs=1)
        assert picture.info["dpi"][0] == pytest.approx(72, abs=0.1)


@pytest.mark.parametrize("width", [85.0, 178.0])
def test_vector_files_have_their_size_and_no_text_is_larger_than_asked(
    figure: Figure, tmp_path: Path, width: float
) -> None:
    file = export(figure, tmp_path / "a.svg", width=width, font=6)
    root = ET.parse(file).getroot()
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(width / 25.4 * 72, abs=0.1)
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", file.read_text())]
    assert sizes
    assert max(sizes) <= 6 * 12 / 8 + 0.01  # the heading has one and a half times the usual size
    pdf = export(figure, tmp_path / "a.pdf", width=width, font=6).read_bytes()
    (box,) = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", pdf)
    assert float(box[0]) == pytest.approx(width / 25.4 * 72, abs=0.1)


def test_every_colour_of_a_map_is_one_of_its_scale_at_any_size(figure: Figure, tmp_path: Path) -> None:
    panel = figure.panels[0]
    if not isinstance(panel, ImageGrid) or panel.scale is None:
        return  # no maps here
    file = export(figure, tmp_path / "a.svg", width=85.0)
    image = next(ET.parse(file).iter("{http://www.w3.org/2000/svg}image"))
    data = image.attrib["{http://www.w3.org/1999/xlink}href"].partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(data))) as embedded:
        pixels = np.asarray(embedded.convert("RGBA")).reshape(-1, 4)
    known = {tuple(color) for color in lut(panel.scale.colormap)[:255].tolist()}
    assert {tuple(pixel) for pixel in pixels[pixels[:, 3] == 255].tolist()} <= known


def test_a_transparent_ground_is_transparent(figure: Figure, tmp_path: Path) -> None:
    with Image.open(export(figure, tmp_path / "a.png", theme="transparent")) as picture:
        alpha = np.asarray(picture.convert("RGBA"))[..., 3]
    assert alpha[0].max() == 0
    assert alpha.max() == 255
    with Image.open(export(figure, tmp_path / "light.png")) as light:
        assert np.asarray(light.convert("RGBA"))[..., 3].min() == 255


def test_tiff_holds_the_pixels_of_the_png_and_the_recipe(figure: Figure, tmp_path: Path) -> None:
    file = export(figure, tmp_path / "a.tiff", width=85, dpi=150)
    with Image.open(file) as tiff, Image.open(export(figure, tmp_path / "a.png", width=85, dpi=150)) as png:
        assert tiff.mode == "RGB"
        assert np.array_equal(np.asarray(tiff), np.asarray(png.convert("RGB")))
        assert tiff.info["dpi"][0] == pytest.approx(150, abs=0.1)
        assert json.loads(tiff.tag_v2[270])["cnnviz"]["style"]["width"] == 85
    recipe = read_recipe(file)
    assert recipe is not None
    assert recipe.request == figure.request


def test_many_large_maps_make_no_strip_of_paper(tmp_path: Path) -> None:
    values = np.zeros((64, 224, 224), np.float32)
    scale = Scale(0.0, 1.0, "viridis", False, "layer")
    names = tuple(map(str, range(64)))
    ranges = np.tile(np.array([0, 1], np.float32), (64, 1))
    grid = ImageGrid(values, values.astype(np.uint8), scale, ranges, tuple(range(64)), names, ("",) * 64, 64)
    for width in (None, 85.0, 200.0):
        with Image.open(export(Figure("maps", "Title", "", (grid,)), tmp_path / "a.png", width=width, dpi=60)) as page:
            assert page.height < 2 * page.width


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
def test_text_can_be_searched_in_a_narrow_pdf(figure: Figure, tmp_path: Path) -> None:
    file = export(figure, tmp_path / "a.pdf", width=85, font=6)
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "Conv" in text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"width": 5}, "width can be 10 to 3,000 mm"),
        ({"height": 50}, "goes with a width"),
        ({"dpi": 10}, "30 to 2,400 dpi"),
        ({"font": 1}, "3 to 100 points"),
        ({"width": 2000, "dpi": 2400}, "too large"),
    ],
)
def test_what_cannot_be_drawn_is_said(tmp_path: Path, options: dict[str, float], said: str) -> None:
    figure = Figure("numbers", "Title", "", ())
    with pytest.raises(CnnvizError, match=said):
        export(figure, tmp_path / "a.png", **options)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("layer", "view"), [("3", "histogram"), ("7", "vector"), ("11", "scores")])
def test_charts_fit_the_column_with_letters_of_the_wanted_size(layer: str, view: str, tmp_path: Path) -> None:
    """A chart too wide for its column would be drawn smaller, with all its letters."""
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist"), paths.resources() / "samples/lenet5-mnist/seven.png")
    svg = export(cnnviz.view(trace, layer, view), tmp_path / "f.svg", width=85, font=8).read_text("utf-8")
    sizes = {float(found) for found in re.findall(r"font-size: ([\d.]+)px", svg)}
    page = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])  # type: ignore[index]
    assert page == pytest.approx(85 / 25.4 * 72, rel=1e-3)
    assert min(abs(size - 8) for size in sizes) < 0.1, sizes


def test_large_maps_become_smaller_on_narrow_paper_and_letters_do_not(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 64 * 112 * 112, dtype=np.float32).reshape(64, 112, 112)
    figure = _maps(values)
    file = export(figure, tmp_path / "a.svg", width=85, font=7)
    sizes = {float(size) for size in re.findall(r"font-size: ([\d.]+)px", file.read_text())}
    assert min(sizes) == pytest.approx(7 * 7 / 8)  # small text is 7 where usual text is 8
    assert max(sizes) == pytest.approx(7 * 12 / 8)


@pytest.mark.parametrize("width", [85, 178])
def test_a_table_that_cannot_be_read_on_narrow_paper_is_drawn_as_colours(width: float, tmp_path: Path) -> None:
    model = cnnviz.load_model("lenet5-mnist")
    trace = cnnviz.trace(model, paths.resources() / "samples" / "lenet5-mnist" / "seven.png")
    figure = cnnviz.view(trace, trace["0"], "numbers")  # 28 × 28
    words = export(figure, tmp_path / "a.svg", width=width, font=7).read_text()
    assert "as colours; CSV and NPZ hold the numbers" in words
    assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", words)) >= 6
    assert "as colours" not in export(figure, tmp_path / "b.svg").read_text()  # as wide as it is, it has its numbers


def test_a_long_title_ends_on_the_paper(figure: Figure) -> None:
    titled = replace(figure, panels=(), title="39 · Conv 1×1 · layer3.0.downsample.0.of.a.block.with.a.long.name")
    with paper.drawing():
        sheet = paper.fitted(titled, Style(width=85, font=7))
        lines = [text for text in sheet.axes.texts if text.get_weight() == "bold"]
        assert "".join(line.get_text() for line in lines) == titled.title.replace(" · layer", "layer")
        assert len(lines) >= 3
        assert all(line.get_window_extent().x1 <= 85 / 25.4 * 100 - 1 for line in lines)


def _maps(values: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Figure:
    count = len(values)
    grid = ImageGrid(
        values=values,
        raster=paint(values, -1, 1),
        scale=Scale(-1.0, 1.0, "vik", True, "layer"),
        ranges=np.tile(np.array([[-1, 1]], np.float32), (count, 1)),
        indices=tuple(range(count)),
        captions=tuple(map(str, range(count))),
        notes=("",) * count,
        total=count,
    )
    return Figure("feature-maps", "0 · Conv", "64 maps of 112 × 112", (grid,))


def test_the_names_of_classes_are_whole_in_a_narrow_column(tmp_path: Path) -> None:
    trace = cnnviz.trace(cnnviz.load_model("lenet5-mnist"), paths.resources() / "samples/lenet5-mnist/seven.png")
    figure = cnnviz.view(trace, None, "prediction")
    assert "…" not in export(figure, tmp_path / "beside.svg", width=85, font=7).read_text("utf-8")
    photo, found = figure.panels
    assert isinstance(found, Bars)
    long = ("Greater Swiss Mountain dog", "black-and-tan coonhound", *found.labels[2:])
    named = replace(figure, panels=(photo, replace(found, labels=long)))
    svg = export(named, tmp_path / "below.svg", width=85, font=7).read_text("utf-8")
    assert "Greater Swiss Mountain dog" in svg
    assert "black-and-tan coonhound" in svg
    assert min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)) >= 6


@pytest.fixture(scope="module")
def passed() -> cnnviz.Trace:
    module = nn.Sequential(*(nn.Conv2d(3 if i == 0 else 8, 8, 3, padding=1) for i in range(14))).eval()
    return cnnviz.trace(module, torch.rand(1, 3, 64, 64))


def _points(svg: str) -> float:
    """The smallest letters of a file, in points."""
    return min(float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg))


def test_rows_of_maps_stand_in_columns_on_a_slide(passed: cnnviz.Trace, tmp_path: Path) -> None:
    figure = cnnviz.view(passed, None, "layer-rows")
    _, width, height, font = PRESETS["slide"]
    words = export(figure, tmp_path / "a.svg", width=width, height=height, font=font).read_text()
    assert _points(words) >= 8
    narrow = export(figure, tmp_path / "b.svg", width=178, font=7).read_text()
    assert _points(narrow) >= 5
    with paper.drawing():
        sheet = paper.fitted(figure, Style(width=width, height=height, font=font))
        names = [text for text in sheet.axes.texts if text.get_weight() == "bold" and text.get_text().isdigit()]
        assert len(names) == 14
        assert len({round(text.get_position()[0]) for text in names}) == 2  # two columns of seven rows


def test_a_number_explained_on_narrow_paper_keeps_its_letters(passed: cnnviz.Trace, tmp_path: Path) -> None:
    figure = cnnviz.view(passed, passed["3"], "explain", channel=1, at=(20, 20))
    words = export(figure, tmp_path / "a.svg", width=85, font=7).read_text()
    assert _points(words) >= 5  # what journals ask for
    assert "others" in words


@pytest.mark.parametrize("width", [85.0, 178.0])
def test_what_is_exported_fits_a_page(width: float, tmp_path: Path) -> None:
    model = cnnviz.load_model("vgg-cifar10")
    trace = cnnviz.trace(model, paths.resources() / "samples" / "vgg-cifar10" / "cat.png")
    large = _maps(np.random.default_rng(0).uniform(-1, 1, (64, 112, 112)).astype(np.float32))
    for figure in (cnnviz.view(trace, None, "picture"), large):
        root = ET.parse(export(figure, tmp_path / "a.svg", width=width, font=7)).getroot()
        assert float(root.attrib["height"].removesuffix("pt")) <= 230 / 25.4 * 72


def test_titles_and_captions_are_whole_in_a_narrow_column(tmp_path: Path) -> None:
    grey = ImageGrid(
        values=np.zeros((1, 9, 9, 3), np.float32),
        raster=np.zeros((1, 9, 9, 3), np.uint8),
        scale=None,
        ranges=np.zeros((1, 2), np.float32),
        indices=(0,),
        captions=("224 × 224 to 256 × 256, shorter edge 224 to 256, bilinear, as the network was trained",),
        notes=("",),
        total=1,
        title="Resized",
    )
    title = "123 · Conv 3×3 · features.denseblock4.denselayer16.conv2"
    words = export(Figure("picture", title, "", (grey,)), tmp_path / "a.svg", width=85, font=7).read_text()
    found = ["".join(text.itertext()) for text in ET.fromstring(words).iter() if text.tag.endswith("}text")]
    assert found[:3] == ["123 · Conv 3×3", "features.denseblock4.denselayer16.", "conv2"]
    assert "…" not in words
    assert "224 × 224 to 256 × 256, shorter edge 224 to 256, bilinear" in found  # above the picture
    assert "as the network was trained" in found  # below it


def test_many_rows_of_maps_stay_on_a_page(passed: cnnviz.Trace) -> None:
    figure = cnnviz.view(passed, None, "layer-rows")
    (rows,) = figure.panels
    assert isinstance(rows, LayerRows)
    many = replace(figure, panels=(replace(rows, rows=rows.rows[:8] * 2),))
    with paper.drawing():
        sheet = paper.fitted(many, Style(width=PRESETS["double"].width, font=PRESETS["double"].font))
    assert sheet.page.get_size_inches()[1] * paper.INCH <= 240
