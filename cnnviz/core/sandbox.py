"""Convolution and pooling to play with: sizes, parameter counts, and the arithmetic on a small picture. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cnnviz.arithmetic import Floats, Kind, Maps, SlidingWindow
from cnnviz.core.errors import CnnvizError
from cnnviz.slides import Border, Steps

Layer = Literal["convolution", "pooling"]

KERNELS: dict[str, Floats] = {
    "identity": np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "Sobel, vertical edges": np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "Sobel, horizontal edges": np.array([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "Laplace, all edges": np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]),
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "box blur": np.full((3, 3), 1 / 9),
    "Gauss blur": np.outer([1.0, 4, 6, 4, 1], [1.0, 4, 6, 4, 1]) / 256,
    "emboss": np.array([[-2.0, -1, 0], [-1, 1, 1], [0, 1, 2]]),
}
"""Kernels by name, as they are laid over the picture: not turned round, as deep learning means a convolution."""

LECTURE: Floats = np.array([[1.0, 7, 2, 4], [3, 5, 7, 1], [6, 2, 8, 3], [0, 1, 4, 5]])
"""The picture of the lecture: its largest numbers under windows of 2 × 2 with stride 2 are 7 7 / 6 8."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A layer with one square window.

    Attributes
    ----------
    layer
        What it is.
    kernel, stride, padding, dilation
        As in torch, the same for rows and columns.
    channels
        (in, out); a pooling has as many of both.
    """

    layer: Layer = "convolution"
    kernel: int = 3
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    channels: tuple[int, int] = (1, 1)

    @property
    def extent(self) -> int:
        """Cells from the first to the last one under the window: the kernel's size, and more with dilation."""
        return self.dilation * (self.kernel - 1) + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a setting on a picture of some size.

    Attributes
    ----------
    size
        (rows, columns) of the output.
    formulas
        How they come about, with the numbers put in, the floor included: for rows and for columns.
    unread
        (rows, columns) at the end of the padded picture on which no window lies.
    parameters
        (count, formula) of this layer: none of a pooling.
    dense_parameters
        (count, formula) of a fully connected layer from the same input to the same output.
    """

    size: tuple[int, int]
    formulas: tuple[str, str]
    unread: tuple[int, int]
    parameters: tuple[int, str]
    dense_parameters: tuple[int, str]


def outcome(setting: Setting, size: tuple[int, int]) -> Outcome:
    """Output size and parameter counts of a layer on a picture of (rows, columns).

    The size is ⌊(n + 2·padding − extent)/stride⌋ + 1 along each axis: Dumoulin, Visin: A guide to convolution
    arithmetic for deep learning, 2016.

    Raises
    ------
    CnnvizError
        When the setting is impossible; the sentence says why.
    """
    check(setting, size)
    s, channels_in = setting, setting.channels[0]
    channels_out = s.channels[1] if s.layer == "convolution" else channels_in
    room = [n + 2 * s.padding - s.extent for n in size]
    rows, columns = (left // s.stride + 1 for left in room)
    cells_in, cells_out = channels_in * size[0] * size[1], channels_out * rows * columns
    text = str(s.kernel) if s.dilation == 1 else f"({s.dilation}·({s.kernel} − 1) + 1)"
    formulas = [
        f"⌊({n} − {text} + 2·{s.padding})/{s.stride}⌋ + 1 = {left // s.stride + 1}"
        for n, left in zip(size, room, strict=True)
    ]
    own = s.kernel**2 * channels_in * channels_out + channels_out
    dense = cells_in * cells_out + cells_out
    return Outcome(
        (rows, columns),
        (formulas[0], formulas[1]),
        (room[0] % s.stride, room[1] % s.stride),
        (own, f"({s.kernel}·{s.kernel}·{channels_in})·{channels_out} + {channels_out} = {own:,}")
        if s.layer == "convolution"
        else (0, "0: a pooling learns nothing"),
        (
            dense,
            f"({channels_in}·{size[0]}·{size[1]})·({channels_out}·{rows}·{columns}) + {cells_out:,} = {dense:,}",
        ),
    )


def check(setting: Setting, size: tuple[int, int]) -> None:
    """Raise a `CnnvizError` that says why a setting is impossible on a picture of (rows, columns)."""
    s = setting
    least = [("kernel", s.kernel), ("stride", s.stride), ("dilation", s.dilation)]
    least += [("number of channels", count) for count in s.channels]
    least += [("picture", n) for n in size]
    for name, value in least:
        if value < 1:
            raise CnnvizError(f"The {name} has to be at least 1, not {value}.")
    if s.padding < 0:
        raise CnnvizError(f"The padding has to be at least 0, not {s.padding}.")
    if s.layer == "pooling" and 2 * s.padding > s.kernel:
        raise CnnvizError(
            f"A padding of {s.padding} is more than half of a {s.kernel} × {s.kernel} window: "
            f"some windows would hold nothing but padding, so take at most {s.kernel // 2}."
        )
    for name, n in zip(("rows", "columns"), size, strict=True):
        if s.extent > n + 2 * s.padding:
            with_ = f" with padding {s.padding}" if s.padding else ""
            wide = f", {s.extent} cells wide with dilation {s.dilation}," if s.dilation > 1 else ""
            window = "kernel" if s.layer == "convolution" else "window"
            needed = -(-(s.extent - n) // 2)
            raise CnnvizError(
                f"A {s.kernel} × {s.kernel} {window}{wide} does not fit on {n} {name}{with_}: "
                f"take a smaller {window}, or a padding of at least {needed}."
            )


def convolve(
    picture: ArrayLike,
    kernels: ArrayLike,
    setting: Setting,
    *,
    bias: float = 0.0,
    border: Border = "zeros",
) -> SlidingWindow:
    """Slide a filter over a picture; the result knows each window, its products and its sum.

    Parameters
    ----------
    picture, kernels
        (H, W) and (k, k), or (C, H, W) and (C, k, k); the setting's kernel size and channels are theirs.

    Raises
    ------
    CnnvizError
        When the setting is impossible on this picture, or when the shapes do not belong together.
    """
    maps, filter_ = _maps(picture), np.asarray(_maps(kernels), np.float64)
    if len(maps) != len(filter_) or filter_.shape[1] != filter_.shape[2]:
        shapes = " and ".join(" × ".join(map(str, a.shape)) for a in (maps, filter_))
        raise CnnvizError(
            f"Picture and filter do not belong together ({shapes}): a filter has one square kernel a map."
        )
    setting = replace(setting, layer="convolution", kernel=filter_.shape[1], channels=(len(maps), 1))
    if border in ("reflect", "circular") and setting.padding > min(maps.shape[1:]) - (border == "reflect"):
        raise CnnvizError(
            f"A padding of {setting.padding} asks for more cells than the picture has to mirror or repeat: take less."
        )
    slides = _slides(setting, maps)
    window = SlidingWindow("sum", -1, np.arange(len(maps)), maps, maps[0], slides, filter_, bias, border)
    return replace(window, output=window.computed())


def pool(picture: ArrayLike, setting: Setting, kind: Kind = "max", *, count_padding: bool = True) -> SlidingWindow:
    """Pool a picture (H, W): ``"max"``, ``"min"`` or ``"mean"`` of each window.

    Raises
    ------
    CnnvizError
        When the setting is impossible on this picture.
    """
    maps = _maps(picture)[:1]
    slides = _slides(replace(setting, layer="pooling"), maps)
    window = SlidingWindow(kind, -1, np.arange(1), maps, maps[0], slides, count_padding=count_padding)
    output = window.computed()
    if np.isinf(output).any():  # dilated windows may step over the whole picture
        raise CnnvizError("Some windows would hold nothing but padding: take less padding, or a smaller dilation.")
    return replace(window, output=output)


def _maps(values: ArrayLike) -> Maps:
    array = np.asarray(values, np.float32)
    return array[None] if array.ndim == 2 else array


def _slides(setting: Setting, maps: Maps) -> tuple[Steps, Steps]:
    size = (maps.shape[1], maps.shape[2])
    s, counts = setting, outcome(setting, size).size
    rows, columns = (
        Steps(n, count, s.kernel, s.stride, s.padding, s.padding, s.dilation)
        for n, count in zip(size, counts, strict=True)
    )
    return rows, columns
