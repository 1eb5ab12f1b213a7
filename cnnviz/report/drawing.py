"""The architecture as papers draw it: vector marks inside a page of HTML, and on paper."""

from __future__ import annotations

import html
import math
from dataclasses import replace

from cnnviz.export.paper import DPI, width_of
from cnnviz.figure import Architecture
from cnnviz.layout import architecture
from cnnviz.layout.marks import Area, Drawn, Mark, Pixels, Point, Stroke, Words

ROOM, ENLARGED = 780, 1.25
"""Pixels that the drawing is laid out in, and by how much a browser shows it larger: as large as its own text."""

_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def as_svg(panel: Architecture) -> str:
    """The drawing, to stand inside a page; the colours of its words and lines are those of the page."""
    drawn = _laid_out(panel, ROOM)
    left = min([0.0, *(x for mark in drawn.marks if isinstance(mark, Area | Stroke) for x, _ in mark.points)])
    left -= 1  # half of a line's width
    width, height = drawn.width - left, drawn.height
    size = f'width="{width * ENLARGED:.0f}" height="{height * ENLARGED:.0f}"'
    view = f'viewBox="{left:.0f} 0 {width:.0f} {height:.0f}"'
    marks = "".join(map(_svg, drawn.marks))
    return f'<div class="wide"><svg {size} {view} role="img" aria-label="The architecture">{marks}</svg></div>'


def on_paper(panel: Architecture, width: float, height: float) -> Drawn:
    """The drawing in a place of that many pixels; as a whole made smaller where it is too high for it."""
    drawn = _laid_out(panel, width)
    for wider in (1.4, 2.0, 2.8, 4.0, 5.6):
        if drawn.height <= height:
            break
        drawn = _smaller(_laid_out(panel, width * wider), 1 / wider)
    return drawn


def _laid_out(panel: Architecture, room: float) -> Drawn:
    return architecture.laid_out(panel, room, lambda text, size, bold: width_of(text, size, bold=bold))


def _svg(mark: Mark) -> str:
    match mark:
        case Area():
            edge = f";stroke:{_color(mark.edge)};stroke-width:.6" if mark.edge else ""
            return f'<polygon points="{_points(mark.points)}" style="fill:{_color(mark.color)}{edge}"/>'
        case Stroke():
            dashes = ' stroke-dasharray="4 3"' if mark.dashed else ""
            end = _head(mark) if mark.head else ""
            style = f"fill:none;stroke:{_color(mark.color)};stroke-width:{mark.width * DPI / 72:.2f}"
            return f'<polyline points="{_points(mark.points)}" style="{style}"{dashes}/>{end}'
        case Words():
            weight = ";font-weight:600" if mark.bold else ""
            style = f"font-size:{mark.size * DPI / 72:.2f}px;fill:{_color(mark.color)}{weight}"
            place = f'x="{mark.x:.1f}" y="{mark.y:.1f}" text-anchor="{_ANCHORS[mark.align]}"'
            return f'<text {place} style="{style}">{html.escape(mark.text)}</text>'
        case Pixels():
            return ""  # an architecture has no pictures


def _head(mark: Stroke) -> str:
    """The head of an arrow, at the last of the points."""
    (a, b), (c, d) = mark.points[-2:]
    length = math.hypot(c - a, d - b) or 1.0
    u, v = 5 * (c - a) / length, 5 * (d - b) / length
    corners = (c, d), (c - u - 0.44 * v, d - v + 0.44 * u), (c - u + 0.44 * v, d - v - 0.44 * u)
    return f'<polygon points="{_points(corners)}" style="fill:{_color(mark.color)}"/>'


def _color(name: str) -> str:
    """A colour of its own, or one of the page's."""
    return name if name.startswith("#") or name == "none" else f"var(--{'panel' if name == 'ground' else name})"


def _points(points: tuple[Point, ...]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _smaller(drawn: Drawn, share: float) -> Drawn:
    """The same with all lengths and letters multiplied."""
    marks: list[Mark] = []
    for mark in drawn.marks:
        match mark:
            case Area() | Stroke():
                marks.append(replace(mark, points=tuple((x * share, y * share) for x, y in mark.points)))
            case Words():
                marks.append(replace(mark, x=mark.x * share, y=mark.y * share, size=mark.size * share))
            case Pixels():
                marks.append(mark)
    return Drawn(drawn.width * share, drawn.height * share, marks)
