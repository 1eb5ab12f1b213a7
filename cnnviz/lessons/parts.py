"""What demonstrations have in common: our own pictures as pixels, and panels of pictures and of numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cnnviz import paths
from cnnviz.core.colormaps import DIVERGING, SEQUENTIAL, fitting
from cnnviz.core.decode import Picture, read
from cnnviz.core.model import Model
from cnnviz.core.sources import load_model
from cnnviz.figure import Bars, ImageGrid, Matrix, Scale
from cnnviz.views.grids import image_grid

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

DIGITS, PAINTINGS = "lenet5-mnist", "vgg-cifar10"
"""The two sets of pictures that come with CNNViz, by the network that they are drawn for."""

BRIGHTNESS = Scale(0.0, 255.0, "grayC", False, "all pixels")
"""Pixels as they look."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One of our own pictures.

    Attributes
    ----------
    name
        Its file's name without the ending: ``"seven"``.
    label
        What it is meant to be.
    hard
        Whether it is drawn to be mistaken.
    picture
        The picture itself.
    """

    name: str
    label: str
    hard: bool
    picture: Picture = field(repr=False)

    @property
    def pixels(self) -> Pixels:
        """(H, W) grey or (H, W, 3) RGB."""
        return self.picture.pixels


@cache
def samples(kind: str) -> tuple[Sample, ...]:
    """All pictures of `DIGITS` or `PAINTINGS`, in the order in which they are offered."""
    folder = paths.resources() / "samples"
    listed = json.loads((folder / "samples.json").read_text("utf-8"))[kind]
    return tuple(
        Sample(one["file"].partition(".")[0], one["label"], one["hard"], read(folder / kind / one["file"]))
        for one in listed
    )


@cache
def digits() -> tuple[Sample, ...]:
    """One of each digit, 0 to 9: (28, 28)."""
    plain = [sample for sample in samples(DIGITS) if not sample.hard and sample.pixels.shape == (28, 28)]
    first = {sample.label: sample for sample in reversed(plain)}
    return tuple(first[label] for label in sorted(first))


@cache
def network(name: str) -> Model:
    """A bundled network on the CPU; it is never changed."""
    return load_model(name, device="cpu")


def sized(pixels: Pixels, height: int, width: int, mode: str) -> Pixels:
    """Pixels made ``"L"`` (grey) or ``"RGB"``, and so large; smaller ones are averaged."""
    image = Image.fromarray(pixels)
    image = image if image.mode == mode else image.convert(mode)
    if image.size != (width, height):
        larger = width > image.width or height > image.height
        image = image.resize((width, height), Image.Resampling.BILINEAR if larger else Image.Resampling.BOX)
    return np.asarray(image)


def within(pixels: Pixels, edge: int) -> Pixels:
    """Pixels made so small that no side is longer than ``edge``."""
    image = Image.fromarray(pixels)
    image.thumbnail((edge, edge), Image.Resampling.BOX)
    return np.asarray(image)


def grey(pixels: Pixels) -> Pixels:
    """(H, W) brightnesses: 0.299 R + 0.587 G + 0.114 B, as Pillow has it."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


def moved(pixels: NDArray[Any], across: int, down: int) -> NDArray[Any]:
    """Pixels (..., H, W) moved to the right and down by whole pixels; zeros come in."""
    result = np.zeros_like(pixels)
    height, width = pixels.shape[-2:]
    if abs(across) < width and abs(down) < height:
        to = (..., _part(down, height), _part(across, width))
        result[to] = pixels[(..., _part(-down, height), _part(-across, width))]
    return result


def _part(shift: int, size: int) -> slice:
    return slice(max(shift, 0), size + min(shift, 0))


def photos(pixels: Sequence[Pixels], captions: Sequence[str], title: str = "", noun: str = "picture") -> ImageGrid:
    """Pictures of one size as they look."""
    stacked = np.stack([one if one.ndim == 3 else np.repeat(one[..., None], 3, 2) for one in pixels])
    return ImageGrid(
        values=stacked,
        raster=stacked,
        scale=None,
        ranges=np.tile(np.array([[0, 255]], np.float32), (len(stacked), 1)),
        indices=tuple(range(len(stacked))),
        captions=tuple(captions),
        notes=("",) * len(stacked),
        total=len(stacked),
        noun=noun,
        title=title,
        picks=False,
    )


def maps(values: ArrayLike, captions: Sequence[str], title: str, shared_by: str = "all maps") -> ImageGrid:
    """Maps (N, H, W) on one scale: diverging where one value is negative."""
    array = np.asarray(values, np.float32)
    return image_grid(array, scale_of(array, shared_by), captions=captions, title=title, picks=False)


def scale_of(values: ArrayLike, shared_by: str) -> Scale:
    """The scale that covers all finite values; zero is in the middle where one is negative."""
    array = np.asarray(values, np.float64)
    finite = array[np.isfinite(array)]
    signed = bool(finite.min(initial=0) < 0)
    top = float(np.abs(finite).max(initial=0)) or 1.0
    return Scale(-top if signed else 0.0, top, fitting("auto", DIVERGING if signed else SEQUENTIAL), signed, shared_by)


def table(
    values: ArrayLike,
    title: str,
    scale: Scale | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    names: tuple[str, str] = ("y", "x"),
) -> Matrix:
    """Numbers (rows, columns) on their colours."""
    array = np.asarray(values, np.float32)
    known = scale_of(array, "all numbers") if scale is None else scale
    return Matrix(array, known, *names, tuple(rows), tuple(columns), title, large=True)


def bars(
    labels: Sequence[str],
    values: ArrayLike,
    texts: Sequence[tuple[str, ...]],
    heads: tuple[str, ...],
    title: str,
    noun: str,
    high: float | None = None,
) -> Bars:
    """Named bars in the order given."""
    array = np.asarray(values, np.float32)
    most = float(array.max(initial=0)) if high is None else high
    every = tuple(range(len(array)))
    return Bars(tuple(labels), array, tuple(texts), every, most or 1.0, len(array), heads, title, noun)
