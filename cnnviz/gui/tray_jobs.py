"""What the tray needs done in the background: finding the pictures in a drop, and classifying them.

These generators run in the jobs' thread (``jobs.py``); they import torch there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.gui.jobs import Progress
from cnnviz.request import ModelRequest
from cnnviz.softmax import class_name

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

THUMBNAIL = 96  # pixels, enough for 36 logical pixels on a screen of high density
NO_CLASS = "no class"
"""What a picture is called whose scores are no numbers (NaN): none of them is the largest."""


@dataclass(frozen=True, slots=True)
class Found:
    """Picture files in what was dropped, and sentences on what was passed over."""

    paths: tuple[str, ...]
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
    true_label
        The class that the picture's folder is named after; empty when it is none of the network's.
    problem
        A sentence when the picture could not be classified.
    """

    path: str
    thumbnail: NDArray[np.uint8] | None
    index: int = -1
    label: str = ""
    probability: float = 0.0
    true_label: str = ""
    problem: str = ""


def gather(dropped: tuple[str, ...]) -> Iterator[Progress]:
    """Find the picture files in files and folders; the first of them, which is shown at once, can be read."""
    from cnnviz.core import images
    from cnnviz.core.errors import CnnvizError

    yield Progress(0, 1)
    files, skipped = images.expand(dropped)
    unreadable: list[str] = []
    for path in files:
        try:
            images.read(path)
            break
        except CnnvizError as error:
            unreadable.append(str(error))
    yield Progress(1, 1, Found(tuple(files[len(unreadable) :]), (*unreadable, *skipped)))


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
            picture = images.read(path)
            thumbnail = images.thumbnail(picture, THUMBNAIL)
            scores = explorer().classify(model, picture)
        except CnnvizError as error:
            yield Progress(done, len(paths), Classified(path, thumbnail, problem=str(error)))
            continue
        true_label = images.label_of(path, model.labels) if model.labels else None
        found = Classified(path, thumbnail, true_label=true_label or "")
        if scores is not None:
            best = int(np.argmax(scores.logits))
            label = NO_CLASS if np.isnan(scores.logits).any() else class_name(scores.labels, best)
            found = replace(found, index=best, label=label, probability=float(scores.probabilities[best]))
        yield Progress(done, len(paths), found)
