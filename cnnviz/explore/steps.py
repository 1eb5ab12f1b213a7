"""The columns of a pass: the picture and every record, with the small maps that stand in them."""

from __future__ import annotations

from dataclasses import replace

from cnnviz.core import ops, pixels
from cnnviz.core.colormaps import AUTO
from cnnviz.core.trace import Trace
from cnnviz.response import PICTURE, Column, Step

COLUMN_EDGE = 64
"""Longest edge, in pixels, of the small maps in the network's columns."""


def steps_of(traced: Trace) -> tuple[Step, ...]:
    """The picture, then every record in the order in which it ran."""
    first = Step(PICTURE, "", "Picture", tuple(traced.input.shape[1:]), "picture")
    heads = (ops.head(traced, record) for record in traced.records)
    return first, *(
        Step(record.index, record.key, about.short, record.output_shape, about.family, about.parameters)
        for record, about in zip(traced.records, heads, strict=True)
    )


def column(traced: Trace, step: Step, count: int, colormaps: tuple[str, str, str]) -> Column:
    """The first maps of a step, small, as one strip."""
    record = None if step.index == PICTURE else traced.records[step.index]
    if len(step.shape) == 1:
        count *= 2  # units are drawn half as high as maps
    raster, scale, total = pixels.strip(traced, record, count, COLUMN_EDGE)
    if scale is not None:
        preferred = colormaps[1] if scale.signed else colormaps[0]
        scale = scale if preferred == AUTO else replace(scale, colormap=preferred)
    return Column(raster, scale, total)
