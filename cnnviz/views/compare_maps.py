"""Some maps of a record beside each other: on one scale, as differences, and how much they go together."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO, DIVERGING, SEQUENTIAL, fitting, names
from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import extents, layer_scale, maps_of, maps_shape
from cnnviz.figure import Figure, ImageGrid, Matrix, Note, Scale
from cnnviz.views import feature_maps
from cnnviz.views.base import counted, figure, layer_view, times
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option
from cnnviz.views.orders import ordered

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

MOST = 12
"""Maps that are compared at once."""

FIRST = 3
"""Maps that are compared before any are chosen: the strongest."""

ALL_PAIRS = 4
"""Maps of which every pair is subtracted; of more, each from the first."""


@dataclass(frozen=True)
class CompareMapsOptions:
    """Which maps."""

    maps: str = field(
        default="",
        metadata=option(
            "Maps",
            help="Their numbers, such as 0, 3, 7. In the feature maps, Ctrl+click and Shift+drag select them.",
        ),
    )
    colormap: str = field(default=AUTO, metadata=option("Colours", choices=names(DIVERGING, SEQUENTIAL)))


def fits(trace: Trace, record: Record | None) -> bool:
    """Where there are two maps at least."""
    return record is not None and feature_maps.fits(trace, record) and maps_shape(record)[0] > 1


@layer_view("compare-maps", title="Compare maps", options=CompareMapsOptions, fits=fits, priority=15)
def compare_maps(trace: Trace, record: Record, options: CompareMapsOptions) -> Figure:
    """The maps, their differences, and their correlations."""
    stack = maps_of(trace, record)
    asked = chosen(options.maps)
    there = [channel for channel in asked if channel < len(stack)]
    if not asked:
        there = sorted(ordered(trace, record, "strongest", None).channels[:FIRST].tolist())
    shown = there[:MOST]
    if len(shown) < 2:
        text = f"Choose two maps at least: this layer has those from 0 to {len(stack) - 1:,}."
        return figure(trace, record, "compare-maps", "", Note(text))
    maps = stack[shown]
    grid = image_grid(
        maps,
        layer_scale(trace, record, options.colormap),
        notes=[extents(trace, record).notes[i] for i in shown],
        indices=shown,
        total=len(there),
        title="Side by side",
        picks=False,
    )
    names_ = tuple(str(channel) for channel in shown)
    together = Matrix(
        correlations(maps),
        Scale(-1.0, 1.0, fitting(options.colormap, DIVERGING), True, "all pairs"),
        "map",
        "map",
        names_,
        names_,
        "Correlation",
        large=True,
    )
    about = [f"{counted(len(shown), 'map')} of {times(*maps.shape[1:])}, one scale"]
    if not asked:
        about.append("the strongest ones, as none are chosen")
    if len(asked) > len(shown):
        about.append(f"{len(shown)} of {len(asked)} that were chosen")
    return figure(
        trace, record, "compare-maps", " · ".join(about), grid, _differences(maps, shown, options.colormap), together
    )


def chosen(text: str) -> list[int]:
    """The numbers in a text such as ``0, 3, 7``, each once, in their order.

    Raises
    ------
    CnnvizError
        Something else is in it.
    """
    parts = text.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise CnnvizError(f"Maps are chosen by their numbers, such as 0, 3, 7; not by {text!r}.")
    return list(dict.fromkeys(int(part) for part in parts))


def correlations(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pearson's coefficient of each pair of maps over their places: (N, H, W) to (N, N); NaN where one is constant."""
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    flat = flat - flat.mean(axis=1, keepdims=True)
    lengths = np.sqrt((flat * flat).sum(axis=1))
    length = np.outer(lengths, lengths)
    products = flat @ flat.T
    found = np.divide(products, length, out=np.full_like(products, np.nan), where=length > 0)
    return np.asarray(np.clip(found, -1, 1), np.float32)


def _differences(maps: NDArray[np.float32], shown: list[int], colormap: str) -> ImageGrid:
    """Every pair of a few maps, or each of many minus the first, on one scale."""
    few = len(maps) <= ALL_PAIRS
    pairs = list(combinations(range(len(maps)), 2)) if few else [(0, i) for i in range(1, len(maps))]
    values = np.stack([maps[b] - maps[a] for a, b in pairs])
    finite = np.abs(values[np.isfinite(values)])
    top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    return image_grid(
        values,
        Scale(-top, top, fitting(colormap, DIVERGING), True, "all differences"),
        captions=[f"{shown[b]} − {shown[a]}" for a, b in pairs],
        noun="difference",
        title="Differences",
        picks=False,
    )
