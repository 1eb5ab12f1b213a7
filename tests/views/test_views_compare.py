"""Chosen maps beside each other: values, differences and correlations as numpy has them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import cnnviz
from cnnviz.core.errors import CnnvizError


@pytest.fixture(scope="module")
def trace():
    torch.manual_seed(0)
    return cnnviz.trace(nn.Sequential(nn.Conv2d(1, 20, 3), nn.ReLU()), torch.randn(1, 1, 9, 9))


def test_maps_differences_and_correlations(trace):
    made = cnnviz.view(trace, trace[0], "compare-maps", maps="3, 0 7")
    grid, differences, together = made.panels
    values = trace[0].numpy()
    assert grid.indices == (3, 0, 7)
    assert np.array_equal(grid.values, values[[3, 0, 7]])
    assert differences.captions == ("0 − 3", "7 − 3", "7 − 0")
    assert np.array_equal(
        differences.values, np.stack([values[0] - values[3], values[7] - values[3], values[7] - values[0]])
    )
    assert differences.scale.high == -differences.scale.low == np.abs(differences.values).max()
    np.testing.assert_allclose(together.values, np.corrcoef(values[[3, 0, 7]].reshape(3, -1)), atol=1e-6)
    assert together.row_labels == ("3", "0", "7")
    assert made.subtitle.startswith("3 maps of 7 × 7, one scale")


def test_none_chosen_many_chosen_and_numbers_that_are_not_there(trace):
    made = cnnviz.view(trace, trace[0], "compare-maps")
    values = trace[0].numpy()
    strongest = sorted(np.argsort(-np.abs(values).max(axis=(1, 2)))[:3].tolist())
    assert list(made.panels[0].indices) == strongest
    assert "the strongest ones" in made.subtitle
    many = cnnviz.view(trace, trace[0], "compare-maps", maps=" ".join(map(str, range(30))))
    assert len(many.panels[0].indices) == 12
    assert many.panels[0].total == 20
    assert len(many.panels[1].indices) == 11  # each from the first
    assert "12 of 30 that were chosen" in many.subtitle
    assert "from 0 to 19" in cnnviz.view(trace, trace[0], "compare-maps", maps="5 99").panels[0].text
    with pytest.raises(CnnvizError, match="by their numbers"):
        cnnviz.view(trace, trace[0], "compare-maps", maps="one")


def test_a_constant_map_goes_together_with_nothing(trace):
    from cnnviz.views.compare_maps import correlations

    maps = np.stack([np.zeros((4, 4)), np.arange(16.0).reshape(4, 4), -np.arange(16.0).reshape(4, 4)]).astype(
        np.float32
    )
    found = correlations(maps)
    assert np.isnan(found[0]).all()
    np.testing.assert_allclose(found[1:, 1:], [[1, -1], [-1, 1]], atol=1e-6)
