"""Channels as plain numbers: by hand, and fast enough to follow the mouse. Random layers: see `test_explain`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core import ops
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace, trace
from cnnviz.slides import Shares, Steps, origin


class Function(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def last(module: nn.Module, x: Tensor, channel: int = 0, folded: bool = False) -> SlidingWindow:
    traced: Trace = trace(module.eval(), x)
    found = ops.sliding_window(traced, traced.records[-1], channel, folded=folded)
    assert found is not None
    return found


def filled(layer: nn.Module, weight: list[float], bias: float = 0.0) -> nn.Module:
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight).view_as(layer.weight))  # type: ignore[operator,union-attr,arg-type]
        if layer.bias is not None:
            layer.bias.fill_(bias)  # type: ignore[operator,union-attr]
    return layer


def test_mirrored_cells_know_where_they_come_from() -> None:
    layer = filled(nn.Conv1d(1, 1, 3, padding=2, padding_mode="reflect"), [1.0, 10.0, 100.0], 0.5)
    found = last(layer, torch.tensor([[[1.0, 2.0, 3.0]]]))
    # Padded: 3 2 | 1 2 3 | 2 1; the first window is 3 2 1.
    assert found.source == -1
    assert found.border == "reflect"
    patch = found.patch((0,))
    assert patch.inputs.tolist() == [[3, 2, 1]]
    assert patch.padding.tolist() == [True, True, False]
    assert patch.places[0].tolist() == [-2, -1, 0]
    assert patch.origins[0].tolist() == [2, 1, 0]
    assert found.value((0,)) == found.captured((0,)) == 123.5
    assert found.partial_maps().tolist() == [[123.0, 212.0, 321.0, 232.0, 123.0]]


def test_zeros_come_from_nowhere() -> None:
    found = last(filled(nn.Conv2d(1, 1, 2, padding=1, bias=False), [1.0, 2, 3, 4]), torch.ones(1, 1, 2, 2))
    patch = found.patch((0, 1))
    assert patch.inputs.tolist() == [[[0, 0], [1, 1]]]
    assert patch.origins[0].tolist() == [-1, 0]
    assert found.bias is None
    assert found.terms((0, 1)).tolist() == [7.0]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_borders_are_those_of_numpy(mode: str) -> None:
    cells = np.arange(5.0)
    names = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    padded = np.pad(cells, 3, names[mode])  # type: ignore[call-overload]
    np.testing.assert_array_equal(cells[origin(np.arange(-3, 8), 5, mode)], padded)  # type: ignore[arg-type]


def test_pooling_windows() -> None:
    x = torch.arange(7.0).view(1, 1, 7)
    uneven = last(nn.AdaptiveMaxPool1d(3), x)
    assert [uneven.places((p,))[0].tolist() for p in range(3)] == [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    assert [uneven.winner((p,)) for p in range(3)] == [(2,), (4,), (6,)]
    average = last(nn.AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False), x)
    assert [average.divided_by((p,)) for p in range(4)] == [2, 3, 3, 2]
    assert [average.value((p,)) for p in range(4)] == [0.5, 2, 4, 5.5]
    assert average.winner((0,)) is None
    assert average.partial_maps().tolist() == [[0.5, 2, 4, 5.5]]
    everything = last(Function(lambda x: x.mean((2, 3))), torch.ones(1, 2, 3, 4), 1)
    assert everything.slides == (Shares(3, 1), Shares(4, 1))
    assert (everything.value((0, 0)), everything.divided_by((0, 0))) == (1.0, 12.0)


def test_minimum_pooling_is_one_step() -> None:
    x = torch.tensor([[1.0, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]])[None, None]
    found = last(Function(lambda x: -F.max_pool2d(-x, 2)), x, folded=True)
    assert (found.kind, found.source) == ("min", -1)
    assert [found.value((y, x)) for y in (0, 1) for x in (0, 1)] == [1, 1, 0, 3]
    assert [found.winner((y, x)) for y in (0, 1) for x in (0, 1)] == [(0, 0), (1, 3), (3, 0), (2, 3)]
    assert found.output.tolist() == [[1, 1], [0, 3]]


def test_only_windows_that_slide_are_given() -> None:
    traced = trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2)), torch.rand(1, 1, 4, 4))
    found = [ops.sliding_window(traced, record, 0) for record in traced.records]
    assert [window is None for window in found] == [False, True, True, True]
    with pytest.raises(CnnvizError, match="no channel 2 in 0: choose one of its 2 channels, 0 to 1"):
        ops.sliding_window(traced, traced.records[0], 2)


def test_numbers_cannot_be_changed() -> None:
    found = last(nn.Conv2d(2, 2, 3), torch.rand(1, 2, 4, 4))
    assert not found.maps.flags.writeable
    assert not found.output.flags.writeable


def test_it_needs_no_torch() -> None:
    code = "import sys, cnnviz.arithmetic; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_a_cell_of_a_large_layer_takes_less_than_a_frame() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(512, 28, 28)).astype(np.float32)
    slides = (Steps(28, 28, 3, 1, 1, 1), Steps(28, 28, 3, 1, 1, 1))
    found = SlidingWindow("sum", 0, np.arange(512), maps, maps[0], slides, rng.normal(size=(512, 3, 3)), 0.1)
    took = []
    for row in range(20):
        start = time.thread_time()
        found.value((row, 5))
        took.append(time.thread_time() - start)
    assert min(took) < 0.002


LARGE: list[tuple[nn.Module, tuple[int, ...], tuple[int, ...] | None]] = [
    (nn.Conv2d(2048, 512, 1), (2048, 7, 7), (3, 3)),
    (nn.Conv2d(512, 512, 3, padding=1), (512, 14, 14), (0, 13)),
    (nn.Linear(25088, 64), (25088,), None),
    (nn.MaxPool2d(3, 2, 1), (64, 112, 112), (5, 6)),
    (nn.AdaptiveAvgPool2d(1), (64, 112, 112), (0, 0)),
    (nn.BatchNorm2d(64), (64, 112, 112), (5, 6)),
    (nn.GroupNorm(32, 64), (64, 112, 112), (5, 6)),
    (nn.Softmax(1), (1000,), None),
]


@pytest.mark.parametrize("number", range(len(LARGE)))
def test_explaining_a_cell_takes_less_than_five_milliseconds(number: int) -> None:
    layer, shape, at = LARGE[number]
    traced = trace(layer.eval(), torch.rand(1, *shape))
    took = []
    for channel in range(10):
        start = time.thread_time()
        ops.explain(traced, traced.records[0], channel=channel, at=at)
        took.append(time.thread_time() - start)
    assert min(took) < 0.005
