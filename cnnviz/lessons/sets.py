"""Labelled pictures for demonstrations: our own, which are always there, and those on this computer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture, read
from cnnviz.core.errors import CnnvizError
from cnnviz.lessons.parts import Pixels, digits, sized
from cnnviz.training.data import KNOWN, open_data
from cnnviz.training.pictures import DataError, DataSet, Pictures

OURS, FOLDERS = "our digits", "the picture’s folders"
SOURCES = {OURS: "", "MNIST": "mnist", "Fashion-MNIST": "fashion-mnist", "CIFAR-10": "cifar10", FOLDERS: ""}
"""What a demonstration can learn from, and the names of data sets for `cnnviz.training.open_data`."""

_TURNS = (-15, -10, -5, 5, 10, 15)
_EDGE = 32  # of pictures from folders


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Pictures of one size in two parts.

    Attributes
    ----------
    name
        For people.
    labels
        The class names.
    train, test
        What is known, and what is asked; their contents are arrays.
    words
        Where they come from, as a remark.
    """

    name: str
    labels: tuple[str, ...]
    train: Pictures = field(repr=False)
    test: Pictures = field(repr=False)
    words: str = ""

    def asked(self, picture: Picture) -> Pixels:
        """A picture as these pictures are: as large, and grey or in colour."""
        shape = np.asarray(self.train.content).shape
        return sized(picture.pixels, shape[1], shape[2], "L" if len(shape) == 3 else "RGB")


def labelled(source: str, picture: Picture, known: int, asked: int, seed: int = 0) -> Labelled:
    """At most so many training and test pictures of a source of `SOURCES`, drawn with a seed.

    Raises
    ------
    CnnvizError
        They are not on this computer, or the picture lies in no folder of a class.
    """
    if source == OURS:
        return ours()
    if source == FOLDERS:
        return _folders(picture, known, asked, seed)
    try:
        data = open_data(SOURCES[source])
    except DataError as error:
        raise CnnvizError(
            f"{source} is not on this computer: choose “{OURS}”, or download it in the workspace Train.", str(error)
        ) from error
    if data.test is None:
        raise CnnvizError(f"{source} has no test pictures here: download it in the workspace Train.")
    return Labelled(data.name, data.labels, _some(data.train, known, seed), _some(data.test, asked, seed))


def ours() -> Labelled:
    """Our ten digits to learn from; each turned by 5 to 15 degrees to test with."""
    known = digits()
    labels = tuple(one.label for one in known)
    train = Pictures(np.stack([one.pixels for one in known]), np.arange(10))
    turned = [_turned(one.pixels, by) for one in known for by in _TURNS]
    test = Pictures(np.stack(turned), np.repeat(np.arange(10), len(_TURNS)))
    words = "asked: the known ones, turned by 5 to 15°"
    return Labelled("our digits", labels, train, test, words)


def _turned(pixels: Pixels, degrees: float) -> Pixels:
    return np.asarray(Image.fromarray(pixels).rotate(degrees, Image.Resampling.BILINEAR))


def _some(pictures: Pictures, count: int, seed: int) -> Pictures:
    """A part of them, in their own order."""
    rows = np.random.default_rng(seed).permutation(len(pictures))[:count]
    return pictures.chosen(np.sort(rows))


def _folders(picture: Picture, known: int, asked: int, seed: int) -> Labelled:
    """The pictures in the folders beside the one in which the picture lies: one folder for each class."""
    if not picture.path or not Path(picture.path).is_file():
        raise CnnvizError(
            "This picture lies in no folder: open one from a folder of pictures with one folder for each class."
        )
    root = Path(picture.path).resolve().parent.parent
    data = _opened(root)
    order = np.random.default_rng(seed).permutation(len(data.train))[: known + asked]
    pixels, classes = _read(data, order)
    if len(classes) < 4:
        raise CnnvizError(f"There are too few pictures in the folders of {root.name}: four are needed at least.")
    cut = min(known, len(classes) * 2 // 3)
    train, test = Pictures(pixels[:cut], classes[:cut]), Pictures(pixels[cut:], classes[cut:])
    return Labelled(root.name, data.labels, train, test, f"all made {_EDGE} × {_EDGE}")


def _opened(root: Path) -> DataSet:
    try:
        data = open_data(str(root))
    except DataError as error:
        raise CnnvizError(
            f"{root.name} holds no folders of pictures, one for each class: open a picture from such a folder.",
            str(error),
        ) from error
    if isinstance(data.train.content, np.ndarray):
        raise CnnvizError(f"{root.name} holds a data set, not folders of pictures: choose it by its name.")
    return data


def _read(data: DataSet, order: NDArray[np.int64]) -> tuple[Pixels, NDArray[np.int64]]:
    """The pictures of these rows, those left out that cannot be read."""
    pixels, rows = [], []
    for row in order.tolist():
        go_on()
        try:
            pixels.append(sized(read(str(data.train.content[row])).pixels, _EDGE, _EDGE, "RGB"))
        except CnnvizError:
            continue
        rows.append(row)
    return np.array(pixels, np.uint8).reshape(-1, _EDGE, _EDGE, 3), data.train.classes[rows]


assert set(SOURCES.values()) - {""} <= set(KNOWN)
