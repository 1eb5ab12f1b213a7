"""The picture beside what the network says of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figure import Bars, Figure, percent
from cnnviz.views.architecture import network
from cnnviz.views.base import figure, layer_view
from cnnviz.views.options import option
from cnnviz.views.overlay import seen

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class PredictionOptions:
    """How many classes."""

    k: int = field(default=5, metadata=option("Classes", low=1, high=100, help="The k most likely ones."))


def fits(trace: Trace, record: Record | None) -> bool:
    """From the picture, where the network gives class scores and the picture is known."""
    return record is None and trace.prepared is not None and len(trace.logits) > 1


@layer_view("prediction", title="Prediction", options=PredictionOptions, fits=fits, priority=46)
def prediction(trace: Trace, record: None, options: PredictionOptions) -> Figure:
    """The picture as the network saw it, and bars of the most likely classes."""
    best = trace.top(options.k)
    bars = Bars(
        labels=tuple(top.label for top in best),
        values=np.array([top.probability for top in best], np.float32),
        texts=tuple((percent(top.probability),) for top in best),
        indices=tuple(top.index for top in best),
        high=1.0,
        total=len(best),  # a paper says top five, not five of a thousand
        heads=("probability",),
    )
    made = figure(
        trace, None, "prediction", f"the {len(best)} most likely of {len(trace.logits):,} classes", seen(trace), bars
    )
    return replace(made, title=f"{made.title} · {network(trace)}")
