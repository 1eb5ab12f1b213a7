"""The weights of a layer as pictures, in colours that activations never have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.colormaps import AUTO, WEIGHTS, fitting, names
from cnnviz.core.maps import DEAD, Extents, extents_of
from cnnviz.core.ranges import LAYER, Range, mixed, stretched
from cnnviz.figure import Figure, ImageGrid, Panel, Scale, Vector, number
from cnnviz.views.base import counted, figure, layer_view, times
from cnnviz.views.grids import LIMIT, image_grid
from cnnviz.views.kernels import DENSE, Weights, maps_before, weights_of
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

MATRIX_LIMIT = 1 << 22
"""Weights of a dense layer that are drawn as one picture; of a larger one, one unit is."""


@dataclass(frozen=True)
class FilterOptions:
    """How kernels are painted."""

    contrast: float = field(
        default=0.0,
        metadata=option(
            "Contrast",
            high=1.0,
            help="0: one scale for all weights of the layer. 1: each kernel has its own. Zero keeps its colour.",
        ),
    )
    colormap: str = field(
        default=AUTO,
        metadata=option("Colours", choices=names(WEIGHTS), help="Colours of their own, never those of activations."),
    )
    show: str = field(
        default="kernels",
        metadata=option(
            "Show",
            choices=("kernels", "input channel", "norms"),
            help="The kernels of one filter; the kernels of all filters for one input channel; or how large all are.",
        ),
    )
    input: int = field(
        default=0,
        metadata=option(
            "Input channel",
            low=0,
            help="The one whose kernels are shown in all filters.",
            when=("show", "input channel"),
        ),
    )
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Convolutions in one and two dimensions, and dense layers."""
    return record is not None and weights_of(trace, record) is not None


@layer_view("filters", title="Filters", options=FilterOptions, fits=fits, priority=40, needs_values=False)
def filters(trace: Trace, record: Record, options: FilterOptions) -> Figure:
    """The kernels that say most.

    A first layer on an RGB picture: every filter as one colour picture. Filters of a single kernel (grey pictures,
    depthwise convolutions): all of them. Dense weights and 1 × 1 convolutions: the whole matrix. Else, and for a dense
    layer behind maps: the filter of the selected channel, one kernel for each of its input channels.

    On request one input channel's kernels in all filters that see it, or the norms of all filters and kernels.
    """
    weights = weights_of(trace, record)
    assert weights is not None
    drawn = _Drawing(weights, options)
    if options.show == "norms":
        return figure(trace, record, "filters", *drawn.norms())
    maps = None
    if record.op in DENSE:
        from cnnviz.core.ops import Call

        maps = maps_before(record, Call(record))
    if options.show == "input channel" and weights.reach > 1:
        return figure(trace, record, "filters", *drawn.of_input(maps))
    if record.op in DENSE:
        return figure(trace, record, "filters", *(drawn.unit_on_maps(maps) if maps else drawn.matrix("unit", "input")))
    if record.op == "conv2d" and weights.tensor.shape[1] == 3 == trace.input.shape[1] and record.sources[:1] == (-1,):
        return figure(trace, record, "filters", *drawn.colour())
    if weights.reach == 1:
        return figure(trace, record, "filters", *drawn.single())
    if weights.kernel == (1, 1) and weights.groups == 1:
        return figure(trace, record, "filters", *drawn.matrix("filter", "input channel"))
    return figure(trace, record, "filters", *drawn.one())


