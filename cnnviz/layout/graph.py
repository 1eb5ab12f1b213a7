"""The graph of a network laid out: cards with words and maps, frames around opened blocks, lines, and the legend."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cnnviz.figure import GROUND, Graph, GraphCard
from cnnviz.layout.marks import LINE, SMALL, Area, Drawn, Mark, Measure, Pixels, Stroke, Words, box, shaded
from cnnviz.layout.shortening import shortened

LARGEST = 2000.0
"""Longest edge where nobody has said how wide the paper is."""

POINTS = 0.72
"""Points of a text whose height is one unit."""

HEADING, BELOW = 13.0, 10.5
SIDE = 8.0


def laid_out(panel: Graph, room: float | None, measure: Measure) -> Drawn:
    """The drawing, made smaller where it is wider than the room.

    Parameters
    ----------
    room
        Pixels from the left to the right; None where nobody has said.
    measure
        How wide a text is.
    """
    factor = min(1.0, room / panel.size[0] if room is not None else LARGEST / max(panel.size))
    width, height = (edge * factor for edge in panel.size)
    marks: list[Mark] = []
    for frame, _ in panel.frames:
        x, y, w, h = (edge * factor for edge in frame)
        marks.append(box(x, y, w, h, "none", "line"))
    for (left, top, _, _), name in panel.frames:
        x, y = left * factor, top * factor
        size = HEADING * factor
        marks.append(Words(x + 6 * factor, y + 18 * factor, name, size * POINTS, color="dim", bold=True))
    thin = max(1.1 * factor, 0.3)
    marks += [Stroke(tuple((x * factor, y * factor) for x, y in line), width=thin) for line in panel.lines]
    cards = [mark for card in panel.cards for mark in _card(card, factor, measure)]
    marks += sorted(cards, key=lambda mark: not isinstance(mark, Area))  # no card lies on another: areas in one go
    height += LINE
    marks += _legend(panel, height, width, measure)
    bottom = max([height, *(mark.y for mark in marks if isinstance(mark, Words))])
    return Drawn(max(width, 120.0), bottom + 6, marks)


def _card(card: GraphCard, factor: float, measure: Measure) -> Iterator[Mark]:
    x, y, width, height = (edge * factor for edge in card.box)
    plain = card.raster is None and not card.filled
    fill = shaded(card.color, 0.35) if plain else card.color if card.filled else "ground"
    ink = _ink_on(fill) if fill.startswith("#") else "text"
    if card.count:  # a pile
        by = 4 * factor
        yield box(x + by, y + by, width, height, "ground", card.color)
    yield box(x, y, width, height, fill, "line")
    if not fill.startswith("#"):
        yield box(x, y, 4 * factor, height, card.color)
    left, room = x + SIDE * factor, width - 1.6 * SIDE * factor
    base = y
    badge = f"× {card.count}" if card.count > 1 else ""
    for number, text in enumerate((card.title, *card.lines)):
        size = (BELOW if number else HEADING) * factor
        points, bold, free = size * POINTS, not number, room
        base += 1.35 * size
        if badge and not number:
            yield Words(x + width - 5 * factor, base, badge, points, "right", ink, bold=True)
            free -= measure(badge, points, True) + 6 * factor
        fits = partial(_fits, free, measure, points, bold)
        color = ink if not number or ink != "text" else "dim"
        yield Words(left, base, shortened(text, fits), points, color=color, bold=bold)
    if card.raster is not None and len(card.raster):
        top = base + 5 * factor
        yield _maps(card, (left, top, width - 2 * SIDE * factor, y + height - 5 * factor - top))


def _fits(room: float, measure: Measure, points: float, bold: bool, text: str) -> bool:
    return measure(text, points, bold) <= room


def _maps(card: GraphCard, place: tuple[float, float, float, float]) -> Pixels:
    """The maps in rows, as large as they fit, in the middle."""
    assert card.raster is not None
    pixels = card.raster[0] if card.raster.ndim == 4 else _rows(card.raster, card.columns)
    x, y, width, height = place
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    across, down = pixels.shape[1] * scale, pixels.shape[0] * scale
    return Pixels(x + (width - across) / 2, y + (height - down) / 2, across, down, pixels, card.colormap)


def _rows(raster: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """All maps as one picture, with a pixel between two."""
    count, height, width = raster.shape
    columns = min(max(columns, 1), count)
    rows, gap = -(-count // columns), int(count > 1)
    tiles = np.full((rows * columns, height + gap, width + gap), GROUND, np.uint8)
    tiles[:count, :height, :width] = raster
    ordered = tiles.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    whole = ordered.reshape(rows * (height + gap), columns * (width + gap))
    return np.ascontiguousarray(whole[: whole.shape[0] - gap, : whole.shape[1] - gap])


def _legend(panel: Graph, y: float, room: float, measure: Measure) -> Iterator[Mark]:
    """What the colours mean, in lines."""
    x = 0.0
    if panel.ramp:
        name, low, high = panel.ends
        for text in (name, low):
            yield Words(x, y + 8, text, color="dim")
            x += measure(text, SMALL, False) + 8
        for color in panel.ramp:
            yield Area(((x, y), (x + 10, y), (x + 10, y + 8), (x, y + 8)), color)
            x += 10
        yield Words(x + 8, y + 8, high, color="dim")
    for color, name in panel.keys:
        wide = 12 + measure(name, SMALL, False)
        if x and x + wide > room:
            x, y = 0.0, y + LINE
        yield box(x, y, 8, 8, color)
        yield Words(x + 12, y + 8, name, color="dim")
        x += wide + 12


def _ink_on(color: str) -> str:
    """Black or white, whichever is read better on a colour."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return "#14161a" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.2 else "#ffffff"
