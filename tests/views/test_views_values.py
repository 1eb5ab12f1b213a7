from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnviz import views
from cnnviz.core.model import Model, Preprocessing
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import ZERO, Bars, Histogram, ImageGrid, Matrix, Vector

LABELS = ("ant", "bee", "cat", "dog", "elk")


@pytest.fixture(scope="module")
def passed() -> Trace:
    torch.manual_seed(4)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5), nn.Dropout()
    ).eval()
    preprocessing = Preprocessing("RGB", (8, 8), (0.5, 0.4, 0.3), (0.25, 0.2, 0.1))
    model = Model("small", "Small", "", network, preprocessing, LABELS, torch.device("cpu"), "random:0")
    return trace(model, np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8))


def test_numbers_of_a_channel_and_of_a_vector(passed: Trace) -> None:
    (matrix,) = views.make(passed, 0, "numbers", channel=2).panels
    assert isinstance(matrix, Matrix)
    assert np.array_equal(matrix.values, passed.records[0].numpy()[2])
    assert (matrix.row_name, matrix.column_name, matrix.title) == ("y", "x", "channel 2")
    assert matrix.scale.signed
    (column,) = views.make(passed, 4, "numbers").panels
    assert isinstance(column, Matrix)
    assert column.values.shape == (5, 1)
    assert column.row_labels == LABELS
    (pooled,) = views.make(passed, 2, "numbers").panels
    assert isinstance(pooled, Matrix)
    assert pooled.values.shape == (4, 1)
    (pixels,) = views.make(passed, None, "numbers", channel=1).panels
    assert isinstance(pixels, Matrix)
    assert np.array_equal(pixels.values, passed.input[0, 1].numpy())


def test_units_have_a_view_of_their_own(passed: Trace) -> None:
    assert views.views_for(passed.records[2], passed)[0].name == "vector"  # (4, 1, 1) is no picture
    (units,) = views.make(passed, 4, "vector", channel=3).panels
    assert isinstance(units, Vector)
    assert np.array_equal(units.values, passed.records[4].numpy())
    assert units.labels == LABELS
    assert units.marked == 3
    assert units.scale.low == -units.scale.high


def test_the_histogram_counts_every_value_and_zero_is_a_border(passed: Trace) -> None:
    made = views.make(passed, 0, "histogram", bins=31, channel=1)
    (panel,) = made.panels
    assert isinstance(panel, Histogram)
    values = passed.records[0].numpy()
    limit = np.abs(values).max()
    assert len(panel.counts) == 32  # an even number: zero is between two bins
    assert panel.edges[16] == 0
    assert panel.edges[[0, -1]].tolist() == pytest.approx([-limit, limit])
    assert panel.counts.sum() == values.size
    assert panel.counts[16:].sum() == (values >= 0).sum()
    assert panel.overlay is not None
    assert panel.overlay.sum() == values[1].size
    facts = dict(panel.facts)
    assert facts["zeros"] == "0 %"
    assert float(facts["mean"].replace("−", "-")) == pytest.approx(values.mean(), rel=1e-2)
    assert float(facts["deviation"]) == pytest.approx(values.std(), rel=1e-2)
    assert panel.overlay_label == "channel 1"


def test_exact_zeros_are_told_and_drawn_when_asked_for(passed: Trace) -> None:
    values = passed.records[1].numpy()
    zeros = int((values == 0).sum())
    (panel,) = views.make(passed, 1, "histogram").panels
    (every,) = views.make(passed, 1, "histogram", zeros=True).panels
    assert isinstance(panel, Histogram)
    assert isinstance(every, Histogram)
    share = f"{100 * zeros / values.size:.1f} %"
    assert panel.title == f"{share} are exactly zero and not drawn"
    assert dict(panel.facts)["zeros"] == share
    assert panel.counts.sum() == values.size - zeros
    assert every.counts.sum() == values.size
    assert every.title == ""
    assert (every.counts - panel.counts)[32] == zeros


