"""Descriptions of single layers, against numbers worked out by hand."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core import ops
from cnnviz.core.ops import Description
from cnnviz.core.trace import trace


class Function(nn.Module):
    def __init__(self, function: Callable[..., Tensor], *parameters: Tensor) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.ParameterList(parameters)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, *self.weights)


def describe(module: nn.Module | Callable[..., Tensor], *shape: int, at: int = -1) -> Description:
    traced = trace((module if isinstance(module, nn.Module) else Function(module)).eval(), torch.rand(1, *shape))
    return ops.describe(traced, traced.records[at])


def test_the_convolution_of_the_lecture() -> None:
    about = describe(nn.Conv2d(6, 16, 5), 6, 14, 14)
    assert about.short == "Conv 5×5"
    assert about.title == "Conv2d 6 → 16, 5 × 5"
    assert about.family == "conv"
    assert about.hyperparameters == (("Kernel", "5 × 5"), ("Stride", "1"), ("Padding", "0"))
    assert about.size_formula == ("rows and columns ⌊(14 − 5 + 2·0)/1⌋ + 1 = 10",)
    assert (about.parameters, about.parameters_formula) == (2416, "(5·5·6)·16 + 16 = 2,416")
    assert (about.macs, about.macs_formula) == (240_000, "(5·5·6)·(16·10·10) = 240,000")


def test_a_convolution_with_everything() -> None:
    layer = nn.Conv2d(4, 8, (3, 5), stride=(2, 1), padding=(1, 3), dilation=(1, 2), groups=2, bias=False)
    about = describe(layer, 4, 11, 9)
    assert about.title == "Conv2d 4 → 8, 3 × 5, stride 2 × 1, dilation 1 × 2, 2 groups"
    assert dict(about.hyperparameters) == {
        "Kernel": "3 × 5",
        "Stride": "2 × 1",
        "Padding": "1 × 3",
        "Dilation": "1 × 2",
        "Groups": "2",
        "Bias": "none",
    }
    # (11 − 3 + 2)/2 = 5, and 1 more; 9 − 9 + 6 and 1 more.
    assert about.size_formula == ("rows ⌊(11 − 3 + 2·1)/2⌋ + 1 = 6", "columns ⌊(9 − (2·(5 − 1) + 1) + 2·3)/1⌋ + 1 = 7")
    assert (about.parameters, about.parameters_formula) == (3 * 5 * 2 * 8, "(3·5·2)·8 = 240")
    assert about.macs == 3 * 5 * 2 * 8 * 6 * 7


def test_depthwise_and_same_padding() -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using padding='same' with even kernel")
        about = describe(nn.Conv2d(3, 3, 4, padding="same", groups=3), 3, 8, 8)
    assert about.short == "Depthwise 4×4"
    assert about.title == "Conv2d 3 → 3, 4 × 4, depthwise"
    assert ("Padding", "same: 1 before and 2 after") in about.hyperparameters
    assert about.size_formula == ("rows and columns ⌊(8 − 4 + 1 + 2)/1⌋ + 1 = 8",)
    assert describe(nn.Conv2d(3, 3, 3, padding="valid"), 3, 8, 8).size_formula[0].endswith("+ 2·0)/1⌋ + 1 = 6")


def test_convolutions_of_one_and_three_dimensions() -> None:
    one = describe(nn.Conv1d(2, 4, 3, stride=2), 2, 9)
    assert (one.title, one.size_formula) == ("Conv1d 2 → 4, 3, stride 2", ("positions ⌊(9 − 3 + 2·0)/2⌋ + 1 = 4",))
    assert one.macs == 3 * 2 * 4 * 4
    three = describe(nn.Conv3d(1, 2, (1, 3, 3)), 1, 2, 5, 6)
    assert [line.split()[0] for line in three.size_formula] == ["planes", "rows", "columns"]
    assert three.macs == 9 * 2 * 2 * 3 * 4


def test_transposed_convolution() -> None:
    about = describe(nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1, groups=2), 8, 5, 5)
    assert about.title == "ConvTranspose2d 8 → 4, 3 × 3, stride 2, 2 groups"
    assert about.size_formula == ("rows and columns (5 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1 = 10",)
    assert about.parameters == 8 * 2 * 9 + 4
    assert about.macs == 8 * 2 * 9 * 25  # every input cell meets every weight of its channel once
    assert ("Output padding", "1") in about.hyperparameters


@pytest.mark.parametrize(
    ("layer", "size", "formula"),
    [
        (nn.MaxPool2d(2), 14, "⌊(14 − 2 + 2·0)/2⌋ + 1 = 7"),
        (nn.MaxPool2d(3, 2, 1), 112, "⌊(112 − 3 + 2·1)/2⌋ + 1 = 56"),
        (nn.MaxPool2d(3, 2, ceil_mode=True), 112, "⌈(112 − 3 + 2·0)/2⌉ + 1 = 56"),
        (nn.MaxPool2d(2, 2, dilation=2), 9, "⌊(9 − (2·(2 − 1) + 1) + 2·0)/2⌋ + 1 = 4"),
        (
            nn.AvgPool2d(2, 2, 1, ceil_mode=True),
            7,
            "⌈(7 − 2 + 2·1)/2⌉ + 1 − 1 (the last window would begin in the padding) = 4",
        ),
        (nn.AdaptiveAvgPool2d(1), 7, "one window of all 7 = 1"),
        (nn.AdaptiveAvgPool2d(3), 9, "9 cells in windows of 9/3 = 3, that is 3"),
        (nn.AdaptiveMaxPool2d(7), 7, "7, each cell by itself"),
        (nn.AdaptiveAvgPool2d(6), 13, "window i from ⌊13·i/6⌋ up to ⌈13·(i + 1)/6⌉, 3 wide, i = 0 … 5: 6"),
        (nn.AdaptiveAvgPool2d(3), 7, "window i from ⌊7·i/3⌋ up to ⌈7·(i + 1)/3⌉, 3 wide, i = 0 … 2: 3"),
        (nn.AdaptiveAvgPool2d(4), 5, "window i from ⌊5·i/4⌋ up to ⌈5·(i + 1)/4⌉, 2 wide, i = 0 … 3: 4"),
        (nn.AdaptiveAvgPool2d(5), 8, "window i from ⌊8·i/5⌋ up to ⌈8·(i + 1)/5⌉, 2 to 3 wide, i = 0 … 4: 5"),
    ],
)
def test_sizes_of_poolings(layer: nn.Module, size: int, formula: str) -> None:
    about = describe(layer, 2, size, size)
    assert about.size_formula == (f"rows and columns {formula}",)
    assert about.family == "pool"
    assert about.parameters == about.macs == 0


def test_poolings_in_words() -> None:
    assert describe(nn.MaxPool2d(3, 2), 1, 9, 9).short == "MaxPool 3"
    assert describe(nn.MaxPool2d((2, 3)), 1, 9, 9).short == "MaxPool 2×3"
    about = describe(nn.AvgPool2d(3, 2, 1, count_include_pad=False), 1, 9, 9)
    assert about.title == "AvgPool2d 3 × 3, stride 2"
    assert ("Mean", "padding is left out") in about.hyperparameters
    assert describe(nn.AdaptiveAvgPool2d(1), 4, 7, 7).short == "Global average"
    assert describe(nn.AdaptiveAvgPool2d(3), 4, 7, 7).short == "AvgPool →3×3"
    mean = describe(nn.Sequential(nn.Conv2d(4, 4, 1), Function(lambda x: x.mean((2, 3)))), 4, 7, 5)
    assert (mean.short, mean.title) == ("Global average", "Mean over rows and columns")
    assert mean.size_formula == ("7 × 5 = 35 values become 1",)
    assert describe(lambda x: F.lp_pool2d(x, 2, 3, 1), 1, 5, 5, at=-1).short  # it is made of other operations


def test_norms() -> None:
    batch = describe(nn.BatchNorm2d(64), 64, 5, 5)
    assert (batch.short, batch.title) == ("BatchNorm", "BatchNorm2d 64")
    assert (batch.parameters, batch.parameters_formula) == (128, "2·64 = 128, scale and shift")
    assert ("ε", "1e−05") in batch.hyperparameters
    assert ("Mean and variance", "measured in training") in batch.hyperparameters
    plain = describe(nn.BatchNorm2d(4, affine=False, track_running_stats=False), 4, 5, 5)
    assert plain.parameters == 0
    assert {("Scale and shift", "none"), ("Mean and variance", "of this batch")} <= set(plain.hyperparameters)
    assert ("Groups", "2 of 4 channels") in describe(nn.GroupNorm(2, 8), 8, 5, 5).hyperparameters
    assert describe(nn.LayerNorm([8, 5, 5]), 8, 5, 5).title == "LayerNorm over 8 × 5 × 5"
    assert describe(nn.LocalResponseNorm(5), 8, 5, 5).family in ("norm", "join")  # torch may show its parts


def test_dense() -> None:
    about = describe(nn.Linear(400, 120), 400)
    assert (about.short, about.title, about.family) == ("Dense", "Dense (Linear) 400 → 120", "dense")
    assert (about.parameters, about.parameters_formula) == (48_120, "400·120 + 120 = 48,120")
    assert (about.macs, about.macs_formula) == (48_000, "400·120 = 48,000")
    tokens = describe(nn.Linear(6, 4, bias=False), 10, 6)
    assert tokens.macs == 6 * 4 * 10
    assert set(tokens.hyperparameters) == {("Bias", "none"), ("Applied at", "10 positions, with the same weights")}


def test_activations_say_their_formula() -> None:
    assert describe(nn.ReLU(), 4, 5, 5).title == "ReLU: max(0, x)"
    assert describe(nn.ReLU6(), 4, 5, 5).short == "ReLU6"
    assert describe(nn.Hardtanh(), 4, 5, 5).short == "Hardtanh"
    assert ("Slope below 0", "0.2") in describe(nn.LeakyReLU(0.2), 4, 5, 5).hyperparameters
    prelu = describe(nn.PReLU(4), 4, 5, 5)
    assert (prelu.family, prelu.parameters) == ("activation", 4)
    assert describe(nn.GLU(1), 4, 5, 5).size_formula == ("4/2 = 2",)


def test_joins() -> None:
    assert describe(lambda x: x + 1, 4, 5, 5).title == "Add: x + 1"
    cat = describe(nn.Sequential(nn.Conv2d(4, 4, 1), Function(lambda x: torch.cat([x, F.relu(x), x], 1))), 4, 5, 5)
    assert (cat.short, cat.title) == ("Concat", "Concatenate 3 along the channels")
    assert cat.size_formula == ("channels 4 + 4 + 4 = 12",)
    scaled = describe(Function(lambda x, w: x * w, torch.ones(4, 1, 1)), 4, 5, 5)
    assert (scaled.parameters, scaled.parameters_formula) == (4, "4·1·1 = 4")
    gated = describe(lambda x: x * x.mean((2, 3), keepdim=True), 4, 5, 5)
    assert gated.size_formula == ("the smaller one is repeated along the axes where it has size 1",)


def test_shapes() -> None:
    flat = describe(nn.Flatten(), 16, 5, 5)
    assert (flat.title, flat.size_formula) == ("Flatten 16 × 5 × 5 → 400", ("16·5·5 = 400",))
    assert describe(lambda x: x.chunk(2, 1)[1], 7, 5, 5).size_formula == ("3 of 7, from 4 on",)
    assert describe(lambda x: x.split([2, 5], 1)[1], 7, 5, 5).size_formula == ("5 of 7, from 2 on",)
    assert describe(nn.ZeroPad2d((1, 2, 3, 4)), 1, 5, 5).size_formula == (
        "rows 3 + 5 + 4 = 12",
        "columns 1 + 5 + 2 = 8",
    )
    assert "hands its input on" in describe(nn.Dropout(), 4).title


@pytest.mark.parametrize(
    ("function", "title", "size"),
    [
        (lambda x: F.pad(x, (1, 0, 0, 2), mode="reflect"), "Pad, reflect", "rows 0 + 6 + 2 = 8"),
        (lambda x: F.pixel_shuffle(x, 2), "Pixel shuffle 4 × 6 × 6 → 1 × 12 × 12", ""),
        (lambda x: F.channel_shuffle(x, 2), "Channel shuffle, 2 groups", ""),
        (lambda x: F.interpolate(x, scale_factor=2), "Resize 6 × 6 → 12 × 12, nearest", ""),
        (lambda x: x.permute(0, 2, 3, 1), "Permute 4 × 6 × 6 → 6 × 6 × 4", ""),
        (lambda x: x[:, 1:], "Part of 4 × 6 × 6", ""),
        (lambda x: x.select(1, 2), "Select 2 of 4 × 6 × 6", ""),
        (lambda x: x.unbind(1)[3], "Unbind 3 of 4 × 6 × 6", ""),
        (lambda x: x.tensor_split(3, 1)[2], "Part 2 of a tensor_split of 4 × 6 × 6", "1 of 4, from 3 on"),
        (lambda x: x.tensor_split((1, 2), 1)[2], "Part 2 of a tensor_split of 4 × 6 × 6", "2 of 4, from 2 on"),
        (lambda x: x.split(3, 1)[1], "Part 1 of a split of 4 × 6 × 6", "1 of 4, from 3 on"),
        (lambda x: x.expand(2, 4, 6, 6), "Expand 1 × 4 × 6 × 6 → 2 × 4 × 6 × 6", ""),
        (lambda x: torch.stack([x, x]), "Stack 2 along a new axis", ""),
        (lambda x: x.masked_fill(torch.ones(6, 6, dtype=torch.bool), 0), "Fill where a mask says so", ""),
        (lambda x: x @ x, "Matrix product 6 × 6 · 6 × 6", ""),
        (lambda x: F.normalize(x), "Normalize to length 1 (p = 2)", ""),
        (lambda x: F.local_response_norm(x, 3), "LocalResponseNorm over 3 channels", ""),
        (lambda x: F.instance_norm(x, eps=0.1), "InstanceNorm 4 channels", ""),
        (lambda x: F.rms_norm(x, (6,)), "RMSNorm over 6", ""),
        (lambda x: F.log_softmax(x.mean((2, 3)), 1), "LogSoftmax over 4 channels", ""),
        (lambda x: 1 - x, "Subtract: 1 − x", ""),
        (lambda x: torch.einsum("nchw,ncij->nhwij", x, x), "Einsum nchw,ncij->nhwij", ""),
        (lambda x: F.scaled_dot_product_attention(x, x, x), "Attention, 4 heads of 6", ""),
        (lambda x: F.lp_pool2d(x, 2, 3, 2), "LPPool2d 3 × 3, stride 2", "rows and columns ⌊(6 − 3 + 2·0)/2⌋ + 1 = 2"),
    ],
)
def test_titles(function: Callable[[Tensor], Tensor], title: str, size: str) -> None:
    about = describe(nn.Sequential(nn.Conv2d(4, 4, 1), Function(function), Function(lambda x: x + 0)), 4, 6, 6, at=-2)
    assert about.title == title
    assert (about.size_formula or ("",))[0] == size


def test_products_count_their_multiply_adds() -> None:
    assert describe(lambda x: x @ x.transpose(2, 3), 4, 6, 5).macs == 4 * 6 * 6 * 5
    assert describe(lambda x: torch.einsum("nchw,ncij->nhwij", x, x), 4, 6, 5).macs == 4 * 30 * 30
    attention = describe(lambda x: F.scaled_dot_product_attention(x, x, x), 2, 7, 3)
    assert (attention.macs, attention.macs_formula) == (2 * 7 * 7 * 6, "1·2·7·7·(3 + 3) = 588")
    bias = describe(lambda x: torch.baddbmm(torch.zeros(1), x[0], x[0]), 4, 6, 6)
    assert bias.macs == 4 * 6 * 6 * 6


def test_softmax() -> None:
    about = describe(nn.Sequential(nn.Flatten(), nn.Linear(20, 10), nn.Softmax(1)), 4, 5, 1)
    assert (about.short, about.title, about.family) == ("Softmax", "Softmax over 10 units", "softmax")
    assert about.hyperparameters == (("Formula", "e^(xᵢ) / Σⱼ e^(xⱼ)"),)


def test_what_no_family_knows_is_described_in_general() -> None:
    about = describe(Function(torch.linalg.matrix_exp), 3, 3)
    assert about == Description(
        short="Linalg matrix exp",
        family="other",
        parameters=0,
        macs=0,
        title="Linalg matrix exp",
        hyperparameters=(),
        size_formula=(),
        parameters_formula="",
        macs_formula="",
    )
    learned = describe(Function(torch.logaddexp, torch.ones(3, 3)), 2, 3, 3)
    assert (learned.family, learned.parameters, learned.parameters_formula) == ("other", 9, "3·3 = 9")


def test_weights_that_are_computed_are_counted_where_they_enter() -> None:
    layer = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3))
    traced = trace(layer.eval(), torch.rand(1, 3, 8, 8))
    assert sum(ops.describe(traced, record).parameters for record in traced.records) == 4 * 3 * 9 + 4 + 4


def test_a_list_asks_for_less_and_once() -> None:
    traced = trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).eval(), torch.rand(1, 1, 5, 5))
    first, second = (tuple(ops.head(traced, record) for record in traced.records) for _ in range(2))
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert first == (ops.Head("Conv 3×3", "conv", 2 * 9 + 2, 2 * 9 * 3 * 3), ops.Head("ReLU", "activation", 0, 0))
