"""Every demonstration, with numbers from an independent calculation: by hand, in numpy, from published tables."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import correlate

import cnnviz
from cnnviz import paths
from cnnviz.core.cancel import Cancelled, while_wanted
from cnnviz.core.decode import Picture, read
from cnnviz.core.errors import CnnvizError
from cnnviz.export import export
from cnnviz.figure import Bars, Chart, ImageGrid, Matrix
from cnnviz.lessons.base import Demonstrated, all_demonstrations, get
from cnnviz.lessons.demonstrations import transfer as transferring
from cnnviz.lessons.parts import digits, moved
from cnnviz.lessons.suns import LABELS, draw, drawn

P = TypeVar("P")

SAMPLES = paths.resources() / "samples"
SEVEN, FROG = SAMPLES / "lenet5-mnist" / "seven.png", SAMPLES / "vgg-cifar10" / "frog.png"


@pytest.fixture
def seven() -> Picture:
    return read(SEVEN)


@pytest.fixture
def frog() -> Picture:
    return read(FROG)


def made(name: str, picture: Picture, **options: object) -> Demonstrated:
    return get(name).make(picture, options)


def panel(found: Demonstrated, kind: type[P], at: int = 0) -> P:
    return [panel for panel in found.figure.panels if isinstance(panel, kind)][at]


# what all have in common


@pytest.mark.parametrize("name", [one.name for one in all_demonstrations() if one.name != "transfer"])
@pytest.mark.parametrize("picture", ["seven", "frog"])
def test_each_begins_with_any_picture_and_leaves_the_window(
    name: str, picture: str, request: pytest.FixtureRequest, tmp_path: Path
):
    found = get(name).make(request.getfixturevalue(picture), {})
    assert found.figure.title
    assert found.figure.subtitle
    assert found.numbers
    assert all(type(value) is float or isinstance(value, int) for value in found.numbers.values())
    assert all(math.isfinite(value) for value in found.numbers.values())
    export(found.figure, str(tmp_path / "figure.csv"))
    export(found.figure, str(tmp_path / "figure.npz"))


def test_all_are_there():
    assert {one.name for one in all_demonstrations()} >= {
        "numbers", "labels", "difference", "neighbours", "edges", "parameters", "shift", "shift-accuracy", "costs",
        "softmax", "losses", "famous", "transfer",
    }  # fmt: skip


# pictures and labels


def test_the_numbers_are_those_of_the_file(frog: Picture):
    found = made("numbers", frog, x=0.25, y=0.75, edge=4, colour="blue")
    with Image.open(FROG) as image:
        pixels = np.asarray(image.convert("RGB"))
    # 4 pixels around column 0.25 · 128 = 32 and row 96
    np.testing.assert_array_equal(panel(found, Matrix).values, pixels[94:98, 30:34, 2])
    assert found.numbers["count"] == 128 * 128 * 3 == 49_152
    assert found.numbers["first"] == pixels[94, 30, 2]


@pytest.mark.parametrize(
    ("x", "y", "rows", "columns"), [(0, 0, slice(0, 8), slice(0, 8)), (1, 1, slice(20, 28), slice(20, 28))]
)
def test_the_patch_stays_inside(x: float, y: float, rows: slice, columns: slice, seven: Picture):
    found = made("numbers", seven, x=x, y=y)
    np.testing.assert_array_equal(panel(found, Matrix).values, seven.pixels[rows, columns])


def test_options_that_change_nothing_are_said(frog: Picture, seven: Picture):
    assert made("numbers", seven).idle == ("colour",)
    assert made("numbers", frog).idle == ()
    assert made("difference", seven, example="lecture").idle == ("other",)
    assert made("difference", seven, example="picture").idle == ()


@pytest.mark.parametrize(("classes", "count"), [("digits", 10), ("things", 10), ("the sun", 5)])
def test_one_hot_rows_have_their_one_at_the_index(classes: str, count: int, seven: Picture):
    found = made("labels", seven, classes=classes)
    matrix = panel(found, Matrix)
    assert matrix.values.shape == (count, count)
    captions = panel(found, ImageGrid).captions
    for row, label, caption in zip(matrix.values, matrix.row_labels, captions, strict=True):
        name, index = label.removesuffix(")").split("  (")
        assert row.sum() == row[int(index)] == 1
        assert matrix.column_labels[int(index)] == index
        assert caption == f"{name} → {index}"
    assert (found.numbers["ones"], found.numbers["zeros"]) == (count, count * (count - 1))


# neighbours


def test_the_squares_of_the_lecture_are_shown_for_l2(seven: Picture):
    """By hand: 46² + 12² + 14² + 1 + 82² + … = 26,280; its root is 162.1."""
    found = made("difference", seven, distance="L2")
    assert found.figure.subtitle == "√Σ (test − training)² = 162.1 over 16 pixels"
    shown = found.figure.panels[2]
    assert shown.title == "Squared difference of each pixel"
    assert shown.values.sum() == 26280
    assert shown.values[0].tolist() == [2116, 144, 196, 1]


def test_the_difference_of_the_lecture_is_456(seven: Picture):
    found = made("difference", seven)
    assert found.numbers["distance"] == 456
    assert found.numbers["first"] == 56 - 10
    expected = [[46, 12, 14, 1], [82, 13, 39, 33], [12, 10, 0, 30], [2, 32, 22, 108]]
    assert panel(found, Matrix, 2).values.tolist() == expected
    assert found.numbers["euclidean"] == pytest.approx(math.sqrt(sum(v * v for row in expected for v in row)))


def test_a_picture_compared_with_a_digit_and_moved(seven: Picture):
    one = np.asarray(Image.open(SAMPLES / "lenet5-mnist" / "one.png").convert("L")).astype(int)
    shifted = np.zeros((28, 28), int)
    shifted[:, 3:] = seven.pixels[:, :-3]
    found = made("difference", seven, example="picture", other="1", shift=3)
    assert found.numbers["distance"] == np.abs(shifted - one).sum()
    assert made("difference", seven, example="picture", other="7").numbers["distance"] == 0


def test_pixels_move_in_every_direction():
    values = np.arange(12).reshape(3, 4)
    assert moved(values, 1, 0).tolist() == [[0, 0, 1, 2], [0, 4, 5, 6], [0, 8, 9, 10]]
    assert moved(values, -2, 1).tolist() == [[0, 0, 0, 0], [2, 3, 0, 0], [6, 7, 0, 0]]
    assert not moved(values, 4, 0).any()


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_neighbours_are_counted_as_by_hand(norm: str, seven: Picture):
    known = np.stack([one.pixels for one in digits()]).astype(float)
    turned = [(k, one, by) for k, one in enumerate(digits()) for by in (-15, -10, -5, 5, 10, 15)]
    right = 0
    for k, one, by in turned:
        asked = np.asarray(Image.fromarray(one.pixels).rotate(by, Image.Resampling.BILINEAR)).astype(float)
        shifted = np.zeros_like(asked)
        shifted[:, 3:] = asked[:, :-3]
        apart = np.abs(shifted - known) if norm == "L1" else (shifted - known) ** 2
        right += int(apart.sum((1, 2)).argmin()) == k
    found = made("neighbours", seven, distance=norm, shift=3)
    assert found.numbers["accuracy"] == found.numbers["three"] == pytest.approx(100 * right / 60)
    assert found.numbers["three"] < 30 < 90 < found.numbers["still"]


def test_several_neighbours_vote(seven: Picture):
    found = made("neighbours", seven, k=3)
    votes = panel(found, Bars)
    assert votes.values.tolist() == [1, 1, 1]
    assert len(panel(found, ImageGrid).captions) == 4
    assert made("neighbours", seven, k=25).numbers["known"] == 10  # there are no more than ten


def test_data_that_is_not_here_is_a_sentence(seven: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    with pytest.raises(CnnvizError, match="MNIST is not on this computer: choose “our digits”"):
        made("neighbours", seven, data="MNIST")
    lonely = tmp_path / "a" / "b" / "one.png"
    lonely.parent.mkdir(parents=True)
    Image.new("L", (8, 8)).save(lonely)
    with pytest.raises(CnnvizError, match="too few pictures in the folders of a"):
        made("neighbours", read(lonely), data="the picture’s folders")
    with pytest.raises(CnnvizError, match="lies in no folder"):
        made("neighbours", read(np.zeros((8, 8), np.uint8)), data="the picture’s folders")


def test_mnist_is_found_where_downloads_are_kept(seven: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = Path(__file__).resolve().parents[3] / "shared" / "data" / "mnist.npz"
    if not real.is_file():
        pytest.skip(f"needs {real}")
    monkeypatch.setenv("CNNVIZ_HOME", str(tmp_path))
    (tmp_path / "cache" / "data" / "mnist").mkdir(parents=True)
    (tmp_path / "cache" / "data" / "mnist" / "mnist.npz").symlink_to(real)
    found = made("neighbours", seven, data="MNIST", k=3)
    assert (found.numbers["known"], found.numbers["asked"]) == (1000, 200)
    assert found.numbers["still"] > 80 > found.numbers["three"]


def test_ones_own_folders_are_known_and_asked(tmp_path: Path):
    chance = np.random.default_rng(0)
    for k, label in enumerate(("flares", "quiet")):
        (tmp_path / "sun" / label).mkdir(parents=True)
        for n in range(9):
            pixels = chance.integers(0, 60, (20 + n, 30, 3)).astype(np.uint8)
            pixels[..., k] += 180
            Image.fromarray(pixels).save(tmp_path / "sun" / label / f"{n}.png")
    (tmp_path / "sun" / "quiet" / "broken.png").write_bytes(b"no picture")
    picture = read(tmp_path / "sun" / "flares" / "3.png")
    found = made("neighbours", picture, data="the picture’s folders")
    assert (found.numbers["known"], found.numbers["asked"]) == (12, 6)
    assert found.numbers["still"] == 100  # red and green are easily told apart
    assert "“flares”" in found.figure.subtitle


# edges and parameters


def test_edges_are_those_of_scipy(frog: Picture):
    vertical = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    grey = np.asarray(Image.fromarray(frog.pixels).convert("L")).astype(float)
    a, b = (correlate(grey, kernel, mode="nearest") for kernel in (vertical, vertical.T))
    found = made("edges", frog, kernel="Sobel, vertical edges", edge=256)
    np.testing.assert_allclose(panel(found, ImageGrid, 1).values[0], a, atol=1e-3)
    assert found.numbers["sum"] == 0
    both = made("edges", frog, kernel="Sobel, all edges", edge=256)
    np.testing.assert_allclose(panel(both, ImageGrid, 1).values[0], np.hypot(a, b), atol=1e-3)
    assert made("edges", frog, learned="VGG-small").numbers["learned"] == 3 * 3 * 3 * 32
    assert made("edges", frog, learned="LeNet-5").numbers["learned"] == 5 * 5 * 6


def test_a_blurred_picture_looks_like_one(frog: Picture):
    """The numbers of this kernel add up to 1: what it makes has the picture's own brightness, and is shown in grey."""
    grey = np.asarray(Image.fromarray(frog.pixels).convert("L")).astype(float)
    blurred = correlate(grey, np.full((3, 3), 1 / 9), mode="nearest")
    found = panel(made("edges", frog, kernel="box blur", edge=256), ImageGrid, 1)
    assert found.scale is None
    np.testing.assert_allclose(found.values[0, ..., 0], blurred, atol=0.51)


