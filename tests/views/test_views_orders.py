"""Maps sorted by numbers that NumPy computes by hand, and filtered to those that are alive."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import views
from cnnviz.core.contribution import contributions
from cnnviz.core.errors import CnnvizError
from cnnviz.core.raster import LARGE, halves
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import GROUND, Figure, ImageGrid, Note


@pytest.fixture(scope="module")
def passed() -> Trace:
    torch.manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(1, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4)
    ).eval()
    network[0].weight.data[2] = 0
    network[0].bias.data[2] = -1  # constant, and dead after the ReLU
    return trace(network, torch.randn(1, 1, 9, 9))


def shown(passed: Trace, record: int = 1, **options: object) -> tuple[Figure, ImageGrid]:
    made = views.make(passed, record, "feature-maps", **options)
    panel = made.panels[0]
    assert isinstance(panel, ImageGrid)
    return made, panel


def falling(values: np.ndarray) -> list[int]:
    return sorted(range(len(values)), key=lambda i: (-values[i], i))


@pytest.mark.parametrize("order", ["max", "mean", "sparsity", "strongest"])
def test_the_largest_first(passed: Trace, order: str) -> None:
    maps = passed.records[0 if order == "strongest" else 1].numpy()
    numbers = {
        "max": maps.max((1, 2)),
        "mean": maps.mean((1, 2)),
        "sparsity": (maps == 0).mean((1, 2)),
        "strongest": np.abs(maps).max((1, 2)),
    }[order]
    made, panel = shown(passed, 0 if order == "strongest" else 1, order=order)
    assert list(panel.indices) == falling(numbers)
    assert np.array_equal(panel.values, maps[list(panel.indices)])
    words = {"max": "largest value", "mean": "mean", "sparsity": "share of zeros", "strongest": "largest magnitude"}
    assert made.subtitle.endswith(f"by the {words[order]}")
    assert panel.captions[0].startswith(f"{panel.indices[0]}: ")


def test_by_likeness_to_the_selected_channel(passed: Trace) -> None:
    maps = passed.records[1].numpy().reshape(6, -1).astype(np.float64)
    lengths = np.linalg.norm(maps, axis=1)
    cosine = np.array([0 if not n else maps[i] @ maps[4] / n / lengths[4] for i, n in enumerate(lengths)])
    made, panel = shown(passed, order="similarity", channel=4)
    assert list(panel.indices) == falling(cosine.round(6))
    assert panel.captions[0] == "4: +1.0"
    assert panel.marked == 0
    assert "by similarity to channel 4 (cosine)" in made.subtitle
    made, panel = shown(passed, order="similarity")
    assert list(panel.indices) == list(range(6))
    assert "select a channel" in made.subtitle


def test_by_contribution_to_the_best_class(passed: Trace) -> None:
    linear = passed.module[4]  # type: ignore[index]
    best = int(passed.logits.argmax())
    means = passed.records[1].numpy().mean((1, 2))
    adds = linear.weight.detach().numpy()[best] * means
    made, panel = shown(passed, order="contribution")
    assert list(panel.indices) == falling(adds.round(9))
    assert f"what they add to the logit of class {best}" in made.subtitle
    bare = trace(nn.Conv2d(1, 3, 3), torch.randn(1, 1, 9, 9))
    assert "so by number" in shown(bare, 0, order="contribution")[0].subtitle


def test_by_contribution_of_any_layer(passed: Trace) -> None:
    """Before the ReLU it is the same sum: what is below zero adds nothing, and has no gradient."""
    best = int(passed.logits.argmax())
    weights = passed.module[4].weight.detach().numpy()[best]  # type: ignore[index]
    adds = weights * np.maximum(passed.records[0].numpy(), 0).mean((1, 2))
    made, panel = shown(passed, 0, order="contribution")
    assert list(panel.indices) == falling(adds.round(7))
    assert f"by value × gradient of the logit of class {best}" in made.subtitle
    assert panel.captions[0].startswith(f"{panel.indices[0]}: +")


def test_by_contribution_where_the_scores_are_means_of_maps() -> None:
    """SqueezeNet's head: a convolution of 1 × 1, a ReLU, and the mean of each map are the scores."""
    torch.manual_seed(1)
    head = nn.Conv2d(5, 4, 1)
    network = nn.Sequential(nn.Conv2d(1, 5, 3), nn.ReLU(), head, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    seen = trace(network.eval(), torch.randn(1, 1, 8, 8))
    maps, weights = seen.records[1].numpy(), head.weight.detach().numpy()[:, :, 0, 0]
    for of in range(4):
        on = np.einsum("c,chw->hw", weights[of], maps) + head.bias.detach().numpy()[of] > 0
        adds = (weights[of][:, None, None] * maps * on).mean((1, 2))
        _, panel = shown(seen, 1, order="contribution", of=of)
        assert contributions(seen, seen.records[1], of) == pytest.approx(adds, abs=1e-6)
        assert list(panel.indices) == falling(adds.round(7))
    with pytest.raises(CnnvizError, match="no class 4"):
        contributions(seen, seen.records[1], 4)
    with pytest.raises(CnnvizError, match="do not depend"):
        contributions(seen, seen.records[5], 0)
    assert all(parameter.grad is None for parameter in network.parameters())


def test_by_contribution_to_a_class_that_is_chosen(passed: Trace) -> None:
    linear = passed.module[4]  # type: ignore[index]
    means = passed.records[1].numpy().mean((1, 2))
    for of in range(4):
        made, panel = shown(passed, order="contribution", of=of)
        assert list(panel.indices) == falling((linear.weight.detach().numpy()[of] * means).round(9))
        assert f"what they add to the logit of class {of}" in made.subtitle
    assert "no class 9" in shown(passed, order="contribution", of=9)[0].subtitle


def test_only_what_is_alive(passed: Trace) -> None:
    made, panel = shown(passed, alive=True)
    assert 2 not in panel.indices
    assert (len(panel.indices), panel.total) == (5, 6)
    assert made.subtitle.startswith("5 of 6 maps of 7 × 7 · 1 dead")
    dead = trace(nn.ReLU(), -torch.rand(1, 3, 4, 4))
    panels = views.make(dead, 0, "feature-maps", alive=True).panels
    assert isinstance(panels[0], Note)


def test_nan_does_not_spoil_the_order() -> None:
    image = torch.rand(1, 3, 4, 4)
    image[0, 1, 2, 2] = float("nan")
    image[0, 2] += 1
    sick = trace(nn.Hardtanh(-9, 9), image)
    assert shown(sick, 0, order="mean")[1].indices[0] == 2
    assert shown(sick, 0, order="similarity", channel=0)[1].indices[0] == 0


def test_large_maps_come_with_smaller_ones() -> None:
    small = np.zeros((4, 8, 8), np.uint8)
    assert halves(small) == ()
    large = np.zeros((1, 4096, 2048), np.uint8)
    assert large.size > LARGE
    large[0, :2, :2] = [[10, 20], [30, 41]]
    large[0, 2:4, 0:2] = [[5, 5], [5, GROUND]]
    levels = halves(large)
    assert [level.shape for level in levels] == [(1, 2048, 1024)]
    assert levels[0][0, :2, 0].tolist() == [25, GROUND]
    assert levels[0].max() == GROUND
