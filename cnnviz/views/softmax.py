"""From scores to probabilities and the loss, step by step, with a temperature."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figure import Bars, Figure, Outcome, number, percent
from cnnviz.softmax import Softmax, class_name
from cnnviz.views.base import figure, layer_view
from cnnviz.views.options import option
from cnnviz.views.units import is_scores

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

UNKNOWN = -1


@dataclass(frozen=True)
class SoftmaxOptions:
    """Temperature, and the class that the picture truly shows."""

    temperature: float = field(
        default=1.0,
        metadata=option(
            "Temperature", low=0.25, high=4.0, help="Scores are divided by it: above 1 all classes become more alike."
        ),
    )
    true: int = field(
        default=UNKNOWN,
        metadata=option(
            "True class", low=UNKNOWN, lowest="most likely", help="For the loss and its gradient; −1: the most likely."
        ),
    )
    classes: int = field(default=10, metadata=option("Classes", low=1, help="The most likely ones, and the true one."))


def fits(trace: Trace, record: Record | None) -> bool:
    """Class scores."""
    return record is not None and is_scores(trace, record)


@layer_view("softmax", title="Softmax and loss", options=SoftmaxOptions, fits=fits, priority=60)
def softmax(trace: Trace, record: Record, options: SoftmaxOptions) -> Figure:
    """Score, exponent, exponential, probability and gradient p − y of each class; the loss −ln p of the true one."""
    scores = np.asarray(trace.logits.tolist(), np.float64)
    found = Softmax(scores, options.temperature)
    probabilities = found.probabilities
    best = np.argsort(-probabilities, kind="stable")
    true = options.true if 0 <= options.true < len(scores) else int(best[0])
    shown = best[: options.classes].tolist()
    if true not in shown:
        shown.append(true)
    gradient = found.gradient(true)
    labels = trace.labels if len(trace.labels) == len(scores) else ()
    exponents = found.exponents - found.largest
    panel = Bars(
        labels=tuple(class_name(labels, i) for i in shown),
        values=probabilities[shown].astype(np.float32),
        texts=tuple(
            (
                number(float(scores[i]), 4, signed=True),
                number(float(exponents[i]), 4, signed=True),
                number(float(found.exponentials[i]), 3),
                percent(float(probabilities[i])),
                number(float(gradient[i]), 3, signed=True),
            )
            for i in shown
        ),
        indices=tuple(shown),
        high=1.0,
        total=len(scores),
        heads=("score x", "x/T − max", "its exp", "p", "(p − y)/T"),
        title=_shift(found),
    )
    loss = found.loss(true)
    formula = (
        f"p({class_name(labels, true)}) = {number(float(found.exponentials[true]), 5)} / {number(found.total, 8)}"
        f" = {number(float(probabilities[true]), 5)}; loss = −ln p = {number(loss, 4)}"
    )
    said = labels[true] if labels else true
    made = figure(trace, record, "softmax", f"T = {number(options.temperature, 3)} · true class {said}", panel)
    if options.temperature != 1.0:
        return replace(made, subtitle=f"{made.subtitle} · {formula}")
    captured = float(trace.probabilities[true])
    return replace(made, outcome=Outcome(formula, float(probabilities[true]), captured, 1e-5))


def _shift(found: Softmax) -> str:
    """What subtracting the largest exponent changes: nothing, but that it cannot overflow."""
    if found.overflows:
        largest = number(float(found.largest), 4)
        return f"without subtracting the maximum, e^{largest} is too large for a number: with it, all is well"
    off = float(np.abs(found.plain_probabilities - found.probabilities).max())
    return f"without subtracting the maximum the same comes out (largest difference {number(off, 2)})"
