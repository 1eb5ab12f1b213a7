"""The curves of a training: what stands at their axes."""

from __future__ import annotations

import pytest

from cnnviz.gui.training.curves import rounded_up


@pytest.mark.parametrize(
    ("value", "top"), [(2.303, 2.4), (1.0, 1), (0.04, 0.04), (0.0400001, 0.05), (9.23, 10), (5.52, 6), (3e-9, 3e-9)]
)
def test_the_top_of_an_axis_is_round_and_not_below_the_curve(value: float, top: float) -> None:
    assert rounded_up(value) == pytest.approx(top)
