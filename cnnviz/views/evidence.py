"""The evidence for a class: what each input of the last dense layer adds to its logit, alone or against another's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.core.errors import CnnvizError
from cnnviz.core.ranges import Range, scale_from
from cnnviz.figure import Figure, ImageGrid, Outcome, number
from cnnviz.softmax import class_in_words
from cnnviz.views.base import figure, layer_view
from cnnviz.views.cells import Parts, ranked
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option
from cnnviz.views.units import is_scores

if TYPE_CHECKING:
    from cnnviz.core.evidence import Evidence
    from cnnviz.core.trace import Record, Trace

NONE = -1


@dataclass(frozen=True)
class EvidenceOptions:
    """For which class, against which."""

    of: int = field(
        default=NONE,
        metadata=option("For class", low=NONE, lowest="most likely", help="The class whose logit is taken apart."),
    )
    against: int = field(
        default=NONE,
        metadata=option(
            "Against class", low=NONE, lowest="none", help="A second class: what speaks for one against it; −1: none."
        ),
    )
    inputs: int = field(
        default=16, metadata=option("Inputs", low=1, high=512, help="So many are shown; the rest is summed.")
    )


def fits(trace: Trace, record: Record | None) -> bool:
    """Class scores that come from a dense layer."""
    if record is None or not is_scores(trace, record):
        return False
    from cnnviz.core.evidence import scoring_layer

    try:
        scoring_layer(trace)
    except CnnvizError:
        return False
    return True


@layer_view("evidence", title="Evidence", options=EvidenceOptions, fits=fits, priority=65)
def evidence(trace: Trace, record: Record, options: EvidenceOptions) -> Figure:
    """Weight times input as bars that add up to the logit; where maps were averaged, also where in them it lies.

    The class is the most likely one unless another is asked for.
    """
    from cnnviz.core.evidence import evidence as evidence_for

    a = options.of if options.of != NONE else trace.top(1)[0].index
    b = None if options.against in (NONE, a) else options.against
    found = evidence_for(trace, a, b)
    names = " against ".join(class_in_words(trace.labels, i) for i in (a, b) if i is not None)
    bars = replace(ranked(trace, _parts(found), options.inputs, found.bias), title=f"what speaks for {names}")
    logit = f"logit({a})" if b is None else f"logit({a}) − logit({b})"
    total = float(found.terms.sum())
    formula = (
        f"{logit} = Σ of {len(found.terms):,} inputs {number(total, 5, signed=True)}"
        f"  +  bias {number(found.bias, 5, signed=True)}  =  {number(found.value, 5, signed=True)}"
    )
    size = float(np.abs(found.terms).sum()) + abs(found.bias)
    made = figure(trace, record, "evidence", f"for {names}", bars, *_maps(found))
    return replace(made, outcome=Outcome(formula, found.value, found.captured, 1e-5 * size + 1e-12))


def _parts(found: Evidence) -> Parts:
    """The inputs with the cells of the maps that they come from, or else their own."""
    count = len(found.terms)
    factors = {"input": found.inputs, "× weight": found.weights}
    if found.of_position.shape[1] or found.maps is found.layer.parents[0]:
        return Parts(found.terms, np.full(count, found.maps.index), found.of_channel, found.of_position, factors)
    source = found.layer.parents[0]  # means of maps: the mean is the next number on the way back
    return Parts(found.terms, np.full(count, source.index), np.arange(count), np.zeros((count, 0), np.int64), factors)


def _maps(found: Evidence) -> tuple[ImageGrid, ...]:
    """The class activation map, and the strongest maps that it is the sum of."""
    if found.cells.ndim != 3 or found.positions.size < 2:
        return ()
    whole = found.positions[None].astype(np.float32)
    peak = float(np.abs(whole).max()) or 1.0
    title = f"where: sum over all {len(found.cells):,} maps of {found.maps.key or 'the picture'}"
    activation = image_grid(
        whole, scale_from(Range(-peak, peak, True), "this map"), captions=["evidence"], title=title, picks=False
    )
    order = np.argsort(-np.abs(found.channels), kind="stable")[:16]
    cells = found.cells[order].astype(np.float32)
    peak = float(np.abs(cells).max()) or 1.0
    strongest = image_grid(
        cells,
        scale_from(Range(-peak, peak, True), "these maps"),
        indices=order.tolist(),
        captions=[f"{i}: {number(float(found.channels[i]), 3, signed=True)}" for i in order],
        title="the maps that add most",
        total=len(found.cells),
        picks=False,
    )
    return activation, strongest
