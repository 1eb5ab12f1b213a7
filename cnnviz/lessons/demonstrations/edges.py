"""Edges by a kernel made by hand, and the kernels that networks have learned for themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cnnviz.arithmetic import Floats
from cnnviz.core.colormaps import WEIGHTS, fitting
from cnnviz.core.decode import Picture
from cnnviz.core.sandbox import KERNELS, Setting, convolve
from cnnviz.core.trace import trace
from cnnviz.figure import Figure, ImageGrid, Matrix, Panel, Scale, number
from cnnviz.lessons.base import Demonstrated, demonstration
from cnnviz.lessons.parts import grey, maps, network, photos, table, within
from cnnviz.views.base import make, times
from cnnviz.views.options import option

ALL_EDGES = "Sobel, all edges"
NOBODY = "nobody"
_FIRST = {"VGG-small": "vgg-cifar10", "LeNet-5": "lenet5-mnist"}
_SOBEL = ("Sobel, vertical edges", "Sobel, horizontal edges")


@dataclass(frozen=True)
class EdgeOptions:
    """Which kernel, and whose learned ones."""

    kernel: str = field(
        default=_SOBEL[0],
        metadata=option(
            "Kernel", choices=(*_SOBEL, ALL_EDGES, *(k for k in KERNELS if k not in _SOBEL)), help="Made by hand."
        ),
    )
    learned: str = field(
        default=NOBODY,
        metadata=option("Learned by", choices=(NOBODY, *_FIRST), help="Whose first filters stand beside it."),
    )
    edge: int = field(default=96, metadata=option("Pixels", low=16, high=256, help="The longer side of the picture."))


@demonstration("edges", title="Hand-made edges", options=EdgeOptions)
def edges(picture: Picture, options: EdgeOptions) -> Demonstrated:
    """The grey picture, the kernel, what it finds; beside them, where a network is chosen, its first filters."""
    pixels = within(grey(picture.pixels), options.edge).astype(np.float32)
    both = options.kernel == ALL_EDGES
    kernels = [KERNELS[name] for name in (_SOBEL if both else (options.kernel,))]
    answers = [_answer(pixels, kernel) for kernel in kernels]
    found = np.hypot(*answers) if both else answers[0]
    panels: tuple[Panel, ...] = (
        photos([pixels.astype(np.uint8)], ["grey"], "The picture"),
        *(_kernel(kernel, "Its kernel" if not both else name) for name, kernel in zip(_SOBEL, kernels, strict=False)),
        _found(found, both, sum(float(kernel.sum()) for kernel in kernels)),
    )
    numbers = {
        "sum": float(sum(kernel.sum() for kernel in kernels)),
        "weights": float(kernels[0].size),
        "strongest": float(np.abs(found).max()),
    }
    if options.learned != NOBODY:
        filters, weights = _learned(options.learned, picture)
        panels = (*panels, filters)
        numbers |= {"filters": float(filters.total), "learned": float(weights)}
    size, most = times(*pixels.shape), number(numbers["strongest"], 4)
    about = f"{options.kernel} on {size} pixels · the strongest answer is {most}"
    return Demonstrated(Figure("edges", "Designed and learned", about, panels), numbers)


def _found(found: NDArray[np.float64], both: bool, total: float) -> ImageGrid:
    """What kernels find; one whose numbers add up to 1 makes a picture again, and is shown as one."""
    if abs(total - 1) < 1e-6:
        return photos([found.round().clip(0, 255).astype(np.uint8)], ["sum of products"], "What it makes")
    return maps(found[None], ["√(a² + b²)" if both else "sum of products"], "What it finds", "this map")


def _learned(name: str, picture: Picture) -> tuple[ImageGrid, int]:
    """The first filters of a network, and how many weights they have."""
    model = network(_FIRST[name])
    filters = make(trace(model, picture), 0, "filters").panels[0]
    assert isinstance(filters, ImageGrid)
    count = int(model.module[0].weight.numel())  # type: ignore[index]
    return replace(filters, title="Learned", picks=False, marked=None), count


def _answer(pixels: NDArray[np.float32], kernel: Floats) -> NDArray[np.float64]:
    """The map that a kernel makes; the border is repeated, so that the frame is no edge."""
    setting = Setting("convolution", len(kernel), padding=len(kernel) // 2)
    return np.asarray(convolve(pixels, kernel, setting, border="replicate").output, np.float64)


def _kernel(kernel: Floats, title: str) -> Matrix:
    top = float(np.abs(kernel).max())
    scale = Scale(-top, top, fitting("auto", WEIGHTS), True, "the kernel")
    return table(kernel, title, scale)
