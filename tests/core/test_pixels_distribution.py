from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.distribution import counts, moments


@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=300),
    st.sampled_from([0.0, 1e5]),
)
def test_moments_are_those_of_double_precision(numbers: list[float], shift: float) -> None:
    values = (np.array(numbers) + shift).astype(np.float32)
    exact = values.astype(np.float64)
    found = moments(values)
    size = np.abs(exact).max()
    assert found.mean == pytest.approx(exact.mean(), abs=1e-5 * size + 1e-30)
    assert found.deviation == pytest.approx(exact.std(), rel=1e-3, abs=1e-5 * size + 1e-30)
    assert (found.low, found.high) == (exact.min(), exact.max())
    assert found.zeros == (values == 0).sum()
    assert found.finite == len(values)


def test_moments_of_many_blocks_with_a_mean_far_from_zero() -> None:
    values = np.random.default_rng(0).normal(1000, 0.5, 300_000).astype(np.float32)
    found = moments(values.reshape(3, 100, 1000))
    assert found.mean == pytest.approx(values.astype(np.float64).mean(), rel=1e-6)
    assert found.deviation == pytest.approx(values.astype(np.float64).std(), rel=1e-3)


def test_moments_leave_out_what_is_not_finite_and_count_it() -> None:
    values = np.array([1, 3, 0, np.nan, np.inf, -np.inf, np.nan], np.float32)
    found = moments(values)
    assert (found.mean, found.low, found.high, found.finite) == (pytest.approx(4 / 3), 0, 3, 3)
    assert (found.zeros, found.nan, found.infinite) == (1, 2, 2)
    nothing = moments(np.full(4, np.nan, np.float32))
    assert np.isnan(nothing.mean)
    assert (nothing.finite, nothing.nan) == (0, 4)


def test_moments_of_huge_values_do_not_overflow() -> None:
    found = moments(np.array([3e38, -3e38, 1e38], np.float32))
    assert found.mean == pytest.approx(1e38 / 3, rel=1e-6)
    assert found.deviation == pytest.approx(np.std([3e38, -3e38, 1e38]), rel=1e-6)


def test_counts_agree_with_numpy() -> None:
    values = np.random.default_rng(1).integers(-64, 65, (4, 50, 70)).astype(np.float32) / 64 + np.float32(1 / 512)
    values = np.clip(values, -1, 1)
    expected, _ = np.histogram(values, 32, (-1, 1))
    assert counts(values, -1, 1, 32).tolist() == expected.tolist()


def test_counts_leave_out_nan_and_infinity() -> None:
    values = np.array([-1, 0, 1, np.nan, np.inf, -np.inf], np.float32)
    assert counts(values, -1, 1, 2).tolist() == [1, 2]
    assert counts(np.zeros(0, np.float32), -1, 1, 2).tolist() == [0, 0]
