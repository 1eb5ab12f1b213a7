"""How one number of a record came about: the window that slid over its inputs, what each part gave, and the sum."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.arithmetic import SlidingWindow
from cnnviz.core.colormaps import WEIGHTS, fitting
from cnnviz.core.errors import CnnvizError
from cnnviz.core.pixels import layer_scale, maps_of, range_of
from cnnviz.core.ranges import Range, scale_from
from cnnviz.figure import Figure, ImageGrid, Note, Outcome, Panel, Scale, Sliding, number, share
from cnnviz.request import Cell
from cnnviz.views.base import figure, layer_view
from cnnviz.views.cells import contributions, key_of
from cnnviz.views.curves import curve
from cnnviz.views.grids import image_grid
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.ops import Explanation, Folded
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class ExplainOptions:
    """How much of a number's origin is shown."""

    inputs: int = field(
        default=12,
        metadata=option(
            "Inputs",
            low=1,
            high=512,
            help="So many inputs are shown one by one, the strongest first; the rest is summed.",
        ),
    )
    folded: bool = field(
        default=False,
        metadata=option(
            "Fold batch norm",
            help="A convolution, its batch norm and its activation as one step, by the folded kernels and bias.",
        ),
    )
    gradient: bool = field(
        default=False,
        metadata=option(
            "Gradient",
            help="On which pixels of its receptive field this number really depends, in place of the contributions.",
        ),
    )
    channel: int | None = None
    at: tuple[int, ...] | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Every record: where an operation is not explained yet, its inputs and output are shown."""
    return record is not None


@layer_view("explain", title="Explain", options=ExplainOptions, fits=fits, priority=10)
def explain(trace: Trace, record: Record, options: ExplainOptions) -> Figure:
    """One cell: of the strongest channel, at its strongest position, unless others are asked for."""
    from cnnviz.core import ops

    channel, at = _chosen(record, options)
    which = f"channel {channel} at ({', '.join(map(str, at))})" if at else f"unit {channel}"
    remarks = [f"how {which} came about"]
    if options.at not in (None, at):
        remarks.append(f"there is no position ({', '.join(map(str, options.at or ()))}) here")
    fold = ops.folded(trace, record) if options.folded else None
    if fold is not None:
        record = fold.last
        remarks.append(f"{' + '.join(r.key for r in (fold.layer, fold.norm, fold.activation) if r)} as one step")
    elif options.folded:
        remarks.append("nothing to fold here")
    outcome = None
    try:
        found = fold.explain(channel, at) if fold else ops.explain(trace, record, channel=channel, at=at)
        outcome = Outcome(found.formula, found.value, found.captured, found.tolerance)
        panels: tuple[Panel, ...] = _panels(trace, record, found, fold, channel, at, options.inputs)
        remarks += [f"{name} {f'{value:.0f}' if value == int(value) else number(value)}" for name, value in found.facts]
        survivors, won = _survivors(trace, record, channel)
        remarks += survivors
        seen = _gradient(trace, record, channel, at) if options.gradient else panels[-1:]
        panels = (*panels[:-1], *won, *seen)
    except CnnvizError as error:
        panels = (*_maps(trace, record, channel, at), Note(str(error)))
    made = figure(trace, record, "explain", " · ".join(remarks), *panels)
    return replace(made, outcome=outcome, cell=Cell(record.key, channel, at))


def _panels(
    trace: Trace,
    record: Record,
    found: Explanation,
    fold: Folded | None,
    channel: int,
    at: tuple[int, ...],
    count: int,
) -> tuple[Panel, ...]:
    """The sliding window, or the maps and the curve; then what contributed most."""
    from cnnviz.core import ops

    window = ops.sliding_window(trace, fold.layer if fold else record, channel)
    if fold is not None and window is not None:
        window = fold.over(window, channel)
    parts = contributions(trace, record, found, window, channel, at, count)
    if window is not None and len(window.slides) == 2:
        return _sliding(trace, record, window, channel, at, count), parts
    return (*_maps(trace, record, channel, at), *curve(trace, record, channel, at), parts)


def _chosen(record: Record, options: ExplainOptions) -> tuple[int, tuple[int, ...]]:
    """The channel and position asked for; for what is not asked for, or is not there, the strongest."""
    from cnnviz.core.ops.explanation import axes_of, by_channel

    counting, places = axes_of(record)
    if counting is None:
        return 0, ()
    sizes = tuple(record.shape[axis] for axis in places)
    maps = by_channel(record, record.output.detach().cpu().float().numpy())  # (C, *positions), no copy
    channel, at = options.channel, options.at
    if channel is None or not 0 <= channel < len(maps):
        peaks = maps.reshape(len(maps), -1).max(1)
        channel = int(np.nan_to_num(peaks).argmax())
    if at is None or len(at) != len(places) or any(not 0 <= p < n for p, n in zip(at, sizes, strict=True)):
        at = tuple(int(i) for i in np.unravel_index(int(np.abs(np.nan_to_num(maps[channel])).argmax()), sizes))
    return channel, at


def _sliding(
    trace: Trace, record: Record, window: SlidingWindow, channel: int, at: tuple[int, ...], count: int
) -> Sliding:
    """The strongest input maps, kernels and partial maps."""
    rows = np.argsort(-np.abs(window.terms(at)), kind="stable")[:count]
    source = None if window.source < -1 else (trace.records[window.source] if window.source >= 0 else None)
    names = [_channel_name(trace, window.source, int(c)) for c in window.channels[rows]]
    indices = window.channels[rows].tolist()
    inputs = image_grid(
        window.maps[rows], layer_scale(trace, source), indices=indices, captions=names, picks=False, title="inputs"
    )
    scale = layer_scale(trace, record)
    kernels = partials = None
    if window.kernels is not None:
        peak = float(np.abs(window.kernels).max()) or 1.0
        weights = Scale(-peak, peak, fitting("auto", WEIGHTS), True, "filter")
        kernels = image_grid(
            window.kernels[rows].astype(np.float32),
            weights,
            indices=indices,
            captions=names,
            noun="kernel",
            picks=False,
        )
        maps = window.partial_maps(rows.tolist())
        peak = float(np.abs(maps).max(initial=0)) or 1.0
        partials = image_grid(
            maps,
            scale_from(Range(-peak, peak, True), "the partial maps"),
            indices=indices,
            captions=names,
            title="partial maps",
            picks=False,
        )
    output = image_grid(window.output[None], scale, indices=[channel], captions=[f"channel {channel}"], title="output")
    y, x = at
    output, partials = replace(output, spot=(y, x)), partials and replace(partials, spot=(y, x))
    key = key_of(trace, window.source)
    return Sliding(window, (y, x), rows, inputs, kernels, partials, output, f"y[{channel}, {{}}]", key)


def _maps(trace: Trace, record: Record, channel: int, at: tuple[int, ...]) -> tuple[ImageGrid, ...]:
    """The map of the cell, and where an input has the same shape, the input's map; the cell is marked in each."""
    if len(at) != 2 or record.axes not in (("C", "H", "W"), ("H", "W", "C")):
        return ()
    grids = []
    span = range_of(trace, record)
    same = [i for i in dict.fromkeys(record.sources) if _shape(trace, i) == tuple(record.shape)]
    for index in same:
        before = trace.records[index] if index >= 0 else None
        scale = layer_scale(trace, record if range_of(trace, before) == span else before)  # one colour bar for both
        grids.append(_one(trace, before, scale, channel, at, f"input: {_short(trace, index)}"))
    return *grids, _one(trace, record, layer_scale(trace, record), channel, at, "output")


