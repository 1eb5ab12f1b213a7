from __future__ import annotations

import gzip
import io
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnviz import paths
from cnnviz.training import DataSet, Pictures, open_data
from cnnviz.training.pictures import DataError, require_learnable, split


def idx(array: np.ndarray) -> bytes:
    return b"\0\0\x08" + bytes([array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def digits() -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(0)
    return chance.integers(0, 256, (20, 28, 28)).astype(np.uint8), (np.arange(20) % 10).astype(np.uint8)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("inside", ["", "MNIST/raw"])
def test_idx_files_wherever_torchvision_puts_them(tmp_path: Path, digits, packed: bool, inside: str):
    x, y = digits
    (tmp_path / inside).mkdir(parents=True, exist_ok=True)
    for name, array in (("train-images-idx3", x), ("train-labels-idx1", y), ("t10k-images-idx3", x[:5]),
                        ("t10k-labels-idx1", y[:5])):  # fmt: skip
        content = idx(array)
        file = tmp_path / inside / (f"{name}-ubyte" + (".gz" if packed else ""))
        file.write_bytes(gzip.compress(content) if packed else content)
    found = open_data("mnist", str(tmp_path))
    assert (found.name, found.labels) == ("MNIST", tuple("0123456789"))
    np.testing.assert_array_equal(found.train.content, x)
    np.testing.assert_array_equal(found.train.classes, y)
    assert found.test is not None
    assert len(found.test) == 5
    assert found.balance == (2,) * 10
    direct = open_data(str(next((tmp_path / inside).glob("train-images*"))))
    np.testing.assert_array_equal(direct.train.content, x)


def test_npz_with_any_usual_names(tmp_path: Path, digits):
    x, y = digits
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=x[:3], y_test=y[:3])
    assert open_data("mnist", str(tmp_path / "mnist.npz")).labels == tuple("0123456789")
    assert open_data("mnist", str(tmp_path)).name == "MNIST"
    assert open_data(str(tmp_path / "mnist.npz")).name == "MNIST"
    rgb = np.repeat(x[..., None], 3, 3)
    np.savez(tmp_path / "own.npz", train_images=rgb.transpose(0, 3, 1, 2), train_labels=np.eye(10)[y].astype(int),
             val_images=x[..., None].repeat(3, 3), val_labels=y[:, None])  # fmt: skip
    own = open_data(str(tmp_path / "own.npz"))
    np.testing.assert_array_equal(own.train.content, rgb)
    np.testing.assert_array_equal(own.train.classes, y)
    assert own.validation is not None
    assert own.test is None
    assert own.labels == tuple("0123456789")
    np.savez(tmp_path / "cifar10-train.npz", x=rgb, y=y)
    np.savez(tmp_path / "cifar10-test-3.npz", x=rgb[:3], y=y[:3])
    cifar = open_data("cifar10", str(tmp_path))
    assert cifar.labels[:2] == ("airplane", "automobile")
    assert cifar.test is not None
    assert len(cifar.test) == 3


def python2(value: dict[bytes, object]) -> bytes:
    """A pickle as Python 2 wrote it: bytes as text, NumPy under its old name."""
    content = pickle.dumps(value, protocol=2)
    return content.replace(b"numpy._core", b"numpy.core")


@pytest.mark.parametrize("write", [python2, pickle.dumps])
def test_the_pickled_batches_of_cifar_are_read_without_executing_them(tmp_path: Path, write):
    chance = np.random.default_rng(0)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    rows = chance.integers(0, 256, (6, 3072)).astype(np.uint8)
    for n in range(1, 6):
        (folder / f"data_batch_{n}").write_bytes(write({b"data": rows, b"labels": [0, 1, 2, 3, 4, 9]}))
    (folder / "test_batch").write_bytes(write({b"data": rows[:2], b"labels": [7, 8]}))
    found = open_data("cifar10", str(tmp_path))
    assert len(found.train) == 30
    assert isinstance(found.train.content, np.ndarray)
    # a row holds the red numbers first, each plane row by row
    assert found.train.content[3, 5, 7].tolist() == [rows[3, c * 1024 + 5 * 32 + 7] for c in range(3)]
    assert found.test is not None
    assert found.test.classes.tolist() == [7, 8]


def test_a_harmful_batch_does_nothing(tmp_path: Path):
    class Harm:
        def __reduce__(self):
            return Path.touch, (tmp_path / "harmed",)

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in ("data_batch_1", "test_batch"):
        (folder / name).write_bytes(pickle.dumps({b"data": Harm(), b"labels": [1]}))
    with pytest.raises(DataError, match="data_batch_1 is damaged"):
        open_data("cifar10", str(tmp_path))
    assert not (tmp_path / "harmed").exists()


def test_folders_of_classes(folder: Path):
    found = open_data(str(folder))
    assert (found.name, found.labels, found.balance) == ("sun", ("flares", "quiet"), (6, 6))
    assert found.train.name(0).endswith("0.png")


def test_folders_in_parts_and_in_the_only_folder(tmp_path: Path):
    for part, labels in (("train", "ab"), ("val", "ab"), ("test", "abz")):
        for label in labels:
            (tmp_path / "one" / part / label).mkdir(parents=True)
            Image.new("RGB", (4, 4)).save(tmp_path / "one" / part / label / "1.png")
    found = open_data(str(tmp_path))
    assert found.labels == ("a", "b")
    assert [len(p) if p else 0 for p in (found.train, found.validation, found.test)] == [2, 2, 2]
    assert found.notes == ("test has folders of no known class, left out: z.",)
    inner = tmp_path / "caltech" / "101_ObjectCategories"
    for label in ("ant", "BACKGROUND_Google", "cup"):
        (inner / label).mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(inner / label / "1.png")
    caltech = open_data("caltech101", str(tmp_path / "caltech"))
    assert (caltech.name, caltech.labels) == ("Caltech 101", ("ant", "cup"))


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda file: np.savez(file, a=np.zeros(3)), "holds no pictures with labels"),
        (lambda file: file.write(b"no archive"), "is damaged or cut off"),
        (lambda file: np.savez(file, x=np.zeros((3, 4, 4)), y=np.zeros(3, int)), "whole numbers from 0 to 255"),
        (lambda file: np.savez(file, x=np.zeros((3, 4, 4), np.uint8), y=np.zeros(2, int)), "3 pictures but 2 labels"),
        (lambda file: np.savez(file, x=np.zeros((3, 4, 0), np.uint8), y=np.zeros(3, int)), "no pixels"),
        (lambda file: np.savez(file, x=np.zeros((2, 4, 4), np.uint8), y=np.array([0, -1])), "no whole numbers from 0"),
        (lambda file: np.savez(file, x_test=np.zeros((2, 4, 4), np.uint8), y_test=np.array([0, 1])), "only test"),
        (
            lambda file: np.savez(
                file,
                x_train=np.zeros((2, 4, 4), np.uint8),
                y_train=np.array([0, 1]),
                x_test=np.zeros((2, 5, 4), np.uint8),
                y_test=np.array([0, 1]),
            ),
            "different sizes: 4×4 and 5×4",
        ),
    ],
)  # fmt: skip
def test_bad_arrays_are_a_sentence(tmp_path: Path, write, sentence: str):
    buffer = io.BytesIO()
    write(buffer)
    (tmp_path / "bad.npz").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match=sentence):
        open_data(str(tmp_path / "bad.npz"))


