"""What is seen in the place of values that are no numbers (NaN): crossed lines, the same everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from cnnviz.figure import GROUND
from cnnviz.gui.theme import theme


def missing_maps(raster: NDArray[np.uint8]) -> list[int]:
    """Which maps of a raster (N, H, W) have no number at all."""
    lowest = raster.reshape(len(raster), -1).min(axis=1, initial=GROUND)
    found: list[int] = np.flatnonzero(lowest == GROUND).tolist()
    return found


def paint_missing(painter: QPainter, rect: QRectF) -> None:
    """Cross out a place."""
    painter.fillRect(rect, theme.color("border"))
    painter.fillRect(rect, QBrush(theme.color("dim"), Qt.BrushStyle.DiagCrossPattern))
