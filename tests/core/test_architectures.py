"""The bundled architectures: sizes and parameter counts, calculated by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn

from cnnviz.core.architectures import ARCHITECTURES, lenet5, mlp, vgg_small


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_lenet5_has_the_parameters_of_the_textbook() -> None:
    convolutions = (5 * 5 * 1 * 6 + 6) + (5 * 5 * 6 * 16 + 16)  # 156 + 2,416
    dense = (400 * 120 + 120) + (120 * 84 + 84) + (84 * 10 + 10)  # 48,120 + 10,164 + 850
    assert count(lenet5()) == convolutions + dense == 61_706


def test_vgg_small_has_fewer_than_600_000_parameters() -> None:
    widths = [3, 32, 32, 64, 64, 128, 128, 128]
    kernels = sum(9 * a * b for a, b in pairwise(widths))
    normalisations = sum(2 * b for b in widths[1:])
    assert count(vgg_small()) == kernels + normalisations + (128 * 10 + 10) == 436_458
    assert count(vgg_small()) <= 600_000


def test_the_mlp_has_as_many_parameters_as_lenet5_within_one_per_cent() -> None:
    assert count(mlp()) == (28 * 28 * 77 + 77) + (77 * 10 + 10) == 61_225
    assert abs(count(mlp()) - count(lenet5())) < 0.01 * count(lenet5())


def test_lenet5_halves_the_picture_twice() -> None:
    sizes = []
    x = torch.zeros(1, 1, 28, 28)
    for layer in lenet5().eval():
        x = layer(x)
        sizes.append(tuple(x.shape[1:]))
    assert sizes == [
        *[(6, 28, 28), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 10, 10), (16, 5, 5)],
        *[(400,), (120,), (120,), (84,), (84,), (10,)],
    ]


def test_vgg_small_halves_the_picture_three_times() -> None:
    x = torch.zeros(1, 3, 32, 32)
    sizes = []
    for layer in vgg_small().eval():
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d | nn.AdaptiveAvgPool2d):
            sizes.append(tuple(x.shape[1:]))
    assert sizes == [(32, 16, 16), (64, 8, 8), (128, 4, 4), (128, 1, 1)]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_number_of_classes_can_be_chosen(name: str) -> None:
    channels, side = (3, 32) if name == "vgg-small" else (1, 28)
    assert ARCHITECTURES[name](num_classes=7).eval()(torch.zeros(2, channels, side, side)).shape == (2, 7)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architectures_are_plain_chains(name: str) -> None:
    """What a reader sees is what runs: every child is a leaf, and they run in the order in which they stand."""
    module = ARCHITECTURES[name]()
    assert isinstance(module, nn.Sequential)
    assert not any(list(child.children()) for child in module)
