"""Receptive fields, against gradients of random networks and against published figures."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core.geometry import ReceptiveField, receptive_field
from cnnviz.core.trace import Trace, trace


class Function(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Branches(nn.Module):
    """Branches that meet in a sum or a concatenation."""

    def __init__(self, join: str, *branches: nn.Module) -> None:
        super().__init__()
        self.join, self.branches = join, nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        outputs = [branch(x) for branch in self.branches]
        return torch.cat(outputs, 1).sum(1, keepdim=True) if self.join == "cat" else sum(outputs[1:], outputs[0])


def field(module: nn.Module, *shape: int) -> ReceptiveField:
    traced = trace(module.eval(), torch.zeros(1, *shape))
    return receptive_field(traced, traced.records[-1])


def support(module: nn.Module, size: tuple[int, int]) -> tuple[Tensor, tuple[int, int]]:
    """Which pixels the middle output has a gradient for, over many random pictures; and where the middle is."""
    x = torch.randn(64, 1, *size, dtype=torch.float64, requires_grad=True)
    output = module.double()(x)
    y, x_ = (n // 2 for n in output.shape[2:])
    (gradient,) = torch.autograd.grad(output[:, :, y, x_].sum(), x)
    return gradient.abs().sum((0, 1)) > 0, (y, x_)


def layer(rng: random.Random) -> nn.Module:
    """A random layer from one channel to one, that keeps its input's size or strides over it."""
    kernel = (rng.choice((1, 2, 3)), rng.choice((1, 2, 3)))
    stride = rng.choice((1, 1, 2, (2, 1)))
    kind = rng.randrange(6)
    if kind == 0:
        return nn.MaxPool2d(kernel, stride, tuple(k // 2 for k in kernel))
    if kind == 1:
        return nn.AvgPool2d(kernel, stride, tuple(k // 2 for k in kernel), ceil_mode=rng.random() < 0.5)
    if kind == 2:
        return nn.Sequential(nn.BatchNorm2d(1), nn.LeakyReLU())
    if kind == 3:
        odd = (rng.choice((1, 3)), rng.choice((1, 3)))
        plain = nn.Conv2d(1, 1, odd, padding="same", dilation=rng.choice((1, 2)))
        other = rng.choice((nn.Identity(), nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(3, 1, 1)))
        return Branches(rng.choice(("add", "cat")), plain, other)
    if kind == 4:
        ends = [rng.randrange(3) for _ in range(4)]
        return nn.Sequential(nn.ZeroPad2d((ends[0], ends[1], ends[2], ends[3])), nn.Conv2d(1, 1, 2))
    padding = (rng.randrange(3), rng.randrange(3))
    return nn.Conv2d(1, 1, kernel, stride, padding, dilation=rng.choice((1, 2)))


@pytest.mark.parametrize("seed", range(40))
def test_it_is_where_the_gradient_is(seed: int) -> None:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    module = nn.Sequential(*(layer(rng) for _ in range(rng.randrange(2, 6)))).eval()
    size = (rng.randrange(90, 100), rng.randrange(90, 100))
    found = field(module, 1, *size)
    assert found.status == "exact"
    seen, middle = support(module, size)
    rows, columns = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
    expected = ((int(rows[0]), int(rows[-1])), (int(columns[0]), int(columns[-1])))
    box = found.box(middle)
    # The first and last pixel of the field matter where the field lies inside the picture, and it should here.
    assert all(first >= 0 and last < n for (first, last), n in zip(box, size, strict=True))
    assert box == expected


def antialiased(x: Tensor) -> Tensor:
    return F.interpolate(x, 11, mode="bilinear", antialias=True)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.ConvTranspose2d(1, 1, 4, 2, 1)), "transposed"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.ConvTranspose2d(1, 1, 3, 3, dilation=2)), "transposed, dilated"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveAvgPool2d((17, 13))), "adaptive"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.AdaptiveMaxPool2d(60)), "adaptive, larger"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(scale_factor=2)), "nearest"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(scale_factor=1.31)), "nearest, as the factor says"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(23, mode="nearest-exact")), "nearest-exact"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(13, mode="area")), "area"),
        (
            nn.Sequential(
                nn.Conv2d(1, 1, 3), Function(lambda x: F.interpolate(x, 11, mode="bilinear", antialias=True))
            ),
            "aa",
        ),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(scale_factor=1.7, mode="bilinear")), "bilinear"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.Upsample(size=(9, 11), mode="bicubic", align_corners=True)), "bicubic"),
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.PixelShuffle(2)), "pixel shuffle"),
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.PixelUnshuffle(2), nn.Conv2d(16, 1, 1)), "pixel unshuffle"),
    ],
)
def test_an_upper_bound_holds_for_every_position(module: nn.Module, name: str) -> None:
    torch.manual_seed(0)
    found = field(module, 1, 42, 42)
    assert found.status == "upper bound"
    assert found.text.startswith("at most ")
    x = torch.randn(4, 1, 42, 42, dtype=torch.float64, requires_grad=True)
    output = module.double()(x)
    widest = [0, 0]
    for y in range(0, output.shape[2], 1 + output.shape[2] // 20):
        place = (y, (7 * y) % output.shape[3])
        (gradient,) = torch.autograd.grad(output[:, :, place[0], place[1]].sum(), x, retain_graph=True)
        seen = gradient.abs().sum((0, 1)) > 0
        for axis, (first, last) in enumerate(found.box(place)):
            where = seen.any(1 - axis).nonzero().flatten()
            if not len(where):  # between the cells that a dilated transposed kernel reaches
                continue
            assert first <= where[0], (name, place)
            assert where[-1] <= last, (name, place)
            widest[axis] = max(widest[axis], int(where[-1] - where[0]) + 1)
    assert all(size <= wide + 4 for size, wide in zip(found.size, widest, strict=True)), "a useless bound"


@pytest.mark.parametrize(
    "tail",
    [
        nn.Sequential(nn.Flatten(), nn.Linear(100, 3), nn.ReLU()),
        nn.Sequential(nn.Flatten(), nn.Linear(100, 100), nn.Dropout()),
        nn.AdaptiveAvgPool2d(1),
        nn.AvgPool2d(10),
        Function(lambda x: x.mean((2, 3))),
        Function(lambda x: x * torch.sigmoid(F.adaptive_avg_pool2d(x, 1))),
        nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Softmax(1)),
        nn.InstanceNorm2d(1),
    ],
)
def test_what_lies_behind_a_dense_layer_or_a_global_pooling_sees_the_whole_image(tail: nn.Module) -> None:
    found = field(nn.Sequential(nn.Conv2d(1, 1, 3), tail), 1, 12, 12)
    assert found == ReceptiveField((12, 12), (0, 0), (0, 0), "whole image")
    assert found.text == "whole image"
    assert found.box((0, 0)) == ((0, 11), (0, 11))


