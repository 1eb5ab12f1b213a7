"""From pixels to the tensor: the same numbers as torchvision's presets and as arithmetic by hand give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification

from cnnviz.core.errors import PictureError
from cnnviz.core.images import prepare, read, to_pixels
from cnnviz.core.model import Preprocessing
from cnnviz.core.preprocess import overridden

MNIST = Preprocessing("L", (28, 28), (0.1307,), (0.3081,))
IMAGENET = Preprocessing("RGB", (224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), resize=256)


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    pixels = np.random.default_rng(height * width).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return pixels if channels == 3 else pixels[:, :, 0]


@pytest.mark.parametrize("shape", [(480, 640), (640, 481), (256, 256), (225, 900), (31, 47), (256, 300), (1, 9)])
@pytest.mark.parametrize("filtering", [InterpolationMode.BILINEAR, InterpolationMode.BICUBIC])
def test_equals_torchvision_bit_for_bit(shape: tuple[int, int], filtering: InterpolationMode) -> None:
    pixels = picture(*shape)
    preset = ImageClassification(crop_size=224, resize_size=256, interpolation=filtering)
    expected = preset(Image.fromarray(pixels))
    prepared = prepare(read(pixels), replace(IMAGENET, interpolation=filtering.value))
    assert prepared.tensor.shape == (1, 3, 224, 224)
    assert prepared.tensor.dtype == torch.float32
    assert torch.equal(prepared.tensor[0], expected)


@pytest.mark.parametrize(("resize", "crop"), [(232, 224), (342, 299), (384, 380), (255, 240), (200, 224)])
def test_other_sizes_and_a_crop_beyond_the_picture(resize: int, crop: int) -> None:
    pixels = picture(301, 455)
    expected = ImageClassification(crop_size=crop, resize_size=resize)(Image.fromarray(pixels))
    made = prepare(read(pixels), replace(IMAGENET, size=(crop, crop), resize=resize)).tensor[0]
    assert torch.equal(made, expected)


def test_grey_for_a_colour_network_and_colour_for_a_grey_one() -> None:
    grey = picture(256, 256, 1)
    assert torch.equal(
        prepare(read(grey), IMAGENET).tensor[0],
        ImageClassification(crop_size=224)(Image.fromarray(grey).convert("RGB")),
    )
    colour = picture(28, 28)
    prepared = prepare(read(colour), MNIST)
    luma = np.rint(colour.astype(np.float64) @ (0.299, 0.587, 0.114))
    expected = (luma / 255 - 0.1307) / 0.3081
    assert (
        np.abs(prepared.tensor[0, 0].numpy() - expected).max() < 1 / 255 / 0.3081 + 1e-6
    )  # one grey level of rounding
    assert [step.name for step in prepared.steps] == ["As decoded", "Converted", "Scaled", "Normalised"]


def test_a_digit_of_the_right_size_is_only_normalised() -> None:
    digit = picture(28, 28, 1)
    prepared = prepare(read(digit), MNIST)
    assert np.allclose(prepared.tensor[0, 0].numpy(), (digit / 255 - 0.1307) / 0.3081, atol=1e-6)
    assert [step.name for step in prepared.steps] == ["As decoded", "Scaled", "Normalised"]
    normalised = prepared.steps[-1]
    assert normalised.pixels.dtype == np.float32
    assert np.array_equal(normalised.pixels, prepared.tensor[0, 0].numpy())
    assert "0.1307" in normalised.caption
    assert f"{prepared.tensor.max():+.2f}" in normalised.caption


def test_each_step_is_kept_with_its_numbers() -> None:
    prepared = prepare(read(picture(480, 641)), IMAGENET)
    names = [step.name for step in prepared.steps]
    assert names == ["As decoded", "Resized", "Cropped", "Scaled", "Normalised"]
    decoded, resized, cropped, scaled, normalised = prepared.steps
    assert decoded.pixels.shape == (480, 641, 3)
    assert resized.pixels.shape == (256, 341, 3)
    assert cropped.pixels.shape == (224, 224, 3)
    assert np.array_equal(cropped.pixels, resized.pixels[16:240, 58:282])  # (341 − 224) / 2 = 58.5, to the even 58
    assert "641 × 480 to 341 × 256" in resized.caption
    assert "column 58 and row 16" in cropped.caption
    assert np.array_equal(scaled.pixels, cropped.pixels / np.float32(255))
    assert normalised.pixels.shape == (224, 224, 3)


def test_stretching_is_said() -> None:
    prepared = prepare(read(picture(28, 56, 1)), MNIST)
    assert prepared.tensor.shape == (1, 1, 28, 28)
    assert "proportions changed" in prepared.steps[1].caption
    assert "proportions" not in prepare(read(picture(56, 56, 1)), MNIST).steps[1].caption


def test_too_long_and_narrow_is_a_sentence() -> None:
    with pytest.raises(PictureError, match="too long and narrow"):
        prepare(read(picture(1, 4_000)), IMAGENET)


def test_back_to_pixels() -> None:
    pixels = picture(256, 256)
    prepared = prepare(read(pixels), IMAGENET)
    assert np.array_equal(to_pixels(prepared.tensor, IMAGENET), prepared.steps[-3].pixels)
    grey = to_pixels(prepare(read(picture(28, 28, 1)), MNIST).tensor, MNIST)
    assert np.array_equal(grey, np.repeat(picture(28, 28, 1)[:, :, None], 3, 2))
    wild = torch.full((3, 2, 2), 100.0)
    wild[0] = float("nan")
    assert to_pixels(wild, IMAGENET)[0, 0].tolist() == [0, 255, 255]


def test_overrides() -> None:
    larger = overridden(IMAGENET, (448, 448), None, None)
    assert (larger.size, larger.resize) == ((448, 448), 512)
    wide = overridden(IMAGENET, (100, 300), None, None)
    assert wide.resize is not None
    assert wide.resize >= 300
    assert overridden(MNIST, (32, 40), None, None).resize is None
    half = overridden(IMAGENET, None, (0.5,), (0.25, 0.5, 1))
    assert half.mean == (0.5, 0.5, 0.5)
    assert half.std == (0.25, 0.5, 1.0)
    for size, mean, std in (((0, 3), None, None), (None, (1, 2), None), (None, None, (0.0,)), (None, (np.nan,), None)):
        with pytest.raises(ValueError, match=r"\.$"):
            overridden(IMAGENET, size, mean, std)
