"""Models by name: bundled and torchvision's."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision import models

from cnnviz import load_model
from cnnviz.core.architectures import lenet5
from cnnviz.core.errors import CnnvizError, ModelError
from cnnviz.core.images import prepare, read
from cnnviz.core.sources import available
from cnnviz.paths import resources


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of torchvision's; nothing is ever downloaded."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


def test_bundled_digits_network() -> None:
    model = load_model("lenet5-mnist", device="cpu")
    assert (model.title, model.parameters) == ("LeNet-5", 61_706)
    assert model.labels == tuple("0123456789")
    assert model.caption.startswith("MNIST · 99.")
    assert model.notes == ()
    assert not model.module.training
    file = resources() / "models" / "lenet5-mnist.safetensors"
    assert model.weights == hashlib.sha256(file.read_bytes()).hexdigest()
    by_hand = lenet5().eval()
    by_hand.load_state_dict(load_file(file))
    x = torch.rand(2, 1, 28, 28)
    with torch.no_grad():
        assert torch.equal(model.module(x), by_hand(x))


def test_bundled_digits_network_reads_mnist_from_png_files(data: Path, tmp_path: Path) -> None:
    with np.load(data / "mnist.npz") as mnist:
        pixels, classes = mnist["x_test"][:300], mnist["y_test"][:300]
    model = load_model("lenet5-mnist", device="cpu")
    inputs = []
    for digit in pixels:
        Image.fromarray(digit).save(tmp_path / "digit.png")
        inputs.append(prepare(read(tmp_path / "digit.png"), model.preprocessing).tensor)
    with torch.no_grad():
        right = int((model.module(torch.cat(inputs)).argmax(1).numpy() == classes).sum())
    assert right >= 296


@pytest.mark.parametrize("card", sorted((resources() / "models").glob("*.json")), ids=lambda path: path.stem)
def test_every_card_tells_the_truth_about_its_weights(card: Path) -> None:
    said = json.loads(card.read_text("utf-8"))
    model = load_model(card.stem, device="cpu")
    assert model.weights == said["sha256"]
    assert model.parameters == said["parameters"]
    assert list(model.labels) == said["labels"]
    assert list(model.preprocessing.size) == said["preprocessing"]["size"]
    with torch.no_grad():
        logits = model.module(torch.zeros(1, model.preprocessing.channels, *model.preprocessing.size))
    assert logits.shape == (1, len(model.labels))


def test_a_bundled_model_needs_no_torchvision() -> None:
    code = (
        "import sys, cnnviz; cnnviz.load_model('lenet5-mnist'); "
        "assert 'torchvision' not in sys.modules and 'PySide6' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)


def test_random_weights_are_the_same_each_time_and_leave_the_users_random_numbers_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first, second = (load_model("resnet18:random", device="cpu") for _ in range(2))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(a, b) for a, b in zip(first.module.parameters(), second.module.parameters(), strict=True))
    assert first.weights == "random:0"
    assert first.caption == "random weights"
    assert "mean nothing" in first.notes[0]
    assert len(first.labels) == 1000
    assert load_model("lenet5:random", device="cpu").parameters == 61_706


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_networks_with_auxiliary_heads_are_built_as_the_pretrained_ones(name: str) -> None:
    module = load_model(f"{name}:random", device="cpu").module
    assert module.transform_input
    assert not module.aux_logits
    assert not any("aux" in key.lower() for key in module.state_dict())


def test_preprocessing_is_that_of_the_weights() -> None:
    preprocessing = load_model("mobilenet_v3_small:random", device="cpu").preprocessing
    preset = models.MobileNet_V3_Small_Weights.DEFAULT.transforms()
    pixels = np.random.default_rng(0).integers(0, 256, (300, 411, 3), dtype=np.uint8)
    assert torch.equal(prepare(read(pixels), preprocessing).tensor[0], preset(Image.fromarray(pixels)))
    assert not preprocessing.guessed


def test_weights_in_the_cache_are_opened_and_others_are_explained(hub: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_model("squeezenet1_1")
    assert "squeezenet1_1:random" in str(caught.value)
    assert "squeezenet1_1-b8a52dc0.pth" in str(caught.value)
    assert str(hub) in str(caught.value)
    module = models.squeezenet1_1().eval()
    torch.save(module.state_dict(), hub / "squeezenet1_1-b8a52dc0.pth")
    model = load_model("squeezenet1_1", device="cpu")
    x = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        assert torch.equal(model.module(x), module(x))
    assert model.title == "SqueezeNet1.1"
    assert model.caption == "ImageNet-1K · 58.2 % top-1"
    assert model.labels[283] == "Persian cat"
    assert "not the file that torchvision published" in model.notes[-1]
    assert load_model("squeezenet1_1:IMAGENET1K_V1", device="cpu").weights == model.weights


def test_other_weights_of_the_same_network_are_offered(hub: Path) -> None:
    torch.save({}, hub / "mobilenet_v2-b0353104.pth")  # IMAGENET1K_V1; the default is V2
    with pytest.raises(ModelError, match="open mobilenet_v2:IMAGENET1K_V1, which is here, or"):
        load_model("mobilenet_v2")


def test_damaged_weights_in_the_cache_are_a_sentence(hub: Path) -> None:
    (hub / "squeezenet1_1-b8a52dc0.pth").write_bytes(b"PK\3\4 half a download")
    with pytest.raises(ModelError, match=r"^squeezenet1_1-b8a52dc0\.pth is damaged or cut off"):
        load_model("squeezenet1_1")


def test_old_names_of_tensors_are_understood(hub: Path) -> None:
    """DenseNet's and the transformer's published files still bear them; GoogLeNet's hold the auxiliary heads."""
    module = models.densenet121().eval()
    old = {key.replace("norm1.", "norm.1.").replace("conv2.", "conv.2."): t for key, t in module.state_dict().items()}
    assert old.keys() != module.state_dict().keys()
    torch.save(old, hub / "densenet121-a639ec97.pth")
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(load_model("densenet121", device="cpu").module(x), module(x))
    whole = models.googlenet(aux_logits=True, init_weights=False)
    torch.save(whole.state_dict(), hub / "googlenet-1378be20.pth")
    model = load_model("googlenet", device="cpu")
    whole.eval().transform_input = True
    with torch.no_grad():
        assert torch.equal(model.module(x), whole(x))


