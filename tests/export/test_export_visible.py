"""Only what is visible: the crop is numpy's, to the pixel, in every kind of file; the recipe says what it was."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import lut
from cnnviz.core.recipe import read_recipe
from cnnviz.export import export
from cnnviz.figure import Bars, Figure, ImageGrid, Scale, Vector
from cnnviz.figure.visible import Visible, span

COLUMNS, ROWS, HEIGHT, WIDTH = 3, 2, 5, 7
SCALE = Scale(-1.0, 1.0, "vik", True, "layer")


def mosaic_of(count: int, height: int, width: int) -> ImageGrid:
    """Maps of which no two neighbouring cells have the same colour."""
    raster = (np.arange(count * height * width) * 31 % 255).astype(np.uint8).reshape(count, height, width)
    values = (raster / np.float32(127) - 1).astype(np.float32)
    ranges = np.tile(np.array([-1, 1], np.float32), (count, 1))
    names = tuple(map(str, range(count)))
    return ImageGrid(values, raster, SCALE, ranges, tuple(range(count)), names, ("",) * count, count)


def figure_of(grid: ImageGrid) -> Figure:
    return Figure("feature-maps", "Title", "", (grid,))


def share(rows: slice, columns: slice) -> tuple[float, float, float, float, int]:
    """Cells of the mosaic without gaps, as shares of it."""
    high, wide = ROWS * HEIGHT, COLUMNS * WIDTH
    size = (columns.stop - columns.start) / wide, (rows.stop - rows.start) / high
    return columns.start / wide, rows.start / high, *size, COLUMNS


def pieces(grid: ImageGrid, rows: slice, columns: slice) -> list[np.ndarray]:
    """What numpy cuts out of the mosaic without gaps, map by map, in its colours."""
    tiles = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS).repeat(HEIGHT, 0).repeat(WIDTH, 1)[rows, columns]
    cells = np.block([[grid.raster[r * COLUMNS + c] for c in range(COLUMNS)] for r in range(ROWS)])[rows, columns]
    found = []
    for tile in np.unique(tiles):
        inside = tiles == tile
        shape = int(inside.any(1).sum()), int(inside.any(0).sum())
        found.append(lut("vik")[cells[inside].reshape(shape), :3])
    return found


def runs(flags: np.ndarray) -> list[slice]:
    """Where something is, one run after the other."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def areas(image: np.ndarray) -> list[np.ndarray]:
    """The parts of an image that have colours of maps, row by row; captions are lower than any map."""
    packed = image.astype(np.int64) @ [1 << 16, 1 << 8, 1]
    inked = np.isin(packed, lut("vik")[:255, :3].astype(np.int64) @ [1 << 16, 1 << 8, 1])
    rows = [run for run in runs(inked.sum(1) > 12) if run.stop - run.start > 6]
    return [image[row, column] for row in rows for column in runs(inked[row].any(0))]


PARTS = [
    (slice(3, 8), slice(5, 16)),  # of four maps, cut on all sides
    (slice(0, 10), slice(7, 14)),  # a column of whole maps
    (slice(0, 5), slice(0, 21)),  # a row of whole maps
    (slice(1, 4), slice(9, 13)),  # inside of one map
    (slice(9, 10), slice(20, 21)),  # the very last cell
]


@pytest.mark.parametrize(("rows", "columns"), PARTS)
def test_a_png_holds_these_cells_and_no_others(rows: slice, columns: slice, tmp_path: Path) -> None:
    grid = replace(mosaic_of(6, HEIGHT, WIDTH), scale=replace(SCALE, shared_by="page"))  # no bar of these colours
    file = export(figure_of(grid), tmp_path / "a.png", visible=[share(rows, columns)])
    drawn = areas(np.asarray(Image.open(file).convert("RGB")))
    wanted = pieces(grid, rows, columns)
    side = drawn[0].shape[0] // wanted[0].shape[0]
    assert side >= 4
    for one, cells in zip(drawn, wanted, strict=True):
        assert np.array_equal(one, cells.repeat(side, 0).repeat(side, 1))


def embedded(svg: str) -> list[np.ndarray]:
    data = re.findall(r"base64,([^\"]+)\"", svg)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one))).convert("RGBA")) for one in data]


