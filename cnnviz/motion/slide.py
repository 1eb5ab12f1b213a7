"""A frame of the sliding window: what it reads, what it multiplies with, and the map that it has made so far."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.pixels import lut
from cnnviz.export.paper import LARGE, PLAIN, SMALL, Sheet, cut
from cnnviz.figure import GROUND, ImageGrid, Sliding, number

MOST = 256
"""Places of the window in one film; of larger maps it goes in larger steps."""

WIDE = 960
"""Width of the sheet in its own units; it is as high as the film's proportions ask."""

MARGIN, TOP, FOOT = 32, 92, 76
HEAD = 72
"""As high as a heading is."""

KERNEL = 104
"""Edge of a kernel."""

SEEN = 12
"""The window is drawn no smaller."""

SHOWN = 3
"""Inputs that are shown, those that give most first; the formula names the others."""


def positions(rows: int, columns: int) -> tuple[list[tuple[int, int]], int]:
    """The places (y, x) of the window, row by row, and how many cells it goes at a time."""
    stride = max(1, math.ceil(math.sqrt(rows * columns / MOST)))
    return [(y, x) for y in range(0, rows, stride) for x in range(0, columns, stride)], stride


def slide(title: str, panel: Sliding, at: tuple[int, int], stride: int, size: tuple[int, int], theme: str) -> Sheet:
    """The sheet of one frame.

    Parameters
    ----------
    at
        (y, x) of the cell that is made now.
    stride
        How many cells the window goes at a time: so many around it are shown with it.
    """
    sheet = Sheet(WIDE, round(WIDE * size[1] / size[0]), theme)
    step = "" if stride == 1 else f" · in steps of {stride} cells"
    heading(sheet, title, f"the window at row {at[0]}, column {at[1]}{step}")
    terms = panel.window.terms(at)
    end = _inputs(sheet, panel, at, terms)
    _output(sheet, panel, at, stride, end)
    sheet.text(MARGIN, sheet.size[1] - 36, _formula(panel, at, terms), PLAIN * 1.4, mono=True)
    return sheet


def heading(sheet: Sheet, title: str, subtitle: str) -> None:
    """What is shown, at the same place of every frame."""
    sheet.text(MARGIN, 40, cut(title, WIDE - 2 * MARGIN, LARGE * 1.2), LARGE * 1.2, bold=True)
    sheet.text(MARGIN, 62, cut(subtitle, WIDE - 2 * MARGIN, PLAIN * 1.2), PLAIN * 1.2, color=sheet.palette.dim)


def _inputs(sheet: Sheet, panel: Sliding, at: tuple[int, int], terms: NDArray[np.float64]) -> float:
    """A row for each input that is shown: map, kernel, and what both give; returns where they end."""
    count = min(len(panel.inputs.raster), SHOWN)
    height = (sheet.size[1] - TOP - FOOT) / count
    rows, columns = panel.inputs.raster.shape[1:3]
    factor = min((height - 26) / rows, 300 / columns)
    places = panel.window.places(at)
    for row in range(count):
        y = TOP + row * height
        name = f"map {panel.inputs.indices[row]}" if panel.source else panel.inputs.captions[row]
        sheet.text(MARGIN, y + 10, name, SMALL * 1.3, color=sheet.palette.dim)
        _map(sheet, panel.inputs, panel.inputs.raster[row], MARGIN, y + 18, factor)
        top, left = (int(place[0]) for place in places)
        high, wide = (int(place[-1]) - int(place[0]) + 1 for place in places)
        more = max(0.0, (SEEN - min(wide, high) * factor) / 2)  # a frame about what is too small to be seen
        x, above = MARGIN + left * factor - more, y + 18 + top * factor - more
        sheet.box(x, above, wide * factor + 2 * more, high * factor + 2 * more, sheet.palette.accent, edge=True)
        x = MARGIN + columns * factor + 28
        middle = y + 18 + rows * factor / 2
        if panel.kernels is not None:
            kernel = panel.kernels.raster[row]
            by = min(KERNEL, height - 26) / max(kernel.shape)
            sheet.text(x - 14, middle, "×", LARGE * 1.4, align="center", middle=True)
            _map(sheet, panel.kernels, kernel, x, middle - kernel.shape[0] * by / 2, by)
            x += kernel.shape[1] * by + 14
            sheet.text(x, middle, f"= {number(float(terms[panel.rows[row]]), signed=True)}", LARGE, middle=True)
    end: float = MARGIN + columns * factor + (28 + KERNEL + 110 if panel.kernels is not None else 28)
    return end


def _output(sheet: Sheet, panel: Sliding, at: tuple[int, int], stride: int, left: float) -> None:
    """The map as far as it is made, and the cell that is made now."""
    raster = panel.output.raster[0].copy()
    made = np.zeros(raster.shape, bool)
    made[: at[0]] = True
    made[at[0] : at[0] + stride, : at[1] + stride] = True
    raster[~made] = GROUND
    rows, columns = raster.shape
    room = WIDE - MARGIN - left - 24
    factor = min((sheet.size[1] - TOP - FOOT - 26) / rows, room / columns)
    x, y = WIDE - MARGIN - columns * factor, TOP + 18
    sheet.text(left + (x - left) / 2, y + rows * factor / 2, "→", LARGE * 1.6, align="center", middle=True)
    sheet.text(x, TOP + 10, f"the map of channel {panel.output.indices[0]}", SMALL * 1.3, color=sheet.palette.dim)
    sheet.box(x, y, columns * factor, rows * factor, sheet.palette.line, edge=True)
    _map(sheet, panel.output, raster, x, y, factor)
    wide, high = (min(stride, n - p) * factor for n, p in zip((columns, rows), (at[1], at[0]), strict=True))
    sheet.box(x + at[1] * factor, y + at[0] * factor, wide, high, sheet.palette.accent, edge=True, zorder=4)


def _formula(panel: Sliding, at: tuple[int, int], terms: NDArray[np.float64]) -> str:
    """How the cell comes about, in one line."""
    window = panel.window
    name = panel.name.format(", ".join(map(str, at)))
    value = number(window.value(at), 4, signed=True)
    if window.kind != "sum":
        return f"{name} = {window.kind} of what is under the window = {value}"
    shown = [number(float(terms[row]), signed=True) for row in panel.rows[:SHOWN]]
    rest = len(terms) - len(shown)
    if rest > 0:
        others = float(terms.sum()) - sum(float(terms[row]) for row in panel.rows[:SHOWN])
        shown.append(f"{number(others, signed=True)} ({rest:,} other{'s' * (rest > 1)})")
    if window.bias is not None:
        shown.append(f"{number(window.bias, signed=True)} (bias)")
    return f"{name} = {' '.join(shown)} = {value}"


def _map(sheet: Sheet, grid: ImageGrid, raster: NDArray[np.uint8], x: float, y: float, factor: float) -> None:
    from cnnviz.export.embedded import Embedded

    table = None if grid.scale is None else lut(grid.scale.colormap)
    height, width = raster.shape[0] * factor, raster.shape[1] * factor
    sheet.axes.add_image(Embedded(sheet.axes, raster, table, (x, x + width, y + height, y)))
