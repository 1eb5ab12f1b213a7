"""What two passes of a network have in common: found once, the same for both."""

from __future__ import annotations

import torch
import torchvision
from torch import Tensor, nn

import cnnviz
from cnnviz.core import geometry, ops
from cnnviz.core.alike import take_over, what_ran
from cnnviz.core.trace import Trace


class Chooses(nn.Module):
    """Goes another way for dark pictures: the same shapes, other sources."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(1, 2, 3, padding=1)
        self.two = nn.Conv2d(2, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        first = self.one(x)
        second = self.two(first)
        return torch.relu(first if x.mean() < 0 else second).mean((2, 3))


def fields(traced: Trace) -> list[geometry.ReceptiveField]:
    return [geometry.receptive_field(traced, record) for record in traced.records]


def test_axes_heads_and_receptive_fields_are_taken_over() -> None:
    torch.manual_seed(0)
    network = torchvision.models.resnet18().eval()
    first, second = (cnnviz.trace(network, torch.randn(1, 3, 64, 64)) for _ in range(2))
    assert what_ran(first) == what_ran(second)
    known = fields(first)
    axes = [record.all_axes for record in first.records]
    heads = [ops.head(first, record) for record in first.records]
    take_over(second, first)
    assert [record._axes for record in second.records] == axes
    assert all(ops.head(second, record) is head for record, head in zip(second.records, heads, strict=True))
    assert fields(second) == known
    alone = cnnviz.trace(network, second.input)
    assert [ops.head(alone, record) for record in alone.records] == heads
    assert fields(alone) == known
    assert [record.all_axes for record in alone.records] == axes


def test_another_way_through_the_network_is_not_alike() -> None:
    torch.manual_seed(0)
    network = Chooses().eval()
    bright, brighter, dark = (cnnviz.trace(network, torch.full((1, 1, 8, 8), value)) for value in (1.0, 2.0, -1.0))
    assert what_ran(bright) == what_ran(brighter)
    assert what_ran(bright) != what_ran(dark)
    assert [tuple(r.shape) for r in bright.records] == [tuple(r.shape) for r in dark.records]


def test_another_size_is_not_alike() -> None:
    network = nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    small, large = (cnnviz.trace(network, torch.zeros(1, 1, edge, edge)) for edge in (8, 12))
    assert what_ran(small) != what_ran(large)
