"""Why a pass ends without a class: its scores are no numbers, and where the first such values are."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cnnviz.core import maps, ops
from cnnviz.core.record import Dropped
from cnnviz.core.survey.shapes import INFINITE, MEANINGS, NAN, layer_name
from cnnviz.core.survey.vitals import vitals
from cnnviz.response import PICTURE

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


class NoClass(NamedTuple):
    """Why no class is the likeliest.

    Attributes
    ----------
    sentence
        For people.
    key
        The layer (``PATH`` or ``PATH#CALL``) that has the first values that are no numbers; empty for the picture, and
        where nobody knows.
    """

    sentence: str
    key: str


def no_class(trace: Trace) -> NoClass | None:
    """Why no class is the likeliest; None where all probabilities are numbers."""
    if bool(np.isfinite(trace.probabilities).all()):
        return None
    said = "No class is the likeliest: the probabilities are NaN."
    for record in (None, *trace.records):
        kind = _kind(trace, record)
        if kind:
            index, key = (PICTURE, "") if record is None else (record.index, record.key)
            short = "" if record is None else ops.head(trace, record).short
            name = layer_name(index, short, key)
            return NoClass(f"{said} The first values that are no numbers are in {name}: {MEANINGS[kind]}.", key)
    return NoClass(said, "")


def _kind(trace: Trace, record: Record | None) -> str:
    """What a record has that is no number; empty where it has nothing of that, or was not kept."""
    with contextlib.suppress(Dropped):
        if any(note in (maps.NAN, maps.INFINITE) for note in maps.extents(trace, record).notes):
            return next(kind for kind in (NAN, INFINITE) if kind in vitals(trace, record).ill)
    return ""
