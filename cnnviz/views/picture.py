"""The picture on its way into the network: the file's pixels, each step of the preprocessing, the normalised tensor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO
from cnnviz.core.maps import extents
from cnnviz.core.pixels import layer_scale, maps_of, range_of
from cnnviz.core.ranges import stretched
from cnnviz.figure import Figure, ImageGrid
from cnnviz.views.base import figure, layer_view, times
from cnnviz.views.feature_maps import COLORS, CONTRAST
from cnnviz.views.grids import LIMIT, image_grid

if TYPE_CHECKING:
    from cnnviz.core.decode import Step
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class PictureOptions:
    """How the tensor's channels are painted."""

    contrast: float = field(default=0.0, metadata=CONTRAST)
    colormap: str = field(default=AUTO, metadata=COLORS)
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """What comes before the first record."""
    return record is None


@layer_view("picture", title="Picture", options=PictureOptions, fits=fits, priority=100)
def picture(trace: Trace, record: None, options: PictureOptions) -> Figure:
    """Each step as pixels, then the tensor, one channel a picture."""
    steps = trace.prepared.steps if trace.prepared is not None else ()
    panels = [_pixels(step) for step in steps[:-1]]
    caption = steps[-1].caption if steps else ""
    size = times(*trace.input.shape[1:])
    about = f"tensor of {size}" + (f" · {caption}" if caption else "")
    return figure(trace, None, "picture", about, *panels, _tensor(trace, options))


def _pixels(step: Step) -> ImageGrid:
    """One step as it is, whole numbers to 255 or shares of 1: RGB, without a scale."""
    pixels: NDArray[np.uint8] | NDArray[np.float32] = step.pixels
    values: Any = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)  # of its own type
    white = 255 if values.dtype == np.uint8 else 1
    raster = values if white == 255 else np.rint(values * 255)
    return ImageGrid(
        values=values[None],
        raster=raster.astype(np.uint8)[None],
        scale=None,
        ranges=np.array([[0, white]], np.float32),
        indices=(0,),
        captions=(step.caption,),
        notes=("",),
        total=1,
        noun="picture",
        title=step.name,
        picks=False,
    )


def _tensor(trace: Trace, options: PictureOptions) -> ImageGrid:
    """What goes into the network."""
    maps, known = maps_of(trace, None)[:LIMIT], extents(trace, None)
    colours = ("red", "green", "blue") if len(maps) == 3 else ("grey",) if len(maps) == 1 else None
    return image_grid(
        maps,
        layer_scale(trace, None, options.colormap, options.contrast),
        stretched(range_of(trace, None), known, options.contrast)[:LIMIT],
        notes=known.notes[:LIMIT],
        captions=None if colours is None else list(colours),
        noun="channel",
        title="Normalised tensor",
        channel=options.channel,
        total=trace.input.shape[1],
    )