def holds(pictures: list[np.ndarray], wanted: list[np.ndarray]) -> bool:
    """Whether one picture consists of these pieces alone: its colours, cell by cell, are theirs."""
    colours = {tuple(int(n) for n in cell) for piece in wanted for cell in piece.reshape(-1, 3)}
    shown = [{tuple(int(n) for n in cell[:3]) for cell in picture.reshape(-1, 4) if cell[3]} for picture in pictures]
    return colours in shown


@pytest.mark.parametrize(("rows", "columns"), PARTS)
def test_an_svg_embeds_these_cells_and_no_others(rows: slice, columns: slice, tmp_path: Path) -> None:
    grid = mosaic_of(6, HEIGHT, WIDTH)
    svg = export(figure_of(grid), tmp_path / "a.svg", visible=[share(rows, columns)]).read_text("utf-8")
    assert holds(embedded(svg), pieces(grid, rows, columns))
    assert "+1.00</text>" in svg
    assert "−1.00</text>" in svg  # the scale is that of all maps


@pytest.mark.skipif(shutil.which("pdfimages") is None, reason="needs pdfimages of poppler-utils")
def test_a_pdf_embeds_these_cells_and_no_others(tmp_path: Path) -> None:
    grid, (rows, columns) = mosaic_of(6, HEIGHT, WIDTH), PARTS[3]
    file = export(figure_of(grid), tmp_path / "a.pdf", visible=[share(rows, columns)], width=85)
    subprocess.run(["pdfimages", "-png", str(file), str(tmp_path / "one")], check=True)
    pictures = [np.asarray(Image.open(each).convert("RGBA")) for each in tmp_path.glob("one-*.png")]
    assert holds(pictures, pieces(grid, rows, columns))


def test_a_tiff_is_the_png(tmp_path: Path) -> None:
    figure = figure_of(mosaic_of(6, HEIGHT, WIDTH)).seen([share(*PARTS[0])])
    with Image.open(export(figure, tmp_path / "a.tiff")) as tiff, Image.open(export(figure, tmp_path / "a.png")) as png:
        assert np.array_equal(np.asarray(tiff), np.asarray(png.convert("RGB")))


def test_cells_that_are_seen_in_part_are_drawn_whole() -> None:
    assert span(0.1, 0.5, 10) == (1, 6)
    assert span(0.11, 0.5, 10) == (1, 7)  # a tenth of cell 1 is hidden, a tenth of cell 6 is seen
    assert span(0.0, 1.0, 10) == (0, 10)
    assert span(0.97, 0.01, 10) == (9, 10)
    assert span(1 / 3, 1 / 3, 3 * 7) == (7, 14)  # a border of two maps, whatever is lost in rounding


def test_it_is_said_that_not_all_is_shown(tmp_path: Path) -> None:
    figure = figure_of(mosaic_of(6, HEIGHT, WIDTH))
    inside = export(figure, tmp_path / "a.svg", visible=[share(*PARTS[3])]).read_text("utf-8")
    assert "1 of 6 shown" in inside
    assert "rows 1 to 3, columns 2 to 5 of 5 × 7" in inside
    several = export(figure, tmp_path / "a.svg", visible=[share(slice(1, 10), slice(0, 10))]).read_text("utf-8")
    assert "4 of 6 shown" in several
    assert "maps at the edges in part" in several


def test_the_empty_end_of_a_mosaic_is_not_drawn(tmp_path: Path) -> None:
    figure = figure_of(mosaic_of(5, HEIGHT, WIDTH))
    svg = export(figure, tmp_path / "a.svg", visible=[(0, 0.5, 1, 0.5, 3)]).read_text("utf-8")
    assert ">3</text>" in svg
    assert ">4</text>" in svg
    assert ">2</text>" not in svg
    corner = export(figure, tmp_path / "b.svg", visible=[(0.7, 0.6, 0.3, 0.4, 3)]).read_text("utf-8")
    assert "Nothing to show." in corner


