"""What the clipboard and a drag hold for other programs: pictures, drawings, tables."""

from __future__ import annotations

import atexit
import base64
import csv
import html
import re
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap
from PySide6.QtWidgets import QWidget

from cnnviz.core.colormaps import lut
from cnnviz.figure import Scale
from cnnviz.gui.drops import MAP_TYPE

SVG = "image/svg+xml"
LARGE = 512
"""Pixels that a map is enlarged to, by a whole factor."""

UNDER_CURSOR = 96


def of_figure(png: bytes, svg: bytes) -> QMimeData:
    """A figure: whoever takes drawings gets one, the others a picture."""
    mime = QMimeData()
    mime.setImageData(QImage.fromData(png))
    mime.setData(SVG, QByteArray(svg))
    return mime


def of_table(text: str) -> QMimeData:
    """Comma-separated values as tab-separated text and as a table of a page: spreadsheets take either."""
    rows = list(csv.reader(text.splitlines()))
    mime = QMimeData()
    mime.setText("\n".join("\t".join(row) for row in rows))
    lines = ("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    mime.setHtml(f"<table>{''.join(lines)}</table>")
    return mime


def of_map(small: QImage, name: str) -> QMimeData:
    """One map, a pixel for each value: as a PNG file, as pixels and as a drawing, enlarged by a whole factor."""
    factor = max(1, LARGE // max(small.width(), small.height(), 1))
    picture = small.scaled(small.width() * factor, small.height() * factor)  # each value a square of its very colour
    png = _png(picture)
    mime = QMimeData()
    with suppress(OSError):  # the disk is full: then it goes as pixels alone
        file = _folder() / (re.sub(r"[^\w.-]+", "-", name).strip("-") + ".png")
        file.write_bytes(png)
        mime.setUrls([QUrl.fromLocalFile(str(file))])
    mime.setImageData(picture)
    mime.setData(SVG, QByteArray(_svg(png, picture.width(), picture.height(), name)))
    mime.setData(MAP_TYPE, QByteArray())
    return mime


def image_of(raster: NDArray[np.uint8], scale: Scale | None) -> QImage:
    """A map in its colours, a pixel for each value.

    Parameters
    ----------
    raster
        (H, W) indices into the scale's colour map, or (H, W, 3) RGB.
    """
    if scale is not None:
        pixels = np.ascontiguousarray(lut(scale.colormap)[raster])
    else:
        pixels = np.full((*raster.shape[:2], 4), 255, np.uint8)
        pixels[..., :3] = raster
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGBA8888).copy()


def drag(source: QWidget, mime: QMimeData) -> None:
    """Let the person drag that into another program; off screen there is none, and Qt would crash."""
    if QGuiApplication.platformName() == "offscreen":
        return
    dragged = QDrag(source)
    dragged.setMimeData(mime)
    small = QPixmap.fromImage(QImage(mime.imageData())).scaled(
        UNDER_CURSOR, UNDER_CURSOR, Qt.AspectRatioMode.KeepAspectRatio
    )
    dragged.setPixmap(small)
    dragged.setHotSpot(QPoint(small.width() // 2, small.height() // 2))
    dragged.exec(Qt.DropAction.CopyAction)


@cache
def _folder() -> Path:
    """Where files lie that are dragged out, until the app ends: who takes one may read it later."""
    folder = tempfile.mkdtemp(prefix="cnnviz-drag-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # PySide takes words, whatever its stubs say
    return bytes(buffer.data().data())


def _svg(png: bytes, width: int, height: int, name: str) -> bytes:
    data = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}"><title>{html.escape(name)}</title>'
        f'<image width="{width}" height="{height}" style="image-rendering:pixelated" '
        f'xlink:href="data:image/png;base64,{data}"/></svg>'
    ).encode()
