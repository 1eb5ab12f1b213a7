"""Following numbers back: against numpy by hand, and against gradients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import cnnviz
from cnnviz import paths
from cnnviz.core import ops
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace, trace
from cnnviz.core.traceback import contributors, support

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"


class Function(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def traced(function: Callable[[Tensor], Tensor] | nn.Module, x: Tensor) -> Trace:
    return trace((function if isinstance(function, nn.Module) else Function(function)).eval(), x)


def test_the_strongest_contributor_of_a_convolution_by_numpy() -> None:
    torch.manual_seed(0)
    layer = nn.Conv2d(3, 4, 3, stride=2, padding=1)
    found = traced(layer, torch.randn(1, 3, 7, 7))
    x = found.input[0].double().numpy()
    kernels = layer.weight.detach().double().numpy()[2]
    for y, x_ in ((1, 2), (0, 0)):
        products = {
            (c, r, q): kernels[c, i, j] * x[c, r, q]
            for c in range(3)
            for i in range(3)
            for j in range(3)
            if 0 <= (r := 2 * y - 1 + i) < 7 and 0 <= (q := 2 * x_ - 1 + j) < 7
        }
        ranked = sorted(products, key=lambda place: -abs(products[place]))
        three = contributors(found, found.records[0], 2, (y, x_), 3)
        assert [(c.channel, *c.at) for c in three] == ranked[:3]
        assert [c.value for c in three] == pytest.approx([products[place] for place in ranked[:3]])
        assert all(c.exact and c.source == -1 for c in three)
        everything = contributors(found, found.records[0], 2, (y, x_), None)
        assert len(everything) == len(products)
        total = sum(c.value for c in everything) + layer.bias[2].item()  # type: ignore[index]
        assert total == pytest.approx(found.records[0].output[0, 2, y, x_].item(), abs=1e-6)


def test_down_to_the_pixels() -> None:
    """From the winning logit by the strongest contributor of each step."""
    found = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)
    record, channel, at = found.records[found.logits_record], 7, ()
    visited = []
    while True:
        (best,) = contributors(found, record, channel, at, 1)
        visited.append(record.op)
        channel, at = best.channel, best.at
        if best.source == -1:
            break
        record = found.records[best.source]
        if not best.exact:  # the number itself
            assert best.value == pytest.approx(record.numpy()[(channel, *at)].item())
    assert visited == [found.records[i].op for i in range(found.logits_record, -1, -1)]
    assert len(at) == 2
    assert found.input[(0, channel, *at)].item() != 0


CASES: list[tuple[Callable[[Tensor], Tensor] | nn.Module, int, bool]] = [
    (nn.MaxPool2d(2), 1, True),
    (lambda x: -F.max_pool2d(-x, 2), 1, False),
    (nn.AvgPool2d(3, 1, 1), 4, True),
    (lambda x: x.mean((2, 3)), 16, True),
    (lambda x: x.amax((2, 3)), 1, True),
    (lambda x: x + x.flip(3), 2, True),
    (lambda x: torch.maximum(x, x.flip(3)), 1, True),
    (lambda x: x * x.flip(3), 2, False),
    (lambda x: torch.cat([x, x.flip(3)], 1), 1, True),
    (nn.BatchNorm2d(2), 1, True),
    (nn.GroupNorm(1, 2), 1, False),
    (nn.ReLU(), 1, False),
    (nn.Dropout(), 1, True),
    (nn.Softmax(1), 2, False),
    (nn.Flatten(), 1, True),
    (lambda x: F.pad(x, (1, 1, 1, 1)), 0, True),
    (nn.ConvTranspose2d(2, 2, 3, 2), 2, True),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_how_many_there_are_and_whether_they_are_exact(number: int) -> None:
    torch.manual_seed(number)
    function, count, exact = CASES[number]
    found = traced(function, torch.randn(1, 2, 4, 4))
    record = found.records[-1]
    at = (0,) * (len(record.output_shape) - 1)
    parts = contributors(found, record, 0, at, None)
    assert len(parts) == count
    assert all(part.exact == exact for part in parts)
    for part in parts:
        source = found.tensor(part.source)[(0, part.channel, *part.at)].item()
        assert exact or part.value == pytest.approx(source)
    if exact and count:
        bias = ops.explain(found, record, channel=0, at=at).bias
        assert sum(part.value for part in parts) + bias == pytest.approx(record.output[(0, 0, *at)].item(), abs=1e-6)


def test_the_winner_of_a_pooling_is_where_torch_finds_it() -> None:
    x = torch.randn(1, 1, 6, 6)
    found = traced(nn.MaxPool2d(3, 1, 1), x)
    _, places = F.max_pool2d(x, 3, 1, 1, return_indices=True)
    for y, x_ in ((0, 0), (3, 5), (5, 5)):
        (winner,) = contributors(found, found.records[0], 0, (y, x_))
        assert winner.at == divmod(places[0, 0, y, x_].item(), 6)


def test_the_numbers_of_the_network_are_no_contributors() -> None:
    found = traced(Function(lambda x: x * torch.full((1,), 2.0)), torch.ones(1, 2, 2, 2))
    assert [part.source for part in contributors(found, found.records[-1], 0, (0, 0)) if part.source < -1] == []


def test_the_support_is_that_of_the_gradient_and_lies_in_the_field() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Conv2d(4, 3, 3, padding=1), nn.ReLU()
    )
    x = torch.randn(1, 1, 16, 18)
    found = traced(net, x)
    leaf = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(net(leaf)[0, 1, 3, 4], leaf)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    real = support(found, found.records[3], 1, (3, 4))
    (linear,) = torch.autograd.grad(net[:4](leaf)[0, 1, 3, 4], leaf)
    np.testing.assert_allclose(real.gradient, linear[0].numpy(), atol=1e-6)
    assert real.mask.shape == (16, 18)
    rows, columns = np.nonzero(real.mask.any(1))[0], np.nonzero(real.mask.any(0))[0]
    assert real.box == ((rows[0], rows[-1]), (columns[0], columns[-1]))
    for (low, high), (first, last) in zip(real.box, real.field, strict=True):
        assert first <= low <= high <= last
    assert real.field == ((4, 11), (6, 13))
    cut = support(found, found.records[4], 1, (3, 4))
    np.testing.assert_allclose(cut.gradient, gradient[0].numpy(), atol=1e-6)
    assert all(parameter.grad is None for parameter in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert (cut.box == ()) == (not cut.mask.any())


def test_the_support_of_a_logit_is_the_whole_picture() -> None:
    found = cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)
    real = support(found, found.records[found.logits_record], 7)
    assert real.field == tuple((0, n - 1) for n in found.input.shape[2:])
    assert real.mask.any()
    with pytest.raises(CnnvizError, match="no channel 10"):
        support(found, found.records[found.logits_record], 10)


def test_no_gradient_flows_through_a_rounding() -> None:
    found = traced(lambda x: (x > 0).float() + torch.ones(1), torch.randn(1, 1, 3, 3))
    real = support(found, found.records[-1], 0, (0, 0))
    assert real.box == ()
    assert not real.mask.any()