def test_what_is_not_there_is_a_sentence(tmp_path: Path):
    for source, where, sentence in (
        ("mnist", None, "MNIST is not on this computer: say where it lies"),
        ("mnist", str(tmp_path / "gone"), "moved, renamed or deleted"),
        ("nist", str(tmp_path), "There is no data set nist: there are mnist"),
        (str(tmp_path / "gone"), None, "moved, renamed or deleted"),
        ("mnst", None, "There is no data set or folder mnst: known by name are mnist, fashion-mnist"),
        (str(tmp_path), None, "no folders in it"),
    ):
        with pytest.raises(DataError, match=sentence):
            open_data(source, where)
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(DataError, match="is no data set"):
        open_data(str(tmp_path / "a.txt"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no pictures in the folders"):
        open_data(str(tmp_path))
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(np.zeros((2, 2, 2), np.uint8))[:-1])
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.zeros(2, np.uint8)))
    with pytest.raises(DataError, match="train-images-idx3-ubyte is damaged or cut off"):
        open_data("mnist", str(tmp_path))
    assert paths.cache()  # nothing was written elsewhere


def test_a_class_beyond_the_known_ones(tmp_path: Path, digits):
    np.savez(tmp_path / "mnist.npz", x=digits[0], y=np.full(20, 12))
    with pytest.raises(DataError, match="MNIST has 10 classes, but a picture here is of class 12"):
        open_data("mnist", str(tmp_path))


def test_the_split_is_stratified_seeded_and_leaves_no_class_out():
    classes = np.array([0] * 100 + [1] * 10 + [2] * 2 + [3])
    learned, held = split(classes, 0.2, seed=3)
    assert np.bincount(classes[held], minlength=4).tolist() == [20, 2, 1, 0]
    assert sorted([*learned, *held]) == list(range(113))
    again, other = split(classes, 0.2, seed=3), split(classes, 0.2, seed=4)
    np.testing.assert_array_equal(again[1], held)
    assert not np.array_equal(other[1], held)
    assert len(split(classes, 0.0)[1]) == 0


def test_at_most_so_many_of_each_class():
    pictures = Pictures(np.zeros((9, 2, 2), np.uint8), np.array([0, 0, 0, 0, 0, 1, 1, 1, 2]))
    found = DataSet("d", ("a", "b", "c"), pictures).limited(2)
    assert found.balance == (2, 2, 1)


def test_what_nothing_can_be_learned_from():
    for classes, sentence in (
        ([], "no pictures to learn from"),
        ([1, 1, 1], "All pictures are of one class, “b”"),
        ([0, 1], "There are 2 pictures, one of each class: at least two of each are needed"),
    ):
        with pytest.raises(DataError, match=sentence):
            require_learnable(("a", "b"), np.array(classes, np.int64))
