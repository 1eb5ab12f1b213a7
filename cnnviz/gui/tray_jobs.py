"""What the tray needs done in the background: finding the pictures in a drop, and classifying them.

These generators run in the jobs' thread (``jobs.py``); they import torch there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.gui.jobs import Progress
from cnnviz.request import ModelRequest

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

THUMBNAIL = 96  # pixels, enough for 36 logical pixels on a screen of high density


@dataclass(frozen=True, slots=True)
class Found:
    """Picture files in what was dropped, with the class that their folder names, and what was passed over."""

    paths: tuple[str, ...]
    labels: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """The network's answer to one picture of the tray.

    Attributes
    ----------
    thumbnail
        (h, w, 3) uint8, or None when the picture cannot be read.
    index, label, probability
        The best class; index -1 when there is none.
    problem
        A sentence when the picture could not be classified.
    """

    path: str
    thumbnail: NDArray[np.uint8] | None
    index: int = -1
    label: str = ""
    probability: float = 0.0
    problem: str = ""


def gather(dropped: tuple[str, ...]) -> Iterator[Progress]:
    """Find the picture files in files and folders."""
    from cnnviz.core import images

    yield Progress(0, 1)
    files, skipped = images.expand(dropped)
    labels = tuple(images.label_of(file) for file in files)
    yield Progress(1, 1, Found(tuple(str(file) for file in files), labels, tuple(skipped)))


def classify(explorer: Callable[[], Explorer], request: ModelRequest, paths: tuple[str, ...]) -> Iterator[Progress]:
    """Thumbnail and best class of each picture; one that cannot be read says why, and the rest goes on."""
    from cnnviz.core import images
    from cnnviz.core.errors import CnnvizError

    yield Progress(0, len(paths))
    try:
        model = explorer().model(request)
    except CnnvizError:
        return  # the window's own request says why
    for done, path in enumerate(paths, 1):
        thumbnail = None
        try:
            picture = images.read(Path(path))
            thumbnail = images.thumbnail(picture, THUMBNAIL)
            scores = explorer().classify(model, picture)
        except CnnvizError as error:
            yield Progress(done, len(paths), Classified(path, thumbnail, problem=str(error)))
            continue
        if scores is None:
            yield Progress(done, len(paths), Classified(path, thumbnail))
            continue
        best = int(np.argmax(scores.logits))
        label = scores.labels[best] if scores.labels else f"class {best}"
        yield Progress(done, len(paths), Classified(path, thumbnail, best, label, float(scores.probabilities[best])))
