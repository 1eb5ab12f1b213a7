"""The sandbox: sizes and counts against torch, small pictures against numbers written down by hand."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz.core.errors import CnnvizError
from cnnviz.core.sandbox import KERNELS, LECTURE, Setting, convolve, outcome, pool
from cnnviz.slides import Border


def test_the_pooling_of_the_lecture() -> None:
    found = pool(LECTURE, Setting(kernel=2, stride=2))
    assert found.output.tolist() == [[7, 7], [6, 8]]
    assert [found.winner(at) for at in np.ndindex(2, 2)] == [(0, 1), (1, 2), (2, 0), (2, 2)]
    assert pool(LECTURE, Setting(kernel=2, stride=2), "min").output.tolist() == [[1, 1], [0, 3]]
    assert pool(LECTURE, Setting(kernel=2, stride=2), "mean").output.tolist() == [[4, 3.5], [2.25, 5]]
    assert found.patch((1, 1)).inputs.tolist() == [[[8, 3], [4, 5]]]


def test_sobel_finds_an_edge() -> None:
    picture = np.zeros((4, 5))
    picture[:, 3:] = 1.0
    upright = convolve(picture, KERNELS["Sobel, vertical edges"], Setting())
    assert upright.output.tolist() == [[0, 4, 4], [0, 4, 4]]
    assert convolve(picture, KERNELS["Sobel, horizontal edges"], Setting()).output.tolist() == [[0, 0, 0], [0, 0, 0]]
    patch = upright.patch((0, 1))
    assert patch.kernels is not None
    assert (patch.inputs * patch.kernels).tolist() == [[[0, 0, 1], [0, 0, 2], [0, 0, 1]]]
    assert upright.value((0, 1)) == upright.captured((0, 1)) == 4.0


def test_blurs_keep_the_brightness_and_edges_none_of_it() -> None:
    sums = {name: round(float(kernel.sum()), 9) for name, kernel in KERNELS.items()}
    assert {name for name, total in sums.items() if total == 1} == {
        "identity",
        "sharpen",
        "box blur",
        "Gauss blur",
        "emboss",
    }
    assert all(total in (0, 1) for total in sums.values())


SETTINGS = list(itertools.product((5, 8), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2)))


@pytest.mark.parametrize("layer", ["convolution", "pooling"])
def test_sizes_counts_and_values_are_those_of_torch(layer: str) -> None:
    torch.manual_seed(0)
    for n, kernel, stride, padding, dilation in SETTINGS:
        x, setting = torch.randn(1, 2, n, n + 1), Setting(layer, kernel, stride, padding, dilation, (2, 3))  # type: ignore[arg-type]
        if layer == "convolution":
            module = nn.Conv2d(2, 3, kernel, stride, padding, dilation)
        elif 2 * padding > kernel:
            continue
        else:
            module = nn.MaxPool2d(kernel, stride, padding, dilation)  # type: ignore[assignment]
        y = module(x).detach()
        found = outcome(setting, (n, n + 1))
        assert found.size == tuple(y.shape[2:])
        assert found.formulas[0].endswith(f"= {y.shape[2]}")
        assert found.parameters[0] == sum(p.numel() for p in module.parameters())
        assert found.dense_parameters[0] == sum(
            p.numel() for p in nn.Linear(x.numel(), y.numel(), device="meta").parameters()
        )
        if layer == "convolution":
            one = convolve(x[0].numpy(), module.weight[1].detach().numpy(), setting, bias=module.bias[1].item())  # type: ignore[index]
            np.testing.assert_allclose(one.output, y[0, 1].numpy(), atol=1e-5)
        else:
            np.testing.assert_array_equal(pool(x[0, 0].numpy(), setting).output, y[0, 0].numpy())


def test_means_with_and_without_padding() -> None:
    x = torch.randn(1, 1, 5, 6)
    for counted in (True, False):
        expected = F.avg_pool2d(x, 3, 2, 1, count_include_pad=counted)[0, 0].numpy()
        found = pool(x[0, 0].numpy(), Setting(kernel=3, stride=2, padding=1), "mean", count_padding=counted)
        np.testing.assert_allclose(found.output, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("border", "mode"), [("reflect", "reflect"), ("replicate", "replicate"), ("circular", "circular")]
)
def test_borders(border: Border, mode: str) -> None:
    x, kernel = torch.randn(1, 1, 4, 5), torch.randn(1, 1, 3, 3)
    expected = F.conv2d(F.pad(x, (2, 2, 2, 2), mode=mode), kernel)[0, 0].numpy()
    found = convolve(x[0, 0].numpy(), kernel[0, 0].numpy(), Setting(padding=2), border=border)
    np.testing.assert_allclose(found.output, expected, atol=1e-6)


def test_formulas_have_their_numbers_and_their_floor() -> None:
    found = outcome(Setting(kernel=3, stride=2, padding=1, dilation=2, channels=(3, 8)), (32, 31))
    assert found.size == (15, 15)
    assert found.formulas == ("⌊(32 − (2·(3 − 1) + 1) + 2·1)/2⌋ + 1 = 15", "⌊(31 − (2·(3 − 1) + 1) + 2·1)/2⌋ + 1 = 15")
    assert found.unread == (1, 0)
    assert found.parameters == (224, "(3·3·3)·8 + 8 = 224")
    assert found.dense_parameters[1] == "(3·32·31)·(8·15·15) + 1,800 = 5,358,600"
    assert outcome(Setting("pooling", 2, 2), (4, 4)).parameters == (0, "0: a pooling learns nothing")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            Setting(kernel=5),
            r"5 × 5 kernel does not fit on 3 rows: take a smaller kernel, or a padding of at least 1\.",
        ),
        (
            Setting(kernel=3, dilation=3),
            "3 × 3 kernel, 7 cells wide with dilation 3, does not fit on 3 rows: .* at least 2",
        ),
        (Setting(kernel=7, padding=1), "does not fit on 3 rows with padding 1: .* at least 2"),
        (Setting("pooling", 3, padding=2), "padding of 2 is more than half of a 3 × 3 window: .* take at most 1"),
        (Setting(stride=0), "The stride has to be at least 1, not 0"),
        (Setting(padding=-1), "The padding has to be at least 0, not -1"),
        (Setting(channels=(0, 1)), "The number of channels has to be at least 1"),
    ],
)
def test_impossible_settings_say_why(setting: Setting, said: str) -> None:
    with pytest.raises(CnnvizError, match=said):
        outcome(setting, (3, 4))


def test_what_does_not_belong_together_says_so() -> None:
    with pytest.raises(CnnvizError, match="one square kernel a map"):
        convolve(np.zeros((2, 4, 4)), np.zeros((3, 3)), Setting())
    with pytest.raises(CnnvizError, match="more cells than the picture has"):
        convolve(np.zeros((3, 3)), np.zeros((3, 3)), Setting(padding=3), border="reflect")


def test_it_needs_no_torch() -> None:
    code = "import sys, cnnviz.core.sandbox, cnnviz.softmax; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
