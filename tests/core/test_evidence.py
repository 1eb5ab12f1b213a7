"""The evidence for classes and the way through a flattening, against numpy by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import cnnviz
from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.evidence import Evidence, evidence
from cnnviz.core.flattening import flattened_from, flattened_to, flattening
from cnnviz.core.logits import class_scores
from cnnviz.core.replay import replay
from cnnviz.core.trace import Trace, trace
from cnnviz.softmax import Softmax

SEVEN = paths.resources() / "samples" / "lenet5-mnist" / "seven.png"


@pytest.fixture(scope="module")
def lenet() -> Trace:
    return cnnviz.trace(cnnviz.load_model("lenet5-mnist", device="cpu"), SEVEN)


@pytest.fixture(scope="module")
def pooled() -> Trace:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 5, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(5, 4),
        nn.Softmax(1),
    )
    return trace(net.eval(), torch.randn(1, 3, 8, 9))


def adds_up(found: Evidence) -> None:
    scale = np.abs(found.terms).sum() + abs(found.bias)
    assert abs(found.difference) <= 1e-5 * scale
    assert found.terms.sum() + found.bias == pytest.approx(found.value, abs=1e-12 * scale)
    for parts in (found.cells, found.channels, found.positions):  # the network's means are rounded
        assert parts.sum() + found.bias == pytest.approx(found.value, abs=1e-6 * scale)


def test_the_waterfall_of_two_classes(lenet: Trace) -> None:
    layer = lenet.records[lenet.logits_record]
    weight, bias = (t.detach().double().numpy() for t in (layer.module.weight, layer.module.bias))  # type: ignore[union-attr,operator]
    x = layer.parents[0].numpy().astype(float)
    for_, against, between = evidence(lenet, 7), evidence(lenet, 1), evidence(lenet, 7, 1)
    np.testing.assert_allclose(for_.terms, weight[7] * x)
    np.testing.assert_allclose(between.terms, for_.terms - against.terms)
    assert between.bias == pytest.approx(bias[7] - bias[1])
    assert between.captured == pytest.approx(for_.captured - against.captured)
    for found in (for_, against, between):
        adds_up(found)
        assert found.layer is layer
        assert found.maps is layer.parents[0]
    assert for_.captured == pytest.approx(lenet.logits[7].item())


def test_a_class_activation_map(pooled: Trace) -> None:
    maps = pooled.records[1].numpy().astype(float)  # (5, 6, 7)
    weight = pooled.records[5].module.weight.detach().double().numpy()  # type: ignore[union-attr,operator]
    found = evidence(pooled, 2)
    adds_up(found)
    assert found.maps is pooled.records[1]
    assert found.of_channel.tolist() == [0, 1, 2, 3, 4]
    assert found.of_position.shape == (5, 0)
    np.testing.assert_allclose(found.positions, np.einsum("c,cyx->yx", weight[2], maps) / 42)
    np.testing.assert_allclose(found.channels, weight[2] * maps.mean((1, 2)))
    np.testing.assert_allclose(found.cells[3], weight[2, 3] * maps[3] / 42)
    adds_up(evidence(pooled, 0, 3))


def test_inputs_that_were_flattened_know_their_cells() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(12, 3))
    traced = trace(net.eval(), torch.randn(1, 1, 6, 8))
    found = evidence(traced, 1)
    adds_up(found)
    assert found.maps is traced.records[1]
    assert found.cells.shape == (2, 2, 3)
    for k in (0, 4, 11):
        channel, (y, x) = found.of_channel[k], found.of_position[k]
        assert (channel, y, x) == np.unravel_index(k, (2, 2, 3))
        assert found.cells[channel, y, x] == pytest.approx(found.terms[k])


def test_uneven_windows_share_their_cells() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 1), nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten(), nn.Linear(18, 2))
    traced = trace(net.eval(), torch.randn(1, 2, 5, 7))
    found = evidence(traced, 0, 1)
    adds_up(found)
    assert found.cells.shape == (3, 5, 7)
    assert found.of_channel.tolist() == [0] * 6 + [1] * 6 + [2] * 6


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "densenet121", "convnext_tiny", "googlenet"])
def test_the_evidence_of_torchvision_networks(name: str) -> None:
    from torchvision.models import get_model

    torch.manual_seed(1)
    small = {"init_weights": False, "aux_logits": False} if name == "googlenet" else {}
    traced = trace(get_model(name, weights=None, **small).eval(), torch.randn(1, 3, 64, 64))
    adds_up(evidence(traced, 3, 500))
    if name in ("resnet18", "densenet121", "googlenet"):
        assert evidence(traced, 3).positions.ndim == 2


def test_the_scores_before_a_softmax(pooled: Trace, lenet: Trace) -> None:
    np.testing.assert_array_equal(class_scores(pooled), pooled.records[5].numpy())
    np.testing.assert_array_equal(class_scores(lenet), lenet.logits.numpy())
    np.testing.assert_allclose(Softmax(class_scores(pooled)).probabilities, pooled.records[6].numpy(), rtol=1e-5)


def test_what_has_no_evidence_says_so(pooled: Trace) -> None:
    with pytest.raises(CnnvizError, match="no class 4: choose one of 0 to 3"):
        evidence(pooled, 1, 4)
    for net in (nn.Conv2d(1, 2, 3), nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())):
        with pytest.raises(CnnvizError, match="do not come from a dense layer"):
            evidence(trace(net, torch.randn(1, 1, 5, 5)), 0)


def test_elements_of_a_flattening(lenet: Trace) -> None:
    found = flattening(lenet, lenet["7"])
    assert found is not None
    assert (found.maps.op, found.vector.op) == ("max_pool2d", "flatten")
    assert found.elements.shape == (16, 5, 5)
    maps, vector = found.maps.numpy(), found.vector.numpy()
    for element in (0, 77, 399):
        channel, at = found.cell(element)
        assert (channel, *at) == np.unravel_index(element, (16, 5, 5))
        assert maps[(channel, *at)] == vector[element]
        assert flattened_from(lenet, lenet["7"], element) == (found.maps, channel, at)
        assert flattened_to(lenet, found.maps, channel, at) == (found.vector, element)
    with pytest.raises(CnnvizError, match=r"no element 400 .*: choose one of 0 to 399"):
        found.cell(400)
    with pytest.raises(CnnvizError, match="is no flattened map"):
        flattened_from(lenet, lenet["8"], 0)
    assert flattened_to(lenet, lenet["0"], 0, (0, 0)) is None
    with pytest.raises(CnnvizError, match="no channel 16"):
        flattened_to(lenet, found.maps, 16, (0, 0))


class Turned(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return F.dropout(x.permute(0, 2, 3, 1)[:, 1:], training=False).flatten(1)


def test_rearranged_maps_are_followed() -> None:
    traced = trace(Turned(), torch.arange(24.0).view(1, 2, 3, 4))
    found = flattening(traced, traced.records[0])
    assert found is not None
    vector = found.vector.numpy()
    for element, value in enumerate(vector):
        channel, at = found.cell(element)
        permuted = traced.records[0]
        row, column, c = (dict(zip(("C", "H", "W"), (channel, *at), strict=True))[name] for name in permuted.axes)
        assert permuted.numpy()[row, column, c] == value
    assert (found.elements == -1).sum() == 8
    assert flattened_to(traced, traced.records[0], 0, (0, 0)) is None


def test_a_pass_again_leaves_the_network_alone() -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True), nn.Dropout(inplace=True)).train()
    x = torch.randn(2, 1, 6, 6)
    traced = trace(net, x)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    dice = torch.random.get_rng_state()
    leaf = x.clone().requires_grad_()
    again = replay(traced, -1, leaf, traced.records[2])
    assert torch.equal(again, traced.records[2].output)
    again.sum().backward()
    assert leaf.grad is not None
    replay(traced, -1, x, traced.records[3])
    assert all(parameter.grad is None for parameter in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), dice)


class Beside(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = x.clone()
        y[:, 0] = 0
        return x * 2, y + 1


def test_what_cannot_be_repeated_says_so() -> None:
    traced = trace(Beside(), torch.ones(1, 2, 2, 2))
    first, last = traced.records[0], traced.records[-1]
    with pytest.raises(CnnvizError, match="cannot be repeated"):
        replay(traced, -1, traced.input, last)
    with pytest.raises(CnnvizError, match="does not depend on"):
        replay(traced, next(r.index for r in traced.records if r.op == "mul"), first.output, last)
