"""A model and what it expects of a picture."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from cnnviz.core.model import Model, Preprocessing


def test_parameters_count_shared_ones_once() -> None:
    layer = nn.Linear(3, 3)
    module = nn.Sequential(nn.Conv2d(1, 3, 5), layer, layer)
    model = Model("m", "M", "", module, Preprocessing("L", (8, 8), (0.0,), (1.0,)), (), torch.device("cpu"), "random:0")
    assert model.parameters == 3 * 5 * 5 + 3 + 3 * 3 + 3


def test_preprocessing_is_a_value_and_a_model_is_not() -> None:
    grey, colour = (Preprocessing(mode, (8, 8), (0.0,), (1.0,)) for mode in ("L", "RGB"))
    assert (grey.channels, colour.channels) == (1, 3)
    assert dataclasses.replace(grey) == grey
    assert hash(grey) != hash(colour)
    with pytest.raises(dataclasses.FrozenInstanceError):
        grey.mode = "RGB"  # type: ignore[misc]
