from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz import views
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import GROUND, ZERO, ImageGrid


def grid(figure: object, number: int = 0) -> ImageGrid:
    panel = figure.panels[number]  # type: ignore[attr-defined]
    assert isinstance(panel, ImageGrid)
    return panel


@pytest.fixture(scope="module")
def passed() -> Trace:
    torch.manual_seed(1)
    network = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2))
    with torch.no_grad():
        network[0].weight[2] = 0  # a constant map that ReLU makes a dead one
        network[0].bias[2] = -0.5
        network[0].weight[4] *= 0.01
        network[0].bias[4] = 0
    return trace(network.eval(), torch.randn(1, 1, 10, 10))


def test_one_mosaic_of_all_maps_in_the_scale_of_the_layer(passed: Trace) -> None:
    made = views.make(passed, 0, "feature-maps")
    panel = grid(made)
    values = passed.records[0].numpy()
    assert np.array_equal(panel.values, values)
    assert panel.scale is not None
    limit = np.abs(values).max()
    assert (panel.scale.low, panel.scale.high) == (-limit, limit)
    assert panel.scale.shared_by == "layer"
    assert panel.scale.colormap == "RdBu_r"
    assert panel.ranges.tolist() == [[-limit, limit]] * 6
    assert panel.indices == tuple(range(6))
    assert panel.notes == ("", "", "constant −0.500", "", "", "")
    assert made.subtitle == "6 maps of 8 × 8 · 1 constant"
    exact = np.clip(np.floor((values.astype(np.float64) + limit) / (2 * limit) * 254 + 0.5), 0, 254)
    assert np.abs(panel.raster - exact).max() <= 1
    assert ((panel.raster > ZERO) <= (values > 0)).all()


def test_relu_shows_in_the_colours_of_the_convolution_what_it_cut_away(passed: Trace) -> None:
    before, after = (grid(views.make(passed, i, "feature-maps")) for i in (0, 1))
    assert before.scale is not None
    assert after.scale is not None
    assert (before.scale.low, before.scale.high) == (after.scale.low, after.scale.high)
    assert after.scale.shared_by == "this layer and 0 · conv2d"
    positive = before.values > 0
    assert np.array_equal(after.raster[positive], before.raster[positive])
    assert (after.raster[~positive] == ZERO).all()
    assert after.notes[2] == "dead"


def test_contrast_stretches_each_map_and_says_so(passed: Trace) -> None:
    panel = grid(views.make(passed, 0, "feature-maps", contrast=1))
    own = np.abs(panel.values).reshape(6, -1).max(axis=1)
    assert panel.scale is not None
    assert panel.scale.shared_by == "nothing: each map has its own"
    for i in (0, 1, 3, 4, 5):
        assert panel.ranges[i].tolist() == pytest.approx([-own[i], own[i]])
        assert set(panel.raster[i].ravel().tolist()) & {0, 254}
    assert panel.ranges[2].tolist() == pytest.approx(
        [panel.scale.low, panel.scale.high]
    )  # constant: nothing to stretch
    half = grid(views.make(passed, 0, "feature-maps", contrast=0.5))
    assert half.ranges[4, 1] == pytest.approx((own[4] * panel.scale.high) ** 0.5, rel=1e-5)
    assert "stretched 50%" in half.scale.shared_by  # type: ignore[union-attr]


def test_a_channel_is_marked_and_enlarged_in_the_same_colours(passed: Trace) -> None:
    made = views.make(passed, 1, "feature-maps", channel=3, contrast=0.3)
    whole, one = grid(made), grid(made, 1)
    assert whole.marked == 3
    assert one.indices == (3,)
    assert one.scale is whole.scale
    assert np.array_equal(one.raster[0], whole.raster[3])
    assert np.array_equal(one.ranges[0], whole.ranges[3])
    assert one.title == "channel 3"


def test_strongest_first(passed: Trace) -> None:
    panel = grid(views.make(passed, 0, "feature-maps", order="strongest", channel=4))
    strength = np.abs(passed.records[0].numpy()).reshape(6, -1).max(axis=1)
    assert list(panel.indices) == np.argsort(-strength).tolist()
    assert np.array_equal(panel.values[0], passed.records[0].numpy()[panel.indices[0]])
    assert panel.marked == panel.indices.index(4)


def test_more_maps_than_can_be_shown_are_counted() -> None:
    traced = trace(nn.Conv2d(1, 2050, 1), torch.randn(1, 1, 2, 2))
    made = views.make(traced, 0, "feature-maps")
    panel = grid(made)
    assert len(panel.values) == len(panel.notes) == len(panel.captions) == 2048
    assert panel.total == 2050
    assert made.subtitle.startswith("2,048 of 2,050 maps of 2 × 2")


def test_nan_is_not_painted_and_named() -> None:
    class Broken(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x / x.relu()

    traced = trace(Broken(), torch.tensor([[[[-1.0, 2.0], [0.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]]]))
    made = views.make(traced, -1 + len(traced.records), "feature-maps")
    panel = grid(made)
    assert panel.notes == ("NaN", "constant 1.00")
    assert made.subtitle == "2 maps of 2 × 2 · 1 constant · 1 with NaN"
    assert (panel.raster[0] == GROUND).tolist() == [[False, False], [True, False]]  # 0 / 0


def test_channels_last_are_maps_and_tokens_are_one_map() -> None:
    class Turned(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x.permute(0, 2, 3, 1) * 2).flatten(1, 2) + 0

    traced = trace(Turned(), torch.randn(1, 5, 3, 4))
    turned = next(r for r in traced.records if r.op == "mul")
    assert grid(views.make(traced, turned)).raster.shape == (5, 3, 4)
    assert grid(views.make(traced, len(traced.records) - 1)).raster.shape == (1, 12, 5)