def test_a_picture_beside_bars_and_overlays_are_cropped(tmp_path: Path) -> None:
    raster = np.arange(6 * 8 * 3, dtype=np.uint8).reshape(1, 6, 8, 3)
    photo = ImageGrid(raster, raster, None, np.array([[0, 255]], np.float32), (0,), ("",), ("",), 1, "picture")
    bars = Bars(("a", "b"), np.array([0.75, 0.25], np.float32), (("75 %",), ("25 %",)), (0, 1), 1.0, 2, ("p",))
    wanted = {tuple(int(n) for n in cell) for cell in raster[0, 3:6, 4:8].reshape(-1, 3)}
    for view, panels in (("prediction", (photo, bars)), ("overlay", (photo, replace(photo, title="again")))):
        figure = Figure(view, "Title", "", panels).seen([(0.5, 0.5, 0.5, 0.5)])
        pictures = embedded(export(figure, tmp_path / f"{view}.svg").read_text("utf-8"))
        assert wanted in [{tuple(int(n) for n in cell[:3]) for cell in one.reshape(-1, 4)} for one in pictures]


@pytest.mark.parametrize("suffix", ["png", "tiff", "svg", "pdf", "npz"])
def test_the_recipe_says_what_was_visible(suffix: str, tmp_path: Path) -> None:
    part = share(*PARTS[0])
    recipe = read_recipe(export(figure_of(mosaic_of(6, HEIGHT, WIDTH)), tmp_path / f"a.{suffix}", visible=[part]))
    assert recipe is not None
    assert recipe.visible == (Visible(*part),)
    whole = read_recipe(export(figure_of(mosaic_of(6, HEIGHT, WIDTH)), tmp_path / f"b.{suffix}"))
    assert whole is not None
    assert whole.visible == ()


@pytest.mark.parametrize("part", [(0, 0, 1), (0, 0, 0, 1), (1, 0, 1, 1), (0, -1, 1, 1), (0, 0, 1, 1, 2.5), "here"])
def test_what_is_no_part_is_said_in_a_sentence(part: object, tmp_path: Path) -> None:
    with pytest.raises(CnnvizError, match="A visible part is X, Y, WIDTH and HEIGHT"):
        export(figure_of(mosaic_of(6, HEIGHT, WIDTH)), tmp_path / "a.png", visible=[part])  # type: ignore[list-item]
    assert not list(tmp_path.iterdir())


def test_fewer_maps_than_columns_are_one_row(tmp_path: Path) -> None:
    figure = figure_of(mosaic_of(2, 4, 4))
    svg = export(figure, tmp_path / "a.svg", visible=[(0.5, 0, 0.5, 1, 8)]).read_text("utf-8")
    assert ">1</text>" in svg
    assert "1 of 2 shown" in svg


def test_which_of_many_maps_are_seen_is_said(tmp_path: Path) -> None:
    figure = figure_of(mosaic_of(400, 3, 3))
    svg = export(figure, tmp_path / "a.svg", visible=[(0.0, 0.0, 0.875, 0.5, 40)]).read_text("utf-8")
    assert "175 of 400 shown" in svg  # 35 of 40 columns, 5 of 10 rows
    assert "maps 0 to 34, 40 to 74, 80 to 114, 120 to 154, 160 to 194, row by row" in svg


def columns_of(svg: str) -> list[tuple[str, float]]:
    """Colour and length, upwards, of the columns of a vector, from the left."""
    found = re.findall(r'<path d="M ([\d.]+) ([\d.]+) \nL \1 ([\d.]+) \n" [^>]*stroke: (#[0-9a-f]{6})', svg)
    return [(color, float(zero) - float(end)) for _, zero, end, color in found]


def test_of_a_vector_the_visible_units_are_drawn(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 40, dtype=np.float32)[np.random.default_rng(1).permutation(40)]
    names = tuple(f"u{i}" for i in range(40))
    figure = Figure("units", "Title", "", (Vector(values, SCALE, names, marked=17),))
    svg = export(figure, tmp_path / "a.svg", visible=[(0.26, 0, 0.24, 1)]).read_text("utf-8")  # 10.4 to 20: from 10 on
    assert [name for name in names if f">{name}</text>" in svg] == [f"u{i}" for i in range(10, 20)]
    assert "units 10 to 19 of 40 shown" in svg
    drawn = columns_of(svg)
    assert len(drawn) == 10
    lengths = np.array([length for _, length in drawn])
    assert lengths / np.abs(lengths).max() == pytest.approx(values[10:20] / np.abs(values[10:20]).max(), abs=1e-3)
    wanted = lut("vik")[np.rint((values[10:20] + 1) / 2 * 254).astype(int), :3]
    assert [color for color, _ in drawn] == [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in wanted]
    whole = export(figure, tmp_path / "b.svg").read_text("utf-8")
    assert "of 40 shown" not in whole
