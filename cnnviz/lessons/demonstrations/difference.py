"""How much two pictures differ at each pixel, and over all: the L1 distance of absolute values, the L2 of squares."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.decode import Picture
from cnnviz.figure import Figure, ImageGrid, Panel, Scale
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import BRIGHTNESS, digits, moved, sized, table
from cnnviz.training.neighbours import difference
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option

LECTURE = (
    np.array([[56, 32, 10, 18], [90, 23, 128, 133], [24, 26, 178, 200], [2, 0, 255, 220]]),
    np.array([[10, 20, 24, 17], [8, 10, 89, 100], [12, 16, 178, 170], [4, 32, 233, 112]]),
)
"""The test and the training picture of the lecture; their distance is 456."""

_APART = Scale(0.0, 255.0, "magma", False, "all differences")
_EXAMPLES = ("lecture", "picture")


@dataclass(frozen=True)
class DifferenceOptions:
    """What is compared."""

    example: str = field(
        default="lecture",
        metadata=option("Example", choices=_EXAMPLES, help="4 × 4 numbers, or the picture of the window."),
    )
    other: str = field(
        default="1",
        metadata=option("Training picture", choices=tuple("0123456789"), help="The digit that it is compared with."),
    )
    distance: str = field(
        default="L1",
        metadata=option("Distance", choices=("L1", "L2"), help="Absolute values, or the root of the squares."),
    )
    shift: int = field(
        default=0, metadata=option("Shift", low=0, high=14, help="Move the test picture to the right, in pixels.")
    )
    sum: bool = field(default=True, metadata=option("Tell the sum", help="Off, you can guess it first."))


@demonstration("difference", title="Pixel-wise absolute difference", options=DifferenceOptions)
def compare(picture: Picture, options: DifferenceOptions) -> Demonstrated:
    """Test picture, training picture, the difference of each pixel, and what they come to."""
    if options.example == "lecture":
        test, known = LECTURE
        test = moved(test, options.shift, 0)
    else:
        test = moved(sized(picture.pixels, 28, 28, "L"), options.shift, 0)
        known = next(one for one in digits() if one.label == options.other).pixels
    absolute, distance = difference(test, known)
    squares = absolute**2
    root = float(np.sqrt(squares.sum()))
    apart, far = (absolute, f"{distance:,}") if options.distance == "L1" else (squares, f"{root:,.1f}")
    scale = _APART if options.distance == "L1" else replace(_APART, high=_APART.high**2)
    by = f", moved by {options.shift}" if options.shift else ""
    how = "Absolute" if options.distance == "L1" else "Squared"
    titles = (f"Test picture{by}", "Training picture", f"{how} difference of each pixel")
    if options.example == "lecture":
        panels: tuple[Panel, ...] = (
            table(test, titles[0], BRIGHTNESS),
            table(known, titles[1], BRIGHTNESS),
            table(apart, titles[2], scale),
        )
    else:
        panels = (
            _map(test, titles[0], BRIGHTNESS),
            _map(known, titles[1], BRIGHTNESS),
            _map(apart, titles[2], scale),
        )
    title, term = "L1 distance: the sum of all absolute differences", "Σ |test − training|"
    if options.distance == "L2":
        title, term = "L2 distance: the root of the sum of all squared differences", "√Σ (test − training)²"
    about = f"{term} = {far if options.sum else '?'} over {test.size:,} pixels"
    numbers = {
        "distance": float(distance),
        "pixels": float(test.size),
        "largest": float(absolute.max()),
        "first": float(absolute[0, 0]),
        "euclidean": root,
    }
    idle = ("other",) if options.example == "lecture" else ()
    return Demonstrated(Figure("difference", title, about, panels), numbers, idle)


def _map(values: NDArray[Any], title: str, scale: Scale) -> ImageGrid:
    caption = f"sum {int(values.sum()):,}"
    return image_grid(
        values.astype(np.float32)[None], scale, captions=[caption], noun="picture", title=title, picks=False
    )
