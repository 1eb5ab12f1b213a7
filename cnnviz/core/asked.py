"""What a pass was asked for, and what it was made from: what a recipe needs to know of it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from cnnviz.core import store
from cnnviz.figure import Origin
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.core.trace import Trace


def request_of(trace: Trace) -> Request | None:
    """What makes the pass again; None where model or picture are objects that only this program has."""
    if trace.model is None or trace.model.asked is None or trace.prepared is None or not trace.prepared.picture.path:
        return None
    path = trace.prepared.picture.path
    place = path if store.holds(path) else os.path.abspath(path)  # noqa: PTH100 (links are kept)
    return Request(trace.model.asked, image=place)


def origin_of(trace: Trace) -> Origin | None:
    """Identities of model and picture, where both are known."""
    if trace.model is None or trace.prepared is None:
        return None
    preprocessing = tuple(asdict(trace.prepared.preprocessing).items())
    return Origin(trace.model.title, trace.model.weights, trace.prepared.picture.digest, preprocessing)
