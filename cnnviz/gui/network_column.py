"""One column of the network: the head with number, name and shape, the small maps below it, how many of how many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter, QPen

from cnnviz.core.colormaps import lut
from cnnviz.gui.missing import missing_maps, paint_missing
from cnnviz.gui.theme import theme
from cnnviz.response import PICTURE, Column, Step

GAP = 5
MARGIN = 8
BESIDE = 5
"""Pixels between a unit and its name."""

MAPS_SEEN = 6
"""Maps under each other that a column shows at least, as far as they stay legible."""


@cache
def _table(colormap: str) -> NDArray[np.uint32]:
    """A colour map as (256,) pixels of a QImage without transparency."""
    red, green, blue = lut(colormap)[:, :3].astype(np.uint32).T
    table: NDArray[np.uint32] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    return table


@dataclass(frozen=True, slots=True)
class Drawn:
    """A column's maps, stacked from top to bottom in one image."""

    image: QImage
    pixels: NDArray[np.uint32]  # (count, height, width), the memory of the image
    total: int
    missing: frozenset[int] = frozenset()  # maps of which nothing is a number

    @classmethod
    def of(cls, column: Column) -> Drawn:
        """The maps of a column as an image in the colours of its scale."""
        raster = column.raster
        count, height, width = raster.shape[:3]
        missing: frozenset[int] = frozenset()
        if raster.ndim == 4:
            red, green, blue = raster.astype(np.uint32).transpose(3, 0, 1, 2)
            pixels: NDArray[np.uint32] = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
        elif column.scale is None:  # its values were not kept
            pixels = raster.astype(np.uint32)
        else:
            pixels = _table(column.scale.colormap)[raster]
            missing = frozenset(missing_maps(raster))
        image = QImage(pixels.data, width, height * count, width * 4, QImage.Format.Format_RGB32)
        return cls(image, pixels, column.total, missing)

    @property
    def count(self) -> int:
        return len(self.pixels)

    @property
    def height(self) -> int:
        """Of one map, in image pixels."""
        return int(self.pixels.shape[1])

    def stands_like(self, other: Drawn | None) -> bool:
        """Whether its maps stand where those of another do: they can be painted over them."""
        mine = self.count, self.total, self.height, self.image.width()
        return other is not None and mine == (other.count, other.total, other.height, other.image.width())


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things stand in a column of some width and height, in pixels."""

    width: int
    height: int

    @property
    def compact(self) -> bool:
        """Whether number and name do not fit in one line."""
        return self.width < theme.px(104)

    @property
    def head(self) -> int:
        return theme.px(52)

    @property
    def foot(self) -> int:
        return theme.px(20)

    @property
    def room(self) -> int:
        """Height that is left for the maps."""
        return self.height - self.head - self.foot

    @property
    def edge(self) -> int:
        """Edge of one map: smaller where the window is low, so that a handful is seen anyway."""
        fit = (self.room + GAP) // MAPS_SEEN - GAP
        return max(theme.px(24), min(fit, self.width - theme.px(24), theme.px(72)))

    @property
    def count(self) -> int:
        """How many maps fit under each other."""
        return max(1, (self.room + GAP) // (self.edge + GAP))

    def cells(self, step: Step, drawn: Drawn, labels: tuple[str, ...] = ()) -> list[QRect]:
        """Where each map of a step is drawn; where its units have names, those come first and the units give way."""
        if step.index == PICTURE:
            edge = self.width - 2 * MARGIN
            height = round(edge * drawn.height / max(drawn.image.width(), 1))
            return [QRect(MARGIN, self.head, edge, min(height, self.room))]
        width = height = self.edge
        if len(step.shape) == 1:
            height = (self.edge + GAP) // 2 - GAP
        elif drawn.image.width() != drawn.height:  # maps that are not square keep their shape
            longest = max(drawn.image.width(), drawn.height)
            width, height = (max(1, round(self.edge * n / longest)) for n in (drawn.image.width(), drawn.height))
        fits = (self.room + GAP) // (height + GAP)
        beside = 0
        if labels:
            metrics = QFontMetrics(theme.font("tiny"))
            beside = BESIDE + max(metrics.horizontalAdvance(label) for label in labels[: drawn.count]) + 2
            width = max(theme.px(14), min(width, self.width - theme.px(4) - beside))
        x = max(theme.px(4), (self.width - width - beside) // 2)
        return [QRect(x, self.head + i * (height + GAP), width, height) for i in range(min(drawn.count, fits))]


def paint_places(painter: QPainter, frame: Frame) -> None:
    """Paint empty places while there are no maps, the left edge at 0."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("line"))
    for i in range(frame.count):
        top = frame.head + i * (frame.edge + GAP)
        painter.drawRoundedRect((frame.width - frame.edge) // 2, top, frame.edge, frame.edge, 3, 3)


def paint_maps(painter: QPainter, drawn: Drawn, cells: list[QRect]) -> None:
    """Paint the maps of a column into their places."""
    width, height = drawn.image.width(), drawn.height
    for i, cell in enumerate(cells):
        painter.drawImage(cell, drawn.image, QRect(0, i * height, width, height))
        if i in drawn.missing:
            paint_missing(painter, QRectF(cell))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("line"), 1))
    painter.drawRects(cells)


def paint_words(
    painter: QPainter, step: Step, drawn: Drawn, frame: Frame, labels: tuple[str, ...], cells: list[QRect]
) -> None:
    """Paint what stands beside and below the maps; ``labels`` names the units of the last step, else it is empty."""
    for label, cell in zip(labels, cells, strict=False):
        _paint_label(painter, label, cell, frame)
    if step.index != PICTURE and len(cells) < drawn.total:
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        foot = QRect(0, frame.height - frame.foot, frame.width, frame.foot - 4)
        painter.drawText(foot, Qt.AlignmentFlag.AlignCenter, f"{len(cells)} of {drawn.total:,}")


def paint_head(painter: QPainter, step: Step, frame: Frame) -> None:
    """Number and name in one line where that fits, the number above the name where it does not; then the shape."""
    lines = [(theme.font("strong"), "text", step.title)]
    if frame.compact:
        small = theme.font("tiny")
        small.setWeight(QFont.Weight.DemiBold)
        number = "" if step.index == PICTURE else str(step.index)
        lines = [(theme.font("tiny"), "dim", number), (small, "text", step.short)]
    lines.append((theme.font("tiny"), "dim", step.shape_text))
    top, room = theme.px(5), frame.width - 4
    for font, color, text in lines:
        painter.setFont(font)
        painter.setPen(theme.color(color))
        metrics = painter.fontMetrics()
        area = QRect(2, top, room, metrics.height())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)
        top = area.bottom() + 1


def _paint_label(painter: QPainter, label: str, cell: QRect, frame: Frame) -> None:
    """A class name beside its unit, where there is room."""
    painter.setFont(theme.font("tiny"))
    painter.setPen(theme.color("dim"))
    room = frame.width - cell.right() - BESIDE - 1
    text = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, room)
    if text == label or len(text) > 3:
        height = painter.fontMetrics().height()  # of letters that may be higher than the unit
        top = cell.center().y() + 1 - height // 2
        painter.drawText(cell.right() + BESIDE, top, room, height, Qt.AlignmentFlag.AlignVCenter, text)
