from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn

from cnnviz import views
from cnnviz.core.errors import CnnvizError
from cnnviz.core.trace import Trace, trace
from cnnviz.figure import Figure, Note


@pytest.fixture
def passed() -> Trace:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5), nn.Softmax(1)
    )
    return trace(network.eval(), torch.randn(1, 1, 6, 6))


def names(passed: Trace, index: int | None) -> list[str]:
    return [view.name for view in views.views_for(None if index is None else passed.records[index], passed)]


def test_views_fit_what_they_can_show_best_first(passed: Trace) -> None:
    whole = ["layer-rows", "first-filters", "architecture", "layer-table"]
    assert names(passed, None) == ["picture", *whole, "numbers", "histogram"]
    assert names(passed, 0) == ["feature-maps", "filters", "numbers", "histogram", "compare-maps", "explain"]
    assert names(passed, 1) == ["feature-maps", "affine", "numbers", "histogram", "compare-maps", "explain"]
    assert names(passed, 2) == ["feature-maps", "numbers", "histogram", "compare-maps", "explain"]
    assert names(passed, 3) == ["vector", "numbers", "histogram", "explain"]
    assert names(passed, 4) == ["vector", "filters", "numbers", "histogram", "explain"]
    assert names(passed, 5) == ["scores", "evidence", "softmax", "vector", "numbers", "histogram", "explain"]


def test_every_view_makes_a_figure_of_every_record_that_it_fits(passed: Trace) -> None:
    for record in (None, *passed.records):
        for view in views.views_for(record, passed):
            figure = views.make(passed, record, view.name, **({"channel": 0} if view.uses_channel else {}))
            assert isinstance(figure, Figure)
            assert figure.view == view.name
            assert figure.title
            assert figure.panels


def test_a_record_can_be_named(passed: Trace) -> None:
    assert views.make(passed, 2).title == views.make(passed, "2").title == views.make(passed, passed.records[2]).title
    assert views.make(passed, "0").view == "feature-maps"
    assert views.make(passed).view == "picture"


def test_what_does_not_exist_is_answered_with_a_sentence(passed: Trace) -> None:
    with pytest.raises(CnnvizError, match="no view 'maps'; there are accuracy, affine, architecture"):
        views.get("maps")
    with pytest.raises(
        CnnvizError, match="'filters' does not fit 2; these do: feature-maps, numbers, histogram, compare-maps"
    ):
        views.make(passed, 2, "filters")
    with pytest.raises(CnnvizError, match="does not fit the picture"):
        views.make(passed, None, "scores")
    with pytest.raises(CnnvizError, match="no option 'size'; it has contrast"):
        views.make(passed, 0, "feature-maps", size=3)


def test_a_channel_that_does_not_exist_is_said(passed: Trace) -> None:
    figure = views.make(passed, 0, "feature-maps", channel=9)
    assert "there is no channel 9 here" in figure.subtitle
    assert len(figure.panels) == 1


def test_a_layer_that_was_not_kept_says_so_and_its_weights_are_still_shown(passed: Trace) -> None:
    passed.records[0].drop()
    (panel,) = views.make(passed, 0).panels
    assert isinstance(panel, Note)
    assert "not kept" in panel.text
    assert not isinstance(views.make(passed, 0, "filters").panels[0], Note)


def test_an_empty_output_says_that_it_is_empty() -> None:
    class Empty(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, :0] * 2

    traced = trace(Empty(), torch.randn(1, 3, 4, 4))
    for record in traced.records:
        for view in views.views_for(record, traced):
            (panel,) = views.make(traced, record, view.name).panels
            assert isinstance(panel, Note)
            assert "empty" in panel.text


def test_views_are_imported_without_torch_and_qt() -> None:
    code = "import sys, cnnviz.views, cnnviz.export; sys.exit('torch' in sys.modules or 'PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
