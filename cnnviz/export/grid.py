"""A mosaic on paper: its pictures, their captions, its colour bar, and what has to be said of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.pixels import grid_columns, lut, mosaic, shrunk
from cnnviz.export.colour_bar import BAR_LENGTH, beside, colour_bar, shared
from cnnviz.export.cropped import Cropped, Cut, cropped
from cnnviz.export.layout import TALLEST, Block, footed
from cnnviz.export.notes import note_block
from cnnviz.export.one_scale import PAGE_OF_FIGURES
from cnnviz.export.paper import LINE, SMALL, Sheet, cut, width_of, wrapped
from cnnviz.figure import GROUND, ImageGrid, number

GRID_WIDTH, GRID_HEIGHT = 860, 560
"""Place for a mosaic; a larger one is drawn larger, a pixel for each value."""

TALL = 1.5
"""How many times as high as wide a mosaic on narrow paper may become; beyond, its maps are drawn smaller."""

MORE = 4
"""A quarter more maps stand side by side where the last row is fuller then."""

BAR_ROOM = 72
"""What a colour bar with its numbers takes of it."""

ALONE = 360
"""Height for a single picture, which may be as wide as a mosaic."""

LEAST = 96
"""Width that a mosaic has on the narrowest paper."""

TILE = 168
"""Longest edge of one picture among others."""

PHOTO = 640
"""Longest edge of the file's own pixels on paper."""

FEW = 8
"""Pictures in a grid that bear captions even if they have to be cut."""

MOST_RUNS = 12
"""Of channels one after the other that a remark names."""

CAPTIONED = 128
"""Pictures in a grid that can still bear captions."""


