"""What is drawn: exact pixels, text that stays text, and pictures that look as they did."""

from __future__ import annotations

import base64
import io
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import lut
from cnnviz.export import export
from cnnviz.figure import Figure, ImageGrid, Matrix, Scale

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
UPDATE = os.environ.get("CNNVIZ_SNAPSHOTS") == "update"


def indexed() -> tuple[Figure, ImageGrid]:
    """One map that holds every colour of its colour map, 15 × 17."""
    raster = np.arange(255, dtype=np.uint8).reshape(1, 15, 17)
    scale = Scale(-1.0, 1.0, "vik", True, "layer")
    values = (raster / np.float32(127) - 1).astype(np.float32)
    grid = ImageGrid(values, raster, scale, np.array([[-1, 1]], np.float32), (0,), ("",), ("",), 1)
    return Figure("feature-maps", "All colours", "", (grid,)), grid


def blocks(image: np.ndarray, colours: np.ndarray, side: int) -> bool:
    """Whether an image has these colours somewhere, each as a square of that many pixels."""
    wanted = colours.repeat(side, 0).repeat(side, 1)
    height, width = wanted.shape[:2]
    starts = np.argwhere((image[: 1 - height or None, : 1 - width or None] == wanted[0, 0]).all(axis=-1))
    return any(np.array_equal(image[y : y + height, x : x + width], wanted) for y, x in starts)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_png_has_exactly_the_colours_of_the_values(scale: int, tmp_path: Path) -> None:
    figure, grid = indexed()
    image = np.asarray(Image.open(export(figure, tmp_path / "a.png", scale=scale)).convert("RGB"))
    assert blocks(image, lut("vik")[grid.raster[0], :3], 360 // 15 * scale)


def test_svg_embeds_the_pixels_and_keeps_text(tmp_path: Path) -> None:
    figure, grid = indexed()
    text = export(replace(figure, title="Größe <$x$> & 日本"), tmp_path / "a.svg").read_text("utf-8")
    assert "Größe &lt;$x$&gt; &amp; 日本</text>" in text
    assert "+1.00</text>" in text
    images = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
        for data in re.findall(r"base64,([^\"]+)\"", text)
    ]
    assert any(
        blocks(flipped, lut("vik")[grid.raster[0], :3], 24) for image in images for flipped in (image, image[::-1])
    )


def test_pdf_embeds_the_pixels_and_true_type_fonts(tmp_path: Path) -> None:
    figure, _ = indexed()
    data = export(figure, tmp_path / "a.pdf").read_bytes()
    assert b"/Type3" not in data
    assert b"/FontFile2" in data or b"/CIDFontType2" in data
    assert b"/Interpolate true" not in data
    head = re.search(
        rb"/Width 408 /Height 360\s*/ColorSpace \[ /Indexed /DeviceRGB 254\s*\(((?:\\.|[^\\)])*)\)", data, re.DOTALL
    )
    assert head is not None  # 17 × 15 values, each 24 × 24 pixels
    escapes = {b"n": b"\n", b"r": b"\r"}
    palette = re.sub(rb"\\(.)", lambda m: escapes.get(m[1], m[1]), head[1], flags=re.DOTALL)
    found = {tuple(palette[i : i + 3]) for i in range(0, len(palette), 3)}
    assert found == {tuple(colour) for colour in lut("vik")[:255, :3].tolist()}


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_files_know_what_was_asked_for(figure: Figure, suffix: str, tmp_path: Path) -> None:
    path = export(figure, tmp_path / f"a.{suffix}")
    if suffix == "png":
        with Image.open(path) as image:
            about = json.loads(image.info["Description"])["cnnviz"]
        assert about["request"]["layer"] == "3"
        assert about["title"] == figure.title
    else:
        data = path.read_bytes()
        assert b"lenet5-mnist" in data or "lenet5-mnist".encode("utf-16-be") in data


def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path: Path) -> None:
    import matplotlib as mpl

    figure, _ = indexed()
    with mpl.rc_context({"savefig.bbox": "tight", "font.size": 30, "svg.fonttype": "path"}):
        export(figure, tmp_path / "a.png")
        assert mpl.rcParams["svg.fonttype"] == "path"
        assert mpl.rcParams["font.size"] == 30
    export(figure, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_is_too_large_to_draw_is_refused_in_a_sentence(tmp_path: Path) -> None:
    values = np.zeros((1, 9000, 10_000), np.float32)
    scale = Scale(0.0, 1.0, "viridis", False, "layer")
    grid = ImageGrid(values, values.astype(np.uint8), scale, np.array([[0, 1]], np.float32), (0,), ("",), ("",), 1)
    with pytest.raises(CnnvizError, match="is too large; choose a smaller size, or NPZ"):
        export(Figure("feature-maps", "Large", "", (grid,)), tmp_path / "a.png", scale=4)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 100, 129, 2048])
