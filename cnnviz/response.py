"""The answer to a request, as frozen values with host arrays: made by the worker, drawn by the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import Control, Figure, Histogram, Scale
from cnnviz.request import ModelRequest, Request

if TYPE_CHECKING:
    from cnnviz.core.model import Preprocessing

PICTURE = -1
"""Index of the step before the first record: the picture itself."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the window says about the model.

    ``outputs`` are those among which the logits can be chosen; ``untrained`` says that the weights are random.
    """

    name: str
    title: str
    caption: str
    parameters: int
    device: str
    labels: tuple[str, ...]
    notes: tuple[str, ...]
    preprocessing: Preprocessing
    outputs: tuple[str, ...]
    arch: str
    choices: tuple[tuple[str, str], ...]
    devices: tuple[tuple[str, str], ...]
    untrained: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the network: the picture (index ``PICTURE``) or one record.

    Attributes
    ----------
    index
        The record's index in its trace, or ``PICTURE``.
    key
        ``PATH`` or ``PATH#CALL``, as in ``Request.layer``; empty for the picture.
    short
        The operation in at most two words: ``Conv 5×5``.
    shape
        The output's shape without the batch axis.
    family
        ``conv``, ``pool``, ``norm``, ``activation``, ``dense``, ``join``, ``shape``, ``softmax``, ``other`` or
        ``picture``.
    parameters
        How many the record uses.
    """

    index: int
    key: str
    short: str
    shape: tuple[int, ...]
    family: str
    parameters: int = 0

    @property
    def title(self) -> str:
        """``3 · Conv 5×5``, or the picture's own name."""
        return self.short if self.index == PICTURE else f"{self.index} · {self.short}"

    @property
    def shape_text(self) -> str:
        """``16×10×10``."""
        return "×".join(str(n) for n in self.shape)


@dataclass(frozen=True, slots=True, eq=False)
class LayerCard:
    """The facts of the current step: (label, text, tooltip) rows, output-size formula, histogram of its values."""

    title: str
    path: str
    op: str
    rows: tuple[tuple[str, str, str], ...]
    formula: tuple[str, ...]
    histogram: Histogram | None


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """The network's answer: logits and softmax probabilities, (K,) float64, in class order.

    Attributes
    ----------
    note
        What is to be known about it; mostly empty.
    blamed
        Key of the layer that the note speaks of; mostly empty.
    """

    labels: tuple[str, ...]
    logits: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    note: str = ""
    blamed: str = ""


@dataclass(frozen=True, slots=True)
class ViewOffer:
    """A layer view that fits the current step, with the form of its options."""

    name: str
    title: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class PassKey:
    """Names one pass: the same model and the same pixels give the same trace."""

    model: ModelRequest
    picture: str


@dataclass(frozen=True, slots=True)
class Reach:
    """Which cells of an earlier step a cell of the current record reads, or sees through all steps between.

    Attributes
    ----------
    step
        Position of the earlier step among the response's steps.
    size
        (rows, columns) of its maps.
    stride, first, last
        Along rows and columns: position p reads from p · stride + first to p · stride + last.
    same_channel
        Whether only the channel of the same number is read.
    """

    step: int
    size: tuple[int, int]
    stride: tuple[float, float]
    first: tuple[float, float]
    last: tuple[float, float]
    same_channel: bool = False

    def box(self, at: tuple[int, ...]) -> tuple[float, float, float, float]:
        """(top, left, bottom, right) as shares of the map, 0 to 1, cut off at its border."""
        ends = []
        for place, size, stride, first, last in zip(at, self.size, self.stride, self.first, self.last, strict=True):
            ends.append((min(max(place * stride + first, 0), size), min(max(place * stride + last + 1, 0), size)))
        (top, bottom), (left, right) = ends
        return top / self.size[0], left / self.size[1], bottom / self.size[0], right / self.size[1]


@dataclass(frozen=True, slots=True, eq=False)
class Flattened:
    """Where the cells of the current record are after flattening.

    Attributes
    ----------
    step
        Position of the vector among the response's steps.
    elements
        (C, H, W) the element of the vector that each cell has become; −1 where it was left out.
    """

    step: int
    elements: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The picture as it is before its numbers are scaled.

    Attributes
    ----------
    pixels
        (H, W) grey or (H, W, 3) RGB, uint8, of the size of the network's input.
    box
        (left, top, right, bottom): which part of the picture that is, in shares of it.
    """

    pixels: NDArray[np.uint8]
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Everything that the window shows for one request.

    Attributes
    ----------
    request
        The request, with the view that was chosen where it named none.
    steps
        All columns of the network; the same tuple for every response of one pass.
    current
        Position in ``steps`` of the step that is shown.
    device_memory
        How much memory of a GPU is taken; empty on the CPU.
    seen
        The picture as the network gets it.
    reaches
        What a cell of the current record reads: of its sources, and of the picture. Empty where it has no rows and
        columns.
    flattened
        Where its cells are after flattening; None where they are not flattened as they are.
    columns
        Of a new pass, the small maps that were asked for of the one before: they need no query of their own.
    problem
        A sentence when the pass failed half-way: the steps up to there are shown.
    """

    request: Request
    key: PassKey
    model: ModelCard
    steps: tuple[Step, ...]
    current: int
    figure: Figure
    views: tuple[ViewOffer, ...]
    card: LayerCard
    scores: Scores | None
    seconds: float
    kept_bytes: int
    device_memory: str = ""
    seen: Seen | None = None
    reaches: tuple[Reach, ...] = ()
    flattened: Flattened | None = None
    columns: Columns | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The small maps of one step: raster (N, h, w) uint8 for a scale's colour map, or (N, h, w, 3) RGB."""

    raster: NDArray[np.uint8]
    scale: Scale | None
    total: int


@dataclass(frozen=True, slots=True)
class ColumnsQuery:
    """The columns that are visible: steps ``first`` to ``last`` (inclusive), ``count`` maps each, in whose colours."""

    key: PassKey
    first: int
    last: int
    count: int
    colormaps: tuple[str, str, str] = ("auto", "auto", "auto")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The answer to a ``ColumnsQuery``: one column for each step asked for."""

    query: ColumnsQuery
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that could not be answered: a sentence, and details for those who want them.

    ``consent`` is the file whose code would have to run, and ``would`` is what it would import.
    """

    request: Request | None
    sentence: str
    details: str
    consent: str = ""
    would: tuple[str, ...] = ()
