"""What is tried in the sandbox, and what comes of it: plain values, no Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnviz.arithmetic import Floats, Kind, Maps, Position, SlidingWindow
from cnnviz.core.colormaps import WEIGHTS, fitting
from cnnviz.core.ranges import scale_of
from cnnviz.core.sandbox import Outcome, Setting, convolve, outcome, pool
from cnnviz.figure import Figure, ImageGrid, Matrix, Scale
from cnnviz.gui import numbers
from cnnviz.slides import Border
from cnnviz.views.grids import image_grid

WORDS: dict[Kind, str] = {
    "sum": "Convolution",
    "max": "Max pooling",
    "mean": "Mean pooling",
    "min": "Min pooling",
}
"""What the layers are called."""

NUMBERED = 12
"""Up to so many rows and columns are exported as numbers on their colours, larger ones as pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A layer on a picture.

    Attributes
    ----------
    kind
        ``"sum"`` is a convolution; the others are poolings.
    setting
        Its numbers; the kernel's size is that of ``kernel`` in a convolution.
    picture
        (H, W).
    kernel
        (k, k), kept also while a pooling is shown.
    border
        What stands in the padding of a convolution.
    magnitude
        Whether the kernel is applied twice, as it is and with rows and columns exchanged, and the length of both
        answers is shown: √(a² + b²). With a Sobel kernel it finds edges of all directions.
    same_colors
        Whether the output of a convolution is drawn in the picture's colours, cut off at their ends, as a pooling is.
    """

    kind: Kind
    setting: Setting
    picture: Maps
    kernel: Floats
    border: Border = "zeros"
    magnitude: bool = False
    same_colors: bool = False

    @property
    def convolves(self) -> bool:
        """Whether it is a convolution."""
        return self.kind == "sum"

    @property
    def size(self) -> tuple[int, int]:
        """(rows, columns) of the picture."""
        rows, columns = self.picture.shape
        return rows, columns

    def with_kernel(self, kernel: Floats) -> Trial:
        """The same convolution with another kernel."""
        return replace(self, kernel=kernel, setting=replace(self.setting, kernel=len(kernel)))

    def with_channels(self, inputs: int, outputs: int) -> Trial:
        """Other numbers of channels; the picture stays one."""
        return replace(self, setting=replace(self.setting, channels=(inputs, outputs)))

    def with_number(self, name: str, value: int) -> Trial:
        """Another kernel size, stride, padding or dilation; a kernel grows or shrinks around its middle."""
        changes: dict[str, Any] = {name: value}
        setting = replace(self.setting, **changes)
        kernel = resized(self.kernel, setting.kernel) if self.convolves else self.kernel
        return replace(self, setting=setting, kernel=kernel)


def resized(kernel: Floats, size: int) -> Floats:
    """A kernel of another size: cut off at its rim, or with zeros around it."""
    lost, gained = max(len(kernel) - size, 0), max(size - len(kernel), 0)
    kept = kernel[lost // 2 : lost // 2 + size, lost // 2 : lost // 2 + size]
    return np.pad(kept, (gained // 2, gained - gained // 2))


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What comes of a trial.

    Attributes
    ----------
    outcome
        Output size and parameter counts.
    windows
        One sliding window; two where the magnitude of both answers is shown.
    output
        (rows, columns) what is shown.
    """

    trial: Trial
    outcome: Outcome
    windows: tuple[SlidingWindow, ...]
    output: Maps

    def value(self, at: Position) -> float:
        """The number at a position, in double precision."""
        values = [window.value(at) for window in self.windows]
        return math.hypot(*values) if len(values) == 2 else values[0]

    def formula(self, at: Position) -> str:
        """How a number comes about: ``y(0, 1) = 7·1 + 2·(−1) = 5``."""
        window, name = self.windows[0], f"y({at[0]}, {at[1]})"
        result = numbers.axis(self.value(at))
        if len(self.windows) == 2:
            both = " + ".join(f"{_factor(w.value(at))}²" for w in self.windows)
            return f"{name} = √({both}) = {result}"
        patch = window.patch(at)
        cells = patch.inputs[0]
        if patch.kernels is not None:
            used = np.argwhere(patch.kernels[0] != 0).tolist()
            terms = [f"{numbers.axis(cells[i, j])}·{_factor(patch.kernels[0, i, j])}" for i, j in used]
            return f"{name} = {' + '.join(terms) or '0'} = {result}"
        if self.trial.kind == "mean":
            terms = [_factor(value) for value in cells.reshape(-1)]
            return f"{name} = ({' + '.join(terms)}) / {numbers.axis(window.divided_by(at))} = {result}"
        word = "largest" if self.trial.kind == "max" else "smallest"
        return f"{name} = {word} of {', '.join(numbers.axis(v) for v in cells[~patch.padding])} = {result}"

    def figure(self, colormaps: tuple[str, str, str]) -> Figure:
        """Picture, kernel and output, for export."""
        trial, (input_, kernel, output) = self.trial, scales(self.trial, self.output, colormaps)
        grids = [_grid(trial.picture, input_, "input", "picture")]
        if trial.convolves:
            grids.append(_grid(trial.kernel.astype(np.float32), kernel, "kernel", "kernel"))
        grids.append(_grid(self.output, output, "output", "map"))
        s = trial.setting
        facts = f"kernel {s.kernel} × {s.kernel}, stride {s.stride}, padding {s.padding}, dilation {s.dilation}"
        sizes = " → ".join(f"{h} × {w}" for h, w in (trial.size, self.outcome.size))
        return Figure("sandbox", WORDS[trial.kind], f"{sizes} · {facts}", tuple(grids))


