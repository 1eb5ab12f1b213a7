from __future__ import annotations

import math

import pytest

from cnnviz.figure import number, percent


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (1, "1.00", "+1.00"),
        (13.74, "13.7", "+13.7"),
        (-0.031, "−0.0310", "−0.0310"),
        (1024, "1,024", "+1,024"),
        (99.99, "100", "+100"),
        (2.1e-5, "2.10e−05", "+2.10e−05"),
        (-3e9, "−3.00e+09", "−3.00e+09"),
        (math.nan, "NaN", "NaN"),
        (math.inf, "∞", "∞"),
        (-math.inf, "−∞", "−∞"),
    ],
)
def test_numbers_have_one_spelling(value: float, plain: str, signed: str) -> None:
    assert number(value) == plain
    assert number(value, signed=True) == signed


def test_digits_can_be_chosen() -> None:
    assert number(0.80902, 5, signed=True) == "+0.80902"
    assert number(123456.7, 2) == "123,457"


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (1.0, "100.0 %"),
        (0.99999, "> 99.9 %"),
        (0.981, "98.1 %"),
        (3e-5, "0.003 %"),
        (4e-9, "< 0.0001 %"),
        (2.4e-6, "0.0002 %"),
        (0.0, "0.0 %"),
        (float("nan"), "NaN"),
    ],
)
def test_no_probability_reads_as_what_it_is_not(probability: float, text: str) -> None:
    assert percent(probability) == text