def grid_block(panel: ImageGrid, with_bar: bool, wide: int, remark: str = "", *, limited: bool = False) -> Block:
    """A mosaic with captions and colour bar; on paper of ``limited`` width it is not wider than ``wide``."""
    seen = _seen(panel, wide)
    panel = seen.panel
    raster = _small(panel)
    count, height, width = raster.shape[:3]
    if not count:
        return note_block("Nothing to show.")
    columns = seen.columns or _columns(count, height, width, wide)
    rows = -(-count // columns)
    edge = seen.cut.times(raster.shape[1] / panel.raster.shape[1])
    room = 6 if count <= CAPTIONED else 2
    inside = wide - room * (columns - 1) if limited else wide
    high, across = rows * height - edge.top - edge.bottom, columns * width - edge.left - edge.right
    factor = max(1, min((ALONE if count == 1 else GRID_HEIGHT) // high, inside // across))
    if count > 1 and not any(edge):
        factor = max(1, min(factor, TILE // max(height, width)))
    share = min(1.0, inside / (across * factor)) if limited else 1.0  # smaller maps instead of smaller type
    cell = height * factor * share, width * factor * share  # on the sheet
    free = max(int(cell[1]), min(ALONE, wide) if limited else ALONE) if count == 1 else int(cell[1])
    texts = _captions(panel) if count <= CAPTIONED else ()
    if len(texts) > FEW and any(width_of(caption, SMALL) > free for caption in panel.captions):
        texts = ()
    texts, below = (*_parted(texts[0], free),) if len(texts) == 1 else (texts, "")
    texts = tuple(cut(text, free, SMALL) for text in texts)
    top = LINE if texts else 0
    gap = (math.ceil(max(room, top + 2) / share), round(room / share))  # pixels of the mosaic
    pixels = mosaic(raster.repeat(factor, 1).repeat(factor, 2), columns, gap)
    table = None if panel.scale is None else lut(panel.scale.colormap)
    if table is None:
        pixels = _over_ground(pixels, raster.shape, columns, gap, factor)
    pixels = edge.times(factor).off(pixels)
    shown = pixels.shape[0] * share, pixels.shape[1] * share

    def place(i: int) -> tuple[float, float, float, float]:
        """Left, upper, width and height of a picture, as far as it is seen."""
        left = i % columns * (cell[1] + gap[1] * share) - edge.left * factor * share
        upper = i // columns * (cell[0] + gap[0] * share) - edge.top * factor * share
        right, lower = min(left + cell[1], shown[1]), min(upper + cell[0], shown[0])
        left, upper = max(left, 0), max(upper, 0)
        return left, upper + top, right - left, lower - upper

    def draw(sheet: Sheet, x: int, y: int) -> None:
        sheet.image(x, y + top, pixels, share, table)
        for i, text in enumerate(texts):
            left, upper, free, _ = place(i)
            told = cut(text, int(free), SMALL) if any(edge) else text
            sheet.text(x + left, y + upper - 3, told, SMALL, color=sheet.palette.dim)
        _mark(sheet, panel, place, (x, y), 0.0 if any(edge) else cell[0] / panel.raster.shape[1])

    widest = math.ceil(width_of(texts[0], SMALL)) if count == 1 and texts else 0  # nothing lies over its neighbour
    block = Block(max(math.ceil(shown[1]), widest), math.ceil(shown[0]) + top, draw)
    remarks = [*wrapped(below, free), *_remarks(panel, bool(texts)), *filter(None, (seen.remark, remark))]
    if raster.shape[1:3] != panel.raster.shape[1:3]:
        remarks.append(f"drawn smaller: {panel.raster.shape[1]:,} × {panel.raster.shape[2]:,} pixels in all")
    if panel.scale is None or not with_bar or panel.scale.shared_by == PAGE_OF_FIGURES:
        return footed(block, remarks)
    bar = colour_bar(panel.scale, min(max(block.height - top, 80), BAR_LENGTH), is_stretched(panel))
    return beside(block, bar, shared(panel.scale), *remarks)


def _mark(
    sheet: Sheet,
    panel: ImageGrid,
    place: Callable[[int], tuple[float, float, float, float]],
    at: tuple[int, int],
    pixel: float,
) -> None:
    """Outline the cell that is explained, where cells are drawn one by one, and the picture that is selected."""
    if panel.spot is not None and pixel:
        row, column = panel.spot
        for i in range(len(panel.raster)):
            left, upper, _, _ = place(i)
            corner = at[0] + left + column * pixel, at[1] + upper + row * pixel
            sheet.box(*corner, pixel, pixel, sheet.palette.accent, edge=True, zorder=3)
    if panel.marked is not None:
        left, upper, wide, high = place(panel.marked)
        corner = at[0] + left - 1, at[1] + upper - 1
        sheet.box(*corner, wide + 2, high + 2, sheet.palette.accent, edge=True, zorder=3)


def _seen(panel: ImageGrid, wide: int) -> Cropped:
    """What of a panel is drawn; without a part that is visible all of it, in any number of columns."""
    if panel.visible is None or not len(panel.raster):
        return Cropped(panel, 0, Cut(), "")
    count, height, width = panel.raster.shape[:3]
    return cropped(panel, panel.visible, panel.visible.columns or _columns(count, height, width, wide))


def _columns(count: int, height: int, width: int, wide: int) -> int:
    """How many pictures stand side by side.

    On narrow paper what does not fit stands below, until the page would grow too high; then the maps are drawn smaller.
    """
    columns = 1 if count == 1 else grid_columns(count, height, width, wide / GRID_HEIGHT)
    if wide >= GRID_WIDTH:
        return columns
    tall = min(TALL, TALLEST / wide)
    least = min(max(min(columns, wide // width), math.ceil(math.sqrt(count * height / (width * tall)))), count)
    some_more = range(least, min(least + least // MORE, count) + 1)
    return min(some_more, key=lambda columns: (-count % columns, columns))  # few places of the last row stay empty


def is_stretched(panel: ImageGrid) -> bool:
    """Whether any picture has a range of its own."""
    if panel.scale is None:
        return False
    return not np.allclose(panel.ranges, [panel.scale.low, panel.scale.high], rtol=1e-5, atol=0)


def _parted(caption: str, width: int) -> tuple[tuple[str], str]:
    """As many clauses of a single picture's caption as have room above it; what stands below it."""
    clauses = caption.split(", ")
    for number_ in range(len(clauses), 0, -1):
        above = ", ".join(clauses[:number_])
        if width_of(above, SMALL) <= width:
            return (above,), ", ".join(clauses[number_:])
    return ("",), caption


def _captions(panel: ImageGrid) -> tuple[str, ...]:
    """What stands above each picture: its caption, its remark, its own limit; () where there is nothing to say."""
    if (
        len(panel.indices) == 1
        and panel.title
        and not panel.notes[0]
        and panel.captions[0] in ("", panel.title, str(panel.indices[0]))
    ):
        return ()
    if len(panel.indices) > 1 and not any(panel.captions):
        return ()
    own = is_stretched(panel)
    texts = []
    for caption, note, (low, high) in zip(panel.captions, panel.notes, panel.ranges, strict=True):
        limit = f"{'±' if low < 0 else ''}{number(float(high), 2)}" if own else ""
        texts.append(" · ".join(part for part in (caption, note, limit) if part))
    return tuple(texts)


def _remarks(panel: ImageGrid, captioned: bool) -> list[str]:
    """What has to be said of a grid below it."""
    found = []
    shown = len(panel.indices)
    if shown < panel.total:
        found.append(f"{shown:,} of {panel.total:,} shown")
    if not captioned and shown > 1:
        runs = _runs(panel.indices)
        if len(runs) <= MOST_RUNS and list(panel.indices) == sorted(panel.indices):
            found.append(f"{panel.noun}s {', '.join(runs)}, row by row")
        for note in ("dead", "all zero", "NaN", "infinite"):
            numbers = [str(i) for i, text in zip(panel.indices, panel.notes, strict=True) if text == note]
            if numbers:
                found.append(
                    f"{note}: {', '.join(numbers[:40])}"
                    + (f" and {len(numbers) - 40} more" if len(numbers) > 40 else "")
                )
    return found


def _runs(indices: tuple[int, ...]) -> list[str]:
    """Channels in words, ``0 to 31``, ``64 to 95``."""
    breaks = [0, *(i for i in range(1, len(indices)) if indices[i] != indices[i - 1] + 1), len(indices)]
    ends = [(indices[a], indices[b - 1]) for a, b in pairwise(breaks)]
    return [f"{first:,} to {last:,}" if first < last else f"{first:,}" for first, last in ends]


def _small(panel: ImageGrid) -> NDArray[np.uint8]:
    """The raster; the pixels of a large file averaged down to what a page can hold."""
    if panel.scale is not None or max(panel.raster.shape[1:3]) <= PHOTO:
        return panel.raster
    return np.rint(shrunk(panel.raster.astype(np.float32), PHOTO)).astype(np.uint8)


def _over_ground(
    pixels: NDArray[np.uint8], shape: tuple[int, ...], columns: int, gap: tuple[int, int], factor: int
) -> NDArray[np.uint8]:
    """An RGB mosaic with its gaps transparent."""
    inside = mosaic(np.zeros((shape[0], shape[1] * factor, shape[2] * factor), np.uint8), columns, gap)
    return np.dstack([pixels, np.where(inside == GROUND, 0, 255).astype(np.uint8)])
