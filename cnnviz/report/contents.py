"""What a report says, gathered from a pass as plain values and small pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import cnnviz
from cnnviz.core import device, pixels
from cnnviz.core.colormaps import lut
from cnnviz.core.survey.answers import survey
from cnnviz.core.survey.shapes import Row, Survey, SurveyQuery
from cnnviz.core.trace import Record, Top, Trace
from cnnviz.figure import GROUND, Architecture, Scale
from cnnviz.request import ModelRequest
from cnnviz.response import PassKey

EDGE = 48
"""Longest edge of a small map, in pixels; larger maps are averaged down."""

_WIDE = 16  # maps beside each other
_GAP = 1  # pixels between them


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """The first maps of a record (for a row of units: its units) side by side.

    Attributes
    ----------
    pixels
        (rows, columns, 4) uint8 RGBA; transparent between the maps, and where a value is no number.
    png
        The same as a file.
    shown, total
        How many of how many.
    scale
        What the colours mean.
    """

    pixels: NDArray[np.uint8]
    png: bytes
    shown: int
    total: int
    scale: Scale


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One record: its numbers, and its maps where its values were kept."""

    row: Row
    maps: Maps | None


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """All that a report says.

    Attributes
    ----------
    picture
        (rows, columns, 3) uint8: the pixels as the network was given them, before normalisation.
    facts
        (what, how it is) in words: of the model, the picture and the pass.
    steps
        (name, words) of the way from the file to the input.
    top
        The most likely classes.
    architecture
        The whole network, as papers draw it.
    layers
        In order of execution.
    survey
        The numbers of all records together, and what ails the pass.
    notes
        What was guessed or left out.
    """

    title: str
    image: str
    picture: NDArray[np.uint8]
    facts: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str], ...]
    top: tuple[Top, ...]
    architecture: Architecture
    layers: tuple[Layer, ...]
    survey: Survey
    notes: tuple[str, ...]


def measured(trace: Trace) -> Survey:
    """The numbers of all records, and what ails them."""
    assert trace.model is not None
    assert trace.prepared is not None
    return survey(trace, SurveyQuery(PassKey(ModelRequest(trace.model.name), trace.prepared.picture.digest)))


def layers_of(trace: Trace, found: Survey) -> Iterator[Layer]:
    """Each record with its maps."""
    count = 64 if len(trace.records) <= 40 else 32 if len(trace.records) <= 120 else _WIDE
    for row, record in zip(found.rows, trace.records, strict=True):
        yield Layer(row, _maps(trace, record, count))


def gathered(trace: Trace, found: Survey, layers: tuple[Layer, ...]) -> Contents:
    """Everything that a report on this pass says; its model and its prepared picture must be there."""
    model, prepared = trace.model, trace.prepared
    assert model is not None
    assert prepared is not None
    facts = (
        ("Model", model.name),
        ("What it is", model.caption),
        ("Parameters", f"{found.parameters:,}"),
        ("Multiply-adds of one picture", f"{found.macs:,}"),
        ("Operations", f"{len(found.rows):,}"),
        ("Weights", model.weights),
        ("Ran on", device.describe(trace.device)),
        ("Picture", prepared.picture.name),
        ("Picture's digest", prepared.picture.digest),
        ("Made with", f"CNNViz {cnnviz.__version__}"),
    )
    small = next(step for step in reversed(prepared.steps) if step.pixels.dtype == np.uint8).pixels
    small = np.asarray(small, np.uint8)
    picture: NDArray[np.uint8] = small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2)
    return Contents(
        model.title,
        prepared.picture.name,
        picture,
        facts,
        tuple((step.name, step.caption) for step in prepared.steps),
        tuple(trace.top(5)) if len(trace.logits) else (),
        _architecture(trace),
        layers,
        found,
        (*model.notes, *trace.notes),
    )


def _architecture(trace: Trace) -> Architecture:
    return next(p for p in cnnviz.view(trace, None, "architecture").panels if isinstance(p, Architecture))


def _maps(trace: Trace, record: Record, count: int) -> Maps | None:
    """The first maps of a record; None where its values were not kept or are not laid out as maps or units."""
    if record.dropped or not record.output.is_floating_point():
        return None
    vector = len(record.output_shape) == 1
    raster, scale, total = pixels.strip(trace, record, 256 if vector else count, EDGE)
    if scale is None or raster.ndim != 3 or not len(raster):
        return None
    page, colors, file = _side_by_side(raster, 64 if vector else _WIDE), lut(scale.colormap), io.BytesIO()
    small = Image.fromarray(page)
    small.putpalette(colors[:, :3].tobytes())  # an entry for each colour: exactly those of the map
    small.save(file, "PNG", optimize=True, transparency=GROUND)
    return Maps(colors[page], file.getvalue(), len(raster), total, scale)


def _side_by_side(raster: NDArray[np.uint8], wide: int) -> NDArray[np.uint8]:
    """(N, h, w) as one picture, row after row; what is between is ``GROUND``."""
    number, height, width = raster.shape
    across = min(number, wide)
    down = -(-number // across)
    page = np.full((down * (height + _GAP) - _GAP, across * (width + _GAP) - _GAP), GROUND, np.uint8)
    for place, one in enumerate(raster):
        top, left = place // across * (height + _GAP), place % across * (width + _GAP)
        page[top : top + height, left : left + width] = one
    return page
