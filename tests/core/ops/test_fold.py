"""Convolution, batch norm and activation as one layer, against numpy and against what the three computed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.core import ops
from cnnviz.core.errors import CnnvizError
from cnnviz.core.ops import Folded
from cnnviz.core.record import Record
from cnnviz.core.trace import Trace, trace


def trained(module: nn.Module, seed: int = 0) -> nn.Module:
    """Batch norms with numbers as if they had been trained."""
    torch.manual_seed(seed)
    for part in module.modules():
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)):
            for tensor, low, high in (
                (part.running_mean, -1, 1),
                (part.running_var, 0.5, 2),
                (part.weight, -2, 2),
                (part.bias, -1, 1),
            ):
                if tensor is not None:
                    nn.init.uniform_(tensor, low, high)
    return module.eval()


def one(traced: Trace, record: Record) -> Folded:
    found = ops.folded(traced, record)
    assert found is not None
    return found


def agree(traced: Trace, record: Record, count: int = 5) -> None:
    """Random cells by the folded numbers, by explanation and by the sliding window."""
    rng = np.random.default_rng(record.index)
    whole = one(traced, record)
    for _ in range(count):
        channel, *at = (int(rng.integers(n)) for n in whole.last.output_shape)
        found = ops.explain(traced, record, channel=channel, at=tuple(at), folded=True)
        scale = np.abs(found.terms.values).sum() + abs(found.bias)
        assert abs(found.difference) <= 1e-5 * scale
        assert found.captured == whole.last.output[(0, channel, *at)].item()
        if found.sums:
            assert found.terms.values.sum() + found.bias == pytest.approx(found.value)
        if at:
            window = ops.sliding_window(traced, record, channel, folded=True)
            assert window is not None
            assert window.value(tuple(at)) == pytest.approx(found.value, rel=1e-12, abs=1e-12 * scale)
            assert window.captured(tuple(at)) == found.captured


def test_the_folded_filter_and_bias_are_those_of_numpy() -> None:
    net = trained(nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU()))
    conv, norm = net[0], net[1]  # type: ignore[index]
    traced = trace(net, torch.randn(1, 2, 5, 5))
    whole = one(traced, traced.records[0])
    numbers = [t.detach().double().numpy() for t in (norm.weight, norm.bias, norm.running_mean, norm.running_var)]
    gamma, beta, mean, variance = numbers
    gain = gamma / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(whole.gain, gain)
    np.testing.assert_allclose(whole.bias, beta + gain * (conv.bias.detach().double().numpy() - mean))
    np.testing.assert_allclose(whole.filter(2), conv.weight.detach().double().numpy()[2] * gain[2])
    assert [record.path for record in (whole.layer, whole.norm, whole.last)] == ["0", "1", "2"]
    assert all(ops.folded(traced, record) is whole for record in traced.records)
    # The same network with one layer fewer.
    kernels = torch.tensor(np.stack([whole.filter(k) for k in range(3)]))
    again = F.conv2d(traced.input.double(), kernels, torch.tensor(whole.bias), padding=1).relu()
    np.testing.assert_allclose(again.numpy(), traced.records[2].output.numpy(), atol=1e-6)


def test_an_activation_that_cuts_is_said_in_the_formula() -> None:
    net = trained(nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1, affine=False), nn.ReLU()))
    with torch.no_grad():
        net[0].weight.fill_(2.0)  # type: ignore[index]
        net[0].bias.fill_(0.0)  # type: ignore[index]
        net[1].running_mean.fill_(1.0)  # type: ignore[index]
        net[1].running_var.fill_(4.0 - 1e-5)  # type: ignore[index]
    traced = trace(net, torch.tensor([[[[0.5, 3.0]]]]))
    cut = ops.explain(traced, traced.records[1], channel=0, at=(0, 0), folded=True)
    assert cut.op == "conv2d + batch_norm + relu"
    assert cut.formula == "y[0, 0, 0] = Σ of 1 channels (0.5) + bias (−0.5) = 0, ReLU of it 0"
    kept = ops.explain(traced, traced.records[1], channel=0, at=(0, 1), folded=True)
    assert (kept.value, kept.captured, kept.bias) == pytest.approx((2.5, 2.5, -0.5))
    assert kept.sums
    assert dict(kept.facts) == {"gain": pytest.approx(0.5), "sum": pytest.approx(2.5)}


LAYERS = [
    (nn.Conv2d(4, 6, (3, 2), stride=2, groups=2, bias=False), nn.BatchNorm2d(6), nn.Hardswish()),
    (nn.Conv2d(4, 4, 3, dilation=2, groups=4), nn.BatchNorm2d(4), nn.SiLU()),
    (nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), nn.BatchNorm2d(4), nn.ReLU6()),
    (nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), nn.BatchNorm2d(6), nn.PReLU(6)),
    (nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.MaxPool2d(2)),
]


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_every_kind_of_convolution_folds(number: int) -> None:
    torch.manual_seed(number)
    traced = trace(trained(nn.Sequential(*LAYERS[number]), number), torch.randn(1, 4, 9, 9))
    agree(traced, next(record for record in traced.records if record.op == "batch_norm"), 20)


def test_dense_layers_fold_too() -> None:
    traced = trace(trained(nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Tanh())), torch.randn(1, 5))
    agree(traced, traced.records[0])
    assert ops.sliding_window(traced, traced.records[0], 0, folded=True) is None
    assert ops.explain(traced, traced.records[0], channel=0, folded=True).formula.startswith("y[0] = Σ of 5 inputs")


class Shared(nn.Module):
    """A convolution whose output is read twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.norm(y) + y


def test_what_cannot_be_folded_says_so() -> None:
    x = torch.randn(1, 1, 4, 4)
    for net in (
        Shared().eval(),
        nn.Sequential(nn.BatchNorm2d(1), nn.ReLU()).eval(),
        nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1, track_running_stats=False)).eval(),
    ):
        traced = trace(net, x)
        assert ops.folded(traced, traced.records[0]) is None
        with pytest.raises(CnnvizError, match=r"cannot be folded: .* explain it without folding"):
            ops.explain(traced, traced.records[0], channel=0, at=(0, 0), folded=True)
        with pytest.raises(CnnvizError, match="cannot be folded"):
            ops.sliding_window(traced, traced.records[0], 0, folded=True)


def test_a_residual_network_folds_every_norm() -> None:
    from torchvision.models import resnet18

    traced = trace(trained(resnet18(weights=None)), torch.randn(1, 3, 64, 64))
    norms = [record for record in traced.records if record.op == "batch_norm"]
    for norm in norms:
        agree(traced, norm, 1)
    assert len(norms) == 20
    assert one(traced, traced["layer1.0.conv1"]).last is traced["layer1.0.relu"]
    assert one(traced, traced["layer1.0.conv2"]).last is traced["layer1.0.bn2"]  # the sum follows


class Minimum(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return -F.max_pool2d(-x, 2)


def test_minimum_pooling_is_one_step() -> None:
    x = torch.tensor([[1.0, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]])[None, None]
    traced = trace(Minimum(), x)
    found = ops.explain(traced, traced.records[-1], channel=0, at=(1, 1), folded=True)
    assert found.formula == "y[0, 1, 1] = min of 4 = 3, at (2, 3)"
    assert (found.op, found.value, found.captured) == ("min_pool2d", 3, 3)
    assert [term.value for term in found.terms] == [8, 3, 4, 5]
    assert {term.source for term in found.terms} == {-1}
    assert found.patch is not None
    assert found.patch.inputs.tolist() == [[[8, 3], [4, 5]]]