def run(trial: Trial) -> Found:
    """Compute a trial.

    Raises
    ------
    CnnvizError
        When its setting is impossible; the sentence says why.
    """
    setting = replace(trial.setting, layer="convolution" if trial.convolves else "pooling")
    found = outcome(setting, trial.size)
    if not trial.convolves:
        window = pool(trial.picture, setting, trial.kind)
        return Found(trial, found, (window,), window.output)
    kernels = (trial.kernel, trial.kernel.T) if trial.magnitude else (trial.kernel,)
    windows = tuple(convolve(trial.picture, kernel, setting, border=trial.border) for kernel in kernels)
    output = np.hypot(*(w.output for w in windows)) if trial.magnitude else windows[0].output
    return Found(trial, found, windows, np.asarray(output, np.float32))


def strongest(found: Found) -> tuple[int, int]:
    """Where the output has its largest magnitude: where there is something to see."""
    y, x = divmod(int(np.abs(found.output).argmax()), int(found.output.shape[1]))
    return y, x


def scales(trial: Trial, output: Maps | None, colormaps: tuple[str, str, str]) -> tuple[Scale, Scale, Scale]:
    """Scales of the picture, of the kernel and of the output: a pooling keeps the picture's.

    Parameters
    ----------
    colormaps
        For values that are never negative, for signed ones, and for weights; ``"auto"`` for ours. Pictures are grey.
    """
    picture = _fitted(trial.picture, "grayC", colormaps[1], "the picture")
    peak = float(np.abs(trial.kernel).max()) or 1.0
    kernel = Scale(-peak, peak, fitting(colormaps[2], WEIGHTS), True, "the kernel")
    if output is None or trial.same_colors or not trial.convolves:
        return picture, kernel, picture
    return picture, kernel, _fitted(output, colormaps[0], colormaps[1], "the output")


def _fitted(values: Maps, plain: str, signed: str, shared_by: str) -> Scale:
    below = bool((values < 0).any())
    return scale_of(values, shared_by=shared_by, colormap=signed if below else plain)


def _grid(values: Maps, scale: Scale, title: str, noun: str) -> ImageGrid | Matrix:
    if max(values.shape) <= NUMBERED:
        return Matrix(values, scale, title=title)
    return image_grid(values[None], scale, captions=[""], noun=noun, title=title, picks=False)


def _factor(value: float) -> str:
    text = numbers.axis(value)
    return f"({text})" if value < 0 else text


def in_torch(trial: Trial) -> str:
    """The layer as PyTorch writes it."""
    s, (inputs, outputs) = trial.setting, trial.setting.channels
    rest = [f"padding={s.padding}"] if s.padding else []
    rest += [f"dilation={s.dilation}"] if s.dilation != 1 else []
    if trial.convolves:
        stride = [f"stride={s.stride}"] if s.stride != 1 else []
        mode = [f'padding_mode="{trial.border}"'] if trial.border != "zeros" and s.padding else []
        return f"nn.Conv2d({', '.join([str(inputs), str(outputs), str(s.kernel), *stride, *rest, *mode])})"
    if trial.kind == "mean" and s.dilation > 1:
        return "none: its mean pooling has no dilation"
    name = "nn.AvgPool2d" if trial.kind == "mean" else "nn.MaxPool2d"
    call = f"{name}({', '.join([str(s.kernel), f'stride={s.stride}', *rest])})"
    return f"−{call}(−x)" if trial.kind == "min" else call


def as_python(kernel: Floats) -> str:
    """A kernel as a Python list of rows: ``[[0, 1], [-0.5, 0]]``."""
    return repr([[int(v) if v == int(v) else round(float(v), 6) for v in row] for row in kernel.tolist()])
