"""Evidence for a class, softmax and loss, against numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz import views
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import Bars, Contributions, ImageGrid
from cnnviz.request import Cell


class Averaged(nn.Module):
    """Maps, their means, a dense layer: as in ResNet."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(2, 6, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.flatten(self.pool(self.features(x)), 1))


@pytest.fixture
def passed() -> Trace:
    torch.manual_seed(1)
    return trace(Averaged().eval(), torch.randn(1, 2, 7, 7))


def test_the_evidence_adds_up_to_the_logit(passed: Trace) -> None:
    figure = views.make(passed, "fc", "evidence", of=2)
    bars, where, strongest = figure.panels
    assert isinstance(bars, Contributions)
    means = passed.records[0].numpy().astype(float).mean((1, 2))
    weight = passed.module.fc.weight.detach().double().numpy()
    terms = weight[2] * means
    assert bars.values[:6] == pytest.approx(terms[np.argsort(-np.abs(terms))], rel=1e-5)
    assert bars.value == pytest.approx(float(passed.logits[2]), rel=1e-5)
    assert figure.outcome is not None
    assert figure.outcome.agrees
    assert isinstance(where, ImageGrid)
    maps = passed.records[0].numpy().astype(float)
    np.testing.assert_allclose(where.values[0], (weight[2][:, None, None] * maps / 25).sum(0), rtol=1e-4, atol=1e-6)
    assert isinstance(strongest, ImageGrid)
    assert strongest.indices[0] == int(np.argmax(np.abs(terms)))


def test_the_evidence_for_one_class_against_another(passed: Trace) -> None:
    figure = views.make(passed, "fc", "evidence", of=2, against=0)
    assert figure.outcome is not None
    assert figure.outcome.captured == pytest.approx(float(passed.logits[2] - passed.logits[0]), abs=1e-6)
    assert figure.outcome.agrees
    assert "against" in figure.subtitle


def test_each_piece_of_evidence_leads_to_its_mean(passed: Trace) -> None:
    (bars, *_) = views.make(passed, "fc", "evidence", of=2).panels
    assert isinstance(bars, Contributions)
    cells = [cell for cell in bars.cells if cell is not None]
    assert cells[0] == Cell("flatten", cells[0].channel)
    assert sorted(cell.channel for cell in cells) == list(range(6))


def test_evidence_of_flattened_maps_leads_to_their_cells() -> None:
    torch.manual_seed(2)
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(2 * 3 * 3, 4))
    traced = trace(network.eval(), torch.randn(1, 1, 5, 5))
    (bars, *_) = views.make(traced, 2, "evidence", of=1).panels
    assert isinstance(bars, Contributions)
    cell = bars.cells[0]
    assert cell is not None
    weight = network[2].weight[1].detach().numpy().reshape(2, 3, 3)
    y, x = cell.at
    expected = float(weight[cell.channel, y, x]) * float(traced.records[0].numpy()[cell.channel, y, x])
    assert bars.values[0] == pytest.approx(expected, rel=1e-5)
    assert cell.layer == "0"


def test_a_network_without_a_dense_layer_at_its_end_has_no_evidence_view() -> None:
    network = nn.Sequential(nn.Conv2d(1, 3, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    traced = trace(network.eval(), torch.randn(1, 1, 5, 5))
    assert "evidence" not in [view.name for view in views.views_for(traced.records[-1], traced)]


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_softmax_and_loss_by_hand(passed: Trace, temperature: float) -> None:
    figure = views.make(passed, "fc", "softmax", temperature=temperature, true=3)
    (bars,) = figure.panels
    assert isinstance(bars, Bars)
    x = passed.logits.double().numpy() / temperature
    p = np.exp(x) / np.exp(x).sum()
    assert bars.values == pytest.approx(p[list(bars.indices)], rel=1e-6)
    loss = -np.log(p[3])
    told = figure.subtitle if temperature != 1 else figure.outcome.formula
    assert f"loss = −ln p = {loss:.4g}"[:20] in told
    place = bars.indices.index(3)
    gradient = float(bars.texts[place][-1].replace("−", "-"))
    assert gradient == pytest.approx((p[3] - 1) / temperature, rel=1e-2)


def test_the_true_class_is_shown_however_unlikely(passed: Trace) -> None:
    last = int(np.argmin(passed.logits.numpy()))
    (bars,) = views.make(passed, "fc", "softmax", classes=1, true=last).panels
    assert isinstance(bars, Bars)
    assert bars.indices[-1] == last
    assert len(bars.indices) == 2


def test_scores_that_overflow_say_what_the_maximum_is_for() -> None:
    class Large(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.flatten(1).sum(1, keepdim=True) * torch.tensor([[1.0, 2.0, 3.0]])

    traced = trace(Large(), torch.full((1, 1, 4, 4), 100.0))
    record = traced.records[traced.logits_record]
    (bars,) = views.make(traced, record, "softmax").panels
    assert isinstance(bars, Bars)
    assert "too large for a number" in bars.title
    assert bars.values[0] == 1.0


@pytest.mark.parametrize("name", ["scores", "softmax"])
def test_classes_without_names_are_called_classes(passed: Trace, name: str) -> None:
    bars = views.make(passed, "fc", name).panels[0]
    assert isinstance(bars, Bars)
    assert bars.labels == tuple(f"class {index}" for index in bars.indices)