def test_parameters_of_the_lecture(seven: Picture):
    numbers = made("parameters", seven).numbers
    assert numbers["inputs"] == 150_528
    assert numbers["dense"] == 19_267_584
    assert numbers["next"] == 16_384
    assert numbers["convolution"] == 3_456
    other = made("parameters", seven, height=28, width=28, channels=1, units=77, second=10, kernel=5).numbers
    assert other["dense"] + other["dense_biases"] + other["next"] + 10 == cnnviz.load_model("mlp-mnist").parameters


# moved pictures


def test_maps_move_with_the_picture_and_hidden_units_do_not(seven: Picture):
    numbers = made("shift", seven, across=4).numbers
    assert numbers["back"] < 1e-4
    assert numbers["whole"] < 3 < 30 < numbers["pool2"] < numbers["conv1"]
    assert numbers["hidden"] > 30
    still = made("shift", seven, across=0).numbers
    assert all(still[name] == 0 for name in ("picture", "conv1", "pool2", "whole", "hidden", "back"))


def test_how_much_a_picture_changes(seven: Picture):
    before, after = seven.pixels.astype(float), np.zeros((28, 28))
    after[3:, 2:] = before[:-3, :-2]
    share = np.abs(before - after).sum() / (before.sum() + after.sum())
    assert made("shift", seven, across=2, down=3).numbers["picture"] == pytest.approx(100 * share)


