from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz import views
from cnnviz.core.colormaps import COLORMAPS, WEIGHTS
from cnnviz.core.trace import trace
from cnnviz.figure import Figure, ImageGrid, Matrix, Vector


def shown(module: nn.Module, *shape: int, record: int = 0, **options: object) -> Figure:
    torch.manual_seed(2)
    return views.make(trace(module.eval(), torch.randn(1, *shape)), record, "filters", **options)


def grid(figure: Figure, number: int = 0) -> ImageGrid:
    panel = figure.panels[number]
    assert isinstance(panel, ImageGrid)
    return panel


def test_the_first_layer_of_a_colour_picture_is_shown_in_colour() -> None:
    layer = nn.Conv2d(3, 4, 5)
    with torch.no_grad():
        layer.weight[1, 0], layer.weight[1, 1], layer.weight[1, 2] = 0.5, 0.0, -0.5
    layer.weight.data.clamp_(-0.5, 0.5)
    layer.bias.data[1] = -0.0765
    made = shown(layer, 3, 9, 9, channel=1)
    panel = grid(made)
    assert panel.scale is None
    assert panel.values.shape == (4, 5, 5, 3)
    assert np.array_equal(panel.values, layer.weight.detach().numpy().transpose(0, 2, 3, 1))
    assert panel.raster[1, 2, 2].tolist() == [255, 128, 0]
    assert "mid-grey is 0, black −0.500, full +0.500 · shared by the layer" in panel.title
    assert panel.marked == 1
    kernels = grid(made, 1)
    assert kernels.captions == ("red", "green", "blue")
    assert np.array_equal(kernels.values, layer.weight[1].detach().numpy())
    assert not kernels.picks
    assert made.subtitle == "4 filters of 3 kernels, 5 × 5 · bias −0.0765"


def test_later_layers_show_one_filter_in_the_scale_of_all() -> None:
    network = nn.Sequential(nn.Conv2d(3, 6, 3), nn.Conv2d(6, 8, 3, bias=False))
    made = shown(network, 3, 9, 9, record=1, channel=5)
    panel = grid(made)
    weight = network[1].weight.detach().numpy()
    assert np.array_equal(panel.values, weight[5])
    assert panel.scale is not None
    assert panel.scale.high == np.abs(weight).max() == -panel.scale.low
    assert panel.scale.shared_by == "layer"
    assert COLORMAPS[panel.scale.colormap] == WEIGHTS
    assert made.subtitle == "filter 5 of 8: 6 kernels of 3 × 3 · no bias"
    assert np.array_equal(grid(shown(network, 3, 9, 9, record=1)).values, weight[0])  # none chosen: the first
    stretched = grid(shown(network, 3, 9, 9, record=1, channel=5, contrast=1))
    assert stretched.ranges[:, 1].tolist() == pytest.approx(np.abs(weight[5]).reshape(6, -1).max(axis=1).tolist())


def test_single_kernels_are_shown_together() -> None:
    grey = grid(shown(nn.Conv2d(1, 6, 5), 1, 9, 9))
    assert grey.values.shape == (6, 5, 5)
    layer = nn.Conv2d(6, 12, 3, groups=6)
    depthwise = shown(layer, 6, 9, 9, channel=7)
    assert np.array_equal(grid(depthwise).values, layer.weight.detach().numpy()[:, 0])
    assert grid(depthwise).marked == 7
    assert grid(depthwise).picks


def test_groups_see_their_own_channels() -> None:
    layer = nn.Conv2d(6, 4, 3, groups=2)
    panel = grid(shown(layer, 6, 9, 9, channel=3))
    assert panel.indices == (3, 4, 5)
    assert np.array_equal(panel.values, layer.weight[3].detach().numpy())


