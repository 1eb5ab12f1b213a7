"""One output channel of a convolution or a pooling as plain numbers: all that it takes to explain any of its cells.

numpy alone, no torch: the worker makes a `SlidingWindow` (`cnnviz.core.ops.sliding_window`), the window on the screen
then computes each cell under the mouse itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnviz.slides import Border, Ints, Slide, Spread, Steps, origin

Floats = NDArray[np.float64]
Maps = NDArray[np.float32]
Position = tuple[int, ...]

Kind = Literal["sum", "mean", "max", "min"]

_NUMPY_MODES: dict[str, Literal["reflect", "edge", "wrap"]] = {
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """The window of the input that was read, the same for all terms.

    Attributes
    ----------
    inputs
        (N, *window) numbers under the window, one window for each term; 0 where there is padding with zeros.
    kernels
        (N, *window) what they were multiplied with; None where nothing was.
    padding
        (*window) whether a cell lies outside the input.
    places
        For each axis of the window the positions in the input, below 0 or from its size on in the padding.
    origins
        For each axis the positions where the numbers come from: mirrored, repeated or from the other side in the
        padding; −1 where they come from nowhere.
    """

    inputs: Floats
    kernels: Floats | None
    padding: NDArray[np.bool_]
    places: tuple[Ints, ...]
    origins: tuple[Ints, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SlidingWindow:
    """One output channel of a convolution or a pooling.

    A position ``at`` counts along the axes of the output channel: (row, column) of a map, (position,) of a signal.

    Attributes
    ----------
    kind
        What becomes of the window: the ``"sum"`` of inputs times kernel cells in a convolution; its ``"mean"``,
        ``"max"`` or ``"min"`` in a pooling.
    source
        Index of the record whose maps are read; -1 the picture, -2 the network's own numbers.
    channels
        (N,) the channels of that source that are read; one in a pooling.
    maps
        (N, *sizes) these channels, as the network computed them. Read-only.
    output
        (*counts) the output channel that the network computed. Read-only.
    slides
        How the window moves along each axis.
    kernels
        (N, *window) the filter; None in a pooling.
    bias
        What is added; None where the layer has none.
    border
        What stands in the padding.
    count_padding
        Whether the zeros of the padding count in a mean.
    divisor
        What a mean is divided by in the place of the number of its cells; None for that number.
    then
        The activation that follows in the same step; None where none does.
    """

    kind: Kind
    source: int
    channels: Ints
    maps: Maps
    output: Maps
    slides: tuple[Slide, ...]
    kernels: Floats | None = None
    bias: float | None = None
    border: Border = "zeros"
    count_padding: bool = True
    divisor: float | None = None
    then: Callable[[float], float] | None = None

    def places(self, at: Position) -> tuple[Ints, ...]:
        """For each axis the input's positions under the window; below 0 or from its size on lies padding."""
        return tuple(slide.places(p) for slide, p in zip(self.slides, at, strict=True))

    def patch(self, at: Position) -> Patch:
        """What lies under the window."""
        places = self.places(at)
        origins = tuple(origin(p, slide.size, self.border) for p, slide in zip(places, self.slides, strict=True))
        outside = [(p < 0) | (p >= slide.size) for p, slide in zip(places, self.slides, strict=True)]
        inputs = self.maps[np.ix_(np.arange(len(self.maps)), *(np.maximum(o, 0) for o in origins))].astype(np.float64)
        inputs[:, _any([o < 0 for o in origins])] = 0.0
        kernels = None
        if self.kernels is not None:
            taps = [slide.taps(p) for slide, p in zip(self.slides, at, strict=True)]
            kernels = self.kernels[np.ix_(np.arange(len(self.kernels)), *taps)]
        return Patch(inputs, kernels, _any(outside), places, origins)

    def terms(self, at: Position) -> Floats:
        """(N,) what each input channel adds to the sum; of a pooling the one number that it gives."""
        patch = self.patch(at)
        if patch.kernels is not None:
            return np.asarray((patch.inputs * patch.kernels).reshape(len(patch.inputs), -1).sum(1))
        if self.kind == "mean":
            return np.asarray(patch.inputs.reshape(1, -1).sum(1) / self.divided_by(at))
        cells = patch.inputs[:, ~patch.padding]
        return np.asarray(cells.max(1) if self.kind == "max" else cells.min(1))

    def value(self, at: Position) -> float:
        """The cell, computed again in double precision."""
        value = float(self.terms(at).sum()) + (self.bias or 0.0)
        return value if self.then is None else float(self.then(value))

    def captured(self, at: Position) -> float:
        """What the network computed."""
        return float(self.output[at])

    def winner(self, at: Position) -> Position | None:
        """Where in the input map the largest (smallest) number under the window stands; of equal ones the first.

        None where all take part.
        """
        if self.kind not in ("max", "min"):
            return None
        patch = self.patch(at)
        sign = 1.0 if self.kind == "max" else -1.0
        cells = np.where(patch.padding, -np.inf, sign * patch.inputs[0])
        offsets = np.unravel_index(int(cells.argmax()), cells.shape)
        return tuple(int(p[offset]) for p, offset in zip(patch.places, offsets, strict=True))

    def divided_by(self, at: Position) -> float:
        """What a mean divides the sum of its cells by."""
        if self.divisor is not None:
            return self.divisor
        return float(np.prod([self._counted(slide, p) for slide, p in zip(self.slides, at, strict=True)]))

    def _counted(self, slide: Slide, at: int) -> int:
        """How many cells of a window count in a mean, along one axis.

        Beyond the padding nothing counts, not even where the last window of a ceil_mode reaches there.
        """
        before, after = (slide.before, slide.after) if isinstance(slide, Steps) and self.count_padding else (0, 0)
        places = slide.places(at)
        return int(((places >= -before) & (places < slide.size + after)).sum())

    def partial_maps(self, which: Sequence[int] | None = None) -> Maps:
        """The map that each input channel adds to the output: (N, *counts); all of them and the bias are the output.

        Of a pooling the output itself. One pass over the maps for each cell of the kernel: whole layers are a matter
        for the worker, a few rows are not.

        Parameters
        ----------
        which
            Which of the N; all when None.
        """
        if self.kernels is None:
            return self.output[None]
        rows = slice(None) if which is None else list(which)
        maps, kernels = self.maps[rows], self.kernels[rows].astype(np.float32)
        spread = [slide for slide in self.slides if isinstance(slide, Spread)]
        if spread:
            return _spread(maps, kernels, spread)
        slides = [slide for slide in self.slides if isinstance(slide, Steps)]
        result = np.zeros((len(maps), *(s.count for s in slides)), np.float32)
        for tap, cells in _steps(_padded(maps, slides, self.border), slides):
            result += cells * kernels[(slice(None), *(slice(t, t + 1) for t in tap))]
        return result

    def computed(self) -> Maps:
        """The whole output channel (*counts), computed again in float32."""
        if self.kernels is not None:
            total = self.partial_maps().sum(0, dtype=np.float32) + np.float32(self.bias or 0.0)
            return np.asarray(total if self.then is None else np.vectorize(self.then, otypes=[np.float32])(total))
        counts = tuple(slide.count for slide in self.slides)
        slides = [slide for slide in self.slides if isinstance(slide, Steps)]
        if not slides:
            return np.array([self.value(at) for at in np.ndindex(*counts)], np.float32).reshape(counts)
        combine, nothing = _REDUCTIONS[self.kind]
        result = np.full((1, *counts), nothing, np.float32)
        for _, cells in _steps(_padded(self.maps, slides, "zeros", nothing), slides):
            combine(result, cells, out=result)
        if self.kind != "mean":
            return np.asarray(result[0])
        if self.divisor is not None:
            return np.asarray(result[0] / self.divisor, np.float32)
        counted = [np.array([self._counted(slide, p) for p in range(slide.count)]) for slide in slides]
        return np.asarray(result[0] / reduce(np.multiply.outer, counted), np.float32)


