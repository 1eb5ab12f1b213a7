"""The gallery, health, consent and the built-in class names: plain data about models."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from cnnviz import load_model
from cnnviz.core.consent import agree, agreed, forget
from cnnviz.core.errors import ModelError
from cnnviz.core.gallery import entries, fetch
from cnnviz.core.health import health
from cnnviz.core.labels import BUILT_IN, built_in


def test_the_gallery_has_what_torchvision_publishes() -> None:
    found = {entry.name: entry for entry in entries()}
    entry = found["resnet50:IMAGENET1K_V2"]
    # https://pytorch.org/vision/stable/models.html#classification
    assert (entry.top1, entry.top5, entry.parameters) == (80.858, 95.434, 25_557_032)
    assert (entry.gflops, entry.megabytes, entry.size) == (4.089, 97.79, (224, 224))
    assert (entry.year, entry.paper, entry.default) == (2015, "https://arxiv.org/abs/1512.03385", True)
    assert not found["resnet50:IMAGENET1K_V1"].default
    assert found["wide_resnet50_2:IMAGENET1K_V1"].year == 2016
    assert "vgg16:IMAGENET1K_FEATURES" not in found
    assert len(found) > 100
    assert all(e.year and e.paper and 40 < e.top1 < e.top5 < 100 for e in found.values())
    assert all(dataclasses.is_dataclass(e) and hash(e) for e in found.values())


def test_only_what_has_weights_is_downloaded() -> None:
    for name in ("resnet50:random", "lenet5-mnist", "nothing"):
        with pytest.raises(ModelError, match="no weights to download"):
            fetch(name)


def test_health_names_what_is_the_matter() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.Flatten(), nn.Linear(24, 3)).half()
    assert health(net).well
    assert health(net).dtypes == (("float16", 6 * 9 + 6 + 24 + 72 + 3), ("int64", 1))
    with torch.no_grad():
        net[0].weight[2] = 0
        net[0].weight[4] = 0
        net[0].weight[5] = net[0].weight[1]
        net[3].bias[0] = float("nan")
        net[1].running_var[:2] = float("inf")
    found = health(net)
    assert found.dead == (("0", 2, 6),)
    assert found.duplicates == (("0", 1, 6),)
    assert found.not_numbers == (("3.bias", 1),)
    assert found.infinite == (("1.running_var", 2),)
    assert found.parameters == 60 + 12 + 75
    assert "0 has 2 dead filters (all zero) of 6." in found.sentences
    assert not found.well


def test_bundled_networks_are_well() -> None:
    assert health(load_model("lenet5-mnist", device="cpu").module).well


def test_consent_is_for_a_files_content(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("from torch import nn\n\ndef make():\n    return nn.Conv2d(1, 2, 3)\n")
    with pytest.raises(ModelError, match="--trust"):
        load_model(f"{file}:make")
    agree(file)
    assert agreed(file)
    assert load_model(f"{file}:make", device="cpu").parameters == 20
    file.write_text(file.read_text() + "\n# changed\n")
    assert not agreed(file)
    agree(file)
    forget()
    assert not agreed(file)
    assert not agreed(tmp_path / "gone.py")


def test_class_names_that_come_along(tmp_path: Path) -> None:
    counts = {"mnist": 10, "fashion-mnist": 10, "cifar10": 10, "cifar100": 100, "caltech101": 101, "gtsrb": 43}
    assert counts.keys() == BUILT_IN.keys()
    for name, count in counts.items():
        names = built_in(name)
        assert len(set(names)) == len(names) == count
    assert built_in("cifar100")[:2] == ("apple", "aquarium fish")
    assert built_in("gtsrb")[14] == "Stop"
    torch.manual_seed(0)
    assert load_model("lenet5:random", labels="fashion-mnist", device="cpu").labels[9] == "Ankle boot"


timm = pytest.importorskip("timm", reason="needs the extra timm")


def test_timms_networks_have_their_own_preparation() -> None:
    model = load_model("timm:resnet18:random", device="cpu")
    with torch.no_grad():
        assert model.module(torch.rand(1, 3, *model.preprocessing.size)).shape == (1, 1000)
    assert (model.preprocessing.size, model.preprocessing.resize) == ((224, 224), 235)  # crop of 0.95
    assert len(model.labels) == 1000
    assert model.weights == "random:0"
    with pytest.raises(ModelError, match="did you mean timm:resnet"):
        load_model("timm:resnet1")
    with pytest.raises(ModelError, match="are not here"):
        load_model("timm:resnet18")