def test_any_number_of_maps_is_drawn(count: int, tmp_path: Path) -> None:
    values = np.random.default_rng(0).random((count, 3, 3), dtype=np.float32)
    scale = Scale(0.0, 1.0, "viridis", False, "layer")
    grid = ImageGrid(
        values,
        (values * 254).astype(np.uint8),
        scale,
        np.tile(np.array([0, 1], np.float32), (count, 1)),
        tuple(range(count)),
        tuple(map(str, range(count))),
        ("",) * (count - 1) + ("dead",),
        count,
    )
    text = export(Figure("feature-maps", "Many", "", (grid,)), tmp_path / "a.svg").read_text("utf-8")
    assert ("row by row" in text) == (count > 128)
    assert "dead" in text


def test_a_wide_matrix_is_drawn_as_colours_and_a_long_one_says_what_is_left_out(tmp_path: Path) -> None:
    scale = Scale(-1.0, 1.0, "RdBu_r", True, "layer")
    wide = Figure("numbers", "Wide", "", (Matrix(np.zeros((30, 60), np.float32), scale),))
    assert "CSV and NPZ hold the numbers" in export(wide, tmp_path / "a.svg").read_text("utf-8")
    long = Figure("numbers", "Long", "", (Matrix(np.zeros((60, 1), np.float32), scale, "unit", "", (), ("value",)),))
    assert "40 of 60 rows shown" in export(long, tmp_path / "b.svg").read_text("utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_look_as_they_did(figure: Figure, theme: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.params["figure"]
    drawn = Image.open(export(figure, tmp_path / "a.png", theme=theme)).convert("RGB")
    stored = SNAPSHOTS / f"export-{name}-{theme}.png"
    if UPDATE:
        drawn.quantize(128).save(stored, optimize=True)
    known = Image.open(stored).convert("RGB")
    assert drawn.size == known.size
    apart = np.abs(np.asarray(drawn, int) - np.asarray(known, int)).max(axis=2)
    # the stored picture has 128 colours; the edges of letters differ between versions of the font library
    assert (apart > 48).mean() < 0.01
    assert apart.mean() < 3


def test_a_large_photo_is_drawn_smaller_and_says_so(tmp_path: Path) -> None:
    pixels = np.full((1, 900, 1280, 3), 77, np.uint8)
    ends = np.array([[0, 255]], np.float32)
    photo = ImageGrid(pixels, pixels, None, ends, (0,), ("a photo",), ("",), 1, "picture", "As decoded")
    text = export(Figure("picture", "Photo", "", (photo,)), tmp_path / "a.svg").read_text("utf-8")
    assert "drawn smaller: 900 × 1,280 pixels in all" in text
    path = export(Figure("picture", "Photo", "", (photo,)), tmp_path / "a.png")
    with Image.open(path) as image:
        assert blocks(np.asarray(image.convert("RGB")), np.full((450, 640, 3), 77, np.uint8), 1)


def test_neighbours_with_one_scale_have_one_colour_bar(tmp_path: Path) -> None:
    figure, grid = indexed()
    both = replace(figure, panels=(grid, replace(grid, title="again")))
    text = export(both, tmp_path / "a.svg").read_text("utf-8")
    assert text.count("scale shared by the layer") == 1


def test_maps_that_are_not_numbered_from_zero_say_which_they_are(tmp_path: Path) -> None:
    figure, grid = indexed()
    many = 130
    tiled = replace(
        grid,
        values=grid.values.repeat(many, 0),
        raster=grid.raster.repeat(many, 0),
        ranges=grid.ranges.repeat(many, 0),
        indices=tuple(range(64, 64 + many)),
        captions=("",) * many,
        notes=("NaN",) * many,
        total=500,
    )
    text = export(replace(figure, panels=(tiled,)), tmp_path / "a.svg").read_text("utf-8")
    assert "maps 64 to 193, row by row" in text
    assert "130 of 500 shown" in text
    assert "and 90 more" in text


def test_a_grid_of_nothing_says_so(tmp_path: Path) -> None:
    figure, grid = indexed()
    empty = replace(
        grid, values=grid.values[:0], raster=grid.raster[:0], ranges=grid.ranges[:0], indices=(), captions=(), notes=()
    )
    assert "Nothing to show." in export(replace(figure, panels=(empty,)), tmp_path / "a.svg").read_text("utf-8")
