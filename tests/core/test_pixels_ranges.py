from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core.maps import Extents, extents, extents_of, maps_of, maps_shape, notes_of
from cnnviz.core.pixels import layer_scale, paint, range_of, scale_of
from cnnviz.core.ranges import origins, shared_by, stretched
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import ZERO


class Network(nn.Module):
    """Everything that hands on a scale: in-place ReLU, pooling, dropout, concatenation, addition, flatten."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)
        self.left = nn.Conv2d(4, 2, 1)
        self.right = nn.Conv2d(4, 3, 1)
        self.drop = nn.Dropout()
        self.dense = nn.Linear(45, 6)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(self.relu(self.norm(self.first(x))))
        x = torch.cat([F.relu(self.left(x)), self.right(x)], 1)
        x = self.dense(self.drop(torch.flatten(x, 1)))
        return torch.softmax(x, 1)


@pytest.fixture(scope="module")
def passed() -> Trace:
    torch.manual_seed(3)
    return trace(Network().eval(), torch.randn(1, 3, 8, 8))


def limit_of(values: np.ndarray) -> float:
    """Largest magnitude."""
    return float(np.abs(values).max())


def test_a_convolution_has_a_symmetric_range_of_its_own(passed: Trace) -> None:
    conv = passed["first"]
    assert range_of(passed, conv)[:3] == (-limit_of(conv.numpy()), limit_of(conv.numpy()), True)
    assert shared_by(passed, conv) == "layer"


def test_relu_and_pooling_inherit_the_range_of_the_normalisation_before_them(passed: Trace) -> None:
    expected = range_of(passed, passed["norm"])
    assert expected.signed
    for name in ("relu", "pool"):
        assert range_of(passed, passed[name]) == expected
        assert shared_by(passed, passed[name]) == "this layer and 1 · batch_norm"
    assert (passed["relu"].numpy() >= 0).all()
    assert (
        paint(passed["relu"].numpy(), expected.low, expected.high).min() == ZERO
    )  # what was cut away is the neutral colour


def test_a_concatenation_has_the_common_range_of_its_parts(passed: Trace) -> None:
    both = next(r for r in passed.records if r.op == "cat")
    expected = max(limit_of(passed["left"].numpy()), limit_of(passed["right"].numpy()))
    assert range_of(passed, both)[:3] == (-expected, expected, True)
    assert shared_by(passed, both) == "this layer and the 2 that it joins"
    assert origins(passed, both) == (passed["left"].index, passed["right"].index)
    assert range_of(passed, passed["drop"]) == range_of(passed, both)


def test_probabilities_start_at_zero(passed: Trace) -> None:
    last = passed.records[-1]
    low, high, signed, _ = range_of(passed, last)
    assert (low, signed) == (0, False)
    assert high == float(last.output.max())
    assert layer_scale(passed, last).colormap == "viridis"
    assert layer_scale(passed, last, "vik").colormap == "batlow"


def test_the_picture_has_a_range_and_gives_it_to_what_pools_it() -> None:
    traced = trace(nn.Sequential(nn.MaxPool2d(2)), torch.randn(1, 1, 4, 4))
    assert range_of(traced, traced.records[0]) == range_of(traced, None)
    assert shared_by(traced, traced.records[0]) == "this layer and the picture"


def test_an_origin_that_was_not_kept_gives_no_scale() -> None:
    torch.manual_seed(0)
    traced = trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), torch.randn(1, 1, 6, 6))
    traced.records[0].drop()
    assert range_of(traced, traced.records[1]).signed is False
    assert shared_by(traced, traced.records[1]) == "layer"


def test_nan_and_infinity_do_not_spoil_the_range() -> None:
    values = np.zeros((5, 2, 2), np.float32)
    values[0] = [[1, -2], [np.nan, 0]]
    values[1] = [[np.inf, -1], [0, 0.5]]
    values[2] = np.nan
    values[3] = 0.3125
    found = extents_of(values)
    assert found.low.tolist() == [-2, -1, 0, 0.3125, 0]
    assert found.high.tolist() == [1, 0.5, 0, 0.3125, 0]
    assert found.notes == ("NaN", "infinite", "NaN", "constant 0.312", "dead")
    assert notes_of(values) == found.notes


def test_single_values_are_not_called_dead() -> None:
    assert notes_of(np.array([0, 1, np.nan], np.float32)) == ("", "", "NaN")
    assert notes_of(np.zeros((2, 1, 1), np.float32)) == ("", "")
    assert extents_of(np.zeros((2, 0, 3), np.float32)).notes == ("", "")


def test_a_layer_of_zeros_still_has_a_scale() -> None:
    assert scale_of(np.zeros((2, 3), np.float32)).high == 1
    assert scale_of(np.full((2, 3), np.nan, np.float32)).high == 1
    signed = scale_of(np.array([1, 2], np.float32), signed=True, shared_by="filter")
    assert (signed.low, signed.high, signed.signed, signed.shared_by) == (-2, 2, True, "filter")
    assert scale_of(np.array([-3, 2], np.float32)).low == -3


@pytest.mark.parametrize("signed", [True, False])
def test_contrast_goes_from_the_layer_to_each_map_and_zero_stays(signed: bool) -> None:
    from cnnviz.core.ranges import Range

    whole = Range(-8.0 if signed else 0.0, 8.0, signed)
    low = np.array([-2, 0, 0, 1], np.float32) * signed
    maps = Extents(low, np.array([0.5, 8, 0, 1], np.float32), ("", "", "dead", "constant 1"))
    own = 2.0 if signed else 0.5
    none, half, all_ = (stretched(whole, maps, t)[:, 1].tolist() for t in (0.0, 0.5, 1.0))
    assert none == [8, 8, 8, 8]
    assert half[0] == pytest.approx((8 * own) ** 0.5)  # halfway between magnitudes
    assert all_[:2] == pytest.approx([own, 8])
    assert all_[2] == 8  # a dead map has nothing to stretch
    ranges = stretched(whole, maps, 0.7)
    assert np.array_equal(ranges[:, 0], -ranges[:, 1] if signed else np.zeros(4))


def test_axes_decide_what_a_map_is() -> None:
    class Turned(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            last = x.permute(0, 2, 3, 1) + 0
            return last.flatten(1, 2) * 1

    traced = trace(Turned(), torch.randn(1, 3, 4, 5))
    turned = next(r for r in traced.records if r.op == "add")
    tokens = traced.records[-1]
    assert maps_of(traced, turned).shape == (3, 4, 5) == maps_shape(turned)
    assert np.array_equal(maps_of(traced, turned), traced.input[0].numpy())
    assert maps_of(traced, tokens).shape == (1, 20, 3) == maps_shape(tokens)
    assert maps_of(traced, None).shape == (3, 4, 5)
    assert extents(traced, turned) is extents(traced, turned)


def test_a_layer_without_a_finite_value_has_an_empty_scale():
    module = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 1)).eval()
    with torch.no_grad():
        module[0].bias[0] = torch.nan
    traced = trace(module, torch.rand(1, 1, 5, 5))
    assert [layer_scale(traced, record).empty for record in traced.records] == [False, False, True]
    assert extents_of(np.full((2, 1, 3), np.inf, np.float32)).empty
    assert not extents_of(np.zeros((0, 1, 3), np.float32)).empty
    assert scale_of(np.full((2, 2), np.nan, np.float32)).empty
    assert not scale_of(np.zeros((2, 2), np.float32)).empty
