"""How a number came about, on paper: signed bars, and a curve with a point on it."""

from __future__ import annotations

import numpy as np

from cnnviz.export.layout import Block
from cnnviz.export.paper import SMALL, Sheet, cut, width_of
from cnnviz.figure import Contributions, Curve, number

ROW = 18
BARS, LEAST = 220, 48
"""Pixels that bars are long, and that they keep on narrow paper."""

NAMES = 260
GAP, TIGHT = 12, 7
"""Between columns, and where there is little room."""


def contributions(panel: Contributions, room: int | None = None) -> Block:
    """A row for each part: its name, its factors, a bar from the common zero line, its value; then rest and sum.

    Where there is little room the bars are shorter and names are cut, so that letters need not be smaller.
    """
    rows = [(label, texts, float(v)) for label, texts, v in zip(panel.labels, panel.texts, panel.values, strict=True)]
    shown = sum(cell is not None for cell in panel.cells)
    if panel.value is not None:
        if shown < panel.total:
            rows.append((f"{panel.total - shown:,} others", (), panel.rest))
        rows.append(("=", (), panel.value))
    columns = [
        max([width_of(head, SMALL)] + [width_of(t[i], mono=True) for _, t, _ in rows if i < len(t)])
        for i, head in enumerate(panel.heads)
    ]
    values = [number(value, 4, signed=True) for _, _, value in rows]
    end = max([width_of(text, mono=True) for text in values], default=0)
    wished = min(max([width_of(label) for label, _, _ in rows], default=0), NAMES)
    gap = GAP if room is None or wished + sum(columns) + end + BARS + GAP * (len(columns) + 2) <= room else TIGHT
    rest = sum(columns) + end + gap * (len(columns) + 2)
    names = wished if room is None else max(min(wished, room - rest - LEAST), LEAST)
    bars = BARS if room is None else max(min(BARS, room - rest - names), LEAST)
    left = names + gap + sum(width + gap for width in columns)
    starts, low, high = _waterfall(panel, [value for _, _, value in rows])
    unit = bars / ((high - low) or 1.0)
    zero = -low * unit

    def draw(sheet: Sheet, x: int, y: int) -> None:
        at = x + names + gap
        places = []
        for head, width in zip(panel.heads, columns, strict=True):
            sheet.text(at + width, y + 10, head, SMALL, align="right", color=sheet.palette.dim)
            places.append(at + width)
            at += width + gap
        for order, ((label, texts, value), told, begin) in enumerate(zip(rows, values, starts, strict=True), start=1):
            line = y + ROW * order
            sheet.text(x, line + 12, cut(label, names))
            for place, text in zip(places, texts, strict=False):
                sheet.text(place, line + 12, text, align="right", mono=True, color=sheet.palette.dim)
            length = abs(value) * unit if np.isfinite(value) else 0.0
            start = x + left + zero + min(begin, begin + value) * unit if np.isfinite(value) else x + left + zero
            palette = sheet.palette
            colour = palette.accent if label == "=" else palette.bar if value >= 0 else palette.negative
            sheet.box(start, line + 4, max(length, 0.5), ROW - 8, colour)
            sheet.text(x + left + bars + gap + end, line + 12, told, align="right", mono=True)
        sheet.line([x + left + zero] * 2, [y + ROW, y + ROW * (len(rows) + 1)], sheet.palette.dim)

    return Block(left + bars + gap + end, ROW * (len(rows) + 1) + 4, draw)


def _waterfall(panel: Contributions, values: list[float]) -> tuple[list[float], float, float]:
    """Where each bar begins, and the lowest and highest place that one reaches."""
    if panel.value is None:
        known = np.nan_to_num(values)
        return [0.0] * len(values), float(min(known.min(initial=0.0), 0.0)), float(max(known.max(initial=0.0), 0.0))
    ends = np.append(0.0, np.cumsum(np.nan_to_num(values[:-1])))  # the last is the sum, from zero
    return [*ends[:-1].tolist(), 0.0], float(ends.min()), float(ends.max())


def curve(panel: Curve) -> Block:
    """The curve between its axes, and its point with dashed lines to them."""
    width, height, left = 320, 240, 48
    finite = panel.y[np.isfinite(panel.y)]
    low, high = min(float(finite.min(initial=0.0)), 0.0), max(float(finite.max(initial=0.0)), 0.0)
    low, high = low - (high - low or 1.0) * 0.06, high + (high - low or 1.0) * 0.06

    def draw(sheet: Sheet, x: int, y: int) -> None:
        x += left

        def place(a: float, b: float) -> tuple[float, float]:
            across = x + width * (a - panel.x[0]) / (panel.x[-1] - panel.x[0])
            return float(across), float(y + height * (high - b) / (high - low))

        zero = place(0.0, 0.0)
        sheet.line([x, x + width], [zero[1]] * 2, sheet.palette.line, zorder=1)
        sheet.line([zero[0]] * 2, [y, y + height], sheet.palette.line, zorder=1)
        points = [place(float(a), float(b)) for a, b in zip(panel.x, panel.y, strict=True) if np.isfinite(b)]
        sheet.line([a for a, _ in points], [b for _, b in points], sheet.palette.text, 1.25, zorder=3)
        for end in (0, len(panel.x) - 1):
            a = float(panel.x[end])
            sheet.text(place(a, 0)[0], y + height + 12, number(a), SMALL, align="center", color=sheet.palette.dim)
        for b in (float(finite.min(initial=0.0)), float(finite.max(initial=0.0))):
            sheet.text(x - 6, place(0, b)[1], number(b), SMALL, align="right", middle=True, color=sheet.palette.dim)
        if np.isfinite(panel.at).all():
            a, b = place(*panel.at)
            sheet.line([zero[0], a, a], [b, b, zero[1]], sheet.palette.accent, 0.75)
            sheet.box(a - 3, b - 3, 6, 6, sheet.palette.accent, zorder=4)
        told = "  ·  ".join(f"{name} {text}" for name, text in panel.facts)
        sheet.text(x, y + height + 28, told, SMALL, color=sheet.palette.dim)

    return Block(left + width, height + 34, draw)
