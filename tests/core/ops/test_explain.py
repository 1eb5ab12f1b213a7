"""Explained values against what torch computed: single layers by hand, thousands of random layers, whole networks."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core import ops
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops import Explanation
from cnnviz.core.ops.explanation import axes_of
from cnnviz.core.record import Record
from cnnviz.core.trace import Trace, TraceError, trace


class Function(nn.Module):
    def __init__(self, function: Callable[..., Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def traced(module: nn.Module | Callable[..., Tensor], x: Tensor) -> Trace:
    return trace((module if isinstance(module, nn.Module) else Function(module)).eval(), x)


def agrees(explanation: Explanation) -> None:
    terms = explanation.terms.values
    scale = np.abs(terms).sum() + abs(explanation.bias)
    if not explanation.sums:  # the terms are what went in: a sigmoid of almost nothing is a half
        scale = max(scale, abs(explanation.value))
    assert abs(explanation.difference) <= 1e-5 * scale, explanation.formula
    assert explanation.agrees
    if explanation.sums:
        assert terms.sum() + explanation.bias == pytest.approx(explanation.value, rel=1e-9, abs=1e-9 * scale)


def cells(record: Record, count: int, seed: int = 0) -> list[tuple[int, tuple[int, ...]]]:
    rng = np.random.default_rng(seed)
    channel, places = axes_of(record)
    sizes = [record.shape[axis] for axis in places]
    n = 1 if channel is None else record.shape[channel]
    return [(int(rng.integers(n)), tuple(int(rng.integers(size)) for size in sizes)) for _ in range(count)]


def check(trace_: Trace, record: Record, count: int = 8, seed: int = 0) -> None:
    for channel, at in cells(record, count, seed):
        found = ops.explain(trace_, record, channel=channel, at=at)
        agrees(found)
        slides_alike(found, ops.sliding_window(trace_, record, channel), at)


def slides_alike(found: Explanation, window: SlidingWindow | None, at: tuple[int, ...]) -> None:
    """The plain numbers give what the explanation gives."""
    if window is None:
        assert "conv" not in found.op
        return
    at = at or (0,) * len(window.slides)  # a mean over whole maps
    assert found.patch is not None or found.op in ("mean", "amax")
    scale = np.abs(found.terms.values).sum() + abs(found.bias) + abs(found.value) + 1e-30
    assert window.value(at) == pytest.approx(found.value, rel=1e-12, abs=1e-12 * scale)
    assert window.captured(at) == found.captured
    if window.kernels is not None:
        np.testing.assert_allclose(window.terms(at), found.terms.values, rtol=1e-12, atol=1e-12 * scale)
        parts = window.partial_maps()[(slice(None), *at)]
        np.testing.assert_allclose(parts, found.terms.values, rtol=1e-4, atol=1e-5 * scale)
        np.testing.assert_array_equal(window.partial_maps([0])[(0, *at)], parts[0])
        if window.border == "zeros":
            assert window.source == found.terms[0].source
            np.testing.assert_array_equal(window.channels, found.terms.channels)
            np.testing.assert_array_equal(window.patch(at).inputs, found.patch.inputs)  # type: ignore[union-attr]
            np.testing.assert_array_equal(window.patch(at).padding, found.patch.padding)  # type: ignore[union-attr]
    if window.output.size < 100:
        peak = float(np.abs(window.output).max())
        np.testing.assert_allclose(window.computed(), window.output, rtol=1e-4, atol=1e-5 * (scale + peak))
    if window.kind == "max" and found.facts:
        assert window.winner(at) == tuple(int(place) for _, place in found.facts)


def explain(module: nn.Module | Callable[..., Tensor], x: Tensor, channel: int, *at: int) -> Explanation:
    trace_ = traced(module, x)
    return ops.explain(trace_, trace_.records[-1], channel=channel, at=at or None)


def test_a_convolution_by_hand() -> None:
    layer = nn.Conv2d(2, 1, 2, padding=1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]], [[-1.0, 0.0], [0.0, 1.0]]]]))
        layer.bias.fill_(0.5)
    x = torch.arange(8.0).view(1, 2, 2, 2)
    found = explain(layer, x, 0, 0, 1)  # the window begins one row above the map
    # Channel 0: 3·0 + 4·1; channel 1: 0·4 + 1·5, rows above are padding.
    assert [term.value for term in found.terms] == [4.0, 5.0]
    assert [(term.channel, term.source) for term in found.terms] == [(0, -1), (1, -1)]
    assert (found.bias, found.value, found.captured, found.difference) == (0.5, 9.5, 9.5, 0.0)
    assert found.formula == "y[0, 0, 1] = Σ of 2 channels (9) + bias (0.5) = 9.5"
    assert found.patch is not None
    assert found.patch.padding.tolist() == [[True, True], [False, False]]
    assert [at.tolist() for at in found.patch.places] == [[-1, 0], [0, 1]]
    assert found.patch.inputs.tolist() == [[[0, 0], [0, 1]], [[0, 0], [4, 5]]]
    assert found.as_dict() == {
        "op": "conv2d",
        "formula": found.formula,
        "terms": [{"channel": 0, "value": 4.0}, {"channel": 1, "value": 5.0}],
        "bias": 0.5,
        "value": 9.5,
        "captured": 9.5,
        "difference": 0.0,
    }


def test_the_pooling_of_the_lecture() -> None:
    x = torch.tensor([[1.0, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]])[None, None]
    values = [explain(nn.MaxPool2d(2), x, 0, y, x_) for y in (0, 1) for x_ in (0, 1)]
    assert [found.value for found in values] == [7, 7, 6, 8]
    assert dict(values[0].facts) == {"winner row": 0, "winner column": 1}
    assert "max of 4 = 7, at (0, 1)" in values[0].formula
    assert [term.at for term in values[0].terms] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_averages_leave_padding_out_when_they_are_told_to() -> None:
    x = torch.ones(1, 1, 4, 4)
    assert explain(nn.AvgPool2d(3, 1, 1), x, 0, 0, 0).value == pytest.approx(4 / 9)
    assert explain(nn.AvgPool2d(3, 1, 1, count_include_pad=False), x, 0, 0, 0).value == 1.0
    assert dict(explain(nn.AvgPool2d(3, 1, 1, divisor_override=2), x, 0, 0, 0).facts) == {"divisor": 2.0}


def test_formulas_are_written_as_people_write_them() -> None:
    x = torch.full((1, 2, 2, 2), -0.5)
    assert explain(nn.ReLU(), x, 0, 0, 0).formula == "y[0, 0, 0] = 0: max(0, x), x = −0.5"
    assert explain(lambda x: x - x.abs(), x, 0, 0, 0).formula.endswith("= −0.5 − 0.5 = −1")
    assert explain(lambda x: torch.add(x, x.relu(), alpha=-3), x + 1, 0, 0, 0).formula.endswith("= 0.5 − 1.5 = −1")
    assert explain(lambda x: x * 3, x, 0, 0, 0).formula.endswith("= (−0.5) × 3 = −1.5")
    assert explain(lambda x: torch.maximum(x, -x), x, 0, 0, 0).formula.endswith("= max(−0.5, 0.5) = 0.5")
    norm = explain(nn.BatchNorm2d(2, eps=0.25), x, 0, 0, 0).formula
    assert norm == "y[0, 0, 0] = (−0.5 + 0)/√(1 + 0.25)·1 + 0 = −0.4472"


def test_batch_norm_folds_into_a_factor_and_a_bias() -> None:
    layer = nn.BatchNorm2d(3)
    with torch.no_grad():
        layer.running_mean.copy_(torch.tensor([0.0, 2.0, 0.0]))
        layer.running_var.copy_(torch.tensor([1.0, 4.0, 1.0]))
        layer.weight.fill_(3.0)
        layer.bias.fill_(1.0)
    found = explain(layer, torch.full((1, 3, 2, 2), 5.0), 1, 0, 0)
    assert found.value == pytest.approx((5 - 2) / 2 * 3 + 1, rel=1e-5)
    assert found.terms[0].value == pytest.approx(5 * 3 / 2, rel=1e-5)
    assert found.bias == pytest.approx(1 - 2 * 3 / 2, rel=1e-4)
    assert dict(found.facts)["variance"] == 4.0


def test_the_evidence_of_a_dense_layer_names_its_inputs() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
    with torch.no_grad():
        net[1].weight.copy_(torch.tensor([[1.0, 2, 3, 4], [0, 0, 0, 0]]))
        net[1].bias.copy_(torch.tensor([10.0, 0]))
    found = explain(net, torch.tensor([1.0, 1, 2, 2]).view(1, 1, 2, 2), 0)
    assert [tuple(term) for term in found.terms] == [(0, 1.0, 0, ()), (1, 2.0, 0, ()), (2, 6.0, 0, ()), (3, 8.0, 0, ())]
    assert (found.bias, found.value) == (10.0, 27.0)
    assert [term.value for term in found.terms[1:3]] == [2.0, 6.0]


def test_softmax_and_cross_entropy_of_the_lecture() -> None:
    # Four score vectors with their true classes, and the losses that the lecture prints (the third rounded down there).
    table = [((3, 1, -1, -1), 0, 0.16), ((3, 3, 1, 0), 1, 0.78), ((1, 1, 1, 1), 2, 1.386), ((3, 2, 3, -1), 3, 4.87)]
    for scores, true, loss in table:
        x = torch.tensor([scores], dtype=torch.float32)
        assert -explain(nn.LogSoftmax(1), x, true).value == pytest.approx(loss, abs=6e-3)
        assert -math.log(explain(nn.Softmax(1), x, true).value) == pytest.approx(loss, abs=6e-3)
    large = explain(nn.Softmax(1), torch.tensor([[1000.0, 1001.0]]), 1)
    assert large.value == pytest.approx(1 / (1 + math.exp(-1)))
    assert dict(large.facts)["largest"] == 1001.0


class Assigning(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 1
        y[:, 1, :, ::2] = x[:, 0, :, :2]
        y[:, 2] = 7
        z = y + 0
        z.zero_()
        return y + z.fill_(0.5)


def test_assignments_to_parts() -> None:
    trace_ = traced(Assigning(), torch.randn(1, 3, 3, 4))
    assert {"setitem", "zero", "fill"} <= {record.op for record in trace_.records}
    for record in trace_.records:
        check(trace_, record, 20)
    parts = [record for record in trace_.records if record.op == "setitem"]
    replaced = ops.explain(trace_, parts[0], channel=1, at=(2, 2))
    assert "= replaced: x[" in replaced.formula
    assert replaced.value == trace_.input[0, 0, 2, 1].item()
    assert ops.explain(trace_, parts[1], channel=2, at=(0, 0)).formula == "y[2, 0, 0] = 7, replaced"
    assert ops.explain(trace_, parts[1], channel=0, at=(0, 0)).formula.startswith(
        "y[0, 0, 0] = not replaced: x[0, 0, 0]"
    )


def test_joins() -> None:
    x = torch.arange(8.0).view(1, 2, 2, 2)
    both = explain(lambda x: F.relu(x) + 2 * x, x, 1, 0, 1)
    assert [(term.channel, term.value, term.source) for term in both.terms] == [(1, 5.0, 0), (1, 10.0, 1)]
    assert "= 5 + 10 = 15" in both.formula
    cat = explain(lambda x: torch.cat([x, F.relu(x)], 1), x, 3, 1, 0)
    assert [tuple(term) for term in cat.terms] == [(1, 6.0, 0, (1, 0))]
    assert cat.formula == "y[3, 1, 0] = branch 2 of 2, relu: x[1, 1, 0] = 6"
    turned = explain(lambda x: 1 - x, x, 1, 1, 1)
    assert (turned.value, turned.bias, turned.terms[0].value) == (-6.0, 1.0, -7.0)
    gated = explain(lambda x: x * x.mean((2, 3), keepdim=True), x, 1, 0, 0)
    assert [term.value for term in gated.terms] == [4.0, 5.5]
    assert gated.value == 22.0
    assert not gated.sums


ELEMENTWISE: list[Callable[[Tensor], Tensor]] = [
    lambda x: 3 - x,
    lambda x: 2 / (x + 4),
    lambda x: x / 3,
    lambda x: torch.sub(x, x.flip(3), alpha=2),
    lambda x: (x + 4) ** 2,
    lambda x: 2**x,
    lambda x: torch.maximum(x, x.flip(2)),
    lambda x: torch.minimum(x, x.roll(1, 3)),
    lambda x: x + torch.ones(4, 1, 1),
    lambda x: torch.stack([x, -x], 1),
    lambda x: x.mean((2, 3)),
    lambda x: x.sum(1, keepdim=True),
    lambda x: x.amax(dim=-1),
    lambda x: x.mean(),
    lambda x: x.var(1) + x.std((2, 3), keepdim=True),
    lambda x: x.std(2, correction=0) + x.var(3, False),
    lambda x: x.logsumexp(1),
    lambda x: x.flatten(2).transpose(1, 2) @ x.flatten(2),
    lambda x: F.softmax(x.flatten(2), dim=-1),
    lambda x: F.normalize(x, dim=2),
    lambda x: x.permute(0, 2, 3, 1),
    lambda x: x.view(1, 2, 2, 6, 6).transpose(1, 2).reshape(1, 4, 6, 6),
    lambda x: x.movedim(1, -1),
    lambda x: x.chunk(3, 1)[1],
    lambda x: x.split([1, 3], 1)[1],
    lambda x: x.tensor_split(4, 3)[2],
    lambda x: x.unbind(2)[3],
    lambda x: x.select(1, -1),
    lambda x: x.narrow(2, 1, 3),
    lambda x: x[:, 1:3, ::2],
    lambda x: x[:, 2, None, 1:],
    lambda x: x[..., -1],
    lambda x: F.pad(x, (1, 2, 3, 0), value=1.5),
    lambda x: F.pad(x, (2, 1, 1, 2), mode="reflect"),
    lambda x: F.pad(x, (2, 1, 1, 2), mode="replicate"),
    lambda x: F.pad(x, (2, 1, 1, 2), mode="circular"),
    lambda x: F.pixel_shuffle(x, 2),
    lambda x: F.pixel_unshuffle(x, 3),
    lambda x: F.channel_shuffle(x, 2),
    lambda x: x.mean((2, 3), keepdim=True).expand(1, 4, 3, 3),
    lambda x: x.repeat(1, 2, 1, 3),
    lambda x: x.roll((1, -2), (2, 3)),
    lambda x: x.flip(2, 3),
    lambda x: F.glu(x, 1),
    lambda x: F.dropout(x, 0.5, False),
    lambda x: F.lp_pool2d(x.abs(), 3, 2, 2),
    lambda x: F.local_response_norm(x, 3, 0.1),
    lambda x: F.rms_norm(x, (6, 6)),
    lambda x: F.instance_norm(x, eps=0.01),
    lambda x: F.batch_norm(x, None, None, training=True),
    lambda x: F.max_pool2d(x, 2, return_indices=True)[1],
    lambda x: F.interpolate(x, scale_factor=1.7),
    lambda x: F.interpolate(x, size=(9, 4), mode="nearest-exact"),
    lambda x: F.interpolate(x, size=(4, 11), mode="bilinear"),
    lambda x: F.interpolate(x, size=(13, 11), mode="bilinear", align_corners=True),
    lambda x: F.interpolate(x, scale_factor=(0.6, 2.3), mode="bilinear", antialias=True),
    lambda x: F.interpolate(x, scale_factor=1.7, mode="bicubic", recompute_scale_factor=True),
    lambda x: F.interpolate(x, size=(4, 5), mode="area"),
    lambda x: F.interpolate(x[:, :, 0], size=10, mode="linear"),
    lambda x: torch.einsum("nchw,ncvw->nhv", x, x.flip(1)),
    lambda x: torch.einsum("nchw,c->nhw", x, torch.arange(4.0)),
    lambda x: torch.addmm(torch.ones(6), x[0, 0], x[0, 1], beta=0.5, alpha=2),
    lambda x: torch.baddbmm(x[:, 0], x[:, 1], x[:, 2]),
    lambda x: x[:, torch.tensor([2, 0, 0])],
    lambda x: x[:, :, x[0, 0, :, 0] > 0],
    lambda x: x.index_select(1, torch.tensor([3, 1])),
    lambda x: x.gather(3, x.argsort(3)),
    lambda x: torch.where(x > 0, x, 0.1 * x),
    lambda x: x.masked_fill(x.flip(3) < 0, -2.0),
    lambda x: (x <= x.flip(2)).float() + (x != 0).float(),
    lambda x: torch.zeros_like(x) + x.new_full((1,), 3.0),
    lambda x: F.scaled_dot_product_attention(x, x.flip(2), x.roll(1, 3)),
    lambda x: F.scaled_dot_product_attention(x, x.flip(2), x, is_causal=True, scale=2.0),
    lambda x: F.scaled_dot_product_attention(x, x, x, attn_mask=x[:, :1] > -1),
    lambda x: F.scaled_dot_product_attention(x, x, x, attn_mask=torch.eye(6)),
]


@pytest.mark.parametrize("number", range(len(ELEMENTWISE)))
def test_operations_that_are_not_layers(number: int) -> None:
    torch.manual_seed(number)
    trace_ = traced(ELEMENTWISE[number], torch.randn(1, 4, 6, 6))
    for record in trace_.records:
        if record.op != "argsort":
            check(trace_, record)


ACTIVATIONS = [
    nn.ReLU(),
    nn.ReLU6(),
    nn.LeakyReLU(0.2),
    nn.RReLU(),
    nn.PReLU(),
    nn.PReLU(4),
    nn.ELU(0.7),
    nn.CELU(1.3),
    nn.SELU(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.SiLU(),
    nn.Mish(),
    nn.Hardswish(),
    nn.Hardsigmoid(),
    nn.Hardtanh(-0.5, 2),
    nn.Sigmoid(),
    nn.LogSigmoid(),
    nn.Tanh(),
    nn.Tanhshrink(),
    nn.Softplus(2, 3),
    nn.Softsign(),
    nn.Softshrink(0.3),
    nn.Hardshrink(0.3),
    nn.Threshold(0.1, -3),
    *(Function(f) for f in (torch.abs, torch.neg, torch.exp, torch.square, torch.erf, torch.sin, torch.cos)),
    *(Function(f) for f in (torch.round, torch.floor, torch.ceil, torch.sign, lambda x: x.clamp(-1, 0.5))),
    *(Function(lambda x, f=f: f(x.abs() + 0.1)) for f in (torch.log, torch.sqrt, torch.rsqrt, torch.reciprocal)),
]


@pytest.mark.parametrize("number", range(len(ACTIVATIONS)))
def test_activations(number: int) -> None:
    torch.manual_seed(number)
    trace_ = traced(ACTIVATIONS[number], 3 * torch.randn(1, 4, 8, 8))
    check(trace_, trace_.records[-1], 60)


class Dice(random.Random):
    def one_or_two(self, count: int, low: int, high: int) -> Any:
        """One number for all axes, or one for each."""
        if self.random() < 0.5:
            return self.randint(low, high)
        return tuple(self.randint(low, high) for _ in range(count))


def convolution(dice: Dice) -> tuple[nn.Module, Tensor]:
    """Any convolution of one or two dimensions that torch accepts, mostly, and an input for it."""
    count, groups = dice.choice((1, 2)), dice.choice((1, 1, 2, 3))
    channels = groups * dice.randint(1, 3), groups * dice.randint(1, 3)
    common: dict[str, Any] = {
        "kernel_size": dice.one_or_two(count, 1, 4),
        "stride": dice.one_or_two(count, 1, 3),
        "dilation": dice.one_or_two(count, 1, 3),
        "groups": groups,
        "bias": dice.random() < 0.5,
    }
    x = torch.randn(1, channels[0], *(dice.randint(10, 14) for _ in range(count)))
    if dice.random() < 0.25:
        kind: Any = (nn.ConvTranspose1d, nn.ConvTranspose2d)[count - 1]
        common["output_padding"] = dice.randint(0, int(np.min(common["stride"])) - 1)
        return kind(*channels, padding=dice.one_or_two(count, 0, 2), **common), x
    padding: Any = dice.one_or_two(count, 0, 4)
    if dice.random() < 0.25:
        padding, common["stride"] = dice.choice(("same", "valid")), 1
    mode: Any = dice.choice(("zeros", "zeros", "reflect", "replicate", "circular"))
    return (nn.Conv1d, nn.Conv2d)[count - 1](*channels, padding=padding, padding_mode=mode, **common), x


def pooling(dice: Dice) -> tuple[nn.Module, Tensor]:
    x = torch.randn(1, 2, dice.randint(6, 12), dice.randint(6, 12))
    kind = dice.choice(("max", "average", "adaptive average", "adaptive max"))
    if kind.startswith("adaptive"):
        size = dice.one_or_two(2, 1, 14)
        return (nn.AdaptiveAvgPool2d(size) if "average" in kind else nn.AdaptiveMaxPool2d(size)), x
    kernel = dice.randint(1, 4)
    common: Any = {"stride": dice.one_or_two(2, 1, 4), "padding": dice.randint(0, kernel // 2)}
    common["ceil_mode"] = dice.random() < 0.5
    if kind == "max":
        return nn.MaxPool2d(kernel, dilation=dice.randint(1, 2), **common), x
    divisor = dice.choice((None, None, 3))
    return nn.AvgPool2d(kernel, count_include_pad=dice.random() < 0.5, divisor_override=divisor, **common), x


def norm_or_dense(dice: Dice) -> tuple[nn.Module, Tensor]:
    groups, affine = dice.randint(1, 3), dice.random() < 0.5
    channels = groups * dice.randint(1, 3)
    x = torch.randn(1, channels, dice.randint(2, 6), dice.randint(2, 6)) * dice.choice((0.1, 1.0, 30.0))
    width = x.shape[3]
    layers: list[Callable[[], nn.Module]] = [
        lambda: nn.BatchNorm2d(channels, affine=affine),
        lambda: nn.GroupNorm(groups, channels, affine=affine),
        lambda: nn.InstanceNorm2d(channels, affine=affine, track_running_stats=dice.random() < 0.5),
        lambda: nn.LayerNorm(list(x.shape[1:]), elementwise_affine=affine),
        lambda: nn.LayerNorm(width, elementwise_affine=affine),
        lambda: nn.RMSNorm(width, elementwise_affine=affine),
        lambda: nn.LocalResponseNorm(dice.randint(1, 4), alpha=0.5),
        lambda: nn.Linear(width, dice.randint(1, 5), bias=affine),
        lambda: nn.Softmax(dice.randint(1, 3)),
    ]
    layer = dice.choice(layers)()
    for tensor in layer.state_dict().values():
        if tensor.is_floating_point():
            tensor.uniform_(0.2, 2)
    return layer, x


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(
    ("kind", "seed", "count"),
    [(convolution, 1, 350), (convolution, 2, 350), (convolution, 3, 350), (pooling, 4, 400), (norm_or_dense, 5, 600)],
)
def test_any_layer_at_any_cell(kind: Callable[[Dice], tuple[nn.Module, Tensor]], seed: int, count: int) -> None:
    dice = Dice(seed)
    torch.manual_seed(seed)
    explained = 0
    for number in range(count):
        module, x = kind(dice)
        for parameter in module.parameters():
            nn.init.normal_(parameter)
        try:
            trace_ = trace(module.eval(), x)
        except TraceError:
            continue  # torch refuses these settings: an output would be empty, or the padding larger than the input
        explained += 1
        for record in trace_.records:  # padding modes are operations of their own
            check(trace_, record, 2, number)
    assert explained > 0.7 * count


def test_what_cannot_be_explained_says_so() -> None:
    trace_ = traced(lambda x: F.grid_sample(x, torch.zeros(1, 2, 2, 2), align_corners=False), torch.rand(1, 3, 4, 4))
    with pytest.raises(CnnvizError, match=r"grid_sample.*this operation is not explained yet"):
        ops.explain(trace_, trace_.records[-1], channel=0, at=(0, 0))


def test_a_bad_channel_or_position_names_the_valid_range() -> None:
    trace_ = traced(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(64, 10)), torch.rand(1, 1, 6, 6))
    conv, _, dense = trace_.records
    with pytest.raises(CnnvizError, match=r"^There is no channel 4 in 0: choose one of its 4 channels, 0 to 3\.$"):
        ops.explain(trace_, conv, channel=4, at=(0, 0))
    with pytest.raises(CnnvizError, match="position 0, 4: choose rows 0 to 3 and columns 0 to 3"):
        ops.explain(trace_, conv, channel=0, at=(0, 4))
    with pytest.raises(CnnvizError, match="no position: choose rows 0 to 3"):
        ops.explain(trace_, conv, channel=0)
    with pytest.raises(CnnvizError, match="no channel -1 in 2: choose one of its 10 units, 0 to 9"):
        ops.explain(trace_, dense, channel=-1)
    with pytest.raises(CnnvizError, match="have no positions, so give none"):
        ops.explain(trace_, dense, channel=0, at=(1, 1))


NETWORKS = """
resnet18 googlenet densenet121 mobilenet_v3_large efficientnet_b0 shufflenet_v2_x1_0 regnet_y_400mf convnext_tiny swin_t
""".split()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_record_of_a_network_is_explained(name: str) -> None:
    from torchvision.models import get_model

    torch.manual_seed(0)
    small = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    module = get_model(name, weights=None, **small)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):  # as if it had been trained
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 2)
    trace_ = traced(module, torch.randn(1, 3, 96, 96))
    for record in trace_.records:
        check(trace_, record, 1)
