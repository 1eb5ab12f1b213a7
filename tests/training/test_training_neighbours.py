from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from cnnviz.core.cancel import Cancelled
from cnnviz.training import Control
from cnnviz.training.neighbours import difference, nearest
from cnnviz.training.pictures import DataError


def test_the_example_of_the_lecture():
    test = np.array([[56, 32, 10, 18], [90, 23, 128, 133], [24, 26, 178, 200], [2, 0, 255, 220]])
    known = np.array([[10, 20, 24, 17], [8, 10, 89, 100], [12, 16, 178, 170], [4, 32, 233, 112]])
    absolute, distance = difference(test, known)
    assert absolute.tolist() == [[46, 12, 14, 1], [82, 13, 39, 33], [12, 10, 0, 30], [2, 32, 22, 108]]
    assert distance == 456
    assert difference(test.astype(np.uint8), known.astype(np.uint8))[1] == 456  # bytes do not wrap round
    with pytest.raises(DataError, match="different sizes"):
        difference(test, known[:2])


@pytest.mark.parametrize("norm", ["L1", "L2"])
@pytest.mark.parametrize("shape", [(5, 7), (6, 6, 3)])
@pytest.mark.parametrize("k", [1, 4])
def test_all_distances_are_those_of_every_pixel(norm: str, shape: tuple[int, ...], k: int):
    chance = np.random.default_rng(0)
    known, asked = (chance.integers(0, 256, (n, *shape)).astype(np.uint8) for n in (300, 20))
    classes = chance.integers(0, 3, 300)
    found = nearest(known, classes, asked, k=k, norm=norm)
    apart = np.abs(asked.reshape(20, 1, -1).astype(float) - known.reshape(1, 300, -1))
    every = apart.sum(2) if norm == "L1" else np.sqrt((apart**2).sum(2))
    rows = np.argsort(every, 1, kind="stable")[:, :k]
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_allclose(found.distances, np.take_along_axis(every, rows, 1), rtol=1e-6)
    metric = "manhattan" if norm == "L1" else "euclidean"
    theirs = KNeighborsClassifier(k, metric=metric).fit(known.reshape(300, -1), classes)
    np.testing.assert_array_equal(found.predicted, theirs.predict(asked.reshape(20, -1)))


def test_ties_take_the_first_picture_and_the_lowest_class():
    known = np.zeros((4, 2, 2), np.uint8)
    known[:, 0, 0] = [10, 10, 20, 20]
    asked = np.zeros((1, 2, 2), np.uint8)
    found = nearest(known, np.array([2, 0, 1, 1]), asked, k=2, norm="L1")
    assert (found.rows.tolist(), found.distances.tolist(), found.predicted.tolist()) == ([[0, 1]], [[10, 10]], [0])
    assert nearest(known, np.array([2, 0, 1, 1]), asked, k=4).predicted.tolist() == [1]
    assert found.accuracy(np.array([0])) == 1


@pytest.mark.parametrize(
    ("asked", "k", "norm", "sentence"),
    [((1, 2, 2), 0, "L1", "k is from 1 to 4, not 0"), ((1, 2, 2), 5, "L1", "k is from 1 to 4"),
     ((1, 2, 2), 1, "L3", "There is no distance L3"), ((1, 2, 3), 1, "L2", "different sizes")],
)  # fmt: skip
def test_what_cannot_be_compared(asked: tuple[int, ...], k: int, norm: str, sentence: str):
    known, classes = np.zeros((4, 2, 2), np.uint8), np.zeros(4, np.int64)
    with pytest.raises(DataError, match=sentence):
        nearest(known, classes, np.zeros(asked, np.uint8), k=k, norm=norm)
    control = Control()
    control.stop()
    with pytest.raises(Cancelled):
        nearest(known, classes, known, control=control)


def test_thousand_digits_as_scikit_learn(real: Path):
    with np.load(real / "mnist.npz") as file:
        known, classes, asked, true = file["x_train"][:5000], file["y_train"][:5000], file["x_test"], file["y_test"]
    found = nearest(known, classes, asked[:1000], k=1, norm="L1")
    theirs = KNeighborsClassifier(1, metric="manhattan").fit(known.reshape(5000, -1), classes)
    predicted = theirs.predict(asked[:1000].reshape(1000, -1))
    np.testing.assert_array_equal(found.predicted, predicted)
    assert found.accuracy(true[:1000].astype(np.int64)) == 0.892
