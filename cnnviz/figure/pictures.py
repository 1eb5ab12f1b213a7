"""Panels of pictures: maps, kernels and colour pictures with the scale that says what their colours mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure.visible import Visible

GROUND = 255
"""Raster index that is left unpainted: gaps between maps, and cells that are NaN. Values use 0 to 254."""

ZERO = 127
"""Raster index of zero on a signed scale: exactly the neutral colour in the middle of 0 to 254."""


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """How values become colours.

    Attributes
    ----------
    low, high
        Values at the two ends of the colour bar. On a signed scale ``low == -high``.
    colormap
        Name of the colour map, one of ``core.pixels.COLORMAPS``.
    signed
        Whether the scale is diverging around zero.
    shared_by
        What shares this scale, in words: ``"layer"``, ``"channel"``, ``"filter"``, ``"network"`` ...
    empty
        Whether there was no finite value to span: its ends then mean nothing, and are not shown.
    """

    low: float
    high: float
    colormap: str
    signed: bool
    shared_by: str
    empty: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ImageGrid:
    """Pictures of one size, all drawn as one mosaic.

    Attributes
    ----------
    values
        (N, H, W) float32, the numbers behind the pictures. For colour pictures (N, H, W, 3): float32 for weights,
        uint8 for the pixels of a file.
    raster
        (N, H, W) uint8 indices into the scale's colour map (``GROUND`` is unpainted), or (N, H, W, 3) uint8 RGB.
    scale
        What the colours mean; None for RGB pictures (``title`` then says what their brightness means).
    ranges
        (N, 2) float32, lowest and highest value of the colour map for each picture. They differ from the scale only
        where the contrast is stretched per map.
    indices
        (N,) channel, filter or kernel that each picture shows.
    captions
        One short caption for each picture.
    names
        What each picture is called where there is room for more than its caption; empty where its caption says it.
    notes
        One remark for each picture, mostly empty: ``"dead"``, ``"constant 0.31"``, ``"NaN"``, ``"infinite"``.
    total
        How many pictures there are; more than N when not all are shown.
    noun
        What one picture is, in the singular: ``"map"``, ``"filter"``, ``"kernel"``, ``"picture"``.
    title
        Heading of the panel, may be empty.
    marked
        Position (0 to N-1) of the picture that is selected, or None.
    picks
        Whether ``indices`` are channels of the record, so that picking a picture selects it. The kernels inside
        one filter are numbered by the channels of its input.
    spot
        (y, x) of a cell that is marked in every picture, or None.
    levels
        The raster of large maps from further away: each (N, H/2, W/2) of the one before. Empty for small ones.
    visible
        The part that is drawn on paper; None for all.
    """

    values: NDArray[np.float32] | NDArray[np.uint8]
    raster: NDArray[np.uint8]
    scale: Scale | None
    ranges: NDArray[np.float32]
    indices: tuple[int, ...]
    captions: tuple[str, ...]
    notes: tuple[str, ...]
    total: int
    noun: str = "map"
    title: str = ""
    marked: int | None = None
    picks: bool = True
    spot: tuple[int, int] | None = None
    levels: tuple[NDArray[np.uint8], ...] = ()
    visible: Visible | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class LayerRow:
    """A few maps of one record, with its name and what it is beside them."""

    name: str
    about: str
    grid: ImageGrid


@dataclass(frozen=True, slots=True, eq=False)
class LayerRows:
    """A row of maps for each layer, one below the other.

    Attributes
    ----------
    total
        How many layers there are; more than there are rows when not all are shown.
    noun
        What a row stands for, in the singular.
    shared
        Whether all rows have one scale.
    columns
        In how many columns the rows stand.
    """

    rows: tuple[LayerRow, ...]
    total: int
    noun: str = "layer"
    shared: bool = False
    columns: int = 1
    title: str = ""