@pytest.mark.parametrize("groups", [1, 2])
def test_transposed_filters_are_found_by_their_output_channel(groups: int) -> None:
    layer = nn.ConvTranspose2d(4, 6, 3, groups=groups)
    panel = grid(shown(layer, 4, 5, 5, channel=4))
    weight = layer.weight.detach().numpy()  # (4, 6 / groups, 3, 3)
    expected = weight[:, 4] if groups == 1 else weight[2:4, 1]
    assert np.array_equal(panel.values, expected)
    assert panel.indices == ((0, 1, 2, 3) if groups == 1 else (2, 3))


def test_kernels_in_one_dimension_are_rows() -> None:
    assert grid(shown(nn.Conv1d(3, 4, 7), 3, 20)).values.shape == (3, 1, 7)


def test_one_by_one_filters_and_dense_layers_are_matrices() -> None:
    pointwise = nn.Conv2d(6, 8, 1)
    made = shown(pointwise, 6, 3, 3, channel=2)
    assert np.array_equal(
        grid(made).values[0], pointwise.weight.detach().numpy()[:, :, 0, 0].T
    )  # its longer side across
    assert "8 filters with 6 weights each · y: input channel, x: filter" in made.subtitle
    row = made.panels[1]
    assert isinstance(row, Vector)
    assert np.array_equal(row.values, pointwise.weight[2, :, 0, 0].detach().numpy())
    dense = nn.Linear(10, 4)
    assert np.array_equal(grid(shown(dense, 10)).values[0], dense.weight.detach().numpy())


def test_a_dense_layer_behind_maps_shows_its_weights_as_maps() -> None:
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.Linear(48, 5))
    made = shown(network, 1, 6, 6, record=4, channel=2)
    assert np.array_equal(grid(made).values, network[4].weight[2].detach().numpy().reshape(3, 4, 4))
    assert made.subtitle.startswith("unit 2 of 5: its weights for 3 maps of 4 × 4 · bias")


def test_a_matrix_too_large_for_one_picture_shows_one_unit() -> None:
    made = shown(nn.Linear(2049, 2048), 2049, channel=1)
    assert isinstance(made.panels[0], Vector)
    assert "too many for one picture: unit 1 of 2,048" in made.subtitle


def test_weights_of_zeros_and_nan_are_named() -> None:
    layer = nn.Conv2d(4, 3, 2)
    with torch.no_grad():
        layer.weight[0, 0] = 0
        layer.weight[0, 1, 0, 0] = torch.nan
        layer.weight[0, 2] = 0.25
    panel = grid(shown(layer, 4, 5, 5))
    assert panel.notes == ("all zero", "NaN", "constant 0.250", "")
    assert panel.scale is not None
    assert np.isfinite(panel.scale.high)


def test_weights_that_another_record_computed_are_found() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(4, 2, 3, 3))

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.conv2d(x, self.weight * 2)

    module = Scaled()
    panel = grid(shown(module, 2, 5, 5, record=1, channel=1))
    assert np.array_equal(panel.values, 2 * module.weight[1].detach().numpy())


def test_the_numbers_of_batch_norm_come_to_what_it_computes() -> None:
    layer = nn.BatchNorm2d(5)
    with torch.no_grad():
        for tensor in (layer.weight, layer.bias, layer.running_mean):
            tensor.copy_(torch.randn(5))
        layer.running_var.copy_(torch.rand(5) + 0.5)
    traced = trace(layer.eval(), torch.randn(1, 5, 3, 3))
    (table,) = views.make(traced, 0, "affine").panels
    assert isinstance(table, Matrix)
    assert table.column_labels == ("scale γ", "shift β", "mean μ", "deviation σ", "a = γ/σ", "b = β − a·μ")
    a, b = table.values[:, 4, None, None], table.values[:, 5, None, None]
    assert np.allclose(a * traced.input[0].numpy() + b, traced.records[0].numpy(), atol=1e-5)


