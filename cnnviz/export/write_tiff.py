"""Tagged image file format, as editors of journals ask for: the pixels of the PNG, without loss."""

from __future__ import annotations

import io
import json
from typing import BinaryIO

from cnnviz.export.base import Style, exporter, recipe
from cnnviz.export.paper import save
from cnnviz.figure import Figure


@exporter("tiff")
@exporter("tif")
def write_tiff(figure: Figure, file: BinaryIO, style: Style) -> None:
    """RGB, with alpha only where the ground is transparent; the recipe is the description, in ASCII as it must be."""
    from PIL import Image

    drawn = io.BytesIO()
    save(figure, drawn, style, "png")
    with Image.open(drawn) as picture:
        pixels = picture if style.theme == "transparent" else picture.convert("RGB")
        about = json.dumps(json.loads(recipe(figure, style)))
        whole = io.BytesIO()  # into a file its library writes by itself, and does not say what went wrong there
        pixels.save(whole, "TIFF", compression="tiff_adobe_deflate", dpi=picture.info["dpi"], description=about)
    file.write(whole.getbuffer())
