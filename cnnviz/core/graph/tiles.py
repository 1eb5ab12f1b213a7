"""The maps on the cards: a record's strongest channels, small enough for the screen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.core import maps, pixels
from cnnviz.core.colormaps import AUTO
from cnnviz.core.graph.shapes import PICTURE, Tile, Tiles, TilesQuery
from cnnviz.figure import GROUND

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

SLICE = 0.03
"""Seconds after which what is ready is handed over; the rest is asked for again."""


def tiles(trace: Trace, query: TilesQuery, wanted: Callable[[], bool]) -> Tiles:
    """Maps for cards, in the order asked for, until somebody wants something else or a short while is over."""
    end = time.monotonic() + SLICE
    found: list[Tile] = []
    for record, count, edge in query.wanted:
        if found and (time.monotonic() > end or not wanted()):
            break
        found.append(tile(trace, record, count, edge, query))
    return Tiles(query, tuple(found))


def tile(trace: Trace, index: int, count: int, edge: int, query: TilesQuery) -> Tile:
    """The maps of one record, or the picture."""
    if index == PICTURE:
        raster, scale, total = pixels.strip(trace, None, 1, edge)
        return Tile(index, (count, edge), raster, scale, np.zeros(1, np.int64), total)
    record = trace.records[index]
    if record.dropped:
        total = maps.maps_shape(record)[0]
        return Tile(index, (count, edge), np.zeros((0, 1, 1), np.uint8), None, np.zeros(0, np.int64), total)
    extents = maps.extents(trace, record)
    scale = pixels.layer_scale(trace, record)
    preferred = query.colormaps[1] if scale.signed else query.colormaps[0]
    scale = scale if preferred == AUTO else replace(scale, colormap=preferred)
    values = maps.maps_of(trace, record)
    if maps.is_vector(record.output_shape):
        chosen, raster = np.arange(len(values)), units(pixels.paint(values.reshape(1, -1), scale.low, scale.high)[0])
    else:
        chosen = order(trace, record)[:count] if query.strongest else np.arange(min(count, len(values)))
        raster = pixels.paint(pixels.shrunk(values[chosen], edge), scale.low, scale.high)
    ends = extents.span
    return Tile(index, (count, edge), raster, scale, chosen, len(values), *ends)


def order(trace: Trace, record: Record) -> NDArray[np.int64]:
    """(N,) the channels of a record, the one with the largest absolute value first."""
    extents = maps.extents(trace, record)
    return np.argsort(-np.maximum(np.abs(extents.low), np.abs(extents.high)), kind="stable")


def units(row: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(K,) painted values as one picture (1, h, w), row by row; what is left over is ``GROUND``."""
    width = max(1, math.ceil(math.sqrt(len(row) * 1.4)))
    height = -(-len(row) // width)
    grid = np.full(height * width, GROUND, np.uint8)
    grid[: len(row)] = row
    return grid.reshape(1, height, width)