_REDUCTIONS: dict[Kind, tuple[np.ufunc, float]] = {
    "mean": (np.add, 0.0),
    "max": (np.maximum, -np.inf),
    "min": (np.minimum, np.inf),
}


def _any(masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """(*window) whether any axis' mask holds."""
    found = np.zeros(tuple(map(len, masks)), np.bool_)
    for axis, mask in enumerate(masks):
        found |= mask.reshape((-1,) + (1,) * (len(masks) - axis - 1))
    return found


def _padded(maps: Maps, slides: Sequence[Steps], border: Border, fill: float = 0.0) -> Maps:
    """The maps with their padding, as far as windows reach: where they do not fit, cells are left over at the end."""
    ends = [(s.before, (s.count - 1) * s.stride + s.dilation * (s.kernel - 1) + 1 - s.before - s.size) for s in slides]
    widths = [(0, 0), *((low, max(0, high)) for low, high in ends)]
    if border == "zeros":
        return np.pad(maps, widths, constant_values=fill)
    return np.pad(maps, widths, _NUMPY_MODES[border])


def _steps(padded: Maps, slides: Sequence[Steps]) -> Iterator[tuple[Position, Maps]]:
    """For each cell of the kernel the cells (N, *counts) of the padded maps that it meets at all output positions."""
    for tap in product(*(range(s.kernel) for s in slides)):
        cells = [
            slice(t * s.dilation, t * s.dilation + (s.count - 1) * s.stride + 1, s.stride)
            for t, s in zip(tap, slides, strict=True)
        ]
        yield tap, padded[(slice(None), *cells)]


def _spread(maps: Maps, kernels: Maps, slides: Sequence[Spread]) -> Maps:
    wide = [max((s.size - 1) * s.stride + s.dilation * (s.kernel - 1) + 1, s.before + s.count) for s in slides]
    whole = np.zeros((len(maps), *wide), np.float32)
    for tap in product(*(range(s.kernel) for s in slides)):
        cells = [
            slice(t * s.dilation, t * s.dilation + (s.size - 1) * s.stride + 1, s.stride)
            for t, s in zip(tap, slides, strict=True)
        ]
        whole[(slice(None), *cells)] += maps * kernels[(slice(None), *(slice(t, t + 1) for t in tap))]
    return whole[(slice(None), *(slice(s.before, s.before + s.count) for s in slides))]