@pytest.mark.parametrize(
    "tail",
    [
        nn.Flatten(),
        Function(lambda x: x.view(x.size(0), -1)),
        nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Dropout(), nn.ReLU()),
    ],
)
def test_a_number_in_a_row_sees_what_it_saw_in_its_map(tail: nn.Module) -> None:
    found = field(nn.Sequential(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), tail), 1, 12, 12)
    assert found == ReceptiveField((4, 4), (0, 0), (0, 0), "in a row")
    assert found.text == "4 × 4 each"


def test_what_moves_the_axes_around_keeps_the_field() -> None:
    def shuffled(x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)

    def channels_last(x: Tensor) -> Tensor:
        x = F.layer_norm(x.permute(0, 2, 3, 1), (4,))
        return F.gelu(F.linear(x, torch.ones(4, 4))).permute(0, 3, 1, 2)

    def cut(x: Tensor) -> Tensor:
        a, b = x.chunk(2, 1)
        return torch.stack([a, b], 1)[:, 1].unsqueeze(1).squeeze(1)

    for function in (shuffled, channels_last, cut):
        found = field(nn.Sequential(nn.Conv2d(1, 4, (3, 5), (2, 1)), Function(function)), 1, 21, 18)
        assert found == ReceptiveField((3, 5), (2, 1), (0, 0), "exact")


