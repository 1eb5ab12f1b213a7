"""Small figures made by hand, so that what is drawn depends on nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.core.pixels import paint
from cnnviz.figure import Bars, Figure, Histogram, ImageGrid, Matrix, Note, Panel, Scale, Vector
from cnnviz.request import ModelRequest, Request

SIGNED = Scale(-2.0, 2.0, "RdBu_r", True, "layer")
WEIGHTS = Scale(-0.5, 0.5, "PuOr_r", True, "layer")


def waves(count: int, height: int, width: int) -> np.ndarray:
    """Smooth maps between −2 and 2."""
    n, y, x = np.meshgrid(np.arange(count), np.arange(height), np.arange(width), indexing="ij")
    return (2 * np.sin(0.7 * x + 0.5 * n) * np.cos(0.6 * y - 0.3 * n)).astype(np.float32)


def maps(scale: Scale = SIGNED, *, stretched: bool = False, marked: int | None = None) -> ImageGrid:
    values = waves(6, 5, 7)
    values[1] = 0
    values[4, 0, 0] = np.nan
    ranges = np.tile(np.array([scale.low, scale.high], np.float32), (6, 1))
    if stretched:
        ranges[2:] /= 2
    raster = paint(values, ranges[:, 0], ranges[:, 1])
    notes = ("", "dead", "", "", "NaN", "")
    return ImageGrid(values, raster, scale, ranges, tuple(range(6)), tuple("012345"), notes, 9, marked=marked)


def pixels() -> ImageGrid:
    raster = np.zeros((1, 6, 8, 3), np.uint8)
    raster[0, :, :, 0] = np.arange(8) * 36
    raster[0, :, :, 2] = np.arange(6)[:, None] * 51
    return ImageGrid(
        raster,
        raster,
        None,
        np.array([[0, 255]], np.float32),
        (0,),
        ("8 × 6 pixels",),
        ("",),
        1,
        "picture",
        "As decoded",
    )


def bars() -> Bars:
    values = np.array([0.75, 0.2, 0.05], np.float32)
    texts = (("75.0 %", "+3.10"), ("20.0 %", "+1.78"), ("5.0 %", "+0.392"))
    return Bars(("tench", "a $cost$ & <tag>", "日本"), values, texts, (0, 2, 1), 1.0, 10, ("probability", "logit"))


def vector() -> Vector:
    return Vector(waves(1, 1, 12)[0, 0], SIGNED, tuple("abcdefghijkl"), "units", 3)


def matrix() -> Matrix:
    values = waves(1, 4, 5)[0]
    values[0, 0] = np.nan
    return Matrix(values, SIGNED, "y", "x", title="channel 0")


def histogram() -> Histogram:
    edges = np.linspace(-2, 2, 9).astype(np.float32)
    counts = np.array([1, 4, 9, 16, 12, 6, 3, 1])
    return Histogram(edges, counts, SIGNED, counts // 3, "channel 1", (("mean", "−0.12"), ("zeros", "0 %")), "counts")


PANELS: dict[str, tuple[Panel, ...]] = {
    "maps": (maps(marked=2),),
    "stretched": (maps(stretched=True),),
    "weights": (maps(WEIGHTS),),
    "picture": (pixels(), maps()),
    "bars": (bars(),),
    "vector": (vector(),),
    "matrix": (matrix(),),
    "histogram": (histogram(),),
    "note": (Note("The values of this layer were not kept: the trace is larger than the memory budget."),),
}


def figure_of(*panels: Panel) -> Figure:
    request = Request(
        ModelRequest("lenet5-mnist"), "seven.png", layer="3", view="feature-maps", options=(("contrast", 0.5),)
    )
    return Figure("feature-maps", "3 · Conv 5×5 · features.3", "16 maps of 10 × 10", panels, request)


@pytest.fixture(params=list(PANELS))
def figure(request: pytest.FixtureRequest) -> Figure:
    return figure_of(*PANELS[request.param])
