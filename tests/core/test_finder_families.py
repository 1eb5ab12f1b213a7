"""The families that the finder knows, each as bare weights: torchvision's with changed heads and stems, fires."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

from cnnviz import load_model
from cnnviz.core.errors import ModelError
from cnnviz.core.finder import candidates, find
from cnnviz.core.finder.families import torchvision_candidates
from cnnviz.core.finder.layers import layers_of
from cnnviz.core.finder.network import FlattenRowsFirst, Subsample, build
from cnnviz.core.finder.order import chained, groups_of
from cnnviz.core.finder.plan import parse
from cnnviz.core.finder.sequential import chain_plans
from cnnviz.core.finder.units import unit_plans

C, L, B = nn.Conv2d, nn.Linear, nn.BatchNorm2d


def same(found: nn.Module, net: nn.Module, size: int, planes: int = 3) -> bool:
    x = torch.randn(2, planes, size, size)
    with torch.no_grad():
        return torch.allclose(found(x), net.eval()(x), atol=1e-4)


def test_a_changed_number_of_input_planes_offers_small_pictures() -> None:
    net = models.resnet18(num_classes=10)
    net.conv1 = C(1, 64, 7, 2, 3, bias=False)
    found = list(torchvision_candidates(net.state_dict(), "net.pth"))
    assert [one.size[0] for one in found] == [224, 28, 32, 64, 96, 128]
    assert {one.planes for one in found} == {1}
    assert same(found[1].make(), net, 28, 1)


@pytest.mark.parametrize("name", ["mobilenet_v2", "densenet121"])
def test_a_head_of_several_layers(name: str) -> None:
    net = models.get_model(name, weights=None)
    inputs = 1280 if name == "mobilenet_v2" else 1024
    net.classifier = nn.Sequential(OrderedDict(fc1=L(inputs, 32), relu=nn.ReLU(), drop=nn.Dropout(), fc2=L(32, 7)))
    guess = next(torchvision_candidates(net.state_dict(), "net.pth"))
    assert guess.name == name
    assert same(guess.make(), net, 64)


@pytest.mark.parametrize(
    ("name", "classes"), [("squeezenet1_1", 1000), ("resnet18", 7), ("shufflenet_v2_x0_5", 12), ("vgg11_bn", 5)]
)
def test_names_in_the_order_of_the_alphabet_as_safetensors_has_them(name: str, classes: int) -> None:
    net = models.get_model(name, weights=None, num_classes=classes).eval()
    state = net.state_dict()
    found = candidates({key: state[key] for key in sorted(state)}, "net.safetensors")[0]
    assert (found.name, found.classes) == (name, classes)
    assert same(found.make(), net, 64)


def test_a_head_with_convolutions_is_not_guessed() -> None:
    net = models.resnet18(num_classes=5)
    net.fc = nn.Sequential(C(1, 8, 1), L(512, 5))  # type: ignore[assignment]
    assert list(torchvision_candidates(net.state_dict(), "net.pth")) == []


def test_small_files_belong_to_none_of_them() -> None:
    assert list(torchvision_candidates(L(4, 3).state_dict(), "net.pth")) == []


def test_other_shapes_in_the_same_number_are_no_network_of_torchvisions() -> None:
    state = models.resnet18(num_classes=5).state_dict()
    a, b = "layer1.0.conv1.weight", "layer1.0.conv2.weight"
    state[a], state[b] = state[a].reshape(32, 128, 3, 3), state[b].reshape(128, 32, 3, 3)
    state = {f"x{n}": t for n, t in enumerate(state.values())}
    assert list(torchvision_candidates(state, "net.pth")) == []


class Fire(nn.Module):
    def __init__(self, i: int, squeeze: int, o: int, norm: bool = False) -> None:
        super().__init__()
        self.squeeze, self.bn1 = C(i, squeeze, 1), B(squeeze) if norm else nn.Identity()
        self.expand1, self.bn2 = C(squeeze, o, 1), B(o) if norm else nn.Identity()
        self.expand3, self.bn3 = C(squeeze, o, 3, padding=1), B(o) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.squeeze(x)))
        return torch.cat([F.relu(self.bn2(self.expand1(x))), F.relu(self.bn3(self.expand3(x)))], 1)


class Squeeze(nn.Module):
    """Eight fire modules with poolings where SqueezeNet 1.0 has them."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = C(3, 24, 3, padding=1)
        sizes = [(24, 4, 8), (16, 4, 8), (16, 6, 12), (24, 6, 12), (24, 8, 16), (32, 8, 16), (32, 8, 20), (40, 8, 20)]
        for n, (i, squeeze, o) in enumerate(sizes, start=2):
            setattr(self, f"fire{n}", Fire(i, squeeze, o))
        self.conv10 = C(40, 100, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.conv1(x))
        for n in range(2, 10):
            x = getattr(self, f"fire{n}")(x)
            x = F.max_pool2d(x, 2) if n in (4, 8) else x
        return self.conv10(x).mean((2, 3))  # type: ignore[no-any-return]


def test_fire_modules() -> None:
    torch.manual_seed(0)
    net = Squeeze()
    guess = candidates(net.state_dict(), "net.pth")[0]
    assert "fire4" in guess.name
    assert same(guess.make(), net, 32)


def test_fire_modules_with_a_bypass_are_among_the_guesses() -> None:
    texts = [plan.text for _, plan in unit_plans(layers_of(Squeeze().state_dict()))]
    assert any("add@fire3 (" in text for text in texts)