def test_slices_shift_the_field() -> None:
    found = field(nn.Sequential(nn.Conv2d(1, 1, 3, 2, 1), Function(lambda x: x[..., 2:, 1::3])), 1, 40, 40)
    assert found == ReceptiveField((3, 3), (2, 6), (3, 1), "exact")


def test_a_mean_over_one_axis_sees_that_axis_whole() -> None:
    found = field(nn.Sequential(nn.Conv2d(1, 1, 3), Function(lambda x: x.mean(3))), 1, 20, 30)
    assert found == ReceptiveField((3, 30), (1, 0), (0, 0), "exact")


def test_attention_is_not_followed() -> None:
    def attention(x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        return F.scaled_dot_product_attention(tokens, tokens, tokens)

    found = field(nn.Sequential(nn.Conv2d(1, 4, 3), Function(attention)), 1, 8, 8)
    assert (found.status, found.size, found.text) == ("unknown", (), "unknown")
    assert "attention" in found.explanation


def test_what_is_made_from_parameters_alone_sees_nothing() -> None:
    class Token(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Parameter(torch.ones(1, 1, 4, 4))

        def forward(self, x: Tensor) -> Tensor:
            return F.relu(self.token) + F.conv2d(x, torch.ones(1, 1, 3, 3), padding=1)

    traced = trace(Token(), torch.zeros(1, 1, 4, 4))
    fields = {record.op: receptive_field(traced, record) for record in traced.records}
    assert fields["relu"].size == (0, 0)
    assert "none" in fields["relu"].text
    assert fields["add"] == fields["conv2d"] == ReceptiveField((3, 3), (1, 1), (-1, -1), "exact")


def test_branches_that_run_apart_are_bounded() -> None:
    class Apart(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[..., ::2] + x[..., :10]

    found = field(Apart(), 1, 20, 20)
    assert found.status == "upper bound"
    for p in range(10):  # column p adds the columns 2·p and p
        (_, (first, last)) = found.box((0, p))
        assert first <= p
        assert last >= 2 * p


def test_signals_have_one_axis() -> None:
    net = nn.Sequential(nn.Conv1d(1, 2, 5, 2), nn.MaxPool1d(3))
    assert field(net, 1, 50) == ReceptiveField((9,), (6,), (0,), "exact")


def published(name: str, **settings: Any) -> Trace:
    """A network of torchvision on a blank picture; its weights do not matter."""
    from torchvision.models import get_model

    with torch.device("meta"):
        module = get_model(name, weights=None, **settings)
    return on_blank(module.features if name in ("vgg16", "alexnet") else module)  # without their large dense layers


def on_blank(module: nn.Module) -> Trace:
    module = module.to_empty(device="cpu").eval()
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data.zero_()  # what is in fresh memory may be slow to compute with
    return trace(module, torch.zeros(1, 3, 107, 107), budget=0)


def rows(traced: Trace, *paths: str) -> list[tuple[int, int, int]]:
    """Size, stride and effective padding of records, where both axes agree."""
    fields = [receptive_field(traced, traced[path]) for path in paths]
    assert all(len({*f.size}) == len({*f.stride}) == len({*f.offset}) == 1 for f in fields)
    assert all(f.status == "exact" for f in fields)
    return [(f.size[0], int(f.stride[0]), -f.offset[0]) for f in fields]


# What follows is the table of github.com/google-research/receptive_field (RECEPTIVE_FIELD_TABLE.md), the code of Araujo
# et al.: receptive field, effective stride, effective padding of the networks of TF-Slim.


def test_published_vgg16() -> None:
    found = rows(published("vgg16"), *(str(i) for i in (0, 4, 5, 9, 10, 12, 16, 17, 19, 23, 24, 26, 30)))
    assert found == [
        (3, 1, 1),  # conv1_1
        (6, 2, 2),  # pool1
        (10, 2, 4),
        (16, 4, 6),  # pool2
        (24, 4, 10),
        (32, 4, 14),
        (44, 8, 18),  # pool3
        (60, 8, 26),
        (76, 8, 34),
        (100, 16, 42),  # pool4
        (132, 16, 58),
        (164, 16, 74),
        (212, 32, 90),  # pool5
    ]


def test_published_alexnet() -> None:
    # Slim's first convolution has no padding, torchvision's has 2: the fields begin 2 pixels earlier.
    found = rows(published("alexnet"), *(str(i) for i in (0, 2, 3, 6, 8, 10, 12)))
    assert [(size, stride, padding - 2) for size, stride, padding in found] == [
        (11, 4, 0),
        (19, 8, 0),
        (51, 8, 16),
        (99, 16, 32),
        (131, 16, 48),
        (163, 16, 64),
        (195, 32, 64),
    ]


def test_published_inception_v3() -> None:
    traced = published("inception_v3", init_weights=False, aux_logits=False)
    paths = ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1", "Conv2d_3b_1x1"]
    paths += [
        "Conv2d_4a_3x3",
        "maxpool2",
        *(f"Mixed_{block}" for block in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")),
    ]
    assert rows(traced, *paths) == [
        (3, 2, 0),
        (7, 2, 0),
        (11, 2, 2),
        (15, 4, 2),
        (15, 4, 2),
        (23, 4, 2),
        (31, 8, 2),
        (63, 8, 18),
        (95, 8, 34),
        (127, 8, 50),
        (159, 16, 58),
        (351, 16, 154),
        (543, 16, 250),
        (735, 16, 346),
        (927, 16, 442),
        (1055, 32, 490),
        (1183, 32, 554),
        (1311, 32, 618),  # Mixed_7c, before the global pooling
    ]


@pytest.mark.parametrize(("depth", "size"), [(50, 483), (101, 1027), (152, 1507)])
def test_published_resnets(depth: int, size: int) -> None:
    """TF-Slim's ResNets stride in the last block of a stage, torchvision's in the first.

    So in Slim one more 3 × 3 convolution of each stage runs on the coarser map: with the strides moved, torchvision's
    blocks have the published fields.
    """
    from torchvision.models import get_model

    with torch.device("meta"):
        module = get_model(f"resnet{depth}", weights=None)
    for stage in (module.layer2, module.layer3, module.layer4):
        stage[0].conv2.stride = stage[0].downsample[0].stride = (1, 1)
    for stage in (module.layer1, module.layer2, module.layer3):
        stage[-1].conv2.stride = (2, 2)
        stage[-1].downsample = nn.MaxPool2d(1, 2)
    traced = on_blank(module)
    last = [record for record in traced.records if record.path.startswith("layer4")][-1]
    assert [row[:2] for row in rows(traced, last.key)] == [(size, 32)]


@pytest.mark.parametrize(("depth", "size"), [(18, 435), (50, 427), (101, 971), (152, 1451)])
def test_resnets_as_torchvision_builds_them(depth: int, size: int) -> None:
    # 11 after the stem; then, for each 3 × 3, twice the stride on which it runs. The first 3 × 3 of a stage strides
    # itself, so it still runs on the finer map.
    blocks = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}[depth]
    convolutions = 2 if depth == 18 else 1
    expected = 11 + 8 * blocks[0] * convolutions
    for stage, count in enumerate(blocks[1:]):
        fine = 4 * 2**stage
        expected += 2 * fine + 2 * (2 * fine) * (count * convolutions - 1)
    assert expected == size
    traced = published(f"resnet{depth}")
    last = [record for record in traced.records if record.path.startswith("layer4")][-1]
    assert [row[:2] for row in rows(traced, last.key)] == [(size, 32)]


def test_all_records_of_a_trace_are_swept_once() -> None:
    layers = [nn.Conv2d(1, 1, 3, padding=1) for _ in range(300)]
    traced = trace(nn.Sequential(*layers).eval(), torch.zeros(1, 1, 8, 8))
    sizes = [receptive_field(traced, record).size[0] for record in traced.records]
    assert sizes == [2 * n + 1 for n in range(1, 301)]
