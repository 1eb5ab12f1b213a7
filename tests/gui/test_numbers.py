from __future__ import annotations

import math

import pytest

from cnnviz.gui import numbers


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (0.809, 2, "0.81"),
        (-0.484, 2, "−0.48"),
        (0.0, 2, "0"),
        (0.001, 2, "0.00"),
        (-0.001, 2, "0.00"),
        (-123456.0, 0, "−1e5"),
        (math.nan, 2, "NaN"),
        (-math.inf, 2, "−∞"),
    ],
)
def test_cells(value: float, places: int, text: str) -> None:
    assert numbers.cell(value, places) == text


@pytest.mark.parametrize(
    ("magnitude", "places"), [(6.1, 2), (99, 1), (250, 0), (0.02, 4), (0, 2), (1e-20, 6), (math.inf, 2)]
)
def test_decimals_show_three_digits_of_the_largest(magnitude: float, places: int) -> None:
    assert numbers.decimals(magnitude) == places


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [(6.10, True, "+6.1"), (-5.0, True, "−5"), (0.0, True, "0"), (2.0, False, "2"), (1500, False, "1,500")],
)
def test_axes_bear_no_idle_zeros(value: float, signed: bool, text: str) -> None:
    assert numbers.axis(value, signed) == text


def test_logits() -> None:
    assert [numbers.logit(v) for v in (13.721, -0.456, math.inf)] == ["+13.72", "−0.46", "∞"]


@pytest.mark.parametrize(
    ("low", "high", "most", "wanted"),
    [(-6.1, 6.1, 7, [-6, -4, -2, 0, 2, 4, 6]), (0, 1, 4, [0, 0.5, 1]), (-0.3, 0.3, 3, [-0.2, 0, 0.2])],
)
def test_ticks_are_round_and_zero_is_zero(low: float, high: float, most: int, wanted: list[float]) -> None:
    assert numbers.ticks(low, high, most) == pytest.approx(wanted)


@pytest.mark.parametrize(("low", "high", "most"), [(1, 1, 4), (0, math.nan, 4), (2, 1, 4), (0, 1, 0)])
def test_no_ticks_where_there_is_no_axis(low: float, high: float, most: int) -> None:
    assert numbers.ticks(low, high, most) == []


def test_the_clipboard_keeps_every_digit_of_a_float32() -> None:
    import numpy as np

    for value in np.random.default_rng(0).normal(0, 1, 100).astype(np.float32):
        assert np.float32(numbers.plain(float(value))) == value
