"""Figures inside of a notebook: the very picture that would be exported."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from typing import Any

from cnnviz.export.base import Style, checked
from cnnviz.export.paper import save
from cnnviz.figure import Figure

PAGE = 100
"""Dots to an inch of a sheet at 1×."""

DENSITY = 2


def as_png(figure: Figure, scale: int = 1) -> bytes:
    """The figure as the bytes of a PNG."""
    file = io.BytesIO()
    save(figure, file, Style(scale), "png")
    return file.getvalue()


def page(figure: Figure, style: Mapping[str, Any], pixels: int) -> tuple[bytes, float, float]:
    """What a file of that style shows, as a PNG about so many pixels wide, and its width and height in inches."""
    chosen = Style(**style)
    if chosen.width is None:
        chosen = chosen._replace(scale=1)
    else:
        chosen = chosen._replace(dpi=max(round(pixels / (chosen.width / 25.4)), 30))
    checked(chosen)
    file = io.BytesIO()
    save(figure, file, chosen, "png")
    data, dpi = file.getvalue(), PAGE if chosen.width is None else chosen.dpi
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # the header of a PNG says its size
    return data, width / dpi, height / dpi


def as_text(figure: Figure, suffix: str, style: Mapping[str, Any]) -> str:
    """What a file of text holds."""
    from cnnviz.export.base import written_as

    return written_as(figure, suffix, Style(**style)).decode()


def as_html(figure: Figure) -> str:
    """The figure as an ``img`` element that loads nothing, drawn finer than it is shown."""
    data = as_png(figure, DENSITY)
    width = int.from_bytes(data[16:20], "big") // DENSITY  # the header of a PNG says its size
    title = html.escape(f"{figure.title}: {figure.subtitle}", quote=True)
    return f'<img alt="{title}" width="{width}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
