"""One channel, and all classes, over many pictures: what excites the channel most, and what pictures are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnnviz.core import images
from cnnviz.core.decode import Picture
from cnnviz.core.errors import CnnvizError
from cnnviz.core.geometry import receptive_field
from cnnviz.core.maps import maps_of
from cnnviz.core.model import Model
from cnnviz.core.ranges import range_of, scale_of
from cnnviz.core.raster import paint
from cnnviz.core.trace import trace
from cnnviz.figure import Figure, ImageGrid, number, percent

SHOWN = 1024
"""Pictures in one figure: more can hardly be told apart. Where there are more, it says so."""

AS_SEEN = "Pictures as the network gets them"


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What one picture does to one channel.

    Attributes
    ----------
    place
        Its number among the pictures that were asked about.
    name
        Its file's name without the ending.
    map
        (H, W) float32 of the channel; (1, 1) of a unit.
    signed
        Whether the layer's maps are painted in the colours of signed values, as everywhere in the window.
    at
        (y, x) of the strongest place.
    box
        (top, left, bottom, right) in pixels of ``seen``: what that place can see, beyond the border, too.
    seen
        (H, W) or (H, W, 3) uint8: the picture as the network gets it.
    probabilities
        (K,) of all classes; None for a network that gives none.
    """

    place: int
    name: str
    map: NDArray[np.float32]
    at: tuple[int, int]
    box: tuple[int, int, int, int]
    seen: NDArray[np.uint8]
    probabilities: NDArray[np.float64] | None
    signed: bool = False

    @property
    def peak(self) -> float:
        """The channel's largest value."""
        return float(self.map[self.at])

    @property
    def patch(self) -> NDArray[np.uint8]:
        """(h, w, 3) uint8: the part of the picture that the strongest place sees; black beyond the border."""
        top, left, bottom, right = self.box
        cut = np.zeros((bottom - top, right - left, 3), np.uint8)
        rows, columns = self.seen.shape[:2]
        inside = _rgb(self.seen[max(top, 0) : min(bottom, rows), max(left, 0) : min(right, columns)])
        y, x = max(-top, 0), max(-left, 0)
        cut[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
        return cut


def glance(model: Model, picture: Picture, layer: str, channel: int, place: int, budget: int) -> Glance:
    """One pass of one picture.

    Parameters
    ----------
    layer
        ``PATH`` or ``PATH#CALL``; empty for the picture's own channels.
    budget
        Bytes that the trace may take.

    Raises
    ------
    CnnvizError
        The picture cannot be used, or the layer has no such channel.
    """
    prepared = images.prepare(picture, model.preprocessing)
    traced = trace(model, prepared, budget=budget)
    record = traced.find(layer) if layer else None
    maps = maps_of(traced, record)
    if not 0 <= channel < len(maps):
        raise CnnvizError(f"This layer has {len(maps):,} channels, numbered from 0: there is no {channel}.")
    chosen = np.array(maps[channel], np.float32)
    filled = np.where(np.isnan(chosen), -np.inf, chosen)
    y, x = (int(n) for n in np.unravel_index(int(np.argmax(filled)), chosen.shape))
    seen = prepared.steps[-3].pixels.astype(np.uint8, copy=False)
    box = (0, 0, seen.shape[0], seen.shape[1])
    if record is None:
        box = (y, x, y + 1, x + 1)
    elif chosen.size > 1:
        field = receptive_field(traced, record)
        if len(field.size) == 2 and field.status in ("exact", "upper bound"):
            (top, bottom), (left, right) = field.box((y, x))
            box = (top, left, bottom + 1, right + 1)
    probabilities = traced.probabilities if traced.logits.ndim == 1 else None
    known = None if probabilities is None else np.asarray(probabilities, np.float64)
    signed = range_of(traced, record).signed
    return Glance(place, Path(picture.name).stem, chosen, (y, x), box, seen, known, signed)


def strongest(glances: Sequence[Glance], title: str) -> Figure:
    """The pictures by the channel's largest value: the patch that causes it, and the map, all maps on one scale."""
    order = sorted(glances, key=lambda one: -one.peak)[:SHOWN]
    if not order:
        return Figure("strongest", title, "no picture yet", ())
    patches = _pictures(
        [one.patch for one in order],
        [number(one.peak) for one in order],
        order,
        "cutout",
        "What the strongest place sees",
        [f"{one.name}, largest value {number(one.peak)}" for one in order],
    )
    about = f"{_count(glances, order)}, by the largest value of the channel"
    return Figure("strongest", title, about, (patches, _maps(order, len(glances))))


def strip(glances: Sequence[Glance], title: str) -> Figure:
    """Every picture, in their order, with the channel's map for it, all maps on one scale."""
    order = sorted(glances, key=lambda one: one.place)[:SHOWN]
    if not order:
        return Figure("strip", title, "no picture yet", ())
    about = f"{_count(glances, order)}, one scale for all"
    names = [one.name for one in order]
    pictures = _pictures([_rgb(one.seen) for one in order], names, order, "picture", AS_SEEN)
    return Figure("strip", title, about, (pictures, _maps(order, len(glances))))


def by_class(glances: Sequence[Glance], label: int, name: str) -> Figure:
    """The pictures by the probability of one class, the most probable first."""
    title = f"Probability of “{name}”"
    sure = {one.place: one.probabilities[label] for one in glances if one.probabilities is not None}
    order = sorted((one for one in glances if one.place in sure), key=lambda one: -sure[one.place])[:SHOWN]
    if not order:
        return Figure("by-class", title, "no picture has a probability", ())
    captions = [f"{percent(float(sure[one.place]))} · {one.name}" for one in order]  # of a long one the name is cut
    grid = _pictures([_rgb(one.seen) for one in order], captions, order, "picture", AS_SEEN)
    return Figure("by-class", title, f"{_count(glances, order)}, the most probable first", (grid,))


def _maps(order: Sequence[Glance], total: int) -> ImageGrid:
    values = np.stack([one.map for one in order])
    signed = any(one.signed for one in order)
    scale = scale_of(values, signed=signed, shared_by=f"these {len(order)} pictures")
    return ImageGrid(
        values=values,
        raster=paint(values, scale.low, scale.high),
        scale=scale,
        ranges=np.tile(np.array([scale.low, scale.high], np.float32), (len(order), 1)),
        indices=tuple(one.place for one in order),
        captions=tuple(one.name for one in order),
        notes=("",) * len(order),
        total=total,
        title="Map of the channel",
    )


def _pictures(
    rasters: list[NDArray[np.uint8]],
    captions: Sequence[str],
    order: Sequence[Glance],
    noun: str,
    title: str,
    names: Sequence[str] = (),
) -> ImageGrid:
    values = np.stack(rasters)
    return ImageGrid(
        values=values,
        raster=values,
        scale=None,
        ranges=np.tile(np.array([0, 255], np.float32), (len(order), 1)),
        indices=tuple(one.place for one in order),
        captions=tuple(captions),
        notes=("",) * len(order),
        total=len(order),
        noun=noun,
        title=title,
        names=tuple(names),
    )


def _count(glances: Sequence[Glance], order: Sequence[Glance]) -> str:
    if len(order) == len(glances):
        return f"{len(order):,} pictures"
    left = "as many as one figure holds" if len(order) == SHOWN else "those that have such a number"
    return f"{len(order):,} of {len(glances):,} pictures ({left})"


def _rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, None], 3, axis=2)
