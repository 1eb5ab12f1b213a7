"""The pictures of the tray as plain data, and the orders and choices in which they are listed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import percent

STATES = {"running": "predicting…", "waiting": "waiting…", "idle": "not predicted"}
"""What a row says that has no prediction."""

UNSURE = 0.6
"""A prediction of a lower probability counts as unsure."""


@dataclass(frozen=True, slots=True, eq=False)
class TrayItem:
    """One picture.

    Attributes
    ----------
    path
        Its file; names it in the tray.
    name
        What is shown.
    thumbnail
        (H, W) or (H, W, 3) uint8, or None while there is none.
    prediction
        Index of the predicted class, or None.
    probability
        Its softmax probability, 0 to 1, or None.
    label
        Name of the predicted class.
    true_label
        Name of the true class; empty when it is not known.
    problem
        A sentence when the picture could not be read or predicted.
    running, waiting
        Whether it is being predicted now, or will be.
    """

    path: str
    name: str
    thumbnail: NDArray[np.uint8] | None = None
    prediction: int | None = None
    probability: float | None = None
    label: str = ""
    true_label: str = ""
    problem: str = ""
    running: bool = False
    waiting: bool = True

    @property
    def state(self) -> str:
        """``error``, ``done``, ``running``, ``waiting`` or ``idle`` (there is no prediction and none is coming)."""
        if self.problem:
            return "error"
        if self.prediction is not None:
            return "done"
        return "running" if self.running else "waiting" if self.waiting else "idle"

    @property
    def right(self) -> bool | None:
        """Whether the predicted class is the true one; None while either is not known."""
        if not self.true_label or self.state != "done":
            return None
        names = {_folded(name) for name in (self.label, *self.label.split(","))}
        return _folded(self.true_label) in names

    @property
    def summary(self) -> str:
        """One line for tooltips and screen readers."""
        if self.state == "error":
            return self.problem
        if self.state != "done":
            return STATES[self.state]
        text = f"predicted {self.label or self.prediction}"
        if self.probability is not None:
            text += f" with {percent(self.probability)}"
        if self.right is None:
            return text + (f", true class {self.true_label}" if self.true_label else "")
        return text + (", right" if self.right else f", wrong: the true class is {self.true_label}")


SORTS = {
    "added": "As added",
    "name": "Name",
    "highest": "Most certain first",
    "lowest": "Least certain first",
    "class": "Predicted class",
}
FILTERS = {
    "all": "All",
    "wrong": "Wrong",
    "right": "Right",
    "unsure": "Unsure, below 60 %",
    "unlabelled": "No true class",
    "problem": "With a problem",
}


def arranged(items: Iterable[TrayItem], sort: str, chosen: str, text: str) -> list[TrayItem]:
    """The items that are listed, in their order.

    Parameters
    ----------
    sort
        A key of ``SORTS``.
    chosen
        A key of ``FILTERS``, or ``class:NAME`` for the pictures predicted as that class.
    text
        Only names, predicted and true classes that contain it.
    """
    text = text.strip().casefold()
    kept = [item for item in items if _passes(item, chosen) and (not text or _contains(item, text))]
    if sort == "name":
        kept.sort(key=lambda item: natural(item.name))
    elif sort == "highest":
        kept.sort(key=lambda item: -1.0 if item.probability is None else item.probability, reverse=True)
    elif sort == "lowest":
        kept.sort(key=lambda item: 2.0 if item.probability is None else item.probability)
    elif sort == "class":
        kept.sort(key=lambda item: (item.prediction is None, natural(item.label), -(item.probability or 0.0)))
    return kept


def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key by which ``scan2`` comes before ``scan10``."""
    parts = re.split(r"(\d+)", text.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _passes(item: TrayItem, chosen: str) -> bool:
    if chosen.startswith("class:"):
        return item.state == "done" and item.label == chosen.removeprefix("class:")
    return {
        "all": True,
        "wrong": item.right is False,
        "right": item.right is True,
        "unsure": item.state == "done" and item.probability is not None and item.probability < UNSURE,
        "unlabelled": not item.true_label,
        "problem": bool(item.problem),
    }[chosen]


def _contains(item: TrayItem, text: str) -> bool:
    return any(text in part.casefold() for part in (item.name, item.label, item.true_label))


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
