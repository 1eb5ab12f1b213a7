"""Explanations as files: bars, curves and sliding windows on paper and as numbers."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz import views
from cnnviz.core.trace import Trace, trace
from cnnviz.export import export, formats
from cnnviz.figure import Contributions, Figure


@pytest.fixture
def passed() -> Trace:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(2, 4, 3), nn.Sigmoid(), nn.Flatten(), nn.Linear(4 * 4 * 4, 5))
    return trace(network.eval(), torch.randn(1, 2, 6, 6))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("suffix", formats())
@pytest.mark.parametrize("layer", [0, 1, 3])
def test_every_format_takes_an_explanation(passed: Trace, tmp_path: Path, layer: int, suffix: str) -> None:
    written = export(views.make(passed, layer, "explain"), tmp_path / f"explained.{suffix}")
    assert written.stat().st_size > 200


def test_the_page_says_how_it_comes_out(passed: Trace, tmp_path: Path) -> None:
    page = export(views.make(passed, 3, "explain", channel=2), tmp_path / "unit.svg").read_text(encoding="utf-8")
    assert "equals the captured value" in page
    assert "y[2]" in page


def test_contributions_in_a_table_add_up(passed: Trace, tmp_path: Path) -> None:
    figure = views.make(passed, 3, "explain", channel=2, inputs=5)
    heads, *rows = rows_of(export(figure, tmp_path / "unit.csv"))
    assert heads == ["part", "layer", "channel", "position", "input", "× weight", "contribution"]
    assert [row[0] for row in rows[-3:]] == ["bias", "others", "sum"]
    values = [float(row[-1]) for row in rows]
    assert sum(values[:-1]) == pytest.approx(values[-1])
    assert values[-1] == pytest.approx(float(passed.logits[2]), rel=1e-5)
    assert rows[0][1] == "2"
    assert len(rows) == 5 + 3


def test_a_curve_as_numbers(passed: Trace, tmp_path: Path) -> None:
    figure = views.make(passed, 1, "explain", channel=0, at=(1, 1))
    with np.load(export(figure, tmp_path / "curve.npz")) as archive:
        np.testing.assert_allclose(archive["y_2"], 1 / (1 + np.exp(-archive["x_2"])), rtol=1e-6)
        assert archive["point_2"][0] == pytest.approx(float(passed.records[0].numpy()[0, 1, 1]))
    table = rows_of(export(figure, tmp_path / "curve.csv"))
    assert ["input", "output"] in table


def test_what_is_no_number_leaves_its_bar_out(tmp_path: Path) -> None:
    panel = Contributions(("a", "b"), np.array([np.nan, 2.0]), ((), ()), (None, None), 0.0, 2, None)
    figure = Figure("explain", "t", "s", (panel,))
    assert export(figure, tmp_path / "bars.png").exists()
    summed = replace(figure, panels=(replace(panel, value=np.nan),))
    assert export(summed, tmp_path / "sum.svg").exists()
