"""From scores to probabilities: temperature, a constant added to all scores, and what overflows without the trick."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.decode import Picture
from cnnviz.core.logits import class_scores
from cnnviz.core.trace import trace
from cnnviz.figure import Bars, Chart, Figure, Series, number, percent
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import network
from cnnviz.softmax import Softmax
from cnnviz.views.options import option

SCORES = {"three scores": (("cat", 3.2), ("car", 5.1), ("frog", -1.7))}
"""Scores to begin with; the others come from a network."""

_NETWORKS = {"LeNet-5, this picture": "lenet5-mnist", "VGG-small, this picture": "vgg-cifar10"}
_LINES = 5  # classes in the chart


@dataclass(frozen=True)
class SoftmaxOptions:
    """Which scores, and what is done to them."""

    scores: str = field(
        default="three scores",
        metadata=option(
            "Scores", choices=(*SCORES, *_NETWORKS), help="Of an example, or what a network says to the picture."
        ),
    )
    temperature: float = field(
        default=1.0, metadata=option("Temperature", low=0.25, high=4.0, help="All scores are divided by it.")
    )
    shift: int = field(
        default=0, metadata=option("Add", low=-1000, high=1000, help="The same number is added to every score.")
    )


@demonstration("softmax", title="Softmax, step by step", options=SoftmaxOptions)
def softmax(picture: Picture, options: SoftmaxOptions) -> Demonstrated:
    """Every step with the largest score subtracted, the same without, and the probabilities at other temperatures."""
    labels, scores = _scores(picture, options.scores)
    found = Softmax(scores + options.shift, options.temperature)
    order = np.argsort(-scores, kind="stable")
    chart = _temperatures(labels, scores, order, options.temperature)
    best = int(order[0])
    plain = "the plain way overflows" if found.overflows else "the plain way gives the same"
    about = f"scores {_signed(options.shift)} · T = {number(options.temperature, 3)} · {plain}"
    numbers = {
        "best": float(found.probabilities[best]),
        "total": float(found.probabilities.sum()),
        "sum": found.total,
        "largest": found.largest,
        "plain": float(found.plain_probabilities[best]),
        "log": float(found.log_probabilities[best]),
        "loss": found.loss(best),
        "classes": float(len(labels)),
    }
    figure = Figure("softmax", "Softmax, step by step", about, (_steps(labels, found, order), chart))
    return Demonstrated(figure, numbers)


def _scores(picture: Picture, name: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    if name in SCORES:
        return tuple(label for label, _ in SCORES[name]), np.array([score for _, score in SCORES[name]])
    model = network(_NETWORKS[name])
    return model.labels, class_scores(trace(model, picture))


def _signed(shift: int) -> str:
    return "as they are" if not shift else f"+ {shift}" if shift > 0 else f"− {-shift}"


def _steps(labels: tuple[str, ...], found: Softmax, order: NDArray[np.intp]) -> Bars:
    rows = order.tolist()
    return Bars(
        tuple(labels[i] for i in rows),
        found.probabilities[rows].astype(np.float32),
        tuple(
            (
                number(float(found.scores[i]), 4, signed=True),
                number(float(found.exponentials[i]), 3),
                percent(float(found.probabilities[i])),
                number(float(found.log_probabilities[i]), 3, signed=True),
                _share(float(found.plain_probabilities[i])),
            )
            for i in rows
        ),
        tuple(rows),
        1.0,
        len(rows),
        ("x", "e^…", "p", "ln p", "plain p"),
        "e to the power of x/T − max, and its share p; plain p without max",
    )


def _share(value: float) -> str:
    return percent(value) if np.isfinite(value) else "NaN"


def _temperatures(labels: tuple[str, ...], scores: NDArray[np.float64], order: NDArray[np.intp], at: float) -> Chart:
    """The probabilities of the most likely classes over the temperature."""
    over = np.linspace(0.25, 4.0, 76)
    found = np.array([Softmax(scores, float(t)).probabilities for t in over])  # (T, K)
    return Chart(
        tuple(Series(labels[i], over, 100 * found[:, i]) for i in order[:_LINES].tolist()),
        "temperature T",
        "probability in %",
        ends=(0.0, 100.0),
        at=at,
        title="Cold: the best takes all. Hot: all alike.",
    )
