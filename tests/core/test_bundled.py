"""The bundled networks: their cards are true, measured again on the real data where it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

import cnnviz
from cnnviz.core.model import Model
from cnnviz.paths import resources

NAMES = ["lenet5-mnist", "mlp-mnist", "vgg-cifar10"]
LEAST = {"lenet5-mnist": 0.99, "mlp-mnist": 0.98, "vgg-cifar10": 0.90}


@pytest.fixture(params=NAMES)
def model(request: pytest.FixtureRequest) -> Model:
    return cnnviz.load_model(request.param, device="cpu")


@pytest.fixture
def card(model: Model) -> dict[str, Any]:
    return json.loads((resources() / "models" / f"{model.name}.json").read_text("utf-8"))


@pytest.fixture
def pictures(model: Model, data: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The test pictures, (N, H, W[, 3]), and their classes, (N,)."""
    if model.name.endswith("-mnist"):
        with np.load(data / "mnist.npz") as arrays:
            return arrays["x_test"], arrays["y_test"]
    with np.load(data / "cifar10-test-1000.npz") as arrays:
        return arrays["x"], arrays["y"]


def normalised(pixels: NDArray[np.uint8], card: dict[str, Any]) -> torch.Tensor:
    """As the card says, in numpy: (N, H, W[, 3]) -> (N, C, H, W)."""
    about = card["preprocessing"]
    x = pixels[..., None] if pixels.ndim == 3 else pixels
    x = (x.astype(np.float64) / 255 - about["mean"]) / about["std"]
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2), dtype=np.float32))


def logits(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat([module(part) for part in x.split(500)])


def test_the_accuracy_on_the_card_is_what_the_network_reaches(
    model: Model, card: dict[str, Any], pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    x, y = pictures
    reached = float((logits(model.module, normalised(x, card)).argmax(1).numpy() == y).mean())
    assert len(y) == card["accuracy"]["pictures"]
    assert reached == pytest.approx(card["accuracy"]["value"], abs=0.001)
    assert reached >= LEAST[model.name]


def test_no_channel_is_dead(
    model: Model, card: dict[str, Any], pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    """Every activation map is there for a reason: some test picture makes it positive after its ReLU."""
    h = normalised(pictures[0][:1000], card)
    for layer in model.module.children():
        with torch.no_grad():
            h = layer(h)
        if isinstance(layer, nn.ReLU) and h.ndim == 4:
            assert (h.amax((0, 2, 3)) > 0).all()


def test_tracing_a_picture_answers_as_the_network_does(
    model: Model, card: dict[str, Any], pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> None:
    expected = logits(model.module, normalised(pictures[0][:20], card))
    for picture, scores in zip(pictures[0][:20], expected, strict=True):
        torch.testing.assert_close(cnnviz.trace(model, picture).logits, scores, rtol=1e-4, atol=1e-4)


def test_the_card_names_the_weights_that_lie_beside_it(model: Model, card: dict[str, Any]) -> None:
    written = (resources() / "models" / f"{model.name}.safetensors").read_bytes()
    assert card["sha256"] == hashlib.sha256(written).hexdigest()
    assert card["parameters"] == sum(p.numel() for p in model.module.parameters())
    assert card["accuracy"]["value"] >= LEAST[model.name]


def test_the_class_names_are_those_of_the_data_set(model: Model, card: dict[str, Any]) -> None:
    file = {"MNIST": "mnist.txt", "CIFAR-10": "cifar10.txt"}[card["dataset"]]
    lines = (resources() / "labels" / file).read_text("utf-8").splitlines()
    assert tuple(lines) == tuple(card["labels"]) == model.labels
    assert len(lines) == 10


def test_fashion_mnist_has_its_ten_classes() -> None:
    lines = (resources() / "labels" / "fashion-mnist.txt").read_text("utf-8").splitlines()
    assert len(set(lines)) == 10
    assert (lines[0], lines[9]) == ("T-shirt/top", "Ankle boot")
