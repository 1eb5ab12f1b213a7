"""The architecture as a drawing: one block for each layer with weights, pooling or joining, as high as its maps, as
wide as it has channels, both on a logarithmic scale, in the order in which they run.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cnnviz.layout.families import COLORS
from cnnviz.report.contents import Layer

_DRAWN = ("conv", "pool", "dense", "join", "softmax")
_HIGH = 150
_ROOM, _WIDER = 760, 4.0  # pixels that a short network is spread over, and how much wider its blocks may become


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle: where it stands, how large it is, its colour, and what it says."""

    x: float
    y: float
    width: float
    height: float
    color: str
    about: str
    shape: str


def blocks(layers: Iterable[Layer]) -> Iterator[Block]:
    """The blocks from left to right, in pixels; their middle is at half of the height."""
    x = 8.0
    for layer in layers:
        row = layer.row
        if row.family not in _DRAWN or not row.shape:
            continue
        edge = max(row.shape[1:], default=1)
        high = 14 + 13 * math.log2(edge) if len(row.shape) == 3 else 8 + 11 * math.log2(row.shape[0] + 1)
        wide = 4 + 1.6 * math.log2(row.shape[0] + 1) if len(row.shape) == 3 else 7
        shape = "×".join(map(str, row.shape))
        about = f"{row.index} · {row.short} ({row.key}): {shape}"
        yield Block(x, (_HIGH - high) / 2, wide, high, COLORS[row.family], about, shape)
        x += wide + 5


def as_svg(layers: Iterable[Layer]) -> str:
    """The drawing, to stand inside a page."""
    drawn = list(blocks(layers))
    if not drawn:
        return ""
    share = max(1.0, min(_WIDER, _ROOM / drawn[-1].x))
    drawn = [replace(block, x=block.x * share, width=block.width * share) for block in drawn]
    width = drawn[-1].x + drawn[-1].width + 70
    marks = []
    before = ""
    last = -60.0
    for block in drawn:
        marks.append(
            f'<rect x="{block.x:.1f}" y="{block.y:.1f}" width="{block.width:.1f}" height="{block.height:.1f}" rx="1.5" '
            f'fill="{block.color}"><title>{html.escape(block.about)}</title></rect>'
        )
        if block.shape != before and block.x - last > 52:
            marks.append(f'<text x="{block.x:.1f}" y="{_HIGH + 14}">{block.shape}</text>')
            before, last = block.shape, block.x
    names = {"conv": "convolution", "pool": "pooling", "dense": "dense", "join": "join", "softmax": "softmax"}
    keys = "".join(
        f'<rect x="{8 + 84 * i}" y="{_HIGH + 24}" width="9" height="9" rx="2" fill="{COLORS[family]}"/>'
        f'<text x="{21 + 84 * i}" y="{_HIGH + 32}">{name}</text>'
        for i, (family, name) in enumerate(names.items())
    )
    size = f'width="{max(width, 460):.0f}" height="{_HIGH + 40}" viewBox="0 0 {max(width, 460):.0f} {_HIGH + 40}"'
    return f'<div class="wide"><svg {size} role="img" aria-label="The architecture">{"".join(marks)}{keys}</svg></div>'
