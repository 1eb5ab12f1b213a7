"""Portable network graphics: pixels, enlarged by a whole factor."""

from __future__ import annotations

from typing import BinaryIO

from cnnviz.export.base import Style, exporter
from cnnviz.export.paper import save
from cnnviz.figure import Figure


@exporter("png")
def write_png(figure: Figure, file: BinaryIO, style: Style) -> None:
    """One pixel of the sheet becomes ``scale`` × ``scale``; the request is in its description."""
    save(figure, file, style, "png")
