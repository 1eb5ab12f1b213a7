"""Curves, cut shares, winners of poolings, and what joins and dropout say of themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core import ops
from cnnviz.core.errors import CnnvizError
from cnnviz.core.record import Record
from cnnviz.core.trace import Trace, trace
from cnnviz.core.winners import winners


def last(module: nn.Module, x: Tensor) -> tuple[Trace, Record]:
    traced = trace(module.eval(), x)
    return traced, traced.records[-1]


def test_a_curve_with_its_point_and_what_it_cuts() -> None:
    x = torch.tensor([[-2.0, -1.0], [0.0, 3.0]])[None, None].repeat(1, 2, 1, 1)
    x[0, 1] = 5.0
    traced, record = last(nn.ReLU(), x)
    found = ops.sampled_curve(traced, record, 0, (0, 1))
    assert found is not None
    assert (found.x[0], found.x[-1], len(found.x)) == (-2.0, 5.0, 401)
    np.testing.assert_array_equal(found.y, np.maximum(found.x, 0))
    assert found.point == (-1.0, 0.0)
    assert found.cut == 0.5  # two of four; 0 itself is not below 0
    assert ops.cut_share(traced, record) == 0.25
    assert ops.cut_share(traced, record, 1) == 0.0


def test_curves_of_channels_and_settings() -> None:
    layer = nn.PReLU(2)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([0.5, -1.0]))
    traced, record = last(layer, torch.full((1, 2, 1, 1), -2.0))
    points = [ops.sampled_curve(traced, record, channel) for channel in (0, 1)]
    assert [found.point for found in points if found] == [(-2.0, -1.0), (-2.0, 2.0)]
    assert [found.cut for found in points if found] == [None, None]
    traced, record = last(nn.Hardtanh(-1, 2), torch.tensor([[[[-3.0, 0.0, 1.0, 9.0]]]]))
    assert ops.cut_share(traced, record) == 0.5
    traced, record = last(nn.Conv2d(1, 1, 1), torch.ones(1, 1, 2, 2))
    assert ops.sampled_curve(traced, record, 0, (0, 0)) is None
    with pytest.raises(CnnvizError, match="no channel 1"):
        ops.sampled_curve(traced, record, 1, (0, 0))


@pytest.mark.parametrize(
    "layer",
    [nn.MaxPool2d(2), nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d(2, 1, dilation=2), nn.AdaptiveMaxPool2d(3)],
)
def test_the_winners_of_a_whole_record(layer: nn.Module) -> None:
    torch.manual_seed(0)
    traced, record = last(layer, torch.randn(2, 3, 8, 7))
    found = winners(traced, record)
    assert found is not None
    x, y = traced.input[0].numpy(), record.output[0].numpy()
    assert found.positions.shape == y.shape
    for c in range(3):
        np.testing.assert_array_equal(x[c].reshape(-1)[found.positions[c]], y[c])
    assert found.wins.shape == x.shape
    assert found.wins.sum() == y.size
    assert found.survivors == len({(c, p) for c in range(3) for p in found.positions[c].reshape(-1).tolist()})
    assert found.share == found.survivors / x.size
    assert sum(found.of_channel(c)[0] for c in range(3)) == found.survivors


class Minimum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return -F.max_pool2d(-x, 2)


def test_the_winners_of_a_minimum_are_the_smallest() -> None:
    x = torch.tensor([[1.0, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]])[None, None]
    found = winners(*last(Minimum(), x))
    assert found is not None
    assert found.positions.tolist() == [[[0, 7], [12, 11]]]
    assert found.share == 0.25
    assert winners(*last(nn.AvgPool2d(2), x)) is None


class Joined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.wide, self.narrow = nn.Conv2d(1, 3, 1), nn.Conv2d(1, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.wide(x), self.narrow(x), x], 1)


def test_a_concatenation_names_its_branches() -> None:
    traced, record = last(Joined(), torch.ones(1, 1, 2, 2))
    assert ops.describe(traced, record).hyperparameters == (
        ("Channels 0 to 2", "wide"),
        ("Channels 3 to 4", "narrow"),
        ("Channels 5 to 5", "input"),
    )
    found = ops.explain(traced, record, channel=4, at=(0, 1))
    assert "= branch 2 of 3, narrow: x[1, 0, 1]" in found.formula
    assert (found.terms[0].source, found.terms[0].channel) == (1, 1)


def test_dropout_says_that_it_hands_on() -> None:
    traced, record = last(nn.Dropout(0.3), torch.full((1, 1, 1, 2), 0.5))
    formula = ops.explain(traced, record, channel=0, at=(0, 1)).formula
    assert formula == "y[0, 0, 1] = handed on, dropout works in training only: x[0, 0, 1] = 0.5"
