"""Who still recognises what was moved: nearest neighbours, a multilayer perceptron, a convolutional network."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture
from cnnviz.figure import Chart, Figure, Series
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.demonstrations.shift import CNN, MLP
from cnnviz.lessons.parts import Pixels, bars, moved, network
from cnnviz.lessons.sets import OURS, Labelled, labelled
from cnnviz.training.neighbours import nearest
from cnnviz.views.options import option

_SHIFTS = tuple(range(9))
_KNOWN, _ASKED = 1000, 300
ALL = "all three"


@dataclass(frozen=True)
class AccuracyOptions:
    """On which pictures, and where to look."""

    data: str = field(
        default=OURS,
        metadata=option("Pictures", choices=(OURS, "MNIST"), help="MNIST is used where it is on this computer."),
    )
    shift: int = field(
        default=4, metadata=option("Shift", low=0, high=8, help="The shift whose numbers stand at the right.")
    )
    lines: str = field(
        default=ALL, metadata=option("Lines", choices=(ALL, "CNN alone"), help="One alone, to guess the others first.")
    )


@demonstration("shift-accuracy", title="Who bears a shift", options=AccuracyOptions)
def accuracies(picture: Picture, options: AccuracyOptions) -> Demonstrated:
    """Accuracy of all three on the same test pictures, moved to the right by 0 to 8 pixels."""
    data = labelled(options.data, picture, _KNOWN, _ASKED)
    lines = {name: np.array([100 * _accuracy(name, data, by) for by in _SHIFTS]) for name in _NAMES}
    shifts = np.array(_SHIFTS, float)
    shown = _NAMES if options.lines == ALL else {CNN: _NAMES[CNN]}
    chart = Chart(
        tuple(Series(words, shifts, lines[name]) for name, words in shown.items()),
        "moved to the right by so many pixels",
        "recognised, in %",
        ends=(0.0, 100.0),
        at=float(options.shift),
        title=f"{len(data.test):,} test pictures of {data.name}, measured",
        remark="MLP: 61,225 parameters, CNN: 61,706; trained alike",
    )
    here = {name: float(lines[name][options.shift]) for name in _NAMES}
    panel = bars(
        list(shown.values()),
        [here[name] for name in shown],
        [(f"{here[name]:.1f} %",) for name in shown],
        ("recognised",),
        f"Moved by {options.shift}",
        "network",
        100.0,
    )
    numbers = {"cnn": here[CNN], "mlp": here[MLP], "neighbour": here[""], "asked": float(len(data.test))}
    numbers |= {
        "cnn_still": float(lines[CNN][0]),
        "mlp_still": float(lines[MLP][0]),
        "neighbour_still": float(lines[""][0]),
    }
    about = "only the convolutional network looks for the same thing everywhere"
    return Demonstrated(Figure("shift-accuracy", "Who bears a shift?", about, (chart, panel)), numbers)


_NAMES = {CNN: "CNN (LeNet-5)", MLP: "MLP", "": "nearest neighbour, L1"}


def _accuracy(name: str, data: Labelled, by: int) -> float:
    go_on()
    test = moved(np.asarray(data.test.content), by, 0)
    if not name:
        return nearest(np.asarray(data.train.content), data.train.classes, test, norm="L1").accuracy(data.test.classes)
    return float((_predicted(name, test) == data.test.classes).mean())


def _predicted(name: str, pictures: Pixels) -> NDArray[np.int64]:
    """(N,) the most likely class of pictures (N, 28, 28)."""
    model = network(name)
    mean, std = model.preprocessing.mean[0], model.preprocessing.std[0]
    with torch.no_grad():
        x = (torch.from_numpy(pictures).float()[:, None] / 255 - mean) / std
        return np.asarray(model.module(x).argmax(1).numpy(), np.int64)
