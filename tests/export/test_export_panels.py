"""Panels for papers as files: what is drawn is there as text and as exact pixels; pages and tables come back."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

import cnnviz
from cnnviz.core.colormaps import lut
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import read_recipe
from cnnviz.core.trace import Trace
from cnnviz.export import grid, marked, page, paper
from cnnviz.export.base import PRESETS, Style
from cnnviz.export.paper import width_of
from cnnviz.figure import Figure, ImageGrid, LayerRows
from cnnviz.layout.marks import Pixels, Words

PICTURE = Path(__file__).parents[2] / "resources" / "samples" / "lenet5-mnist" / "seven.png"
VIEWS = ("architecture", "layer-table", "layer-rows", "first-filters", "prediction")


@pytest.fixture(scope="module")
def passed() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist"), PICTURE)


def texts(file: Path) -> list[str]:
    """All texts of an SVG, by an XML parser."""
    return ["".join(element.itertext()) for element in ElementTree.parse(file).iter() if element.tag.endswith("}text")]


@pytest.mark.parametrize("view", VIEWS)
def test_words_are_text_and_stay_on_the_paper(passed: Trace, view: str, tmp_path: Path) -> None:
    figure = cnnviz.view(passed, None, view)
    file = cnnviz.export(figure, tmp_path / "a.svg", width=85, font=7)
    found = texts(file)
    assert figure.title in found
    assert not any("…" in text for text in found)
    root = ElementTree.parse(file).getroot()
    across = float(root.attrib["viewBox"].split()[2])
    for place in re.findall(r'<text[^>]*x="([\d.]+)"', file.read_text("utf-8")):
        assert 0 <= float(place) <= across


def test_a_drawn_architecture_says_shapes_and_what_is_left_out(passed: Trace, tmp_path: Path) -> None:
    found = texts(cnnviz.export(cnnviz.view(passed, None, "architecture"), tmp_path / "a.svg"))
    assert {"1×28×28", "6×28×28", "6×14×14", "16×10×10", "16×5×5", "120", "84", "10"} <= set(found)
    assert "Not drawn: 4 × ReLU, 1 × Flatten." in found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_a_pdf_can_be_searched(passed: Trace, tmp_path: Path) -> None:
    file = cnnviz.export([cnnviz.view(passed, None, view) for view in VIEWS], tmp_path / "a.pdf", width=178)
    found = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True).stdout
    for words in ("Conv 5×5", "16×10×10", "61,706", "(a)", "(e)", "Each row has its own scale."):
        assert words in found


def test_maps_in_rows_are_their_values_through_the_colours_and_bars_say_their_ends(passed: Trace) -> None:
    figure = cnnviz.view(passed, None, "layer-rows", n=3)
    panel = figure.panels[0]
    assert isinstance(panel, LayerRows)
    first = panel.rows[0].grid
    values = passed["0"].numpy()
    strongest = np.argsort(-np.abs(values).reshape(6, -1).max(axis=1), kind="stable")[:3]
    assert first.indices == tuple(strongest.tolist())
    assert np.array_equal(first.values, values[strongest])
    drawn = marked.layer_rows.laid_out(panel, 400, lambda text, size, bold: width_of(text, size, bold=bold))
    pictures = [mark for mark in drawn.marks if isinstance(mark, Pixels)]
    assert np.array_equal(pictures[0].raster, first.raster[0])
    ramp = next(mark for mark in pictures if mark.raster.shape[1] == 1)
    assert ramp.raster[:, 0].tolist() == list(range(254, -1, -1))
    assert first.scale is not None
    top = min((m for m in drawn.marks if isinstance(m, Words) and m.text[0] == "+"), key=lambda m: m.y)
    assert top.text == f"+{first.scale.high:.2f}"
    assert ramp.y <= top.y <= ramp.y + 8


def test_shared_rows_have_one_scale(passed: Trace) -> None:
    panel = cnnviz.view(passed, None, "layer-rows", shared=True).panels[0]
    assert isinstance(panel, LayerRows)
    (scale,) = {row.grid.scale for row in panel.rows}
    assert scale is not None
    assert scale.high == max(float(np.abs(passed[path].numpy()).max()) for path in ("0", "3"))


def test_an_overlay_puts_each_cell_where_it_looks(passed: Trace) -> None:
    """Cell (y, x) of the second pooling sees pixels 4y − 2 to 4y + 13, computed by hand: its middle is 4y + 5.5."""
    figure = cnnviz.view(passed, "5", "overlay", channel=2, strength=1.0)
    photo, grid, mixed = figure.panels
    assert isinstance(grid, ImageGrid)
    assert isinstance(mixed, ImageGrid)
    assert isinstance(photo, ImageGrid)
    assert grid.scale is not None
    colours = lut(grid.scale.colormap)[grid.raster[0]][..., :3]
    assert figure.subtitle.endswith("receptive field 16 × 16, stride 4")
    for y, x in ((0, 0), (2, 3), (4, 4)):
        assert mixed.raster[0, 4 * y + 6, 4 * x + 6].tolist() == colours[y, x].tolist()
    assert np.array_equal(mixed.raster[0, 0], photo.raster[0, 0])  # no cell's middle is so near to the border


def test_latex_and_markdown_hold_the_numbers_and_the_recipe(passed: Trace, tmp_path: Path) -> None:
    figure = cnnviz.view(passed, None, "layer-table")
    tex = cnnviz.export(figure, tmp_path / "a.tex")
    lines = tex.read_text("utf-8").splitlines()
    assert any(r"3 & Conv 5$\times$5 & 16 $\times$ 10 $\times$ 10 & 2,416 & 240,000" in line for line in lines)
    assert any(line.strip().startswith("Sum &") and "61,706 & 416,520" in line for line in lines)
    assert sum(line.count("{") - line.count("}") for line in lines if not line.startswith("%")) == 0
    md = cnnviz.export(figure, tmp_path / "a.md")
    rows = [line for line in md.read_text("utf-8").splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 7 + 1
    assert len({row.count("|") for row in rows}) == 1
    for file in (tex, md):
        recipe = read_recipe(file)
        assert recipe is not None
        assert recipe.request == figure.request


def test_pictures_are_no_table(passed: Trace, tmp_path: Path) -> None:
    with pytest.raises(CnnvizError, match="made of pictures"):
        cnnviz.export(cnnviz.view(passed, "0"), tmp_path / "a.tex")
    assert list(tmp_path.iterdir()) == []


def test_a_page_has_letters_captions_and_the_recipes_of_all(passed: Trace, tmp_path: Path) -> None:
    figures = [cnnviz.view(passed, None, "architecture"), cnnviz.view(passed, "0"), cnnviz.view(passed, None)]
    file = cnnviz.export(figures, tmp_path / "page.svg", columns=2, captions=["The network.", "", "A seven."])
    found = " ".join(texts(file))
    for words in ("(a)", "The network.", "(b)", "0 · Conv 5×5", "(c)", "A seven."):
        assert words in found
    recipe = read_recipe(file)
    assert recipe is not None
    assert [part.request for part in recipe.parts] == [figure.request for figure in figures]
    assert recipe.page == {"columns": 2, "letters": True, "captions": ["The network.", "", "A seven."], "shared": False}


@pytest.mark.parametrize(("figures", "options"), [([], {}), (1, {"columns": 0}), (1, {"captions": ["a", "b"]})])
def test_pages_that_cannot_be(passed: Trace, figures: object, options: dict[str, object], tmp_path: Path) -> None:
    given: list[Figure] = [cnnviz.view(passed, None)] if figures else []
    with pytest.raises(CnnvizError):
        cnnviz.export(given, tmp_path / "page.svg", **options)  # type: ignore[arg-type]


def test_a_figure_without_its_title_with_a_caption(passed: Trace, tmp_path: Path) -> None:
    figure = cnnviz.view(passed, None, "prediction")
    found = texts(cnnviz.export(figure, tmp_path / "a.svg", heading=False, caption="What it says."))
    assert figure.title not in found
    assert "What it says." in found
    with Image.open(cnnviz.export(figure, tmp_path / "a.png", heading=False)) as plain:
        lower = plain.size[1]
    with Image.open(cnnviz.export(figure, tmp_path / "b.png")) as usual:
        assert lower < usual.size[1]


def test_a_cell_is_worked_out(passed: Trace, tmp_path: Path) -> None:
    """The second convolution has no padding: cell (5, 4) reads rows 5 to 9 and columns 4 to 8."""
    from cnnviz.export import worked
    from cnnviz.figure import Sliding
    from cnnviz.layout.marks import Stroke

    figure = cnnviz.view(passed, "3", "explain", channel=4, at=(5, 4))
    sliding = figure.panels[0]
    assert isinstance(sliding, Sliding)
    (frame,) = worked._window(sliding, 0, 0, 14)  # a pixel for each cell of the 14 × 14 input
    assert isinstance(frame, Stroke)
    xs, ys = zip(*frame.points, strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (4, 9, 5, 10)
    found = texts(cnnviz.export(figure, tmp_path / "a.svg", width=85, font=7))
    assert {"y[4, 5, 4]", "Σ", "kernel", "partial map"} <= set(found)
    assert any("equals the captured value" in text for text in found)
    pooled = cnnviz.view(passed, "5", "explain", channel=4, at=(1, 1))
    assert "→" in texts(cnnviz.export(pooled, tmp_path / "b.svg"))


def test_nothing_lies_over_the_colour_bar_of_a_single_row_that_is_worked_out(passed: Trace) -> None:
    from cnnviz.export.layout import body_of

    body = body_of(cnnviz.view(passed, "5", "explain", channel=4, at=(1, 1)), 700)  # pooling: one row, a large output
    sheet = paper.Sheet(body.width, body.height, "light")
    body.draw(sheet, 0, 0)
    pictures = [image.get_extent() for image in sheet.axes.images]
    assert len(pictures) >= 4  # input and output, each with its bar
    lower = max(image[2] for image in pictures[:4])
    (heading,) = [text for text in sheet.axes.texts if text.get_text() == "where it comes from"]
    assert heading.get_position()[1] > lower + paper.LINE


@pytest.mark.parametrize("preset", ["single", "double"])
def test_many_inputs_that_are_worked_out_stay_on_a_page(preset: str) -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(40, 2, 1))
    figure = cnnviz.view(cnnviz.trace(net, torch.randn(1, 40, 9, 9)), "0", "explain", channel=1, at=(2, 3))
    sheet = paper.fitted(figure, Style(width=PRESETS[preset].width, font=PRESETS[preset].font))
    assert sheet.page.get_size_inches()[1] * paper.INCH <= 240


def test_the_last_row_of_maps_is_full_where_a_few_more_can_stand_side_by_side() -> None:
    values = np.random.default_rng(0).normal(size=(64, 111, 111)).astype(np.float32)
    assert grid._columns(*values.shape, 600) == 8  # seven would leave one alone in the tenth row
    assert grid._columns(3, 55, 55, 600) == 2


def test_figures_of_a_page_stand_below_the_lowest_neighbour_without_a_hole() -> None:
    assert page._placed([100, 300, 100], 2) == ([(0, 0), (1, 0), (0, 124)], 300)
    assert page._placed([300, 100, 100], 2) == ([(0, 0), (1, 0), (1, 124)], 300)
    level = page._placed([100, 114, 100, 100], 2)  # captions of one line and of two: the next row begins at one height
    assert level == ([(0, 0), (1, 0), (0, 138), (1, 138)], 238)
    assert page._placed([300, 576, 296, 50], 3)[0] == [(0, 0), (1, 0), (2, 0), (0, 324)]