def test_titles_are_readable() -> None:
    titles = {offer.name: offer.title for offer in available()}
    assert titles["lenet5-mnist"] == "LeNet-5"
    assert titles["vit_b_16"] == "ViT B 16"
    assert titles["wide_resnet50_2"] == "Wide ResNet50 2"
    assert titles["regnet_x_1_6gf"] == "RegNet X 1.6GF"


def test_what_is_offered(hub: Path) -> None:
    offers = {offer.name: offer for offer in available()}
    assert offers["lenet5-mnist"].ready
    assert offers["lenet5-mnist"].source == "bundled"
    assert {"resnet18", "vgg16", "googlenet", "densenet121", "squeezenet1_1"} <= set(offers)
    assert not offers["resnet18"].ready
    assert not any("rcnn" in name or "quantized" in name or "r3d" in name or "fcn" in name for name in offers)
    (hub / "resnet18-f37072fd.pth").touch()
    assert {offer.name: offer for offer in available()}["resnet18"].ready


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lenet", "did you mean lenet5-mnist"),
        ("resnet51", "did you mean resnet"),
        ("ResNet-50:random", "did you mean resnet50:random"),
        ("qqqqqqqq", "“cnnviz models” lists the names"),
        ("resnet50:IMAGENET1K_V9", "choose resnet50:IMAGENET1K_V1, resnet50:IMAGENET1K_V2, resnet50:random"),
        ("vgg16:IMAGENET1K_FEATURES", "choose vgg16:IMAGENET1K_V1, vgg16:random"),
        ("lenet5-mnist:IMAGENET1K_V1", "There is no model"),
        ("", "There is no model"),
    ],
)
def test_unknown_names(name: str, said: str) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(name)
    assert said in str(caught.value)


def test_devices_that_are_not_there() -> None:
    with pytest.raises(CnnvizError):
        load_model("lenet5-mnist", device="cuda:99")


def test_an_architecture_beside_a_name_is_refused() -> None:
    with pytest.raises(ModelError, match="leave --arch vgg16 out"):
        load_model("resnet18:random", arch="vgg16")
