"""Pictures, kernels and whole trials to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz import paths
from cnnviz.arithmetic import Floats, Maps
from cnnviz.core.decode import thumbnail
from cnnviz.core.sandbox import KERNELS, LECTURE, Setting
from cnnviz.gui.sandbox.trial import Trial

LARGEST = 64
"""Most rows and columns of a picture."""

DIGIT = "lenet5-mnist/seven.png"

OWN = "own"

PICTURES: dict[str, tuple[str, int]] = {
    "lecture": ("Lecture: 4 × 4 numbers", 4),
    "digit": ("Handwritten digit", 28),
    "window": ("Current picture", LARGEST),
    "edge": ("Edge", 8),
    "ramp": ("Ramp", 8),
    "checker": ("Checkerboard", 8),
    OWN: ("Own numbers", 4),
}
"""Name of a picture to its words, and the rows and columns that it has at first."""

MAGNITUDE = "Sobel, all edges"

_SOBEL = "Sobel, vertical edges"
KERNEL_NAMES = (_SOBEL, "Sobel, horizontal edges", MAGNITUDE, *(n for n in KERNELS if not n.startswith("Sobel")))
"""Kernels in the order in which they are offered."""


def kernel_named(name: str) -> Floats:
    """A kernel of `KERNEL_NAMES`."""
    return np.array(KERNELS[_SOBEL if name == MAGNITUDE else name])


def picture_named(name: str, size: int, current: NDArray[np.uint8] | None = None, before: Maps | None = None) -> Maps:
    """A picture whose longer side has ``size`` cells: (H, W) float32.

    Parameters
    ----------
    current
        (h, w[, 3]) the window's own picture, for ``"window"``.
    before
        What was painted so far, for ``"own"``; it is cut off or gets zeros at its end.
    """
    if name == "window":
        assert current is not None
        return _scaled(_grey(current), size)
    if name == "digit":
        return _scaled(_digit(), size)
    if name in ("lecture", OWN):
        given = np.asarray(LECTURE if before is None or name == "lecture" else before, np.float32)[:size, :size]
        return np.pad(given, [(0, size - n) for n in given.shape])
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    if name == "edge":
        return np.asarray(10 * (columns < size // 2), np.float32)
    return np.asarray(columns if name == "ramp" else (rows + columns) % 2, np.float32)


@cache
def _digit() -> Maps:
    return _grey(thumbnail(paths.resources() / "samples" / DIGIT, LARGEST))


def _grey(pixels: NDArray[np.uint8]) -> Maps:
    """(h, w[, 3]) pixels as (h, w) brightnesses, 0 to 255: ITU-R BT.601, as Pillow does."""
    return np.asarray(Image.fromarray(pixels).convert("L"), np.float32)


def first_size(name: str, current: NDArray[np.uint8] | None) -> int:
    """How many cells the longer side of a picture has at first."""
    usual = PICTURES[name][1]
    return min(usual, max(current.shape[:2])) if name == "window" and current is not None else usual


def _scaled(picture: Maps, size: int) -> Maps:
    """Averaged down, or its cells repeated, to a longer side of ``size`` cells, and rounded."""
    longest = max(picture.shape)
    height, width = (max(1, round(n * size / longest)) for n in picture.shape)
    small = Image.fromarray(picture).resize((width, height), Image.Resampling.BOX)
    return np.rint(np.asarray(small, np.float32))


def _pooling() -> Trial:
    picture = picture_named("lecture", 4)
    return Trial("max", Setting("pooling", 2, 2), picture, kernel_named(_SOBEL))


def _convolution(picture: str, kernel: str, stride: int = 1, padding: int = 0, dilation: int = 1) -> Trial:
    setting = Setting("convolution", 3, stride, padding, dilation)
    shown = picture_named(picture, PICTURES[picture][1])
    return with_named(Trial("sum", setting, shown, kernel_named(kernel)), kernel)


def with_named(trial: Trial, name: str) -> Trial:
    """A convolution with a kernel of `KERNEL_NAMES`, drawn as suits it.

    What adds up to 1 keeps the brightness, so that the output is a picture like the input. The magnitude takes two
    filters.
    """
    kernel, joined = kernel_named(name), name == MAGNITUDE
    keeps = abs(float(kernel.sum()) - 1) < 1e-9
    changed = replace(trial.with_kernel(kernel), magnitude=joined, same_colors=keeps)
    inputs, outputs = trial.setting.channels
    return changed.with_channels(inputs, max(outputs, 2) if joined else outputs)


EXAMPLES: dict[str, tuple[str, str, Callable[[], Trial]]] = {
    "Lecture: max pooling": ("lecture", "", _pooling),
    "Lecture: Sobel on a picture": ("digit", MAGNITUDE, lambda: _convolution("digit", MAGNITUDE)),
    "One edge, one kernel": (
        "edge",
        "Sobel, vertical edges",
        lambda: _convolution("edge", "Sobel, vertical edges"),
    ),
    "Blur": ("digit", "Gauss blur", lambda: _convolution("digit", "Gauss blur", padding=2)),
    "Sharpen": ("digit", "sharpen", lambda: _convolution("digit", "sharpen", padding=1)),
    "Same size, by padding": ("edge", "box blur", lambda: _convolution("edge", "box blur", padding=1)),
    "Half the size, by stride": ("digit", "box blur", lambda: _convolution("digit", "box blur", stride=2, padding=1)),
    "A wider view, by dilation": (
        "edge",
        "Sobel, vertical edges",
        lambda: _convolution("edge", "Sobel, vertical edges", padding=1, dilation=2),
    ),
    "Cells that are never read": ("ramp", "identity", lambda: _convolution("ramp", "identity", stride=3)),
}
"""Words of an example to the names of its picture and kernel, and the trial."""
