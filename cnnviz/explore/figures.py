"""The figure of a view, with the options of the request that it takes."""

from __future__ import annotations

from dataclasses import replace

from cnnviz import views
from cnnviz.core import maps, ranges
from cnnviz.core.colormaps import AUTO, COLORMAPS, WEIGHTS
from cnnviz.core.trace import Record, Trace
from cnnviz.figure import Figure
from cnnviz.request import Option, Request


def figure(traced: Trace, record: Record | None, view: views.LayerView, request: Request) -> Figure:
    """The view's figure; options that belong to other views, or that this one does not take, are passed over."""
    given: dict[str, Option] = {}
    for control in view.controls:
        value = dict(request.options).get(control.name, control.default)
        if control.name == "colormap" and value == AUTO:
            value = _preferred(traced, record, control.choices, request.colormaps)
        if not control.choices or value in control.choices:
            given[control.name] = value
    if view.uses_channel and request.channel is not None and request.channel < _channels(traced, record):
        given["channel"] = request.channel  # kept while walking: the next layer may have as many again
    position = {"at": request.at} if view.uses_position else {}
    made = views.make(traced, record, view.name, **given, **position)
    if made.request is None:
        return replace(made, request=request)
    said = {name: getattr(made.request, name) for name in ("layer", "view", "channel", "at", "options", "colormaps")}
    return replace(made, request=replace(request, **said))  # what this view takes, with the colours that it has


def _preferred(traced: Trace, record: Record | None, choices: tuple[str, ...], colormaps: tuple[str, str, str]) -> str:
    """The colour map of the settings that suits what a view shows."""
    plain, signed, weights = colormaps
    if all(COLORMAPS.get(name, WEIGHTS) == WEIGHTS for name in choices):
        return weights
    if record is not None and record.dropped:
        return AUTO
    return signed if ranges.range_of(traced, record).signed else plain


def _channels(traced: Trace, record: Record | None) -> int:
    return int(traced.input.shape[1]) if record is None else maps.maps_shape(record)[0]