def _one(trace: Trace, record: Record | None, scale: Scale, channel: int, at: tuple[int, ...], title: str) -> ImageGrid:
    maps = maps_of(trace, record)[channel : channel + 1]
    grid = image_grid(maps, scale, indices=[channel], captions=[f"channel {channel}"], title=title)
    return replace(grid, spot=(at[0], at[1]))


def _shape(trace: Trace, index: int) -> tuple[int, ...]:
    return tuple(trace.tensor(index).shape) if index < 0 or not trace.records[index].dropped else ()


def _short(trace: Trace, index: int) -> str:
    from cnnviz.core import ops

    return "picture" if index < 0 else f"{index} · {ops.head(trace, trace.records[index]).short}"


def _channel_name(trace: Trace, source: int, channel: int) -> str:
    if source == -1 and trace.input.shape[1] == 3:
        return "RGB"[channel]
    return str(channel)


def _survivors(trace: Trace, record: Record, channel: int) -> tuple[list[str], tuple[ImageGrid, ...]]:
    """Which cells a maximum pooling hands on, in words and as a map of the channel."""
    from cnnviz.core.winners import winners

    found = winners(trace, record)
    if found is None or found.wins.ndim != 3:
        return [], ()
    _, left = found.of_channel(channel)
    wins = found.wins[channel : channel + 1].astype(np.float32)
    scale = scale_from(Range(0.0, max(float(found.wins.max()), 1.0), False), "the layer: windows won")
    title = f"winners: {share(left)} of this map's cells survive"
    grid = image_grid(wins, scale, indices=[channel], captions=[f"channel {channel}"], title=title, picks=False)
    return [f"{share(found.share)} of the layer's input survives"], (grid,)


def _gradient(trace: Trace, record: Record, channel: int, at: tuple[int, ...]) -> tuple[ImageGrid | Note, ...]:
    """How fast the number changes with each pixel, over all channels of the picture: where it really looks."""
    from cnnviz.core.traceback import support

    try:
        found = support(trace, record, channel, at)
    except CnnvizError as error:
        return (Note(str(error)),)
    strength = np.abs(found.gradient).sum(0, keepdims=True)
    scale = scale_from(Range(0.0, float(strength.max()) or 1.0, False), "this map")
    pixels = int(found.mask.sum())
    field = int(np.prod([last - first + 1 for first, last in found.field])) if found.field else found.mask.size
    title = f"gradient by the picture: it depends on {pixels:,} of {field:,} pixels"
    return (image_grid(strength, scale, captions=["|gradient|"], title=title, picks=False),)