def test_steps_that_a_plan_may_have() -> None:
    x = torch.randn(1, 2, 4, 4)
    assert torch.equal(FlattenRowsFirst()(x)[0, :2], x[0, :, 0, 0])
    both, end = Subsample(2, 4, "both")(x), Subsample(2, 4, "end")(x)
    assert torch.equal(both[:, 1:3], x[:, :, ::2, ::2])
    assert torch.equal(end[:, :2], x[:, :, ::2, ::2])
    state = {**{f"a.{k}": v for k, v in C(2, 2, (3, 5)).state_dict().items()}, "b.weight": torch.randn(3, 8)}
    net = build(parse("plan: 2x4x4 a/p1 hardswish gmp2 flatten_hwc b log_softmax"), state)
    net.load_state_dict(state)
    with torch.no_grad():
        expected = F.adaptive_max_pool2d(
            F.hardswish(F.conv2d(x, state["a.weight"], state["a.bias"], padding=(1, 2))), 2
        )
        expected = F.log_softmax(expected.permute(0, 2, 3, 1).flatten(1) @ state["b.weight"].T, 1)
        assert torch.allclose(net(x), expected, atol=1e-6)


def test_groups_norms_and_slopes_of_a_plan() -> None:
    state = {
        **{f"a.{k}": v for k, v in C(4, 4, 3, groups=4).state_dict().items()},
        **{f"g.{k}": v for k, v in nn.GroupNorm(2, 4).state_dict().items()},
        **{f"p.{k}": v for k, v in nn.PReLU(4).state_dict().items()},
        "odd": torch.zeros(3),
    }
    net = build(parse("plan: 4x8x8 a/g4 g/g2 p avg2 flatten softmax"), state)
    net.load_state_dict({k: v for k, v in state.items() if k != "odd"})
    x = torch.randn(2, 4, 8, 8)
    own = nn.Sequential(
        C(4, 4, 3, groups=4), nn.GroupNorm(2, 4), nn.PReLU(4), nn.AvgPool2d(2), nn.Flatten(), nn.Softmax(1)
    )
    own.load_state_dict(
        {k.replace("a.", "0.").replace("g.", "1.").replace("p.", "2."): v for k, v in state.items()}, strict=False
    )
    with torch.no_grad():
        assert torch.equal(net(x), own(x))
    with pytest.raises(ModelError, match="kind that a plan cannot have"):
        build(parse("plan: 4x8x8 odd"), state)


def test_how_layers_follow_each_other() -> None:
    def chain(*named: tuple[str, nn.Module]) -> object:
        return chained(layers_of({f"{n}.{k}": v for n, m in named for k, v in m.state_dict().items()}))

    assert chain(("a", C(1, 4, 3)), ("p", nn.PReLU(4)), ("b", L(4, 2)))
    assert chain(("a", L(4, 3)), ("n", nn.BatchNorm1d(4))).first  # type: ignore[attr-defined]
    assert chain(("a", L(4, 3)), ("n", nn.BatchNorm1d(7))) is None
    assert chain(("a", L(4, 3)), ("p", nn.PReLU(7))) is None
    assert chain(("a", C(1, 4, 3)), ("b", L(7, 2))) is None
    assert chain(("a", L(4, 3)), ("b", L(9, 2)), ("c", L(2, 9))) is None
    assert chain() is None
    depthwise = layers_of({f"a.{k}": v for k, v in C(8, 16, 3, groups=8).state_dict().items()})[0]
    assert (groups_of(depthwise, 8), groups_of(depthwise, 3)) == (8, 0)


def test_a_norm_of_the_input_itself() -> None:
    net = nn.Sequential(B(3), C(3, 4, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), L(1024, 10))
    assert chain_plans(layers_of(net.state_dict()))[0][1].text.startswith("plan: 3x32x32 0 1/p1 relu max2 flatten")
    rows = nn.Sequential(nn.BatchNorm1d(784), L(784, 10))
    assert chain_plans(layers_of(rows.state_dict()))[0][1].text == "plan: 1x28x28 flatten 0 1"


def test_a_transformer_that_does_not_fit_is_no_chain() -> None:
    state = {
        **{f"conv1.{k}": v for k, v in C(3, 4, 5).state_dict().items()},
        **{f"fc.{k}": v for k, v in L(784, 10).state_dict().items()},
        **{f"localization.0.{k}": v for k, v in C(3, 8, 7).state_dict().items()},
        **{f"fc_loc.0.{k}": v for k, v in L(8 * 999983, 6, bias=False).to("meta").state_dict().items()},
    }
    assert chain_plans(layers_of(state)) == []


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (nn.LSTM(8, 4), "recurrent network, which reads sequences"),
        (nn.ModuleDict({"embedding": nn.Embedding(9, 4), "fc": L(4, 2)}), "network for texts"),
        (nn.Sequential(L(4, 16), nn.ReLU(), L(16, 2)), "rows of 4 numbers"),
        (nn.ModuleDict({"enc": C(3, 8, 3), "decoder": nn.ModuleList([nn.ConvTranspose2d(8, 3, 3)])}), "draws pictures"),
        (nn.Sequential(C(4, 32, 8, 4), nn.ReLU(), C(32, 64, 4, 2), nn.Flatten(), L(3136, 6)), "inputs of 4 planes"),
    ],
    ids=["recurrent", "texts", "rows", "drawing", "planes"],
)
def test_what_is_no_network_for_pictures_says_what_it_is(net: nn.Module, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        find(net.state_dict(), "net.pth")


def test_what_was_recognised_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds the weights of 2 layers, and no network is known"):
        find({"a.weight": torch.zeros(4, 9, 3, 3), "b.weight": torch.zeros(7, 5, 3, 3)}, "net.pth")
    torch.save(nn.Sequential(C(1, 2, 3), nn.Flatten(), L(1352, 10)).state_dict(), tmp_path / "net.pth")
    with pytest.raises(ModelError, match="does not use all weights"):
        load_model(str(tmp_path / "net.pth"), arch="plan: 1x28x28 0 flatten")