def test_norms_without_numbers_have_no_table() -> None:
    traced = trace(nn.BatchNorm2d(3, affine=False, track_running_stats=False), torch.randn(1, 3, 4, 4))
    assert "affine" not in [view.name for view in views.views_for(traced.records[0], traced)]
    traced = trace(nn.LayerNorm(6), torch.randn(1, 4, 6))
    (table,) = views.make(traced, 0, "affine").panels
    assert isinstance(table, Matrix)
    assert table.column_labels == ("scale γ", "shift β")


def test_the_kernels_of_one_input_channel_in_all_filters() -> None:
    layer = nn.Conv2d(6, 8, 3)
    made = shown(layer, 6, 9, 9, show="input channel", input=4, channel=2)
    panel = grid(made)
    assert np.array_equal(panel.values, layer.weight.detach().numpy()[:, 4])
    assert panel.indices == tuple(range(8))
    assert panel.marked == 2
    assert made.subtitle == "input channel 4 of 6: 8 kernels of 3 × 3"
    beyond = shown(layer, 6, 9, 9, show="input channel", input=60)
    assert beyond.subtitle == "input channel 5 of 6: 8 kernels of 3 × 3 · there is no 60"


def test_in_groups_only_some_filters_see_an_input_channel() -> None:
    layer = nn.Conv2d(6, 8, 3, groups=2)
    panel = grid(shown(layer, 6, 9, 9, show="input channel", input=4))
    assert panel.indices == (4, 5, 6, 7)
    assert np.array_equal(panel.values, layer.weight.detach().numpy()[4:, 1])


@pytest.mark.parametrize("transposed", [False, True])
def test_norms_of_all_filters_and_kernels(transposed: bool) -> None:
    layer = nn.ConvTranspose2d(6, 8, 3) if transposed else nn.Conv2d(6, 8, 3)
    made = shown(layer, 6, 9, 9, show="norms", channel=2)
    weight = layer.weight.detach().double().numpy()
    weight = weight.transpose(1, 0, 2, 3) if transposed else weight
    bars = made.panels[0]
    assert isinstance(bars, Vector)
    norms = np.sqrt((weight**2).sum((1, 2, 3)))
    assert bars.values == pytest.approx(norms, rel=1e-6)
    assert bars.marked == 2
    assert grid(made, 1).values[0] == pytest.approx(np.sqrt((weight**2).sum((2, 3))).T, rel=1e-6)
    assert made.subtitle.startswith("8 filters, norms ")


def test_norms_of_units_are_one_panel() -> None:
    layer = nn.Linear(5, 3)
    made = shown(layer, 5, show="norms")
    assert len(made.panels) == 1
    assert made.panels[0].values == pytest.approx(np.linalg.norm(layer.weight.detach().numpy(), axis=1))  # type: ignore[union-attr]


def test_the_weights_of_one_input_where_kernels_are_single_numbers() -> None:
    pointwise = nn.Conv2d(6, 8, 1)
    made = shown(pointwise, 6, 3, 3, show="input channel", input=4, channel=2)
    (bars,) = made.panels
    assert isinstance(bars, Vector)
    assert np.array_equal(bars.values, pointwise.weight.detach().numpy()[:, 4, 0, 0])
    assert bars.marked == 2
    assert made.subtitle == "input channel 4 of 6: 8 weights"
    dense = nn.Linear(5, 3)
    made = shown(dense, 5, show="input channel", input=9)
    assert np.array_equal(made.panels[0].values, dense.weight.detach().numpy()[:, 4])  # type: ignore[union-attr]
    assert made.subtitle == "input 4 of 5: 3 weights · there is no 9"
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Flatten(), nn.Linear(48, 5))
    made = shown(network, 1, 6, 6, record=2, show="input channel", input=1)
    assert np.array_equal(grid(made).values, network[2].weight.detach().numpy().reshape(5, 3, 4, 4)[:, 1])
    assert made.subtitle == "input channel 1 of 3: 5 kernels of 4 × 4"