@dataclass(frozen=True, eq=False)
class _Drawing:
    """Ways to draw one weight; each gives a subtitle and panels."""

    weights: Weights
    options: FilterOptions

    @property
    def chosen(self) -> int:
        return self.options.channel or 0

    @property
    def span(self) -> Range:
        return Range(-self.weights.limit, self.weights.limit, True)

    def scale(self, noun: str = "kernel", contrast: float | None = None) -> Scale:
        shared = mixed(LAYER, self.options.contrast if contrast is None else contrast, noun)
        return Scale(self.span.low, self.span.high, fitting(self.options.colormap, WEIGHTS), True, shared)

    def colour(self) -> tuple[str, Panel, *tuple[Panel, ...]]:
        """Every filter of three kernels as an RGB picture: mid-grey is zero."""
        weights = self.weights.every()[:LIMIT]  # (K, 3, kh, kw)
        known = extents_of(weights.reshape(len(weights), 1, -1))
        ranges = stretched(self.span, known, self.options.contrast)
        limits = ranges[:, 1, None, None, None]
        pixels = np.nan_to_num((weights / limits + 1) * 127.5, nan=0.0)
        shared = "shared by the layer" if not self.options.contrast else mixed(LAYER, self.options.contrast, "filter")
        top = number(self.weights.limit)
        grid = ImageGrid(
            values=np.moveaxis(weights, 1, 3),
            raster=np.rint(np.clip(pixels, 0, 255)).astype(np.uint8).transpose(0, 2, 3, 1),
            scale=None,
            ranges=ranges,
            indices=tuple(range(len(weights))),
            captions=tuple(str(k) for k in range(len(weights))),
            notes=_notes(known),
            total=self.weights.filters,
            noun="filter",
            title=f"kernels of red, green and blue as one picture: mid-grey is 0, black −{top}, full +{top} · {shared}",
            marked=self.options.channel if self.options.channel in range(len(weights)) else None,
        )
        if self.options.channel is None:
            return self._all("filter", 3), grid
        kernels = self._kernels(("red", "green", "blue"))
        return f"{self._all('filter', 3)} · {self._bias()}", grid, kernels

    def single(self) -> tuple[str, Panel]:
        """Filters of one kernel each, all in one grid."""
        maps = self.weights.every()[:LIMIT, 0]
        known = extents_of(maps)
        grid = image_grid(
            maps,
            self.scale(),
            stretched(self.span, known, self.options.contrast),
            notes=_notes(known),
            noun="filter",
            channel=self.options.channel,
            total=self.weights.filters,
        )
        about = self._all("filter", 1)
        return (about if self.options.channel is None else f"{about} · {self._bias()}"), grid

    def one(self) -> tuple[str, Panel]:
        """The filter of the chosen channel: one kernel for each input channel."""
        kernels = counted(self.weights.reach, "kernel")
        about = f"filter {self.chosen:,} of {self.weights.filters:,}: {kernels} of {self._size}"
        return f"{about} · {self._bias()}", self._kernels()

    def of_input(self, maps: tuple[int, int, int] | None = None) -> tuple[str, Panel]:
        """The kernels that all filters have for one input channel; that all units have for one of ``maps``."""
        inputs = maps[0] if maps else self.weights.inputs
        channel = min(self.options.input, inputs - 1)
        rows = [k for k in range(self.weights.filters) if maps or channel in self.weights.seen_by(k)]
        every = self.weights.every()
        if maps:
            kernels = every.reshape(-1, *maps)[:, channel]
        else:
            kernels = every[rows, channel - self.weights.seen_by(rows[0]).start]
        beyond = "" if channel == self.options.input else f" · there is no {self.options.input:,}"
        if kernels[0].size == 1:
            return self._column(channel, rows, kernels.reshape(-1), beyond)
        known = extents_of(kernels)
        grid = image_grid(
            kernels[:LIMIT],
            self.scale(),
            stretched(self.span, known, self.options.contrast)[:LIMIT],
            notes=_notes(known)[:LIMIT],
            indices=rows[:LIMIT],
            noun="kernel",
            title=f"the kernel for input channel {channel:,} in each {self._owner}",
            channel=self.options.channel,
            total=len(rows),
        )
        about = (
            f"input channel {channel:,} of {inputs:,}: {counted(len(rows), 'kernel')} of {times(*kernels.shape[1:])}"
        )
        return about + beyond, grid

    def _column(self, channel: int, rows: list[int], weights: NDArray[np.float32], beyond: str) -> tuple[str, Panel]:
        """The one weight that each filter or unit has for one input."""
        source = "input" if self._owner == "unit" else "input channel"
        bars = Vector(
            values=weights,
            scale=self.scale(contrast=0.0),
            title=f"the weight for {source} {channel:,} in each {self._owner}",
            marked=rows.index(self.chosen) if self.options.channel in rows else None,
        )
        about = f"{source} {channel:,} of {self.weights.inputs:,}: {counted(len(rows), 'weight')}"
        return about + beyond, bars

    def norms(self) -> tuple[str, Panel, *tuple[Panel, ...]]:
        """How large every filter is, and where kernels have more than one weight, every kernel."""
        weights = self.weights.every().reshape(self.weights.filters, self.weights.reach, -1)
        noun = self._owner
        kernels = np.sqrt(np.einsum("kcw,kcw->kc", weights, weights))  # (K, C / groups)
        whole = np.sqrt(np.einsum("kc,kc->k", kernels, kernels))  # (K,)
        top = float(whole[np.isfinite(whole)].max(initial=0)) or 1.0
        colours = fitting(self.options.colormap, WEIGHTS)
        bars = Vector(
            values=whole.astype(np.float32),
            scale=Scale(-top, top, colours, True, f"all {noun}s"),
            title=f"norm of each {noun}: √Σ w²",
            marked=self.options.channel if self.options.channel in range(len(whole)) else None,
        )
        about = f"{counted(len(whole), noun)}, norms {number(float(whole.min()))} to {number(top)}"
        if weights.shape[2] == 1 or kernels.size > MATRIX_LIMIT or self.weights.reach == 1:
            return about, bars
        limit = float(kernels[np.isfinite(kernels)].max(initial=0)) or 1.0
        lying, axes = _lying(kernels, noun, "input channel")
        grid = image_grid(
            lying[None],
            Scale(-limit, limit, colours, True, "all kernels"),
            noun="matrix",
            captions=("norms",),
            title=f"norm of each kernel · {axes}",
            picks=False,
        )
        return about, bars, grid

    def unit_on_maps(self, maps: tuple[int, int, int]) -> tuple[str, Panel]:
        """The weights of one dense unit, laid out as the maps that they are multiplied with."""
        kernels = self.weights.filter(self.chosen).reshape(maps)
        before = f"{counted(maps[0], 'map')} of {times(*maps[1:])}"
        about = f"unit {self.chosen:,} of {self.weights.filters:,}: its weights for {before}"
        return f"{about} · {self._bias()}", self._grid(kernels, range(maps[0]))

    def matrix(self, rows: str, columns: str) -> tuple[str, Panel, *tuple[Panel, ...]]:
        """All weights as one picture, filters or units along its shorter or longer edge; the chosen one on its own."""
        count, inputs = self.weights.filters, self.weights.inputs
        row = Vector(
            values=self.weights.filter(self.chosen).reshape(-1),
            scale=self.scale(contrast=0.0),
            title=f"weights of {rows} {self.chosen:,}",
        )
        about = f"{counted(count, rows)} with {counted(inputs, 'weight')} each"
        if count * inputs > MATRIX_LIMIT:
            return f"{about} · too many for one picture: {rows} {self.chosen:,} of {count:,} · {self._bias()}", row
        whole, axes = _lying(self.weights.every().reshape(count, inputs), rows, columns)
        about = f"{about} · {axes}"
        grid = image_grid(
            whole[None],
            self.scale(contrast=0.0),
            noun="matrix",
            captions=("weights",),
            title="all weights",
            picks=False,
        )
        return (about, grid) if self.options.channel is None else (f"{about} · {self._bias()}", grid, row)

    def _kernels(self, captions: tuple[str, ...] | None = None) -> ImageGrid:
        return self._grid(self.weights.filter(self.chosen), self.weights.seen_by(self.chosen), captions)

    def _grid(self, kernels: NDArray[np.float32], inputs: range, captions: tuple[str, ...] | None = None) -> ImageGrid:
        known = extents_of(kernels)
        ranges = stretched(self.span, known, self.options.contrast)
        return image_grid(
            kernels[:LIMIT],
            self.scale(),
            ranges[:LIMIT],
            notes=_notes(known)[:LIMIT],
            indices=inputs[:LIMIT],
            captions=captions,
            noun="kernel",
            title=f"{counted(len(kernels), 'kernel')} of {self._owner} {self.chosen:,}",
            total=len(kernels),
            picks=False,
        )

    @property
    def _owner(self) -> str:
        """What has weights of its own."""
        return "unit" if self.weights.tensor.ndim == 2 else "filter"

    @property
    def _size(self) -> str:
        return times(*self.weights.kernel)

    def _all(self, noun: str, kernels: int) -> str:
        count = counted(self.weights.filters, noun)
        return f"{count} of {self._size}" if kernels == 1 else f"{count} of {kernels} kernels, {self._size}"

    def _bias(self) -> str:
        bias = self.weights.bias_of(self.chosen)
        return "no bias" if bias is None else f"bias {number(bias, signed=True)}"


def _lying(matrix: NDArray[np.float32], rows: str, columns: str) -> tuple[NDArray[np.float32], str]:
    """A matrix with its longer side across, as windows and pages are; and what its axes are then."""
    if matrix.shape[0] > matrix.shape[1]:
        return np.ascontiguousarray(matrix.T), f"y: {columns}, x: {rows}"
    return matrix, f"y: {rows}, x: {columns}"


def _notes(known: Extents) -> tuple[str, ...]:
    """Weights that are all zero are not dead: they are zero."""
    return tuple("all zero" if note == DEAD else note for note in known.notes)
