"""A small grid of numbers on their colours: a window, a kernel, their products."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPen

from cnnviz.core.pixels import paint
from cnnviz.figure import Scale
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import colors
from cnnviz.gui.figures.painting import readable
from cnnviz.gui.theme import theme

LARGEST = 56
"""Edge of a cell, in pixels at 100 %, where there is much room."""


@dataclass(frozen=True, slots=True, eq=False)
class NumberGrid:
    """Numbers to be painted.

    Attributes
    ----------
    values
        (rows, columns).
    scale
        Colours of the cells.
    outside
        (rows, columns) whether a cell lies in the padding; None where none does.
    """

    values: NDArray[np.float64]
    scale: Scale
    outside: NDArray[np.bool_] | None = None

    def fitted(self, room: QRectF) -> QRectF:
        """The largest rectangle for square cells in a room, at its top left."""
        rows, columns = self.values.shape
        edge = max(1, min(int(min(room.width() / columns, room.height() / rows)), theme.px(LARGEST)))
        return QRectF(room.x(), room.y(), edge * columns, edge * rows)

    def cell_at(self, point: QPointF, rect: QRectF) -> tuple[int, int] | None:
        """(row, column) of the cell under a point."""
        if not rect.contains(point):
            return None
        rows, columns = self.values.shape
        y = int((point.y() - rect.y()) * rows / rect.height())
        x = int((point.x() - rect.x()) * columns / rect.width())
        return min(y, rows - 1), min(x, columns - 1)

    def paint(self, painter: QPainter, rect: QRectF, marked: tuple[int, int] | None = None) -> None:
        """Paint all cells into a rectangle; their numbers where they can be read."""
        table, inks = _inks(self.scale.colormap)
        raster = paint(np.asarray(self.values, np.float32)[None], self.scale.low, self.scale.high)[0]
        rows, columns = self.values.shape
        edge = rect.width() / columns
        gap = 2.0 if edge >= 18 else 0.0
        places = numbers.decimals(max(abs(self.scale.low), abs(self.scale.high)))
        font, texts = self._legible(edge - gap, places)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, gap > 0)
        painter.setPen(Qt.PenStyle.NoPen)
        for y in range(rows):
            for x in range(columns):
                box = QRectF(rect.x() + x * edge, rect.y() + y * edge, edge - gap, edge - gap)
                outside = self.outside is not None and bool(self.outside[y, x])
                index = int(raster[y, x])
                ink = inks[index]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor.fromRgba(int(table[index])))
                if outside:
                    painter.setBrush(theme.color("sunken"))
                    painter.drawRoundedRect(box, gap, gap)
                    painter.setBrush(QBrush(theme.color("border"), Qt.BrushStyle.BDiagPattern))
                    ink = theme.color("dim")
                painter.drawRoundedRect(box, gap, gap)
                if font is not None:
                    painter.setFont(font)
                    painter.setPen(ink)
                    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, texts[y * columns + x])
        if marked is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            y, x = marked
            painter.drawRoundedRect(QRectF(rect.x() + x * edge, rect.y() + y * edge, edge - gap, edge - gap), gap, gap)

    def _legible(self, room: float, places: int) -> tuple[QFont | None, list[str]]:
        """The numbers in the largest font in which all fit: as they are, with a place less, without the idle zero.

        No font where none fits.
        """
        flat = [float(v) for v in self.values.reshape(-1)]
        small = theme.font("tiny")
        small.setPixelSize(theme.px(9))
        for font in (theme.font("mono"), theme.font("tiny"), small):
            metrics = QFontMetrics(font)
            if metrics.height() > room:
                continue
            for shown in range(places, max(places - 2, 0), -1):
                texts = [numbers.cell(v, shown) for v in flat]
                for told in (texts, [_without_zero(text) for text in texts]):
                    if metrics.horizontalAdvance(max(told, key=len)) + 4 <= room:
                        return font, told
        return None, []


def _without_zero(text: str) -> str:
    """``−.12`` for ``−0.12``."""
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text


@functools.cache
def _inks(colormap: str) -> tuple[NDArray[np.uint32], list[QColor]]:
    """The colours of a map, and the colour in which numbers are read best on each."""
    table = colors(colormap)
    return table, readable(table)
