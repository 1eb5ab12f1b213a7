"""What the finder tells from numbers in sequences, from channels and from what a pickled network says of its parts."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

from cnnviz import load_model
from cnnviz.core.errors import ModelError
from cnnviz.core.finder import candidates, find
from cnnviz.core.finder.declared import declared_plans
from cnnviz.core.finder.evidence import Evidence, alternatives
from cnnviz.core.finder.layers import layers_of
from cnnviz.core.finder.network import build
from cnnviz.core.finder.plan import parse, slope
from cnnviz.core.finder.segments import Unit, concatenates, segments
from cnnviz.core.finder.sequential import chain_plans
from cnnviz.core.finder.units import unit_plans
from cnnviz.core.whole import Part, Settings

C, L, B = nn.Conv2d, nn.Linear, nn.BatchNorm2d


def first_plan(net: nn.Module) -> str:
    """The most usual plan for a chain."""
    return chain_plans(layers_of(net.state_dict()))[0][1].text.removeprefix("plan: ")


def same(found: nn.Module, net: nn.Module, size: int, planes: int = 3) -> bool:
    x = torch.randn(2, planes, size, size)
    with torch.no_grad():
        return torch.allclose(found(x), net.eval()(x), atol=1e-4)


def drawn(net: nn.Module) -> nn.Module:
    """Norms with numbers of their own, as after training."""
    torch.manual_seed(1)
    for part in net.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.weight.data.uniform_(0.5, 1.5)
            part.bias.data.normal_(0, 0.2)
    return net


def test_numbers_in_a_sequence_tell_that_there_is_no_activation() -> None:
    pooled = [C(3, 8, 5, 1, 2), nn.MaxPool2d(2), C(8, 8, 5, 1, 2), nn.MaxPool2d(2), C(8, 16, 5, 1, 2), nn.MaxPool2d(2)]
    net = nn.Sequential(*pooled, nn.Flatten(), L(256, 64), L(64, 10))
    assert first_plan(net) == "3x32x32 0/p2 max2 2/p2 max2 4/p2 max2 flatten 7 8"


def test_layers_in_a_list_have_no_numbers_that_tell_anything() -> None:
    net = nn.Module()
    net.layers = nn.ModuleList([L(784, 32), L(32, 16), L(16, 7)])
    assert first_plan(net) == "1x28x28 flatten layers.0 relu layers.1 relu layers.2"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((C(1, 4, 3), nn.ELU(), B(4), nn.MaxPool2d(2)), "0 relu 2 max2 4"),
        ((C(1, 4, 3), nn.ELU(), nn.MaxPool2d(2), B(4)), "0 relu max2 3 4"),
        ((C(1, 4, 3), B(4), nn.ReLU(), nn.MaxPool2d(2)), "0 1 relu max2 4"),
    ],
)
def test_where_the_norm_stands(layers: tuple[nn.Module, ...], expected: str) -> None:
    net = nn.Sequential(*layers, C(4, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), L(200, 6))
    assert first_plan(net).startswith(f"1x28x28 {expected}")


def test_strides_in_the_place_of_poolings() -> None:
    net = nn.Sequential(C(1, 16, 4, 2, 1), nn.ReLU(), C(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten(), L(1568, 10))
    assert first_plan(net) == "1x28x28 0/s2/p1 relu 2/s2/p1 relu flatten 5"


def test_photographs_are_larger_than_thumbnails() -> None:
    net = nn.Sequential(*(C(3, 4, 3), C(4, 8, 3), C(8, 16, 3), C(16, 16, 3)), L(784, 2))
    assert first_plan(net).startswith("3x150x150 0 relu max2 1 relu max2 2 relu max2 3 relu max2 flatten")


def test_a_layer_that_was_never_used_is_left_out() -> None:
    parts = {"conv1": C(1, 8, 3, 1, 1), "conv2": C(8, 16, 3, 1, 1), "conv3": C(16, 32, 3), "fc": L(784, 7)}
    found = find(nn.ModuleDict(parts).state_dict(), "net.pth")
    assert "conv3 is left out" in found.notes[0]
    assert found.candidate.name == "plan: 1x28x28 conv1/p1 relu max2 conv2/p1 relu max2 flatten fc"


def test_a_leaky_slope_can_be_written_down() -> None:
    plan = parse("plan: 1x8x8 0 leaky0.2 flatten 1")
    assert plan.text == "plan: 1x8x8 0 leaky0.2 flatten 1"
    assert (slope("leaky"), slope("leaky0.2"), slope("relu")) == (0.01, 0.2, None)
    assert plan.with_activation("tanh").text == "plan: 1x8x8 0 tanh flatten 1"
    state = nn.Sequential(C(1, 2, 1), L(128, 3)).state_dict()
    leaky = next(part for part in build(plan, state).modules() if isinstance(part, nn.LeakyReLU))
    assert leaky.negative_slope == 0.2


def test_nothing_is_recognised_where_there_was_nothing_to_recognise() -> None:
    assert not Evidence(0, 0, 0.0, 0.1).recognises
    assert Evidence(6, 12, -1.0, 0.1).recognises


def test_data_sets_have_normalisations_of_their_own() -> None:
    assert alternatives(3, (32, 32), 43)[0][0] == "GTSRB"
    assert alternatives(3, (32, 32), 100)[0][0] == "CIFAR-100"
    assert alternatives(3, (32, 32), 10)[0][0] == "CIFAR-10"
    assert alternatives(2, (32, 32)) == ()


class Dense(nn.Module):
    """A dense block of kuangliu's kind: what is new stands in front."""

    def __init__(self, i: int, g: int) -> None:
        super().__init__()
        self.bn1, self.conv1 = B(i), C(i, 4 * g, 1, bias=False)
        self.bn2, self.conv2 = B(4 * g), C(4 * g, g, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x)))))), x], 1)


class DenseNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = C(3, 8, 3, padding=1, bias=False)
        self.dense1 = nn.Sequential(*(Dense(8 + 4 * n, 4) for n in range(3)))
        self.trans1 = nn.ModuleDict({"bn": B(20), "conv": C(20, 10, 1, bias=False)})
        self.dense2 = nn.Sequential(*(Dense(10 + 4 * n, 4) for n in range(3)))
        self.bn, self.linear = B(22), L(22, 100)

    def forward(self, x: Tensor) -> Tensor:
        x = self.dense1(self.conv1(x))
        x = F.avg_pool2d(self.trans1["conv"](F.relu(self.trans1["bn"](x))), 2)
        return self.linear(F.relu(self.bn(self.dense2(x))).mean((2, 3)))  # type: ignore[no-any-return]


class Normed(nn.Module):
    """A pre-activated network with a norm of its own behind the first convolution, and a gate."""

    class Block(nn.Module):
        def __init__(self, i: int, o: int, s: int) -> None:
            super().__init__()
            self.bn1, self.conv1 = B(i), C(i, o, 3, s, 1, bias=False)
            self.bn2, self.conv2 = B(o), C(o, o, 3, 1, 1, bias=False)
            if s > 1:
                self.shortcut = nn.Sequential(C(i, o, 1, s, bias=False))
            self.fc1, self.fc2 = C(o, 2, 1), C(2, o, 1)

        def forward(self, x: Tensor) -> Tensor:
            y = F.relu(self.bn1(x))
            short = self.shortcut(y) if hasattr(self, "shortcut") else x
            y = self.conv2(F.relu(self.bn2(self.conv1(y))))
            return y * torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean((2, 3), keepdim=True))))) + short  # type: ignore[no-any-return]

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = C(3, 8, 3, 1, 1, bias=False), B(8)
        self.layer1 = nn.Sequential(self.Block(8, 8, 1), self.Block(8, 8, 1))
        self.layer2 = nn.Sequential(self.Block(8, 16, 2), self.Block(16, 16, 1))
        self.linear = L(16, 100)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))
        return self.linear(x.mean((2, 3)))  # type: ignore[no-any-return]


