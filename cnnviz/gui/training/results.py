"""What a training leaves, for the window: a file, and figures of what it makes of held-back pictures."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import CnnvizError
from cnnviz.core.writing import replacing
from cnnviz.figure import Figure, ImageGrid, Matrix, Scale, percent

if TYPE_CHECKING:
    from cnnviz.training import Trained
    from cnnviz.training.inputs import Inputs
    from cnnviz.training.measure import Measured

HARDEST = 40
"""Pictures that are shown of those with the largest loss."""

FEW = 12
"""Classes whose confusions are written large."""

HELD_BACK = 20
"""Pictures that the result is opened with."""


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """The last thing that a training says.

    Attributes
    ----------
    trained
        The network and all about it; it is kept also where it could not be written.
    file
        Where it was written.
    problem
        Why it was not, as a sentence; empty when it was.
    figures
        By their names in the window: ``confusion``, ``hardest``.
    sentence
        How it compares with training from nothing; empty when it was not compared.
    held_back
        Files of pictures that it has not learned from, and their classes: what to look at it with.
    """

    trained: Trained = field(repr=False)
    file: Path
    problem: str
    figures: dict[str, Figure] = field(repr=False)
    sentence: str = ""
    held_back: dict[str, str] = field(default_factory=dict, repr=False)


def done(trained: Trained, file: Path, sentence: str = "") -> Done:
    """Write a result down, and draw what it makes of the pictures that it has not learned from."""
    problem = ""
    try:
        trained.save(file)
    except CnnvizError as error:
        problem = f"{error} The network is kept in this window: save it elsewhere."
    tested = (trained.test, trained.tested, "test pictures")
    measured, inputs, which = tested if trained.test else (trained.validation, trained.held, "validation pictures")
    figures = {} if measured is None or inputs is None else drawn(measured, inputs, trained.data.labels, which)
    return Done(trained, file, problem, figures, sentence, {} if problem else held_back(trained, file))


def held_back(trained: Trained, file: Path) -> dict[str, str]:
    """Some pictures that it has not learned from, one of each class before a second of any: file and class.

    Pictures that have no files of their own are written into a folder beside the weights.
    """
    data = trained.data
    if trained.tested is not None and data.test is not None:
        inputs, pictures = trained.tested, data.test
    elif trained.held is not None:
        inputs, pictures = trained.held, data.validation or data.train
    else:
        return {}
    classes = inputs.classes.cpu().numpy()
    found: dict[str, str] = {}
    with suppress(CnnvizError, OSError):  # a full disk: what is there is enough
        for place in _of_each(classes, HELD_BACK):
            row = int(inputs.rows[place])
            one = pictures.content[row]
            path = one if isinstance(one, str) else _written(one, file.with_suffix(".pictures") / f"{row:05d}.png")
            found[path] = data.labels[classes[place]]
    return found


def _of_each(classes: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """So many places in ``classes`` (N,), the first of each class before the second of any."""
    rank = np.zeros(len(classes), np.int64)
    for number in np.unique(classes):
        rank[classes == number] = np.arange((classes == number).sum())
    return np.lexsort((classes, rank))[:count]


def _written(pixels: NDArray[np.uint8], path: Path) -> str:
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    with replacing(path) as file:
        Image.fromarray(pixels).save(file, "png")
    return str(path)


def drawn(measured: Measured, inputs: Inputs, labels: tuple[str, ...], which: str) -> dict[str, Figure]:
    """What a network makes of labelled pictures, as figures by their names in the window; ``which`` they are."""
    rows = measured.hardest(HARDEST)
    pixels = inputs.pixels[rows.tolist()].cpu().numpy()
    caption = f"{percent(measured.accuracy)} of {len(measured.losses):,} {which} right"
    return {
        "confusion": _confusion(measured, labels, caption),
        "hardest": _hardest(measured, rows, pixels, labels, which),
    }


def _confusion(measured: Measured, labels: tuple[str, ...], caption: str) -> Figure:
    counts = measured.confusion.astype(np.float32)
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    scale = Scale(0.0, float(max(wrong.max(), 1)), "viridis", False, "the mistakes")
    title = f"How many of which class were taken for which: {caption}"
    panel = Matrix(
        counts, scale, "true class", "predicted class", labels, labels, title, len(labels) <= FEW, "right answers"
    )
    return Figure("confusion", "Confusion matrix", caption, (panel,))


def _hardest(
    measured: Measured, rows: NDArray[np.int64], pixels: NDArray[np.uint8], labels: tuple[str, ...], which: str
) -> Figure:
    """The pictures that contribute most to the loss; ``pixels`` is (N, C, H, W)."""
    shown = np.ascontiguousarray(np.broadcast_to(pixels.transpose(0, 2, 3, 1), (len(pixels), *pixels.shape[2:], 3)))
    true, said, losses = measured.classes, measured.predicted, measured.losses
    captions = tuple(f"{labels[true[row]]} → {labels[said[row]]}  {losses[row]:.2f}" for row in rows)
    share = float(measured.losses[rows].sum() / max(measured.losses.sum(), 1e-12))
    title = (
        f"true class → predicted one, and the loss: {len(shown)} of {len(losses):,} {which} make {percent(share)} of it"
    )
    panel = pictures(shown, captions, total=len(losses), title=title)
    return Figure("hardest", "What contributes most to the loss", "", (panel,))


def pictures(
    shown: NDArray[np.uint8], captions: tuple[str, ...], total: int, title: str, noun: str = "picture"
) -> ImageGrid:
    """Pictures (N, H, W, 3) as they are, with a caption each."""
    ends = np.tile(np.array([[0, 255]], np.float32), (len(shown), 1))
    numbers = tuple(range(len(shown)))
    return ImageGrid(shown, shown, None, ends, numbers, captions, ("",) * len(shown), total, noun, title, picks=False)
