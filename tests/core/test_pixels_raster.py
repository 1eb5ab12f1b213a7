from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.raster import BLOCK, bins_of, grid_columns, mosaic, paint, tally
from cnnviz.figure import GROUND, ZERO


def by_hand(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """The nearest of 255 colours, in double precision."""
    share = (values.astype(np.float64) - low) / (high - low)
    return np.clip(np.floor(share * 254 + 0.5), 0, 254).astype(np.uint8)


def test_values_get_the_nearest_of_255_colours() -> None:
    values = np.linspace(-3, 3, 1201, dtype=np.float32).reshape(1, 1, -1)
    painted = paint(values, -2.0, 2.0)
    assert painted.dtype == np.uint8
    assert painted.shape == values.shape
    wrong = painted != by_hand(values, -2, 2)
    assert wrong.mean() < 0.01  # float32 and float64 may differ where a value lies between two colours
    assert np.abs(painted.astype(int) - by_hand(values, -2, 2).astype(int)).max() <= 1


@pytest.mark.parametrize("limit", [1e-30, 3e-7, 0.1, 1.0, 6.1, 1e6, 3e38])
def test_zero_is_the_neutral_colour_whatever_the_limit(limit: float) -> None:
    values = np.array([-limit, 0.0, limit], np.float32).reshape(3, 1, 1)
    assert paint(values, -limit, limit).ravel().tolist() == [0, ZERO, 254]


def test_each_map_can_have_its_own_ends() -> None:
    values = np.tile(np.array([0, 1, 2], np.float32), (3, 1)).reshape(3, 1, 3)
    painted = paint(values, [0, 0, -2], [2, 1, 2])
    assert painted[:, 0].tolist() == [[0, 127, 254], [0, 254, 254], [127, 191, 254]]


def test_nan_is_left_unpainted_and_infinity_has_the_colour_of_the_end() -> None:
    values = np.array([np.nan, -np.inf, 0, np.inf], np.float32).reshape(1, 2, 2)
    assert paint(values, -1, 1).ravel().tolist() == [GROUND, 0, ZERO, 254]


@pytest.mark.parametrize("shape", [(3, 300, 301), (1, 5, BLOCK + 3), (70_000, 1, 1), (0, 4, 4), (2, 0, 5), (5, 7)])
def test_blocks_leave_no_seams(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    values[values > 2.5] = np.nan
    shared = paint(values, -3, 3)
    assert shared.shape == shape
    assert np.array_equal(shared, paint(values, np.full(shape[0], -3.0), np.full(shape[0], 3.0)))
    assert np.array_equal(shared == GROUND, np.isnan(values))


def test_transposed_maps_are_painted_like_copies() -> None:
    values = np.random.default_rng(1).standard_normal((6, 5, 4)).astype(np.float32)
    turned = np.moveaxis(values, 2, 0)
    assert np.array_equal(paint(turned, -1, 1), paint(turned.copy(), -1, 1))


def test_a_range_without_width_does_not_divide_by_zero() -> None:
    assert paint(np.ones((1, 2, 2), np.float32), 1, 1).tolist() == [[[0, 0], [0, 0]]]


def test_zero_is_a_border_between_two_bins() -> None:
    values = np.array([-2, -1e-3, 0, 1e-3, 2], np.float32)
    assert bins_of(values.reshape(1, -1), -2, 2, 8).ravel().tolist() == [0, 3, 4, 4, 7]


@pytest.mark.parametrize("size", [0, 1, 2, 999, 100_001])
def test_tally_counts(size: int) -> None:
    index = np.random.default_rng(2).integers(0, 256, size).astype(np.uint8)
    assert tally(index, 100).tolist() == np.bincount(index, minlength=256)[:100].tolist()


def test_mosaic_puts_maps_row_by_row_with_gaps_unpainted() -> None:
    raster = np.arange(3, dtype=np.uint8).repeat(4).reshape(3, 2, 2)
    ground = GROUND
    assert mosaic(raster, 2).tolist() == [
        [0, 0, ground, 1, 1],
        [0, 0, ground, 1, 1],
        [ground] * 5,
        [2, 2, ground, ground, ground],
        [2, 2, ground, ground, ground],
    ]
    assert mosaic(raster, 2, 0).shape == (4, 4)
    assert mosaic(raster, 3, (5, 2)).shape == (2, 10)
    assert mosaic(np.zeros((2, 3, 4, 3), np.uint8), 1, 1).shape == (7, 4, 3)


@pytest.mark.parametrize(
    ("count", "height", "width", "aspect"),
    [(1, 5, 5, 1.6), (16, 10, 10, 1.0), (2048, 7, 7, 1.6), (5, 100, 3, 1.6), (7, 3, 100, 0.5)],
)
def test_grid_columns_draws_maps_as_large_as_can_be(count: int, height: int, width: int, aspect: float) -> None:
    def size(columns: int) -> float:
        rows = -(-count // columns)
        return min(aspect / (columns * width), 1 / (rows * height))

    chosen = grid_columns(count, height, width, aspect)
    assert 1 <= chosen <= count
    assert size(chosen) >= 0.97 * max(size(n) for n in range(1, count + 1))


def test_grid_columns_of_nothing() -> None:
    assert grid_columns(0, 3, 3, 1.6) == 1
