"""Maps made larger or smaller, where torch reads the same places as ONNX; https://onnx.ai/onnx/operators/onnx__Resize."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from cnnviz.core.errors import ModelError

_MODES = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}
_HALF_PIXEL = ("half_pixel", "pytorch_half_pixel")


def resize(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    """Maps (N, C, H, W) of another height and width.

    Raises
    ------
    ModelError
        torch would read other places than the file asks for.
    """
    x = inputs[0]
    scales = inputs[2] if len(inputs) > 2 else inputs[1] if len(inputs) > 1 else torch.tensor(attributes["scales"])
    sizes = inputs[3].tolist()[2:] if len(inputs) > 3 and inputs[3] is not None else None
    factor = None if sizes else scales.tolist()[2:]
    mode = _MODES[attributes.get("mode", "nearest")]
    places = attributes.get("coordinate_transformation_mode", "half_pixel")
    if mode != "nearest":
        if places not in (*_HALF_PIXEL, "align_corners"):
            raise ModelError(f"It resizes maps with {places} places, which is not supported.")
        return F.interpolate(x, size=sizes, scale_factor=factor, mode=mode, align_corners=places == "align_corners")
    rounding = attributes.get("nearest_mode", "round_prefer_floor")
    for old, wanted in zip(x.shape[2:], sizes or factor or [], strict=True):
        new, scale = (wanted, wanted / old) if sizes else (math.floor(old * wanted), wanted)
        if not _same(old, new, scale, places, rounding):
            raise ModelError(f"It resizes maps to the nearest of {places} places ({rounding}), which is not supported.")
    return F.interpolate(x, size=sizes, scale_factor=factor, mode=mode)


def upsample(inputs: Sequence[Any], attributes: Mapping[str, Any]) -> Tensor:
    """The older operation, whose places are always asymmetric and rounded down."""
    return resize(inputs, {**attributes, "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"})


def _same(old: int, new: int, scale: float, places: str, rounding: str) -> bool:
    """Whether ONNX' nearest places along one axis are torch's, which are ``floor(i / scale)``."""
    i = torch.arange(new, dtype=torch.float64)
    if places in _HALF_PIXEL:
        place = (i + 0.5) / scale - 0.5
    elif places == "asymmetric":
        place = i / scale
    else:
        return False
    rounded = {
        "floor": place.floor(),
        "ceil": place.ceil(),
        "round_prefer_floor": (place - 0.5).ceil(),
        "round_prefer_ceil": (place + 0.5).floor(),
    }[rounding]
    return torch.equal(rounded.clamp(0, old - 1), (i / scale).floor().clamp(0, old - 1))
