"""Charts and tables on paper: bars, columns, histograms, numbers in cells."""

from __future__ import annotations

import numpy as np

from cnnviz.core.pixels import lut, paint
from cnnviz.export.layout import Block, footed
from cnnviz.export.paper import LINE, PLAIN, SMALL, Sheet, cut, width_of
from cnnviz.figure import GROUND, Bars, Histogram, Matrix, Scale, Vector, number
from cnnviz.figure.visible import span

TABLE_ROWS, TABLE_COLUMNS = 40, 28
READABLE = 1.2
"""How many times as wide as the paper a table may be: its type is made as much smaller."""

BAR_ROWS = 200
ROW, LARGE_ROW = 18, 34

LEAST = 200
"""Pixels that a chart needs, however narrow the paper is."""

BELOW = 34
"""What the axis of a histogram takes below it."""


def bars(panel: Bars, room: int | None = None) -> Block:
    """Horizontal bars with their names at the left and texts at the right; the bars in the room that is left."""
    shown = min(len(panel.labels), BAR_ROWS)
    labels = [cut(label, name_room(room)) for label in panel.labels[:shown]]
    name = max([width_of(label) for label in labels], default=0)
    texts = [tuple(row) for row in panel.texts[:shown]]
    wide = (
        [max(width_of(text) for text in column) for column in zip(panel.heads, *texts, strict=True)]
        if panel.heads
        else []
    )
    head, track = (LINE + 4 if panel.heads else 0), 260
    if room is not None:
        track = min(max(room - name - 10 - sum(w + 14 for w in wide), 40), track)
    full = name + 10 + track + sum(w + 14 for w in wide)

    def draw(sheet: Sheet, x: int, y: int) -> None:
        right = x + name + 10 + track
        ends = [right + sum(w + 14 for w in wide[: i + 1]) for i in range(len(wide))]
        for end, heading in zip(ends, panel.heads, strict=False):
            sheet.text(end, y + 10, heading, color=sheet.palette.dim, align="right")
        for i, (label, value) in enumerate(zip(labels, panel.values[:shown].tolist(), strict=True)):
            top = y + head + ROW * i
            sheet.text(x, top + ROW / 2, label, middle=True)
            sheet.box(x + name + 10, top + 3, track, ROW - 6, sheet.palette.line)
            share = min(max(value / panel.high, 0), 1) if np.isfinite(value) and panel.high else 0
            sheet.box(x + name + 10, top + 3, track * share, ROW - 6, sheet.palette.accent, zorder=3)
            for end, text in zip(ends, texts[i], strict=False):
                sheet.text(end, top + ROW / 2, text, align="right", middle=True)

    remarks = [f"{shown:,} of {panel.total:,} shown"] if shown < panel.total else []
    return footed(Block(full, head + ROW * shown, draw), remarks)


