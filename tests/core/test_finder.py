"""The architecture finder: networks as people write them, given to it as bare weights, must come back as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision import models

from cnnviz import load_model
from cnnviz.core.errors import ModelError
from cnnviz.core.finder import find
from cnnviz.core.finder.layers import layers_of, unwrapped
from cnnviz.core.finder.plan import parse
from cnnviz.core.finder.sequential import chain_plans
from cnnviz.core.model import Model
from cnnviz.core.sources.examine import compare, examine


def conv(i: int, o: int, k: int = 3, s: int = 1, g: int = 1) -> nn.Conv2d:
    return nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False)


class Basic(nn.Module):
    """A residual block with a convolution on the shortcut where the shape changes, or with zeros (option A)."""

    def __init__(self, i: int, o: int, s: int, zeros: bool = False) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(i, o, 3, s), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = conv(o, o), nn.BatchNorm2d(o)
        self.zeros = o - i if zeros and i != o else 0
        self.shortcut = nn.Sequential()
        if not zeros and (s != 1 or i != o):
            self.shortcut = nn.Sequential(conv(i, o, 1, s), nn.BatchNorm2d(o))

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.zeros:
            return F.relu(y + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.zeros // 2, self.zeros // 2)))
        return F.relu(y + self.shortcut(x))


class Bottleneck(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(i, o // 4, 1), nn.BatchNorm2d(o // 4)
        self.conv2, self.bn2 = conv(o // 4, o // 4, 3, s), nn.BatchNorm2d(o // 4)
        self.conv3, self.bn3 = conv(o // 4, o, 1), nn.BatchNorm2d(o)
        self.downsample = nn.Sequential(conv(i, o, 1, s), nn.BatchNorm2d(o)) if s != 1 or i != o else None

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        return F.relu(self.bn3(self.conv3(y)) + (x if self.downsample is None else self.downsample(x)))


class PreActivated(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), conv(i, o, 3, s)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), conv(o, o)
        if s != 1 or i != o:
            self.shortcut = nn.Sequential(conv(i, o, 1, s))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.bn1(x))
        short = self.shortcut(y) if hasattr(self, "shortcut") else x
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + short  # type: ignore[no-any-return]


class Gated(Basic):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__(i, o, s)
        self.fc1, self.fc2 = nn.Conv2d(o, o // 8, 1), nn.Conv2d(o // 8, o, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        w = torch.sigmoid(self.fc2(F.relu(self.fc1(y.mean((2, 3), keepdim=True)))))
        return F.relu(y * w + self.shortcut(x))


class Residual(nn.Module):
    def __init__(self, block: Callable[[int, int, int], nn.Module], widths: tuple[int, ...], head: str, stem: int = 16):
        super().__init__()
        self.conv1 = conv(3, stem)
        self.first = nn.BatchNorm2d(stem) if block is not PreActivated else nn.Identity()
        i = stem
        for n, o in enumerate(widths, start=1):
            setattr(self, f"layer{n}", nn.Sequential(block(i, o, 1 if n == 1 else 2), block(o, o, 1)))
            i = o
        self.stages, self.head = len(widths), head
        self.last = nn.ReLU() if block is not PreActivated else nn.Identity()
        setattr(self, head, nn.Linear(i, 10))

    def forward(self, x: Tensor) -> Tensor:
        x = self.last(self.first(self.conv1(x)))
        for n in range(1, self.stages + 1):
            x = getattr(self, f"layer{n}")(x)
        return getattr(self, self.head)(F.adaptive_avg_pool2d(x, 1).flatten(1))  # type: ignore[no-any-return]


class Pair(nn.Module):
    def __init__(self, i: int, o: int, s: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(i, i, 3, s, i), nn.BatchNorm2d(i)
        self.conv2, self.bn2 = conv(i, o, 1), nn.BatchNorm2d(o)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


class Inverted(nn.Module):
    def __init__(self, i: int, o: int, e: int, s: int) -> None:
        super().__init__()
        p, self.s = e * i, s
        self.conv1, self.bn1 = conv(i, p, 1), nn.BatchNorm2d(p)
        self.conv2, self.bn2 = conv(p, p, 3, s, p), nn.BatchNorm2d(p)
        self.conv3, self.bn3 = conv(p, o, 1), nn.BatchNorm2d(o)
        self.shortcut = nn.Sequential(conv(i, o, 1), nn.BatchNorm2d(o)) if s == 1 and i != o else nn.Sequential()

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))))
        return y + self.shortcut(x) if self.s == 1 else y  # type: ignore[no-any-return]


class Mobile(nn.Module):
    def __init__(self, second: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv(3, 8), nn.BatchNorm2d(8)
        i, blocks = 8, []
        if second:
            for e, o, n, s in (
                (1, 4, 1, 1),
                (6, 6, 2, 1),
                (6, 8, 2, 2),
                (6, 16, 2, 2),
                (6, 24, 1, 1),
                (6, 40, 1, 2),
                (6, 80, 1, 1),
            ):
                for k in range(n):
                    blocks.append(Inverted(i, o, e, s if k == 0 else 1))
                    i = o
        else:
            for o, s in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
                blocks.append(Pair(i, o, s))  # type: ignore[arg-type]
                i = o
        self.layers, self.second = nn.Sequential(*blocks), second
        if second:
            self.conv2, self.bn2 = conv(80, 96, 1), nn.BatchNorm2d(96)
        self.linear = nn.Linear(96 if second else 64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layers(F.relu(self.bn1(self.conv1(x))))
        if self.second:
            x = F.relu(self.bn2(self.conv2(x)))
        return self.linear(x.mean((2, 3)))  # type: ignore[no-any-return]


class Fire(nn.Module):
    def __init__(self, i: int, squeeze: int, o: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(i, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, o, 1)
        self.expand3x3 = nn.Conv2d(squeeze, o, 3, padding=1)


def calibrated(net: nn.Module, channels: int = 3, size: int = 32) -> nn.Module:
    """Running statistics of the bundled samples: what training would leave behind."""
    from cnnviz.core.finder.evidence import _batch, preprocessing

    pictures = _batch(preprocessing(channels, (size, size), "CIFAR-10" if channels == 3 else "MNIST"), 1)
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.momentum = None
    with torch.no_grad():
        net.train()(pictures)
    return net.eval()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Residual(Basic, (16, 32, 64, 128), "linear"), id="shortcut-linear"),
        pytest.param(lambda: Residual(lambda i, o, s: Basic(i, o, s, True), (16, 32, 64), "fc"), id="option-a"),
        pytest.param(lambda: Residual(Bottleneck, (32, 64, 128), "fc"), id="bottleneck-downsample"),
        pytest.param(lambda: Residual(PreActivated, (16, 32, 64), "linear"), id="pre-activated"),
        pytest.param(lambda: Residual(Gated, (16, 32, 64), "linear"), id="squeeze-and-excite"),
        pytest.param(lambda: Mobile(second=False), id="mobilenet"),
        pytest.param(lambda: Mobile(second=True), id="mobilenet-v2"),
    ],
)
def test_networks_of_blocks_for_small_pictures(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(3)
    net = calibrated(make())
    found = find({f"module.{k}": v for k, v in net.state_dict().items()}, "net.pth")
    x = torch.randn(4, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(found.module(x), net(x), atol=1e-4)
    assert found.preprocessing.size == (32, 32)
    assert found.preprocessing.guessed
    assert unwrapped(found.module.state_dict())[0].keys() == unwrapped(net.state_dict())[0].keys()


def plan_of(*layers: nn.Module, names: tuple[str, ...] = ()) -> str:
    """The most usual plan for layers with these names."""
    names = names or tuple(f"l{n}" for n in range(len(layers)))
    state = {f"{n}.{k}": v for n, m in zip(names, layers, strict=True) for k, v in m.state_dict().items()}
    plans = chain_plans(layers_of(state))
    return plans[0][1].text.removeprefix("plan: ") if plans else ""


C, L, B = nn.Conv2d, nn.Linear, nn.BatchNorm2d


@pytest.mark.parametrize(
    ("layers", "names", "expected"),
    [
        # PyTorch's own examples: MNIST of today and of 2017, and the CIFAR tutorial
        (
            (C(1, 32, 3), C(32, 64, 3), L(9216, 128), L(128, 10)),
            "c d e f",
            "1x28x28 c relu d relu max2 flatten e relu f",
        ),
        (
            (C(1, 10, 5), C(10, 20, 5), L(320, 50), L(50, 10)),
            "c d e f",
            "1x28x28 c relu max2 d relu max2 flatten e relu f",
        ),
        (
            (C(3, 6, 5), C(6, 16, 5), L(400, 120), L(120, 84), L(84, 10)),
            "c d e f g",
            "3x32x32 c relu max2 d relu max2 flatten e relu f relu g",
        ),
        # LeNet-5 for 28 x 28 pixels
        (
            (C(1, 6, 5), C(6, 16, 5), L(400, 120), L(120, 10)),
            "c d e f",
            "1x28x28 c/p2 relu max2 d relu max2 flatten e relu f",
        ),
        # norms after all convolutions
        (
            (C(3, 8, 3), C(8, 16, 3), B(8), B(16), L(1024, 10)),
            "c d m n f",
            "3x32x32 c/p1 m relu max2 d/p1 n relu max2 flatten f",
        ),
        # the numbers of the layers say where poolings are: VGG in pairs
        (
            (C(3, 8, 3), C(8, 8, 3), C(8, 16, 3), C(16, 16, 3), L(1024, 10)),
            "f.0 f.2 f.5 f.7 g.0",
            "3x32x32 f.0/p1 relu f.2/p1 relu max2 f.5/p1 relu f.7/p1 relu max2 flatten g.0",
        ),
        # all layers in the wrong order
        (
            (L(128, 10), L(9216, 128), C(32, 64, 3), C(1, 32, 3)),
            "f e d c",
            "1x28x28 c relu d relu max2 flatten e relu f",
        ),
        # rows of pixels
        ((L(784, 64), L(64, 10)), "a b", "1x28x28 flatten a relu b"),
        ((L(3072, 64), L(64, 10)), "a b", "3x32x32 flatten a relu b"),
        # no dense layer
        ((C(1, 8, 3), C(8, 10, 1)), "a b", "1x28x28 a/p1 relu max2 b gap flatten"),
    ],
)
def test_chains_are_put_together_as_most_people_do(layers: tuple[nn.Module, ...], names: str, expected: str) -> None:
    assert plan_of(*layers, names=tuple(names.split())) == expected


def test_what_forms_no_chain() -> None:
    assert plan_of(C(1, 8, 3), C(9, 16, 3), L(16, 10)) == ""
    assert plan_of(L(4, 16), L(16, 3)) == ""  # a row of four numbers is no picture


def test_a_plan_is_text_that_can_be_changed(tmp_path: Path) -> None:
    text = "plan: 3x32x32 a/s2/p1 relu add@b ( b.0/p1 | sub2both16 ) seq@c ( gate ( | gap d ) ) max3s2p1 flatten e"
    assert parse(text).text == text
    assert (
        parse("plan: 1x8x8 a relu avg2").with_activation("tanh").with_pooling("max").text == "plan: 1x8x8 a tanh max2"
    )
    torch.manual_seed(0)
    net = nn.Sequential(C(1, 4, 3), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(), L(676, 10)).eval()
    torch.save(net.state_dict(), tmp_path / "net.pth")
    model = load_model(str(tmp_path / "net.pth"), arch="plan: 1x28x28 0 tanh avg2 flatten 4", device="cpu")
    x = torch.randn(2, 1, 28, 28)
    with torch.no_grad():
        assert torch.equal(model.module(x), net(x))
    for wrong, said in (("28", "A plan begins"), ("1x28x28 ( a", "brackets"), ("1x28x28 0 swish", "no weights")):
        with pytest.raises(ModelError, match=said):
            load_model(str(tmp_path / "net.pth"), arch=f"plan: {wrong}", device="cpu")


def test_a_spatial_transformer_stands_in_front() -> None:
    names = ("conv1", "conv2", "fc1", "fc2", "localization.0", "localization.3", "fc_loc.0", "fc_loc.2")
    layers = (C(3, 20, 5), C(20, 40, 3), L(1440, 50), L(50, 43), C(3, 8, 7), C(8, 10, 5), L(160, 32), L(32, 6))
    expected = (
        "3x32x32 stn ( localization.0 relu max2 localization.3 relu max2 flatten fc_loc.0 relu fc_loc.2 ) "
        "conv1 relu max2 conv2 relu max2 flatten fc1 relu fc2"
    )
    assert plan_of(*layers, names=names) == expected


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "mobilenet_v2"])
def test_torchvisions_networks_are_recognised(tmp_path: Path, name: str) -> None:
    torch.manual_seed(0)
    net = models.get_model(name, weights=None, num_classes=7).eval()
    renamed = {f"net.part{n}.{k.rpartition('.')[2]}": v for n, (k, v) in enumerate(net.state_dict().items())}
    x = torch.randn(1, 3, 64, 64)
    for state in (net.state_dict(), renamed):
        torch.save(state, tmp_path / "net.pth")
        model = load_model(str(tmp_path / "net.pth"), device="cpu")
        with torch.no_grad():
            assert torch.equal(model.module(x), net(x))
        assert name in " ".join(model.notes)


def test_a_changed_stem_and_a_head_of_ones_own() -> None:
    net = models.resnet18(num_classes=5)
    net.conv1 = nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    net.fc = nn.Sequential(L(512, 64), nn.ReLU(), nn.Dropout(), L(64, 5))  # type: ignore[assignment]
    found = find(net.eval().state_dict(), "net.pth")
    x = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        assert torch.equal(found.module(x), net(x))
    assert found.candidate.planes == 1


def test_a_residual_network_with_plain_convolutions_between_its_blocks() -> None:
    def block(i: int, o: int, pool: bool = False) -> nn.Sequential:
        return nn.Sequential(C(i, o, 3, padding=1), B(o), nn.ReLU(), *([nn.MaxPool2d(2)] if pool else []))

    class Nine(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.conv2 = block(3, 8), block(8, 16, True)
            self.res1 = nn.Sequential(block(16, 16), block(16, 16))
            self.conv3, self.conv4 = block(16, 24, True), block(24, 32, True)
            self.res2 = nn.Sequential(block(32, 32), block(32, 32))
            self.classifier = nn.Sequential(nn.MaxPool2d(4), nn.Flatten(), nn.Dropout(), L(32, 10))

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv2(self.conv1(x))
            x = self.conv4(self.conv3(self.res1(x) + x))
            return self.classifier(self.res2(x) + x)  # type: ignore[no-any-return]

    torch.manual_seed(0)
    net = calibrated(Nine())
    x = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        assert torch.allclose(find(net.state_dict(), "net.pth").module(x), net(x), atol=1e-4)


def test_a_close_look_at_a_file(tmp_path: Path) -> None:
    net = nn.Sequential(C(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), L(676, 10))
    torch.save(
        {"state_dict": net.half().state_dict(), "classes": list("abcdefghij"), "arch": "mine"}, tmp_path / "n.pt"
    )
    report = examine(tmp_path / "n.pt")
    assert (report.tensors, report.numbers, report.dtypes) == (4, 36 + 4 + 6760 + 10, (("float16", 4),))
    assert report.shapes[0] == ("0.weight", (4, 1, 3, 3))
    assert report.labels == tuple("abcdefghij")
    assert ("arch", "mine") in report.metadata
    assert report.choices[0].arch == "plan: 1x28x28 0 relu max2 flatten 4"
    assert hash(report)
    fit = compare(tmp_path / "n.pt", "lenet5")
    assert (fit.matched, fit.reshaped, fit.unexpected) == (0, ("0.weight", "0.bias"), ("4.weight", "4.bias"))
    assert "7.weight" in fit.missing
    assert not fit.exact


def test_data_are_no_model(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"images": torch.zeros(50, 28, 28), "labels": torch.zeros(50)}, tmp_path / "d.safetensors")
    with pytest.raises(ModelError, match="seems to be data, not a model"):
        load_model(str(tmp_path / "d.safetensors"))


def accuracy(model: Model, pixels: np.ndarray, classes: np.ndarray) -> int:
    about = model.preprocessing
    x = torch.tensor(pixels).float()[:, None] / 255
    x = (F.interpolate(x, about.size) - about.mean[0]) / about.std[0]
    with torch.no_grad():
        return int((model.module(x).argmax(1).numpy() == classes).sum())


@pytest.mark.parametrize(
    ("act", "pool", "mean", "std"),
    [(nn.ReLU, nn.MaxPool2d, 0.1307, 0.3081), (nn.Tanh, nn.AvgPool2d, 0.0, 1.0)],
    ids=["relu", "tanh"],
)
def test_a_network_that_opens_is_as_right_as_it_was(
    data: Path, tmp_path: Path, act: type[nn.Module], pool: type[nn.Module], mean: float, std: float
) -> None:
    with np.load(data / "mnist.npz") as mnist:
        x, y = mnist["x_train"][:8000], torch.tensor(mnist["y_train"][:8000]).long()
        test, truth = mnist["x_test"][:500], mnist["y_test"][:500]
    torch.manual_seed(0)
    net = nn.Sequential(
        *(C(1, 6, 5, padding=2), act(), pool(2), C(6, 16, 5), act(), pool(2), nn.Flatten()),  # type: ignore[call-arg]
        *(L(400, 64), act(), L(64, 10)),
    )
    inputs = (torch.tensor(x).float()[:, None] / 255 - mean) / std
    step = torch.optim.Adam(net.parameters(), 3e-3)
    for batch in torch.arange(8000).split(64) + torch.arange(8000).split(64):
        step.zero_grad()
        F.cross_entropy(net(inputs[batch]), y[batch]).backward()
        step.step()
    net.eval()
    torch.save({"epoch": 2, "model_state_dict": net.state_dict()}, tmp_path / "net.pth")
    with torch.no_grad():
        own = int((net((torch.tensor(test).float()[:, None] / 255 - mean) / std).argmax(1).numpy() == truth).sum())
    model = load_model(str(tmp_path / "net.pth"), device="cpu")
    assert own > 450
    assert accuracy(model, test, truth) >= own - 2
    assert model.labels == tuple("0123456789")
    assert any("sample pictures" in note for note in model.notes)
