"""Class scores: the most likely classes, with probability and logit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.core.maps import maps_of
from cnnviz.figure import Bars, Figure, number, percent
from cnnviz.softmax import class_name
from cnnviz.views.base import figure, layer_view
from cnnviz.views.options import option
from cnnviz.views.units import SOFTMAX, is_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class ScoreOptions:
    """How many classes."""

    k: int = field(
        default=10, metadata=option("Classes", low=1, help="The k most likely ones; more than there are: all.")
    )


def fits(trace: Trace, record: Record | None) -> bool:
    """The logits, softmax, and what has one number for each class behind them."""
    return record is not None and is_scores(trace, record)


@layer_view("scores", title="Class scores", options=ScoreOptions, fits=fits, priority=70)
def scores(trace: Trace, record: Record, options: ScoreOptions) -> Figure:
    """Bars of probability, best first."""
    values = maps_of(trace, record).reshape(-1).astype(np.float64)
    probabilities = _probabilities(trace, record, values)
    logits = trace.logits.tolist()
    best = np.argsort(-probabilities, kind="stable")[: options.k].tolist()
    known = trace.labels if len(trace.labels) == len(values) else ()
    panel = Bars(
        labels=tuple(class_name(known, i) for i in best),
        values=probabilities[best].astype(np.float32),
        texts=tuple((percent(float(probabilities[i])), number(logits[i], signed=True)) for i in best),
        indices=tuple(best),
        high=1.0,
        total=len(values),
        heads=("probability", "logit"),
    )
    shown = f"{len(best):,} of {len(values):,} classes" if len(best) < len(values) else f"all {len(values):,} classes"
    return figure(trace, record, "scores", shown, panel)


def _probabilities(trace: Trace, record: Record, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a softmax its own values, of its logarithm their exponentials; else those of the network."""
    if record.op in SOFTMAX:
        return np.exp(values) if record.op.startswith("log") else values
    return np.asarray(trace.probabilities, np.float64)
