"""A picture is numbers: a patch of it, as it looks and as it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.decode import Picture
from cnnviz.figure import Figure, ImageGrid, Panel
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import BRIGHTNESS, Pixels, photos, table, within
from cnnviz.views.options import option

CHANNELS = ("red", "green", "blue")
_SEEN = 320  # longest edge of the whole picture as it is drawn


@dataclass(frozen=True)
class NumberOptions:
    """Where to look, and how closely."""

    x: float = field(
        default=0.5,
        metadata=option("Across", high=1.0, help="Where the patch is: 0 is the left edge, 1 the right one."),
    )
    y: float = field(
        default=0.5, metadata=option("Down", high=1.0, help="Where the patch is: 0 is the top, 1 the bottom.")
    )
    edge: int = field(default=8, metadata=option("Pixels", low=2, high=16, help="Rows and columns of the patch."))
    colour: str = field(
        default=CHANNELS[0],
        metadata=option("Channel", choices=CHANNELS, help="Whose numbers are shown; a grey picture has only one."),
    )


@demonstration("numbers", title="Pictures are numbers", options=NumberOptions)
def numbers(picture: Picture, options: NumberOptions) -> Demonstrated:
    """The whole picture with a window in it, what is in the window, and the numbers of one channel there."""
    pixels = picture.pixels
    height, width = pixels.shape[:2]
    rows, columns = _span(options.y, options.edge, height), _span(options.x, options.edge, width)
    patch = pixels[rows, columns]
    coloured = pixels.ndim == 3
    plane = patch[..., CHANNELS.index(options.colour)] if coloured else patch
    channels = 3 if coloured else 1
    said = f"the {options.colour} numbers" if coloured else "the numbers"
    panels: list[Panel] = [
        _located(pixels, rows, columns),
        photos([patch], ("the patch",), "This patch, enlarged", "patch"),
        table(
            plane,
            f"{said.capitalize()} of the patch: 0 is dark, 255 bright",
            BRIGHTNESS,
            [str(row) for row in range(rows.start, rows.stop)],
            [str(column) for column in range(columns.start, columns.stop)],
        ),
    ]
    if coloured:
        panels.insert(2, _planes(patch))
    about = f"{height:,} rows × {width:,} columns × {channels} = {pixels.size:,} numbers, each from 0 to 255"
    numbers = {
        "height": height,
        "width": width,
        "channels": channels,
        "count": pixels.size,
        "low": float(plane.min()),
        "high": float(plane.max()),
        "first": float(plane[0, 0]),
    }
    idle = () if coloured else ("colour",)
    return Demonstrated(Figure("numbers", picture.name, about, tuple(panels)), numbers, idle)


def _span(share: float, edge: int, size: int) -> slice:
    """So many pixels around a place, all of them inside."""
    edge = min(edge, size)
    start = min(max(round(share * size - edge / 2), 0), size - edge)
    return slice(start, start + edge)


def _located(pixels: Pixels, rows: slice, columns: slice) -> ImageGrid:
    """The picture, dark but for the patch."""
    small = within(pixels, _SEEN)
    share = small.shape[0] / pixels.shape[0]
    lit = np.zeros(small.shape[:2], bool)
    top, left = int(rows.start * share), int(columns.start * share)
    lit[top : max(round(rows.stop * share), top + 1), left : max(round(columns.stop * share), left + 1)] = True
    bright = lit if small.ndim == 2 else lit[..., None]
    faded = np.where(bright, small, 40 + small // 3).astype(np.uint8)
    return photos([faded], ("the patch is bright",), "The picture")


def _planes(patch: Pixels) -> ImageGrid:
    """The patch in red, green and blue light alone."""
    parts = [np.where(np.arange(3) == channel, patch, 0).astype(np.uint8) for channel in range(3)]
    return photos(parts, CHANNELS, "Its channels", "channel")
