"""The picture, one map, and the map laid over the picture where its cells look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO, lut
from cnnviz.core.maps import maps_shape
from cnnviz.core.pixels import extents, layer_scale, maps_of
from cnnviz.core.raster import paint
from cnnviz.figure import GROUND, Figure, ImageGrid
from cnnviz.views.base import figure, layer_view
from cnnviz.views.feature_maps import COLORS
from cnnviz.views.feature_maps import fits as has_maps
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.geometry import ReceptiveField
    from cnnviz.core.trace import Record, Trace

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class OverlayOptions:
    """How the two are mixed."""

    strength: float = field(
        default=0.55, metadata=option("Strength", high=1.0, help="0: the picture alone. 1: the map's colours alone.")
    )
    colormap: str = field(default=AUTO, metadata=COLORS)
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Maps whose cells have places in the picture."""
    if record is None or trace.prepared is None or not has_maps(trace, record) or len(record.output_shape) != 3:
        return False
    from cnnviz.core import geometry

    return geometry.receptive_field(trace, record).status in ("exact", "upper bound")


@layer_view("overlay", title="Overlay", options=OverlayOptions, fits=fits, priority=20)
def overlay(trace: Trace, record: Record, options: OverlayOptions) -> Figure:
    """Each pixel in the colour of the cell in whose receptive field it is most central."""
    from cnnviz.core import geometry

    known = extents(trace, record)
    strongest = int(np.argmax(np.nan_to_num(np.maximum(np.abs(known.low), np.abs(known.high)))))
    channel = strongest if options.channel is None else options.channel
    values = maps_of(trace, record)[channel]
    scale = layer_scale(trace, record, options.colormap)
    found = geometry.receptive_field(trace, record)
    picture = seen(trace)
    below = picture.raster[0]
    rows, columns = (_cells(found, axis, below.shape[axis], values.shape[axis]) for axis in (0, 1))
    index = paint(values[None], scale.low, scale.high)[0][np.ix_(np.maximum(rows, 0), np.maximum(columns, 0))]
    share = np.full(index.shape, options.strength)
    share[(rows < 0)[:, None] | (columns < 0)[None] | (index == GROUND)] = 0.0  # no cell looks there
    mixed = below * (1 - share[..., None]) + lut(scale.colormap)[index][..., :3] * share[..., None]
    noun = "strongest channel" if options.channel is None else "channel"
    about = f"{noun} {channel:,} of {maps_shape(record)[0]:,} · receptive field {found.text}"
    return figure(
        trace,
        record,
        "overlay",
        about,
        picture,
        image_grid(values[None], scale, indices=(channel,), captions=("",), title=f"Channel {channel}"),
        _photo(np.rint(mixed).astype(np.uint8), "Overlay"),
    )


def _cells(found: ReceptiveField, axis: int, pixels: int, cells: int) -> NDArray[np.intp]:
    """For each pixel along an axis the cell whose field's middle is nearest; −1 beyond the outermost cells."""
    middle = found.offset[axis] + (found.size[axis] - 1) / 2
    place = np.floor((np.arange(pixels) - middle) / found.stride[axis] + 0.5).astype(np.intp)
    return np.where((place < 0) | (place >= cells), -1, place)


def seen(trace: Trace) -> ImageGrid:
    """The picture as the network sees it, before it is normalised."""
    assert trace.prepared is not None
    pixels = next(step.pixels for step in reversed(trace.prepared.steps) if step.pixels.dtype == np.uint8)
    colour: Grey = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)  # type: ignore[assignment]
    return _photo(colour, "Input")


def _photo(pixels: Grey, title: str) -> ImageGrid:
    return ImageGrid(
        values=pixels[None],
        raster=pixels[None],
        scale=None,
        ranges=np.array([[0, 255]], np.float32),
        indices=(0,),
        captions=("",),
        notes=("",),
        total=1,
        noun="picture",
        title=title,
        picks=False,
    )
