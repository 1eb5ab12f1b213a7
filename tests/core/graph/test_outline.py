"""A network as papers draw it: its forks, its repeats, and what is not drawn."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from cnnviz.core.graph.facts import facts_of
from cnnviz.core.graph.outline import outline
from cnnviz.core.trace import trace
from cnnviz.figure import Architecture, Fork, Unit


class Residual(nn.Module):
    def __init__(self, before: int, width: int) -> None:
        super().__init__()
        self.a, self.b = nn.Conv2d(before, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width)
        self.skip = nn.Conv2d(before, width, 1) if before != width else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.norm(self.b(torch.relu(self.a(x)))) + self.skip(x))


class Branches(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.three = nn.Conv2d(8, 4, 1), nn.Sequential(nn.Conv2d(8, 2, 1), nn.Conv2d(2, 6, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.one(x), self.three(x)], 1)


class Dense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(8 + 2 * i, 2, 3, padding=1) for i in range(3))

    def forward(self, x: Tensor) -> Tensor:
        found = [x]
        for layer in self.layers:
            found.append(layer(torch.cat(found, 1) if len(found) > 1 else x))
        return torch.cat(found, 1)


def drawn(*layers: nn.Module, fold: bool = True) -> Architecture:
    network = nn.Sequential(*layers).eval()
    passed = trace(network, torch.randn(1, 3, 8, 8))
    return outline(passed, facts_of(passed), fold=fold)


def test_a_chain_is_drawn_without_what_has_no_weights() -> None:
    found = drawn(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 5))
    units = [item for item in found.items if isinstance(item, Unit)]
    assert [(unit.family, unit.shape) for unit in units] == [
        ("input", (3, 8, 8)),
        ("conv", (8, 6, 6)),
        ("pool", (8, 3, 3)),
        ("dense", (5,)),
    ]
    assert found.remark == "Not drawn: 1 × BatchNorm, 1 × ReLU, 1 × Flatten."


def test_blocks_built_alike_are_one_and_the_first_may_have_a_projection() -> None:
    found = drawn(Residual(3, 8), Residual(8, 8), Residual(8, 8))
    (_, fork) = found.items
    assert isinstance(fork, Fork)
    assert (fork.count, fork.join, fork.short, fork.name, fork.shape) == (3, "add", "Residual", "0–2", (8, 8, 8))
    assert [len(way) for way in fork.branches] == [2, 0]
    assert fork.note == "The first of them has a Conv 1×1 on its skip."
    apart = drawn(Residual(3, 8), Residual(8, 8), fold=False).items[1:]
    assert [len(way) for item in apart if isinstance(item, Fork) for way in item.branches] == [2, 1, 2, 0]


def test_ways_are_told_apart() -> None:
    fork = drawn(nn.Conv2d(3, 8, 1), Branches()).items[-1]
    assert isinstance(fork, Fork)
    assert fork.join == "cat"
    assert sorted([unit.shape[0] for unit in way if isinstance(unit, Unit)] for way in fork.branches) == [[2, 6], [4]]


def test_what_cannot_be_told_apart_is_one_box() -> None:
    unit = drawn(nn.Conv2d(3, 8, 1), Dense(), nn.Conv2d(14, 4, 1)).items[2]
    assert isinstance(unit, Unit)
    assert (unit.family, unit.short, unit.shape) == ("block", "3 convolutions", (14, 8, 8))


@pytest.mark.parametrize(
    ("name", "counts"), [("resnet18", [2, 2, 2, 2]), ("googlenet", [2, 5, 2]), ("resnet50", [3, 4, 6, 3])]
)
def test_the_networks_of_the_papers_have_as_many_blocks_as_these_say(name: str, counts: list[int]) -> None:
    """He et al. 2015, table 1; Szegedy et al. 2014, table 1."""
    from torchvision import models

    options = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    passed = trace(models.get_model(name, weights=None, **options).eval(), torch.zeros(1, 3, 64, 64))
    items = outline(passed, facts_of(passed)).items
    assert [item.count for item in items if isinstance(item, Fork)] == counts


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mix, self.wide, self.narrow = nn.Linear(6, 6), nn.Linear(6, 24), nn.Linear(24, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mix(x)
        return x + self.narrow(torch.relu(self.wide(x)))


def test_two_forks_of_one_module_repeat_together() -> None:
    network = nn.Sequential(*(Encoder() for _ in range(3))).eval()
    passed = trace(network, torch.randn(1, 5, 6))
    (_, group) = outline(passed, facts_of(passed)).items
    assert isinstance(group, Fork)
    assert (group.join, group.count, group.short, group.name) == ("", 3, "Encoder", "0–2")
    assert [fork.join for fork in group.branches[0] if isinstance(fork, Fork)] == ["add", "add"]


class ChannelsLast(nn.Module):
    """As in Swin and ConvNeXt: what is permuted is normalised and mixed with its channels at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 2, stride=2)
        self.norm, self.mix = nn.LayerNorm(6), nn.Linear(6, 24)

    def forward(self, x: Tensor) -> Tensor:
        return self.mix(self.norm(self.stem(x).permute(0, 2, 3, 1)))


def test_channels_come_first_wherever_the_network_has_them() -> None:
    passed = trace(ChannelsLast(), torch.zeros(1, 3, 16, 8))
    assert passed["mix"].output_shape == (8, 4, 24)
    units = [item for item in outline(passed, facts_of(passed)).items if isinstance(item, Unit)]
    assert [(unit.name, unit.shape) for unit in units] == [("", (3, 16, 8)), ("stem", (6, 8, 4)), ("mix", (24, 8, 4))]
