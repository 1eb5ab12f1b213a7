"""Blocks: as torchvision builds its networks, and no edge ever runs back."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import nn

import cnnviz
from cnnviz.core.graph import blocks
from cnnviz.core.graph.facts import facts_of
from cnnviz.core.graph.shapes import BLOCK, PICTURE, RECORD, REPEAT, Facts, Part


def facts(name: str, **options: object) -> tuple[Facts, ...]:
    network = getattr(torchvision.models, name)(**options).eval()
    return facts_of(cnnviz.trace(network, torch.zeros(1, 3, 64, 64)))


def at(part: Part, *titles: str) -> Part:
    for title in titles:
        part = next(child for child in part.children if child.title == title)
    return part


def titles(part: Part) -> list[str]:
    return [child.title for child in part.children]


@pytest.fixture(scope="module")
def resnet50() -> Part:
    return blocks.tree(facts("resnet50"))


def test_blocks_of_a_resnet(resnet50: Part) -> None:
    """He et al. 2016, table 1: 3, 4, 6 and 3 bottlenecks, the first of each stage with a projection."""
    assert titles(resnet50) == [
        *("Picture", "conv1", "bn1", "relu", "maxpool"),
        *("layer1", "layer2", "layer3", "layer4", "avgpool", "flatten", "fc"),
    ]
    for stage, count in enumerate((3, 4, 6, 3), 1):
        first, rest = at(resnet50, f"layer{stage}").children
        assert (first.title, first.kind) == (f"layer{stage}.0", BLOCK)
        assert (rest.title, rest.kind, rest.alike) == (f"layer{stage}.1–{count - 1}", REPEAT, count - 1)
        assert len(rest.children) == count - 1
    # three convolutions, three norms, three times relu and the sum; in the first the projection with its norm
    assert len(at(resnet50, "layer1", "layer1.0", "downsample").children) == 2
    assert at(resnet50, "layer1", "layer1.0").last - at(resnet50, "layer1", "layer1.0").first + 1 == 3 + 3 + 3 + 1 + 2


def test_every_record_is_a_leaf_once_and_in_order(resnet50: Part) -> None:
    def leaves(part: Part) -> list[int]:
        return [i for child in part.children for i in leaves(child)] if part.children else [part.first]

    assert leaves(resnet50) == [PICTURE, *range(resnet50.last + 1)]


def test_dense_layers_fold_into_one_although_they_grow() -> None:
    """Huang et al. 2017: DenseNet121 has 6, 12, 24 and 16 layers in its blocks."""
    tree = blocks.tree(facts("densenet121"))
    for block, count in enumerate((6, 12, 24, 16), 1):
        layers = at(tree, "features", f"denseblock{block}").children[0]
        assert (layers.title, layers.kind, layers.alike) == (f"denselayer1–{count}", REPEAT, count)
        assert all(layer.last - layer.first + 1 == 7 for layer in layers.children)  # cat, 2 × (norm, relu, conv)


def test_inception_blocks_hold_four_branches_and_their_concatenation() -> None:
    tree = blocks.tree(facts("googlenet", init_weights=False, aux_logits=False))
    found = at(tree, "inception3a")
    assert titles(found) == ["branch1", "branch2", "branch3", "branch4", "inception3a"]
    assert [len(branch.children) for branch in found.children] == [3, 2, 2, 2, 0]
    assert "inception4a–4c" in titles(tree)  # 512 channels, 14 × 14, all three


def test_folding_to_a_depth_opens_what_lies_above_it(resnet50: Part) -> None:
    assert blocks.deepest(resnet50) == 4  # layer1 / layer1.0 / downsample / 0
    assert blocks.to_depth(resnet50, 1) == {"/"}
    assert blocks.to_depth(resnet50, 2) == {"/", "layer1/", "layer2/", "layer3/", "layer4/"}
    third = blocks.to_depth(resnet50, 3)
    assert {"layer1.0/", "layer1.1/×2", "layer1.1/", "layer3.5/"} <= third
    assert "layer1.0.downsample/" not in third


class Twice(nn.Module):
    """One block that runs twice with something between; a lone block in a block; a norm without a block."""

    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU())
        self.outer = nn.Sequential(nn.Sequential(nn.Sigmoid(), nn.Tanh()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.outer(self.block(torch.sin(self.block(x))))


def test_a_module_that_runs_again_is_another_block() -> None:
    tree = blocks.tree(facts_of(cnnviz.trace(Twice().eval(), torch.zeros(1, 3, 8, 8))))
    assert [(child.key, child.kind) for child in tree.children] == [
        ("", RECORD),
        ("block/", BLOCK),
        ("sin", RECORD),
        ("block/1", BLOCK),
        ("outer/", BLOCK),
    ]
    assert [child.title for child in tree.children[-1].children] == ["outer.0.0", "outer.0.1"]


@pytest.mark.parametrize(
    ("path", "name"),
    [("conv1", "conv1"), ("layer1.0", "layer1.0"), ("a.b.conv", "conv"), ("x.0.1", "x.0.1")],
)
def test_names(path: str, name: str) -> None:
    assert blocks.name(path) == name


def test_parameters_of_a_module_that_runs_twice_count_once() -> None:
    found = facts_of(cnnviz.trace(Twice().eval(), torch.zeros(1, 3, 8, 8)))
    assert sum(record.parameters for record in found) == 3 * 3 * 9 + 3
    assert sum(record.macs for record in found) == 2 * 8 * 8 * 3 * 3 * 9  # and computes twice


class Taking(nn.Module):
    """Two lists of blocks that take turns, as the halves of a U-Net do with what stands between them."""

    def __init__(self) -> None:
        super().__init__()
        self.downs = nn.ModuleList(nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU()) for _ in range(2))
        self.ups = nn.ModuleList(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh()) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for down, up in zip(self.downs, self.ups, strict=True):
            x = up(down(x))
        return x


def test_blocks_of_a_list_keep_their_numbers() -> None:
    tree = blocks.tree(facts_of(cnnviz.trace(Taking().eval(), torch.zeros(1, 3, 8, 8))))
    assert titles(tree) == ["Picture", "downs.0", "ups.0", "downs.1", "ups.1"]
