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

_PLAIN, _SAFE, _LOGARITHM = "plain", "largest subtracted", "logarithm"

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
    way: str = field(
        default=_PLAIN,
        metadata=option(
            "Way", choices=(_PLAIN, _SAFE, _LOGARITHM), help="By the formula, as computers do it, or to ln p at once."
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
    """The steps of one way from scores to probabilities, and the probabilities at other temperatures."""
    labels, scores = _scores(picture, options.scores)
    found = Softmax(scores + options.shift, options.temperature)
    order = np.argsort(-scores, kind="stable")
    chart = _temperatures(labels, scores, order, options.temperature)
    best = int(order[0])
    about = f"scores {_signed(options.shift)} · T = {number(options.temperature, 3)}"
    if found.overflows:
        about += " · the plain way overflows"
    elif options.way == _SAFE:
        about += " · the plain way gives the same"
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
    figure = Figure("softmax", "Softmax, step by step", about, (_steps(labels, found, order, options.way), chart))
    return Demonstrated(figure, numbers)


def _scores(picture: Picture, name: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    if name in SCORES:
        return tuple(label for label, _ in SCORES[name]), np.array([score for _, score in SCORES[name]])
    model = network(_NETWORKS[name])
    return model.labels, class_scores(trace(model, picture))


def _signed(shift: int) -> str:
    return "as they are" if not shift else f"+ {shift}" if shift > 0 else f"− {-shift}"


def _steps(labels: tuple[str, ...], found: Softmax, order: NDArray[np.intp], way: str) -> Bars:
    rows = order.tolist()
    power = "x" if found.temperature == 1 else "x/T"
    columns: dict[str, list[str]] = {"x": [number(float(x), 4, signed=True) for x in found.scores]}
    probabilities = [percent(float(p)) for p in found.probabilities]
    if way == _PLAIN:
        columns[f"exp {power}"] = [number(float(e), 3) for e in found.plain_exponentials]
        columns["p"] = [_share(float(p)) for p in found.plain_probabilities]
        title = "Each exponential, and its share of the sum"
    elif way == _SAFE:
        columns[f"{power} − max"] = [number(float(x), 4, signed=True) for x in found.exponents - found.largest]
        columns["its exp"] = [number(float(e), 3) for e in found.exponentials]
        columns["p"] = probabilities
        columns["plain p"] = [_share(float(p)) for p in found.plain_probabilities]
        title = "The largest subtracted first; at the right without"
    else:
        columns["p"] = probabilities
        columns["ln p"] = [number(float(p), 3, signed=True) for p in found.log_probabilities]
        title = "The probabilities and their logarithms"
    shown = found.plain_probabilities if way == _PLAIN else found.probabilities
    return Bars(
        tuple(labels[i] for i in rows),
        np.nan_to_num(shown[rows]).astype(np.float32),
        tuple(tuple(texts[i] for texts in columns.values()) for i in rows),
        tuple(rows),
        1.0,
        len(rows),
        tuple(columns),
        title,
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