class Gated(nn.Module):
    """Inverted blocks with their gate in front of the last convolution, as in MobileNetV3 and EfficientNet."""

    class Block(nn.Module):
        def __init__(self, i: int, o: int) -> None:
            super().__init__()
            self.conv1, self.bn1 = C(i, 4 * i, 1, bias=False), B(4 * i)
            self.conv2, self.bn2 = C(4 * i, 4 * i, 3, 1, 1, groups=4 * i, bias=False), B(4 * i)
            self.se = nn.Sequential(C(4 * i, 2, 1), nn.Identity(), C(2, 4 * i, 1))
            self.conv3, self.bn3 = C(4 * i, o, 1, bias=False), B(o)

        def forward(self, x: Tensor) -> Tensor:
            y = F.silu(self.bn2(self.conv2(F.silu(self.bn1(self.conv1(x))))))
            y = y * torch.sigmoid(self.se[2](F.silu(self.se[0](y.mean((2, 3), keepdim=True)))))
            return self.bn3(self.conv3(y)) + x  # type: ignore[no-any-return]

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = C(3, 8, 3, 1, 1, bias=False), B(8)
        self.layers = nn.Sequential(self.Block(8, 8), self.Block(8, 8))
        self.linear = L(8, 100)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.layers(F.silu(self.bn1(self.conv1(x)))).mean((2, 3)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("make", [DenseNet, Normed, Gated])
def test_blocks_by_what_their_channels_say(make: Callable[[], nn.Module]) -> None:
    net = drawn(make())
    cost, plan = unit_plans(layers_of(net.state_dict()))[0]
    assert cost == 0
    assert plan.size == (32, 32)
    guess = candidates(net.state_dict(), "net.pth")[0]
    assert guess.classes == 100
    assert same(guess.make(), net, 32)


def test_what_adds_up_is_no_dense_network_when_the_channels_do_not() -> None:
    units = [part for part in segments(layers_of(DenseNet().state_dict())) if isinstance(part, Unit)]
    assert concatenates(units)
    assert not concatenates(units[:2])
    residual = [part for part in segments(layers_of(Normed().state_dict())) if isinstance(part, Unit)]
    assert not concatenates(residual)


class ConcatPool(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ap, self.mp = nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.mp(x), self.ap(x)], 1)


def fastai(classes: int) -> nn.Sequential:
    """A ResNet-18 with fast.ai's head on it."""
    body = nn.Sequential(*list(models.resnet18().children())[:-2])
    head = (nn.BatchNorm1d(1024), nn.Dropout(), L(1024, 64, bias=False), nn.ReLU(), nn.BatchNorm1d(64))
    return nn.Sequential(body, nn.Sequential(ConcatPool(), nn.Flatten(), *head, nn.Dropout(), L(64, classes)))


def test_a_head_of_fastai() -> None:
    torch.manual_seed(0)
    net = drawn(fastai(5)).eval()
    guess = candidates(net.state_dict(), "net.pth")[0]
    assert guess.name == "resnet18"
    assert guess.size == (224, 224)
    assert same(guess.make(), net, 64)


def test_auxiliary_heads_are_left_out() -> None:
    net = models.googlenet(num_classes=5, aux_logits=True, init_weights=False)
    guess = candidates(net.state_dict(), "net.pth")[0]
    assert (guess.name, guess.classes) == ("googlenet", 5)


def as_of(module: str, net: nn.Module) -> None:
    """Makes the classes of a network look as if they lived in a module that others do not have."""
    sys.modules[module] = made = types.ModuleType(module)
    for part in net.modules():
        kind = type(part)
        if kind.__module__ == __name__ or kind.__module__.startswith("test"):
            own = getattr(made, kind.__name__, None) or type(kind.__name__, (kind,), {"__module__": module})
            setattr(made, kind.__name__, own)
            part.__class__ = own


