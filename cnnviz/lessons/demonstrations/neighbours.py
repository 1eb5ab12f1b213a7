"""Nearest neighbours: the most similar training pictures vote, and a shift of a few pixels confuses them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture
from cnnviz.figure import Chart, Figure, ImageGrid, Panel, Series, percent
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import Pixels, bars, moved, photos
from cnnviz.lessons.sets import OURS, SOURCES, Labelled, labelled
from cnnviz.training.neighbours import NORMS, nearest
from cnnviz.views.options import option

_ASKED = 200  # test pictures at most
_SHIFTS = tuple(range(7))


@dataclass(frozen=True)
class NeighbourOptions:
    """Who is asked, and how."""

    data: str = field(
        default=OURS,
        metadata=option(
            "Training pictures",
            choices=tuple(SOURCES),
            help="Data sets are used where they are on this computer; folders are those beside the picture’s own.",
        ),
    )
    distance: str = field(
        default="L1",
        metadata=option("Distance", choices=tuple(NORMS), help="L1: Σ |a − b|. L2: √ Σ (a − b)²."),
    )
    k: int = field(default=1, metadata=option("k", low=1, high=25, help="How many neighbours vote."))
    known: int = field(
        default=1000, metadata=option("Known", low=25, high=5000, help="How many training pictures are looked through.")
    )
    shift: int = field(
        default=0, metadata=option("Shift", low=0, high=6, help="Move the asked picture to the right, in pixels.")
    )


@demonstration("neighbours", title="Nearest neighbours", options=NeighbourOptions)
def neighbours(picture: Picture, options: NeighbourOptions) -> Demonstrated:
    """The picture, its neighbours and their votes; and how many test pictures are recognised, moved by 0 to 6."""
    data = labelled(options.data, picture, options.known, _ASKED)
    train = np.asarray(data.train.content)
    k = min(options.k, len(train))
    asked = _shifted(data.asked(picture)[None], options.shift)
    found = nearest(train, data.train.classes, asked, k=k, norm=options.distance)
    rows, classes = found.rows[0], data.train.classes[found.rows[0]]
    accuracy = [_accuracy(data, by, k, options.distance) for by in _SHIFTS]
    shown = photos(
        [asked[0], *train[rows]],
        ["asked", *(f"“{data.labels[c]}” · {d:,.0f}" for c, d in zip(classes, found.distances[0], strict=True))],
        f"The asked picture, and its {'nearest neighbour' if k == 1 else f'{k} nearest'} with {options.distance}",
    )
    chart = Chart(
        (Series("", np.array(_SHIFTS, float), 100 * np.array(accuracy)),),
        "moved to the right by so many pixels",
        "recognised, in %",
        ends=(0.0, 100.0),
        at=float(options.shift),
        title=f"{len(data.test):,} test pictures, measured",
        remark=data.words,
    )
    name = data.labels[int(found.predicted[0])]
    about = f"“{name}”, {_said(classes)} · {len(train):,} training pictures of {data.name}"
    figure = Figure("neighbours", "Nearest neighbours", about, _with_votes(shown, data, classes, chart))
    numbers = {
        "accuracy": 100 * accuracy[options.shift],
        "still": 100 * accuracy[0],
        "three": 100 * accuracy[3],
        "distance": float(found.distances[0, 0]),
        "known": float(len(train)),
        "asked": float(len(data.test)),
        "predicted": float(found.predicted[0]),
        "pixels": float(train[0].size),
    }
    return Demonstrated(figure, numbers, ("known",) if options.data == OURS else ())


def _said(classes: NDArray[np.int64]) -> str:
    """How the vote came out."""
    votes = np.bincount(classes)
    if len(classes) == 1:
        return "says the nearest neighbour"
    tied = int((votes == votes.max()).sum()) > 1
    say = "say" if votes.max() > 1 else "says"
    return f"{say} {votes.max()} of {len(classes)} neighbours" + (": a tie, the first counts" if tied else "")


def _with_votes(shown: ImageGrid, data: Labelled, classes: NDArray[np.int64], chart: Chart) -> tuple[Panel, ...]:
    """One neighbour alone needs no bars."""
    if len(classes) == 1:
        return shown, chart
    votes = np.bincount(classes, minlength=len(data.labels))
    order = [i for i in np.argsort(-votes, kind="stable").tolist() if votes[i]]
    texts = [(f"{votes[i]}", percent(votes[i] / len(classes))) for i in order]
    panel = bars(
        [data.labels[i] for i in order], votes[order], texts, ("votes", "share"), "Votes", "class", len(classes)
    )
    return shown, panel, chart


def _accuracy(data: Labelled, by: int, k: int, norm: str) -> float:
    """Share of the test pictures that are recognised when all are moved by so many pixels."""
    go_on()
    test = _shifted(np.asarray(data.test.content), by)
    found = nearest(np.asarray(data.train.content), data.train.classes, test, k=k, norm=norm)
    return found.accuracy(data.test.classes)


def _shifted(pictures: Pixels, by: int) -> Pixels:
    """(N, H, W[, 3]) moved to the right."""
    if pictures.ndim == 3:
        return moved(pictures, by, 0)
    return np.moveaxis(moved(np.moveaxis(pictures, 3, 1), by, 0), 1, 3)