def test_histogram_of_what_is_not_finite() -> None:
    traced = trace(nn.Hardtanh(), torch.tensor([[[[1.0, torch.nan], [0.5, 0.0]]]]))
    (panel,) = views.make(traced, 0, "histogram").panels
    assert isinstance(panel, Histogram)
    assert dict(panel.facts)["NaN"] == "1"
    assert panel.counts.sum() == 2


def test_scores_are_sorted_and_counted(passed: Trace) -> None:
    logits = passed.logits.double().numpy()
    expected = np.exp(logits) / np.exp(logits).sum()
    made = views.make(passed, 4, "scores", k=3)
    (bars,) = made.panels
    assert isinstance(bars, Bars)
    best = np.argsort(-expected)[:3]
    assert bars.indices == tuple(best.tolist())
    assert bars.labels == tuple(LABELS[i] for i in best)
    assert bars.values == pytest.approx(expected[best], rel=1e-6)
    assert (bars.high, bars.total) == (1.0, 5)
    assert made.subtitle == "3 of 5 classes"
    assert bars.heads == ("probability", "logit")
    assert len(views.make(passed, 4, "scores", k=1000).panels[0].labels) == 5  # type: ignore[union-attr]
    assert views.views_for(passed.records[5], passed)[0].name == "scores"  # dropout hands the logits on


def test_softmax_shows_its_own_values() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 3), nn.Softmax(1))
    traced = trace(network, torch.randn(1, 4))
    (bars,) = views.make(traced, 1, "scores").panels
    assert isinstance(bars, Bars)
    assert sorted(bars.values.tolist(), reverse=True) == bars.values.tolist()
    assert sorted(bars.values.tolist()) == pytest.approx(sorted(traced.records[1].numpy().tolist()))
    assert bars.labels == tuple(f"class {i}" for i in bars.indices)


def test_scores_that_kept_an_axis_of_length_one_are_still_scores() -> None:
    class Tokens(nn.Module):
        """Its batch axis cannot be told from the token's: (1, 1, 6) to (1, 6)."""

        def forward(self, x: Tensor) -> Tensor:
            return torch.stack([x.sum(dim=(1, 2, 3)) * i for i in range(6)], dim=1)

    traced = trace(Tokens(), torch.randn(1, 2, 3, 3))
    last = traced.records[traced.logits_record]
    assert [view.name for view in views.views_for(last, traced)] == [
        "scores",
        "softmax",
        "vector",
        "numbers",
        "histogram",
        "explain",
    ]
    (units,) = views.make(traced, last, "vector").panels
    assert isinstance(units, Vector)
    assert np.array_equal(units.values, traced.logits.numpy())


def test_the_picture_is_shown_step_by_step_to_the_tensor(passed: Trace) -> None:
    made = views.make(passed)
    *steps, tensor = made.panels
    assert passed.prepared is not None
    assert [panel.title for panel in steps] == [step.name for step in passed.prepared.steps[:-1]]  # type: ignore[union-attr]
    first = steps[0]
    assert isinstance(first, ImageGrid)
    assert first.scale is None
    assert np.array_equal(first.raster[0], passed.prepared.picture.pixels)
    assert isinstance(tensor, ImageGrid)
    assert np.array_equal(tensor.values, passed.input[0].numpy())
    assert tensor.captions == ("red", "green", "blue")
    assert tensor.scale is not None
    assert tensor.scale.low == -tensor.scale.high
    zero = np.abs(tensor.values) < tensor.scale.high / 1000
    assert (tensor.raster[zero] == ZERO).all()


def test_a_tensor_that_never_was_a_picture_is_shown_as_channels() -> None:
    traced = trace(nn.ReLU(), torch.rand(1, 4, 5, 6))
    (panel,) = views.make(traced).panels
    assert isinstance(panel, ImageGrid)
    assert panel.captions == ("0", "1", "2", "3")
    assert panel.scale is not None
    assert not panel.scale.signed