def test_who_bears_a_shift(seven: Picture):
    found = made("shift-accuracy", seven, shift=6)
    numbers = found.numbers
    assert numbers["cnn"] > numbers["mlp"] + 20 > numbers["neighbour"] + 20
    assert min(numbers["cnn_still"], numbers["mlp_still"], numbers["neighbour_still"]) > 95
    chart = panel(found, Chart)
    assert [len(series.x) for series in chart.series] == [9, 9, 9]
    assert made("shift-accuracy", seven, shift=0).numbers["mlp"] == numbers["mlp_still"]


# costs and famous networks

PUBLISHED = {
    "lenet5-mnist": 61_706,
    "alexnet": 61_100_840,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 6_624_904,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
}
"""https://docs.pytorch.org/vision/stable/models.html; GoogLeNet without its auxiliary heads, as it is used."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_are_those_published(name: str, seven: Picture):
    assert made("famous", seven, network=name).numbers["parameters"] == PUBLISHED[name]


def test_the_accuracies_of_the_chart(seven: Picture):
    found = made("famous", seven, network="resnet50", complexity="parameters")
    assert found.numbers["top1"] == 76.13  # https://docs.pytorch.org/vision/stable/models.html
    own, lecture, later = panel(found, Chart).series
    assert (own.labels, own.x.tolist(), own.y.tolist()) == (("ResNet-50",), [25.557032], [76.13])
    assert len(lecture.labels) == 8
    assert "MobileNetV2" in later.labels
    bars = panel(found, Bars)
    assert dict(zip(bars.labels, (row[1] for row in bars.texts), strict=True))["VGG-16"] == "138,357,544"


def test_the_costs_of_vgg16(seven: Picture):
    found = made("costs", seven, network="vgg16")
    numbers = found.numbers
    assert numbers["flattened"] == 7 * 7 * 512
    assert numbers["first_dense"] == 25_088 * 4_096 + 4_096 == 102_764_544
    assert numbers["dense"] == 102_764_544 + (4_096 * 4_096 + 4_096) + (4_096 * 1_000 + 1_000)
    assert numbers["macs"] == pytest.approx(15.47, abs=0.01)  # as torchvision publishes it
    first, last = (panel(found, Bars).labels[i] for i in (0, -1))
    assert first.startswith("features.0")
    assert last.startswith("classifier.6")
    assert panel(found, Bars).values[0] == 64 * 224 * 224
    learned = found.figure.panels[1]
    assert len(learned.labels) == 16, "13 convolutions and 3 dense layers; poolings learn nothing"


def test_the_memory_of_lenet5(seven: Picture):
    values = 2 * 6 * 28 * 28 + 6 * 14 * 14 + 2 * 16 * 10 * 10 + 16 * 5 * 5 + 400 + 2 * 120 + 2 * 84 + 10
    assert made("costs", seven, network="lenet5-mnist").numbers["memory"] == pytest.approx(values * 4 / 1e6)


# softmax and losses


def test_softmax_of_three_scores(seven: Picture):
    e = [math.exp(x) for x in (5.1, 3.2, -1.7)]
    found = made("softmax", seven)
    np.testing.assert_allclose(panel(found, Bars).values, [v / sum(e) for v in e], rtol=1e-6)
    assert panel(found, Bars).labels == ("car", "cat", "frog")
    assert found.numbers["loss"] == pytest.approx(-math.log(e[0] / sum(e)))
    hot = made("softmax", seven, temperature=4.0)
    warm = [math.exp(x / 4) for x in (5.1, 3.2, -1.7)]
    assert hot.numbers["best"] == pytest.approx(warm[0] / sum(warm))


def test_the_columns_follow_the_way(seven: Picture):
    """e^5.1 = 164.0, e^(3.2 − 5.1) = 0.1496, ln 0.8689 = −0.1405, by hand."""
    plain = panel(made("softmax", seven), Bars)
    assert (plain.heads, plain.texts[0]) == (("x", "exp x", "p"), ("+5.100", "164", "86.9 %"))
    safe = panel(made("softmax", seven, way="largest subtracted"), Bars)
    assert safe.heads == ("x", "x − max", "its exp", "p", "plain p")
    assert safe.texts[1][1:3] == ("−1.900", "0.150")
    logarithm = panel(made("softmax", seven, way="logarithm"), Bars)
    assert (logarithm.heads, logarithm.texts[0]) == (("x", "p", "ln p"), ("+5.100", "86.9 %", "−0.140"))


@pytest.mark.parametrize("shift", [-1000, 300, 1000])
def test_a_constant_changes_nothing_but_breaks_the_plain_way(shift: int, seven: Picture):
    found = made("softmax", seven, shift=shift)
    assert found.numbers["best"] == pytest.approx(made("softmax", seven).numbers["best"])
    overflows = abs(shift) == 1000
    assert panel(found, Bars).texts[0][-1] == ("NaN" if overflows else "86.9 %")  # e^5.1 / (e^5.1 + e^3.2 + e^-1.7)
    assert ("overflows" in found.figure.subtitle) == overflows


def test_the_scores_of_a_network(seven: Picture):
    model = cnnviz.load_model("lenet5-mnist", device="cpu")
    best = cnnviz.trace(model, seven).top(1)[0]
    assert made("softmax", seven, scores="LeNet-5, this picture").numbers["best"] == pytest.approx(best.probability)


@pytest.mark.parametrize("pictures", ["digits", "things"])
def test_what_contributes_most_to_the_loss(pictures: str, seven: Picture):
    found = made("losses", seven, pictures=pictures)
    bars = panel(found, Bars)
    model = cnnviz.load_model("lenet5-mnist" if pictures == "digits" else "vgg-cifar10", device="cpu")
    folder = SAMPLES / model.name
    expected = []
    files = {"7": "seven", "2": "two", "4 → 9": "four-like-nine", "1 → 7": "one-like-seven"}
    for name in bars.labels:
        scores = cnnviz.trace(model, str(folder / f"{files.get(name, name)}.png")).logits.double().numpy()
        expected.append(math.log(np.exp(scores).sum()) - scores[model.labels.index(name.split(" ")[0])])
    np.testing.assert_allclose(bars.values, expected, atol=1e-5)
    worst = int(np.argmax(expected))
    assert bars.title == f"“{bars.labels[worst]}” contributes most to the loss"
    assert found.numbers["mean"] == pytest.approx(np.mean(expected), abs=1e-6)
    assert found.numbers["share"] == pytest.approx(100 * max(expected) / sum(expected), abs=1e-3)


# transfer


def test_suns_are_the_same_every_time_and_of_five_kinds():
    np.testing.assert_array_equal(draw("flares", 3), draw("flares", 3))
    assert not np.array_equal(draw("flares", 3), draw("flares", 4))
    pictures = drawn(2, edge=16)
    assert np.asarray(pictures.content).shape == (10, 16, 16, 3)
    assert pictures.classes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    quiet, flares = (np.asarray(draw(label, 0, 96)).astype(int) for label in ("quiet", "flares"))
    assert (flares[..., 2] > 90).sum() > 20 > (quiet[..., 2] > 90).sum()  # yellow patches


def test_a_few_suns_are_learned_with_the_last_layer_alone(seven: Picture):
    found = made("transfer", seven, each=4, epochs=6)
    assert found.numbers["learned"] == 128 * 5 + 5
    assert found.numbers["all"] == 436_458 - (128 * 10 + 10) + (128 * 5 + 5)
    assert (found.numbers["pictures"], found.numbers["chance"]) == (20, 20)
    assert found.numbers["transfer"] > 50
    assert found.numbers["transfer"] > found.numbers["nothing"] + 15
    alone, kept = panel(found, Chart).series
    assert (len(kept.y), len(alone.y)) == (6, 6)
    assert kept.y[-1] == found.numbers["transfer"]
    assert len(panel(found, ImageGrid).captions) == 20
    assert set(panel(found, ImageGrid).captions) == set(LABELS)


def test_training_is_given_up_when_nobody_wants_it(seven: Picture):
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) < 3

    transferring._run.cache_clear()
    with while_wanted(wanted), pytest.raises(Cancelled):
        made("transfer", seven, each=3, epochs=20)
    assert len(asked) == 3
