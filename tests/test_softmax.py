"""Softmax, cross-entropy and its gradient, by hand and against finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz.softmax import Softmax, class_in_words, class_name


@pytest.mark.parametrize(
    ("scores", "true", "printed"),
    [((3, 1, -1, -1), 0, "0.16"), ((3, 3, 1, 0), 1, "0.78"), ((1, 1, 1, 1), 2, "1.386"), ((3, 2, 3, -1), 3, "4.87")],
)
def test_the_losses_of_the_lecture(scores: tuple[int, ...], true: int, printed: str) -> None:
    by_hand = -math.log(math.exp(scores[true]) / sum(math.exp(x) for x in scores))
    found = Softmax(np.array(scores, np.float64))
    assert found.loss(true) == pytest.approx(by_hand)
    assert f"{found.loss(true):.{len(printed) - 2}f}" == printed
    assert -math.log(found.probabilities[true]) == pytest.approx(by_hand)


def test_subtracting_the_largest_changes_nothing() -> None:
    found = Softmax(np.array([3.0, 1.0, -1.0, -1.0]))
    assert (found.largest, found.overflows) == (3.0, False)
    assert found.exponentials.tolist() == pytest.approx([1, math.exp(-2), math.exp(-4), math.exp(-4)])
    np.testing.assert_allclose(found.plain_probabilities, found.probabilities, rtol=1e-14)
    assert found.probabilities.sum() == pytest.approx(1)
    assert found.total == pytest.approx(found.exponentials.sum())


@pytest.mark.parametrize("scores", [(1000.0, 1001.0), (-1000.0, -999.0)])
def test_without_it_large_scores_overflow(scores: tuple[float, ...]) -> None:
    found = Softmax(np.array(scores))
    assert found.overflows
    assert np.isnan(found.plain_probabilities).any()
    assert found.probabilities[1] == pytest.approx(1 / (1 + math.exp(-1)))
    assert Softmax(np.array([0.0, 2000.0])).loss(0) == 2000.0


def test_temperature() -> None:
    scores = np.array([2.0, 0.0])
    assert Softmax(scores, 2.0).probabilities[0] == pytest.approx(1 / (1 + math.exp(-1)))
    assert Softmax(scores, 1e6).probabilities == pytest.approx([0.5, 0.5], abs=1e-5)
    assert Softmax(scores, 1e-3).probabilities.tolist() == [1.0, 0.0]
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="larger than 0"):
            Softmax(scores, wrong)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_gradient_is_that_of_finite_differences(temperature: float) -> None:
    scores = np.array([0.3, -1.2, 2.0])
    found = Softmax(scores, temperature).gradient(1)
    for k, step in enumerate(np.eye(3) * 1e-6):
        rise = Softmax(scores + step, temperature).loss(1) - Softmax(scores - step, temperature).loss(1)
        assert found[k] == pytest.approx(rise / 2e-6, abs=1e-8)
    assert found.sum() == pytest.approx(0)


def test_a_class_without_a_name_is_called_the_same_everywhere() -> None:
    assert [class_name(("cat",), i) for i in (0, 1)] == ["cat", "class 1"]
    assert [class_in_words(("cat", "1"), i) for i in (0, 1, 2)] == ["“cat”", "class 1", "class 2"]
