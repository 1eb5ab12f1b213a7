"""The explain view against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz import views
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import Contributions, Curve, ImageGrid, Note, Sliding
from cnnviz.request import Cell


@pytest.fixture
def passed() -> Trace:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4 * 2 * 2, 5),
    )
    return trace(network.eval(), torch.randn(1, 2, 8, 8))


def test_a_convolution_is_the_sum_of_its_rows(passed: Trace) -> None:
    figure = views.make(passed, 0, "explain", channel=2, at=(1, 3))
    sliding, parts = figure.panels
    assert isinstance(sliding, Sliding)
    assert isinstance(parts, Contributions)
    layer = passed.module[0]
    x = F.pad(passed.input[0], (1, 1, 1, 1)).double().numpy()[:, 2:5, 6:9]
    products = x * layer.weight[2].detach().double().numpy()
    by_channel = products.sum((1, 2))
    assert sliding.rows.tolist() == np.argsort(-np.abs(by_channel)).tolist()
    assert sliding.window.terms((1, 3)) == pytest.approx(by_channel)
    assert figure.outcome is not None
    assert figure.outcome.agrees
    assert figure.outcome.value == pytest.approx(by_channel.sum() + layer.bias[2].item(), rel=1e-6)
    assert parts.value == pytest.approx(figure.outcome.value)
    assert parts.values[0] == pytest.approx(products.flat[np.abs(products).argmax()])
    assert parts.values.sum() + parts.rest == pytest.approx(parts.value)
    assert figure.cell == Cell("0", 2, (1, 3))


def test_partial_maps_and_bias_are_the_output(passed: Trace) -> None:
    (sliding, _) = views.make(passed, 0, "explain", channel=1).panels
    assert isinstance(sliding, Sliding)
    assert sliding.partials is not None
    assert sliding.kernels is not None
    bias = passed.module[0].bias[1].item()
    np.testing.assert_allclose(
        sliding.partials.values.sum(0) + bias, passed.records[0].numpy()[1], rtol=1e-5, atol=1e-6
    )
    assert len(sliding.grids) == 4


def test_each_part_of_a_convolution_leads_to_its_cell(passed: Trace) -> None:
    parts = views.make(passed, 0, "explain", channel=0, at=(2, 2)).panels[-1]
    assert isinstance(parts, Contributions)
    weight = passed.module[0].weight[0].detach().numpy()
    for cell, value in zip(parts.cells, parts.values.tolist(), strict=True):
        if cell is None:
            continue  # the bias
        y, x = cell.at
        tap = weight[cell.channel, y - (2 * 2 - 1), x - (2 * 2 - 1)]
        assert cell.layer == ""
        assert value == pytest.approx(float(passed.input[0, cell.channel, y, x]) * float(tap), rel=1e-6)


def test_a_pooling_comes_from_its_winner_alone(passed: Trace) -> None:
    figure = views.make(passed, 2, "explain", channel=3, at=(1, 0))
    parts = figure.panels[-1]
    assert isinstance(parts, Contributions)
    window = passed.records[1].numpy()[3, 2:4, 0:2]
    y, x = np.unravel_index(window.argmax(), (2, 2))
    assert parts.cells == (Cell("1", 3, (2 + int(y), int(x))),)
    assert parts.values.tolist() == [pytest.approx(float(window.max()))]
    assert parts.value is None


def test_an_activation_has_its_curve_and_says_what_it_cut(passed: Trace) -> None:
    figure = views.make(passed, 1, "explain", channel=0, at=(0, 0))
    before, after, curve, parts = figure.panels
    assert isinstance(before, ImageGrid)
    assert isinstance(after, ImageGrid)
    assert before.spot == after.spot == (0, 0)
    assert isinstance(curve, Curve)
    assert curve.at[0] == pytest.approx(float(passed.records[0].numpy()[0, 0, 0]))
    assert curve.at[1] == max(curve.at[0], 0)
    np.testing.assert_allclose(curve.y, np.maximum(curve.x, 0))
    cut = float((passed.records[0].numpy()[0] <= 0).mean())
    assert ("cut in this map", f"{100 * cut:.1f} %") in curve.facts
    assert isinstance(parts, Contributions)
    assert parts.cells == (Cell("0", 0, (0, 0)),)


def test_a_dense_unit_shows_inputs_times_weights(passed: Trace) -> None:
    parts = views.make(passed, 4, "explain", channel=1, inputs=3).panels[-1]
    assert isinstance(parts, Contributions)
    inputs = passed.records[3].numpy().astype(float)
    weights = passed.module[4].weight[1].detach().double().numpy()
    order = np.argsort(-np.abs(inputs * weights))[:3]
    assert [cell.channel for cell in parts.cells if cell] == order.tolist()
    assert parts.heads == ("input", "× weight")
    assert parts.total == 16
    assert parts.values[:3] == pytest.approx((inputs * weights)[order])


def test_without_a_wish_it_is_the_strongest_cell(passed: Trace) -> None:
    figure = views.make(passed, 0, "explain")
    values = passed.records[0].numpy()
    channel = int(values.reshape(4, -1).max(1).argmax())
    y, x = np.unravel_index(np.abs(values[channel]).argmax(), values.shape[1:])
    assert figure.cell == Cell("0", channel, (int(y), int(x)))


def test_a_position_beyond_the_map_is_another_layers_and_is_passed_over(passed: Trace) -> None:
    assert views.make(passed, 2, "explain", channel=0, at=(7, 7)).cell is not None


def test_what_has_no_arithmetic_says_so_and_shows_its_maps() -> None:
    class Odd(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.cumsum(x, 2)

    traced = trace(Odd(), torch.randn(1, 2, 4, 4))
    figure = views.make(traced, 0, "explain")
    assert figure.outcome is None
    *maps, note = figure.panels
    assert len(maps) == 2
    assert isinstance(note, Note)
    assert "not explained yet" in note.text


@pytest.fixture
def normed() -> Trace:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
    norm = network[1]
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.5, 2.0)
    return trace(network.eval(), torch.randn(1, 3, 6, 6))


def test_convolution_norm_and_activation_are_folded_into_one_step(normed: Trace) -> None:
    conv, norm, _ = normed.module
    channel = int(normed.records[2].numpy().reshape(4, -1).max(1).argmax())
    at = np.unravel_index(normed.records[2].numpy()[channel].argmax(), (6, 6))
    figure = views.make(normed, 0, "explain", channel=channel, at=f"{at[0]},{at[1]}", folded=True)
    sliding = figure.panels[0]
    assert isinstance(sliding, Sliding)
    gain = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
    kernels = conv.weight[channel].detach().double() * float(gain[channel])
    np.testing.assert_allclose(sliding.window.kernels, kernels.numpy(), rtol=1e-6)
    assert figure.outcome is not None
    assert figure.outcome.captured == pytest.approx(float(normed.records[2].numpy()[channel].max()))
    assert figure.outcome.agrees
    assert "0 + 1 + 2 as one step" in figure.subtitle


def test_what_cannot_be_folded_says_so(passed: Trace) -> None:
    assert "nothing to fold here" in views.make(passed, 0, "explain", folded=True).subtitle


def test_the_gradient_takes_the_place_of_the_contributions(normed: Trace) -> None:
    figure = views.make(normed, 0, "explain", channel=1, at=(2, 3), gradient=True)
    grid = figure.panels[-1]
    assert isinstance(grid, ImageGrid)
    expected = np.zeros((6, 6))
    expected[1:4, 2:5] = np.abs(normed.module[0].weight[1].detach().numpy()).sum(0)
    np.testing.assert_allclose(grid.values[0], expected, rtol=1e-5)
    assert "9 of 9 pixels" in grid.title


def test_without_a_way_back_the_gradient_is_a_sentence() -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = nn.Parameter(torch.randn(1, 2, 3, 3))

        def forward(self, x: Tensor) -> Tensor:
            return torch.relu(self.own) + 0 * x.sum()

    traced = trace(Fixed(), torch.randn(1, 2, 3, 3))
    first = next(record for record in traced.records if record.op == "relu")
    assert isinstance(views.make(traced, first, "explain", gradient=True).panels[-1], Note)


def test_a_position_that_is_not_there_is_told(passed: Trace) -> None:
    assert "there is no position (9, 9) here" in views.make(passed, 0, "explain", channel=0, at=(9, 9)).subtitle


def test_a_number_without_channels_is_explained_too() -> None:
    class Total(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.sum()

    traced = trace(Total(), torch.ones(1, 1, 2, 2))
    figure = views.make(traced, 0, "explain")
    assert figure.outcome is not None
    assert figure.outcome.value == 4.0


def test_positions_are_whole_numbers(passed: Trace) -> None:
    with pytest.raises(CnnvizError, match="whole numbers such as 5,4"):
        views.make(passed, 0, "explain", at="five")
    assert views.make(passed, 0, "explain", at="", channel="").cell is not None
