"""Scores that are no numbers: no class wins, and the layer in which that begins is named."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import cnnviz
from cnnviz.core.survey.no_class import NoClass, no_class


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(8, 4)).eval()


def test_numbers_need_no_reason() -> None:
    assert no_class(cnnviz.trace(network(), torch.rand(1, 1, 6, 6))) is None


@pytest.mark.parametrize(("value", "said"), [(np.nan, "NaN"), (np.inf, "infinite values")])
def test_the_first_layer_with_them_is_named(value: float, said: str) -> None:
    module = network()
    with torch.no_grad():
        module[2].bias[1] = value  # type: ignore[index, operator]
    found = no_class(cnnviz.trace(module, torch.rand(1, 1, 6, 6)))
    assert found == NoClass(
        "No class is the likeliest: the probabilities are NaN. "
        f"The first values that are no numbers are in 2 · Conv 3×3 (2): {said}.",
        "2",
    )


def test_it_can_be_the_picture() -> None:
    picture = torch.rand(1, 1, 6, 6)
    picture[0, 0, 2, 2] = np.nan
    found = no_class(cnnviz.trace(network(), picture))
    assert found is not None
    assert (found.key, "are in the picture: NaN" in found.sentence) == ("", True)