def test_a_whole_network_of_fastai_is_made_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = fastai(3).eval()
    pool = net[1][0]
    sys.modules["fastai"] = types.ModuleType("fastai")
    sys.modules["fastai.layers"] = made = types.ModuleType("fastai.layers")
    made.AdaptiveConcatPool2d = type("AdaptiveConcatPool2d", (ConcatPool,), {"__module__": "fastai.layers"})  # type: ignore[attr-defined]
    pool.__class__ = made.AdaptiveConcatPool2d
    try:
        torch.save(net, tmp_path / "export.pkl")
    finally:
        del sys.modules["fastai.layers"], sys.modules["fastai"]
    model = load_model(str(tmp_path / "export.pkl"), device="cpu")
    assert "made again without running it" in model.notes[0]
    assert model.preprocessing.size == (224, 224)
    assert same(model.module, net, 64)


class Own(nn.Module):
    """Averages and no activation between the convolutions: only its parts say so."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(C(3, 6, 5), nn.AvgPool2d(2, 2), C(6, 16, 5), nn.LeakyReLU(0.2), nn.AvgPool2d(2, 2))
        self.fc = nn.Sequential(L(400, 32), nn.Tanh(), nn.Dropout(), L(32, 7), nn.LogSoftmax(1))

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x).flatten(1))  # type: ignore[no-any-return]


def test_a_whole_network_with_a_class_of_its_own_runs_as_it_was_declared(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Own().eval()
    as_of("somewhere_else", net)
    torch.save(net, tmp_path / "net.pt")
    del sys.modules["somewhere_else"]
    model = load_model(str(tmp_path / "net.pt"), device="cpu")
    assert "leaky0.2" in " ".join(model.notes)
    assert "declared" in " ".join(model.notes)
    assert model.preprocessing.size == (32, 32)
    assert same(model.module, net, 32)


def part(kind: str, path: str = "a", **attributes: object) -> Part:
    return Part(path, kind, attributes)


CONV = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "kernel_size": (3, 3), "padding_mode": "zeros"}


@pytest.mark.parametrize(
    ("parts", "steps"),
    [
        ([part("Conv2d", padding="same", **CONV), part("ReLU"), part("Linear", "b")], "a/p1 relu flatten b"),
        ([part("Conv2d", padding=(1, 1), **CONV), part("AdaptiveAvgPool2d", output_size=(1, 1))], "a/p1 gap flatten"),
        (
            [
                part("Conv2d", padding=0, **CONV),
                part("MaxPool2d", kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True),
                part("Identity"),
                part("Flatten"),
                part("Linear", "b"),
            ],
            "a max3s2p1c flatten b",
        ),
        (
            [part("Conv2d", padding=0, **CONV), part("AdaptiveMaxPool2d", output_size=2), part("Linear", "b")],
            "a gmp2 flatten b",
        ),
        ([part("Conv2d", padding=0, **{**CONV, "stride": (1, 2)}), part("Linear", "b")], None),
        ([part("Conv2d", padding=0, **CONV), part("LSTM"), part("Linear", "b")], None),
        ([part("Conv2d", padding=0, **CONV), part("AdaptiveAvgPool2d", output_size=None), part("Linear", "b")], None),
        ([part("Conv2d", padding=0, **CONV), part("MaxPool2d", kernel_size=2, dilation=2), part("Linear", "b")], None),
        ([part("Linear", "b")], None),
    ],
)  # fmt: skip
def test_declared_parts_as_a_plan(parts: list[Part], steps: str | None) -> None:
    found = [plan.text for _, plan in declared_plans(parts, 3)]
    assert (found[0] if found else None) == (None if steps is None else f"plan: 3x32x32 {steps}")


def test_settings_without_a_prefix() -> None:
    settings = Settings({"model.0": (1, 2)}, parts=(part("ReLU", "model.1"),)).without("model.")
    assert settings.convolutions == {"0": (1, 2)}
    assert settings.parts[0].path == "1"


def test_a_ready_network_that_is_made_for_photographs(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = models.squeezenet1_1(num_classes=4).eval()
    torch.save(net, tmp_path / "net.pt")
    assert load_model(str(tmp_path / "net.pt"), device="cpu").preprocessing.size == (224, 224)


@pytest.mark.parametrize("text", ["1x8x8 0/x1", "1x8x8 0/s", "1x8x8 ) 0"])
def test_what_no_plan_can_have(text: str) -> None:
    with pytest.raises(ModelError):
        parse(f"plan: {text}")
