"""The layout of a grid against brute force: largest maps, exact pixels, zoom that holds the point under the cursor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from cnnviz.core.raster import shrink
from cnnviz.figure import Scale
from cnnviz.gui.figures.canvas import Canvas
from cnnviz.gui.figures.tiling import Camera, Cell, arrange, clamped, compose, fit, zoomed
from cnnviz.views.grids import image_grid

GROUND = 255


@given(st.integers(1, 80), st.integers(1, 30), st.integers(1, 30), st.integers(120, 900), st.integers(120, 600))
@settings(max_examples=60, deadline=None)
def test_the_grid_fits_its_area_and_no_arrangement_is_much_larger(
    count: int, height: int, width: int, across: int, down: int
) -> None:
    tiling = arrange(count, height, width, (across, down), gap=6)
    assert tiling.size[0] <= across + 1e-6
    assert tiling.size[1] <= down + 1e-6
    best = max(
        min(
            (across - (c - 1) * tiling.gap) / (c * width),
            (down - (-(-count // c) - 1) * tiling.gap) / (-(-count // c) * height),
        )
        for c in range(1, count + 1)
    )
    assert tiling.scale >= min(0.84 * best, np.floor(best)) * (0.66 if best >= 3 else 0.999)


def test_map_pixels_are_whole_device_pixels() -> None:
    assert arrange(16, 10, 10, (600, 300), gap=6).scale == int(arrange(16, 10, 10, (600, 300), gap=6).scale)
    assert (arrange(16, 10, 10, (600, 300), gap=6, ratio=1.5).scale * 1.5) % 1 == 0


def test_thousands_of_maps_are_not_eaten_by_gaps() -> None:
    tiling = arrange(2048, 7, 7, (760, 350), gap=6)
    assert tiling.gap == 1
    assert tiling.scale > 1


@pytest.mark.parametrize("zoom", [1.0, 2.7])
def test_a_point_in_a_map_is_found_again(zoom: float) -> None:
    tiling = arrange(16, 10, 12, (700, 320), gap=6, band=14)
    camera = clamped(tiling, Camera(zoom, -31.0, -17.0), (700, 320))
    pixel = tiling.scale * camera.zoom
    for cell in (Cell(0, 0, 0), Cell(5, 9, 11), Cell(15, 3, 7)):
        rect = tiling.rect(cell.tile, camera)
        assert tiling.at(rect.x + (cell.x + 0.5) * pixel, rect.y + (cell.y + 0.5) * pixel, camera) == cell
    rect = tiling.rect(1, camera)
    assert tiling.at(rect.x - 2 * zoom, rect.y + 5, camera) is None  # the gap
    assert tiling.at(rect.x + 5, rect.y - 5 * zoom, camera) is None  # the caption's band


def test_what_lies_under_the_cursor_stays_there() -> None:
    area = (700.0, 320.0)
    tiling = arrange(64, 14, 14, area, gap=6)
    camera = fit(tiling, area)
    before = tiling.near(210, 200, camera)
    for _ in range(5):
        camera = zoomed(tiling, camera, 1.2, 210, 200, area)
    assert camera.zoom == pytest.approx(1.2**5)
    after = tiling.near(210, 200, camera)
    assert after[0] == before[0]
    assert after[1:] == pytest.approx(before[1:])


def test_every_grid_lies_at_the_top_left_as_tables_do() -> None:
    for count in (1, 2, 7):
        tiling = arrange(count, 10, 10, (300.0, 900.0), gap=6, margin=4)
        camera = fit(tiling, (300.0, 900.0))
        assert camera.top == 4
        assert camera.left <= 4


def test_zoom_has_limits_and_panning_leaves_no_void() -> None:
    area = (700.0, 320.0)
    tiling = arrange(16, 10, 10, area, gap=6)
    assert zoomed(tiling, fit(tiling, area), 1e9, 10, 10, area).zoom * tiling.scale == pytest.approx(96)
    assert zoomed(tiling, fit(tiling, area), 1e-9, 10, 10, area) == fit(tiling, area)
    whole = fit(tiling, area)
    for offset in (9999.0, -9999.0):
        far = clamped(tiling, Camera(5.0, offset, offset), area)
        assert far.left <= whole.left
        assert far.left + 5 * tiling.size[0] >= whole.left + tiling.size[0] - 1e-6
        assert far.top <= whole.top
        assert far.top + 5 * tiling.size[1] >= whole.top + tiling.size[1] - 1e-6


@pytest.mark.parametrize("count", [1, 7, 16])
@pytest.mark.parametrize(("zoom", "ratio"), [(1.0, 1.0), (2.3, 1.0), (1.7, 2.0)])
def test_every_pixel_shows_its_map(count: int, zoom: float, ratio: float) -> None:
    raster = np.random.default_rng(0).integers(0, 255, (count, 5, 8), dtype=np.uint8)
    area = (163, 117)
    tiling = arrange(count, 5, 8, area, gap=4, band=9, margin=3)
    camera = clamped(tiling, Camera(zoom, -40.0, -25.0), area)
    device = (round(area[0] * ratio), round(area[1] * ratio))
    drawn = compose(raster, GROUND, tiling, camera, device, ratio)
    for j in range(device[1]):
        for i in range(device[0]):
            cell = tiling.at((i + 0.5) / ratio, (j + 0.5) / ratio, camera)
            assert drawn[j, i] == (GROUND if cell is None else raster[cell])


def test_nothing_in_sight_is_all_ground() -> None:
    raster = np.zeros((1, 5, 5), np.uint8)
    tiling = arrange(1, 5, 5, (100, 100), gap=4)
    assert (compose(raster, GROUND, tiling, Camera(1.0, 500.0, 0.0), (100, 100), 1.0) == GROUND).all()


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_shrinking_takes_means(factor: int) -> None:
    raster = np.random.default_rng(1).integers(0, 255, (3, 13, 14), dtype=np.uint8)
    h, w = 13 // factor, 14 // factor
    blocks = raster[:, : h * factor, : w * factor].reshape(3, h, factor, w, factor).astype(float)
    assert shrink(raster, factor, GROUND) == pytest.approx(blocks.mean(axis=(2, 4)), abs=0.5)


def test_shrinking_keeps_what_is_not_a_number_in_sight() -> None:
    raster = np.full((1, 6, 6), 100, np.uint8)
    raster[0, 3, 1] = GROUND
    assert shrink(raster, 3, GROUND).tolist() == [[[100, 100], [GROUND, 100]]]


def test_shrinking_colours_takes_means_of_each() -> None:
    rgb = np.zeros((1, 2, 2, 3), np.uint8)
    rgb[0, 0, 0] = (255, 100, 8)
    assert shrink(rgb, 2, GROUND).tolist() == [[[[64, 25, 2]]]]


def test_rasters_that_the_worker_halved_paint_the_same_picture(qtbot: QtBot) -> None:
    values = np.random.default_rng(0).standard_normal((2, 2048, 1100)).astype(np.float32)
    scale = Scale(-3.0, 3.0, "RdBu_r", True, "layer")
    panel = image_grid(values, scale)
    assert [level.shape for level in panel.levels] == [(2, 1024, 550)]
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(1000, 900)
    pictures = []
    for shown in (panel, replace(panel, levels=())):
        canvas.set_panel(shown)
        assert 2 <= 1 / canvas.tiling.scale < 3
        pictures.append(canvas.grab().toImage())
    assert pictures[0] == pictures[1]
