"""Four pictures, what the network says to them, and which of them contributes most to the loss."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.cancel import go_on
from cnnviz.core.decode import Picture
from cnnviz.core.logits import class_scores
from cnnviz.core.trace import trace
from cnnviz.figure import Bars, Chart, Figure, Series, number, percent
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import DIGITS, PAINTINGS, Sample, network, photos, samples, within
from cnnviz.softmax import Softmax
from cnnviz.views.options import option

FOUR = {
    "digits": (DIGITS, ("seven", "two", "four-like-nine", "one-like-seven")),
    "things": (PAINTINGS, ("ship", "cat", "bird", "dog")),
}
"""Four pictures each, of the samples of a network."""


@dataclass(frozen=True)
class LossOptions:
    """Which pictures, and how sharply the network speaks."""

    pictures: str = field(default="digits", metadata=option("Pictures", choices=tuple(FOUR), help="Four of our own."))
    temperature: float = field(
        default=1.0, metadata=option("Temperature", low=0.25, high=4.0, help="All scores are divided by it.")
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One picture: what to call it, its class, what it is taken for, how likely its class is, and its loss."""

    name: str
    label: str
    predicted: str
    likely: float
    loss: float


@demonstration("losses", title="What contributes most to the loss", options=LossOptions)
def losses(picture: Picture, options: LossOptions) -> Demonstrated:
    """The pictures, a row for each, and where they lie on −ln p."""
    kind, names = FOUR[options.pictures]
    known = {sample.name: sample for sample in samples(kind)}
    four = [known[name] for name in names]
    rows = [_row(kind, sample, options.temperature) for sample in four]
    total = sum(row.loss for row in rows)
    worst = max(range(len(rows)), key=lambda i: rows[i].loss)
    seen = photos(
        [within(sample.pixels, 96) for sample in four],
        [f"“{row.label}”" + (f", taken for “{row.predicted}”" if row.predicted != row.label else "") for row in rows],
        "The pictures and their true classes",
    )
    about = f"mean of {len(rows)} losses: {number(total / len(rows), 4)} · a → b: an a that is taken for a b"
    numbers = {
        "mean": total / len(rows),
        "sum": total,
        "worst": rows[worst].loss,
        "share": 100 * rows[worst].loss / total,
        "likely": rows[worst].likely,
        "wrong": float(sum(row.predicted != row.label for row in rows)),
    }
    panels = (seen, _table(rows, total, worst), _curve(rows))
    return Demonstrated(Figure("losses", "Cross-entropy of four pictures", about, panels), numbers)


def _row(kind: str, sample: Sample, temperature: float) -> _Row:
    go_on()
    model = network(kind)
    found = Softmax(class_scores(trace(model, sample.picture)), temperature)
    true = model.labels.index(sample.label)
    predicted = model.labels[int(found.probabilities.argmax())]
    name = sample.label if predicted == sample.label else f"{sample.label} → {predicted}"
    return _Row(name, sample.label, predicted, float(found.probabilities[true]), found.loss(true))


def _table(rows: list[_Row], total: float, worst: int) -> Bars:
    return Bars(
        tuple(row.name for row in rows),
        np.array([row.loss for row in rows], np.float32),
        tuple(
            (
                percent(row.likely),
                number(row.loss, 3),
                percent(row.loss / total) if total else "—",
            )
            for row in rows
        ),
        tuple(range(len(rows))),
        max(row.loss for row in rows) or 1.0,
        len(rows),
        ("its p", "−ln p", "share"),
        f"“{rows[worst].name}” contributes most to the loss",
        "picture",
    )


def _curve(rows: list[_Row]) -> Chart:
    """−ln p, and a disc for each picture."""
    p = np.linspace(0.01, 1.0, 100)
    return Chart(
        (
            Series("−ln p", p, -np.log(p)),
            Series(
                "",
                np.array([row.likely for row in rows]),
                np.array([row.loss for row in rows]),
                tuple(row.name for row in rows),
            ),
        ),
        "p of the true class",
        "loss",
        title="Sure and wrong costs most",
    )