def name_room(room: int | None) -> int:
    """How wide the name of a bar may be."""
    return 220 if room is None else max(70, min(room // 2 + 10, 220))


def units_of(panel: Vector) -> tuple[int, int]:
    """The first unit that is drawn, and the one behind the last."""
    count = len(panel.values)
    return (0, count) if panel.visible is None or not count else span(panel.visible.x, panel.visible.width, count)


def columns(panel: Vector, room: int | None = None) -> Block:
    """One column for each unit, or for each that is visible, from the zero line."""
    first, last = units_of(panel)
    values, count = panel.values[first:last], last - first
    named = bool(panel.labels) and count <= 24
    width, height = max(320, min(900, count * 12)), 220
    left = max(width_of(number(v, signed=panel.scale.signed), SMALL) for v in (panel.scale.low, panel.scale.high)) + 8
    if room is not None:
        width = max(LEAST, min(width, room - left))
    colours = lut(panel.scale.colormap)[paint(values[None], panel.scale.low, panel.scale.high)[0]] / 255

    def draw(sheet: Sheet, x: int, y: int) -> None:
        from matplotlib.collections import LineCollection

        x += left
        _frame(sheet, x, y, width, height, panel.scale)
        at = height * (panel.scale.high - np.nan_to_num(values, nan=0.0)) / (panel.scale.high - panel.scale.low)
        zero = height * panel.scale.high / (panel.scale.high - panel.scale.low)
        middle = x + (np.arange(count) + 0.5) * width / count
        ends = np.stack(
            [np.stack([middle, np.full(count, y + zero)], 1), np.stack([middle, y + np.clip(at, 0, height)], 1)], 1
        )
        thick = max(0.2, (width / count - (1 if width / count > 3 else 0)) * 0.72)
        edge = [(*c[:3], 1.0) for c in colours]
        sheet.axes.add_collection(LineCollection(list(ends), colors=edge, linewidths=thick, zorder=2, capstyle="butt"))
        sheet.line([x, x + width], [y + zero] * 2, sheet.palette.dim, zorder=3)
        if panel.marked is not None and first <= panel.marked < last:
            start = x + (panel.marked - first) * width / count
            sheet.box(start, y, width / count, height, sheet.palette.accent, edge=True, zorder=4)
        marks = range(count) if count <= 24 else sorted({0, count // 4, count // 2, 3 * count // 4, count - 1})
        for i in marks:
            text = cut(panel.labels[first + i], int(width / count), SMALL) if named else f"{first + i:,}"
            sheet.text(float(middle[i]), y + height + 12, text, SMALL, align="center", color=sheet.palette.dim)

    return Block(left + width, height + 18, draw)


def histogram(panel: Histogram, room: int | None = None) -> Block:
    """Counts over the range, the colour bar as its axis, the facts beside it, or below where there is no room."""
    width, height, left = 560, 220, 48
    top = max(
        int(panel.counts.max(initial=0)), int(panel.overlay.max(initial=0)) if panel.overlay is not None else 0, 1
    )
    names = max([width_of(name) for name, _ in panel.facts], default=0)
    values = max([width_of(text) for _, text in panel.facts], default=0)
    facts = names + 16 + values if panel.facts else 0
    aside = 24 + facts if facts and (room is None or room - left - 24 - facts >= LEAST) else 0
    if room is not None:
        width = max(LEAST, min(width, room - left - aside))
        height = min(height, max(120, width // 2))

    def draw(sheet: Sheet, x: int, y: int) -> None:
        x += left
        for share in (0, 0.5, 1):
            at = y + height * (1 - share)
            sheet.line([x, x + width], [at, at], sheet.palette.line, zorder=1)
            sheet.text(x - 6, at, f"{round(top * share):,}", SMALL, align="right", middle=True, color=sheet.palette.dim)
        edges = x + width * (panel.edges - panel.edges[0]) / (panel.edges[-1] - panel.edges[0])
        level = y + height * (1 - panel.counts / top)
        sheet.axes.fill_between(
            edges, np.append(level, level[-1]), y + height, step="post", color=sheet.palette.bar, linewidth=0, zorder=2
        )
        if panel.overlay is not None:
            over = np.repeat(y + height * (1 - panel.overlay / top), 2)
            sheet.line(np.repeat(edges, 2)[1:-1].tolist(), over.tolist(), sheet.palette.accent, 1.25, zorder=3)
            sheet.text(x + width, y + 10, panel.overlay_label, SMALL, align="right", color=sheet.palette.accent)
        _lying_bar(sheet, x, y + height + 2, width, panel.scale)
        start = (x + width + 24, y) if aside else (x, y + height + BELOW + LINE)
        for i, (name, text) in enumerate(panel.facts):
            sheet.text(start[0], start[1] + ROW * i + 10, name, color=sheet.palette.dim)
            sheet.text(start[0] + facts, start[1] + ROW * i + 10, text, align="right")

    list_height = ROW * len(panel.facts)
    high = max(height + BELOW, list_height) if aside else height + BELOW + LINE + list_height
    return Block(left + width + aside, high, draw)


def table(panel: Matrix) -> Block:
    """Numbers in cells; the first rows, where there are many."""
    rows, across = min(len(panel.values), TABLE_ROWS), panel.values.shape[1]
    shown = panel.values[:rows]
    labels = [cut(label, 200, SMALL) for label in panel.row_labels[:rows]] or [str(i) for i in range(rows)]
    heads = panel.column_labels or tuple(str(i) for i in range(across))
    whole = bool(np.isfinite(shown).all()) and not (shown % 1).any() and float(np.abs(shown).max(initial=0)) < 1e6
    texts = [[f"{value:,.0f}".replace("-", "−") if whole else number(float(value)) for value in row] for row in shown]
    left = max([width_of(label, SMALL) for label in labels] + [width_of(panel.row_name, SMALL)]) + 8
    wide = (
        max(
            [width_of(text, SMALL, mono=True) for row in texts for text in row]
            + [width_of(head, SMALL) for head in heads]
        )
        + 10
    )
    tall, size = (ROW, SMALL) if not panel.large else (LARGE_ROW, PLAIN)
    wide = max(wide, tall) if panel.large else wide
    index = paint(shown[None], panel.scale.low, panel.scale.high)[0]
    outlined = range(min(rows, across)) if panel.diagonal else range(0)
    index[outlined, outlined] = GROUND
    colours = lut(panel.scale.colormap)[index]  # (rows, columns, 4)
    dark = colours[..., :3] @ np.array([0.299, 0.587, 0.114]) < 128

    def draw(sheet: Sheet, x: int, y: int) -> None:
        sheet.text(x, y + 10, panel.row_name, SMALL, color=sheet.palette.dim)
        for column, head in enumerate(heads):
            sheet.text(
                x + left + wide * column + wide / 2, y + 10, head, SMALL, align="center", color=sheet.palette.dim
            )
        cells = colours.repeat(tall, 0).repeat(wide, 1)
        sheet.image(x + left, y + LINE, cells)
        for i in outlined:
            sheet.box(x + left + wide * i, y + LINE + tall * i, wide, tall, sheet.palette.accent, edge=True, zorder=4)
        for i, row in enumerate(texts):
            middle = y + LINE + tall * i + tall / 2
            sheet.text(x + left - 6, middle, labels[i], SMALL, align="right", middle=True, color=sheet.palette.dim)
            for column, text in enumerate(row):
                ink = sheet.palette.text if index[i, column] == GROUND else "#ffffff" if dark[i, column] else "#000000"
                sheet.text(
                    x + left + wide * (column + 0.5) if panel.large else x + left + wide * (column + 1) - 5,
                    middle,
                    text,
                    size,
                    align="center" if panel.large else "right",
                    mono=True,
                    middle=True,
                    color=ink,
                )

    remarks = (
        [f"{rows:,} of {len(panel.values):,} rows shown; CSV and NPZ hold all"] if rows < len(panel.values) else []
    )
    by = panel.scale.shared_by if " " in panel.scale.shared_by else f"the {panel.scale.shared_by}"
    low, high = (number(end, signed=True) for end in (panel.scale.low, panel.scale.high))
    ends = f"colours from {low} to {high}, shared by {by}" + (f"; outlined: {panel.diagonal}" * bool(outlined))
    return footed(Block(left + wide * across, LINE + tall * rows, draw), [*remarks, ends], PLAIN)


def _frame(sheet: Sheet, x: int, y: int, width: int, height: int, scale: Scale) -> None:
    """Lines at the ends and at zero, with their numbers at the left."""
    for value in (scale.low, 0.0, scale.high) if scale.signed else (scale.low, scale.high):
        at = y + height * (scale.high - value) / (scale.high - scale.low)
        sheet.line([x, x + width], [at, at], sheet.palette.line, zorder=1)
        sheet.text(
            x - 6, at, number(value, signed=scale.signed), SMALL, align="right", middle=True, color=sheet.palette.dim
        )


def _lying_bar(sheet: Sheet, x: int, y: int, width: int, scale: Scale) -> None:
    """A colour bar under an axis, with its numbers."""
    index = np.arange(width) * GROUND // width
    sheet.image(x, y, np.repeat(lut(scale.colormap)[index, :3][None], 10, axis=0))
    marks = [(0.0, scale.low), (1.0, scale.high)] + ([(0.5, 0.0)] if scale.signed else [])
    for share, value in marks:
        align = "center" if share == 0.5 else "right" if share else "left"
        sheet.text(x + width * share, y + 22, number(value, signed=scale.signed), SMALL, align=align)  # type: ignore[arg-type]
    by = scale.shared_by if " " in scale.shared_by else f"the {scale.shared_by}"
    sheet.text(x, y + 34, f"scale shared by {by}", SMALL, color=sheet.palette.dim)
