"""Scalable vector graphics: text stays text, pictures are embedded pixel by pixel."""

from __future__ import annotations

from typing import BinaryIO

from cnnviz.export.base import Style, exporter
from cnnviz.export.paper import save
from cnnviz.figure import Figure


@exporter("svg")
def write_svg(figure: Figure, file: BinaryIO, style: Style) -> None:
    """The scale is of no meaning here."""
    save(figure, file, style, "svg")
