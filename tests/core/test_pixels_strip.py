from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.core import images
from cnnviz.core.model import Preprocessing
from cnnviz.core.pixels import paint, range_of, shrunk, strip
from cnnviz.core.trace import Trace, trace


@pytest.fixture
def passed() -> Trace:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 5, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 7)
    )
    return trace(network.eval(), torch.randn(1, 3, 48, 96))


def test_large_maps_are_averaged_down(passed: Trace) -> None:
    record = passed.records[0]
    raster, scale, total = strip(passed, record, 2, 32)
    assert raster.shape == (2, 16, 32)
    assert total == 5
    means = record.numpy()[:2].reshape(2, 16, 3, 32, 3).mean(axis=(2, 4))
    low, high, *_ = range_of(passed, record)
    assert scale is not None
    assert (scale.low, scale.high) == (low, high)
    assert np.abs(raster.astype(int) - paint(means, low, high).astype(int)).max() <= 1


def test_small_maps_and_units_stay_as_they_are(passed: Trace) -> None:
    raster, scale, total = strip(passed, passed.records[-1], 4, 32)
    assert raster.shape == (4, 1, 1)
    assert total == 7
    assert scale is not None
    assert scale.signed


def test_the_picture_is_shown_in_its_colours() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 20), dtype=np.uint8)
    prepared = images.prepare(images.read(pixels), Preprocessing("L", (40, 20), (0.5,), (0.5,)))
    traced = trace(nn.Flatten(), prepared.tensor)
    traced.prepared = prepared
    raster, scale, total = strip(traced, None, 3, 20)
    assert raster.shape == (1, 20, 10, 3)
    assert scale is None
    assert total == 1
    expected = pixels.reshape(20, 2, 10, 2).mean(axis=(1, 3))
    assert np.abs(raster[0, :, :, 1] - expected).max() <= 0.5


def test_a_tensor_is_shown_as_its_channels(passed: Trace) -> None:
    raster, scale, total = strip(passed, None, 8, 24)
    assert raster.shape == (3, 12, 24)
    assert total == 3
    assert scale is not None


def test_a_layer_that_was_not_kept_has_no_maps(passed: Trace) -> None:
    passed.records[0].drop()
    raster, scale, total = strip(passed, passed.records[0], 4, 32)
    assert raster.shape[0] == 0
    assert scale is None
    assert total == 5


@pytest.mark.parametrize(
    ("shape", "edge", "expected"),
    [((2, 7, 9), 9, (7, 9)), ((1, 224, 224), 64, (64, 64)), ((1, 300, 2), 30, (30, 1)), ((1, 1, 50), 7, (1, 7))],
)
def test_shrunk_keeps_proportions_and_means(shape: tuple[int, ...], edge: int, expected: tuple[int, int]) -> None:
    maps = np.full(shape, 0.25, np.float32)
    small = shrunk(maps, edge)
    assert small.shape[1:] == expected
    assert np.allclose(small, 0.25)
