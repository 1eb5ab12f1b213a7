"""Figures inside of a notebook: the very picture that would be exported."""

from __future__ import annotations

import base64
import html
import io

from cnnviz.export.base import Style
from cnnviz.export.paper import save
from cnnviz.figure import Figure

DENSITY = 2


def as_png(figure: Figure, scale: int = 1) -> bytes:
    """The figure as the bytes of a PNG."""
    file = io.BytesIO()
    save(figure, file, Style(scale), "png")
    return file.getvalue()


def as_html(figure: Figure) -> str:
    """The figure as an ``img`` element that loads nothing, drawn finer than it is shown."""
    data = as_png(figure, DENSITY)
    width = int.from_bytes(data[16:20], "big") // DENSITY  # the header of a PNG says its size
    title = html.escape(f"{figure.title}: {figure.subtitle}", quote=True)
    return f'<img alt="{title}" width="{width}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
