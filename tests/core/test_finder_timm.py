"""Files of weights of timm's networks: told by their numbers, and run as timm runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import cnnviz
from cnnviz.paths import resources

timm = pytest.importorskip("timm", reason="needs the extra timm")
SHIP = resources() / "samples" / "vgg-cifar10" / "ship.png"


def saved(folder: Path, name: str, classes: int, file: str = "net.pth") -> tuple[str, torch.nn.Module]:
    torch.manual_seed(0)
    network = timm.create_model(name, pretrained=False, num_classes=classes).eval()
    torch.save(network.state_dict(), folder / file)
    return str(folder / file), network


@pytest.mark.parametrize(("name", "classes"), [("tinynet_e", 1000), ("mobilenetv3_small_050", 7)])
def test_a_network_of_timm_is_found(tmp_path: Path, name: str, classes: int) -> None:
    file, network = saved(tmp_path, name, classes)
    model = cnnviz.load_model(file, device="cpu")
    assert f"timm's {name}" in " ".join(model.notes)
    assert model.arch == f"timm:{name}"
    x = torch.randn(1, 3, *model.preprocessing.size)
    with torch.no_grad():
        assert torch.equal(model.module(x), network(x))


def test_what_weights_do_not_show_is_told_by_the_name_of_the_file_or_chosen(tmp_path: Path) -> None:
    file, _ = saved(tmp_path, "mobilenetv3_small_100", 10)
    plain = cnnviz.load_model(file, device="cpu")
    assert plain.arch == "timm:mobilenetv3_small_100"
    assert "timm:tf_mobilenetv3_small_100" in dict(plain.choices)  # the same weights, another padding
    named, network = saved(tmp_path, "tf_mobilenetv3_small_100", 10, "tf_mobilenetv3_small_100-37f49e2b.pth")
    model = cnnviz.load_model(named, device="cpu")
    assert model.arch == "timm:tf_mobilenetv3_small_100"
    x = torch.randn(1, 3, *model.preprocessing.size)
    with torch.no_grad():
        assert torch.equal(model.module(x), network(x))
    assert len(cnnviz.trace(model, SHIP).logits) == 10
