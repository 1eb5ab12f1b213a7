"""Formulas as pictures whose baseline is that of the line in which they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
    QTransform,
)

from cnnviz.lessons import formulas


@dataclass(frozen=True)
class Formula:
    """A typeset formula.

    Attributes
    ----------
    path
        Its outlines in pixels, the baseline at y = 0, y downwards.
    width, ascent, descent
        Pixels from the left to the right, above and below the baseline.
    color
        Of the ink.
    """

    path: QPainterPath
    width: float
    ascent: float
    descent: float
    color: QColor

    def image(self, ratio: float, x_height: float) -> QImage:
        """The picture; with half an x-height of the line's font above the middle it stands on the line's baseline.

        Qt centres a picture in a line on the middle of its small letters: what is lacking above or below is left empty.
        """
        half = x_height / 2
        height = math.ceil(max(2 * self.ascent - half, 2 * self.descent + half)) + 2
        image = QImage(
            round((self.width + 2) * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied
        )
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.draw(painter, 1, (height + half) / 2)
        painter.end()
        return image

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:
        """Paint it where the words go on."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(x, baseline)
        painter.fillPath(self.path, self.color)
        painter.restore()


class Formulas(QPyTextObject):
    """Draws the formulas of a document: each is as high as it rises above its line, and hangs down into the next space.

    Attributes
    ----------
    made
        The formulas, by the number that their places in the document bear, and whether each has a line of its own.
    """

    KIND = QTextFormat.ObjectTypes.UserObject.value + 1
    NUMBER = QTextFormat.Property.UserProperty.value + 1

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.made: dict[int, tuple[Formula, bool]] = {}

    def intrinsicSize(self, document: QTextDocument, place: int, form: QTextFormat) -> QSizeF:
        found = self.made.get(int(form.property(self.NUMBER)))
        if found is None:
            return QSizeF()  # of words that are going
        made, display = found
        return QSizeF(made.width + 1, made.ascent + (made.descent if display else 0))

    def drawObject(
        self, painter: QPainter, box: QRectF | QRect, document: QTextDocument, place: int, form: QTextFormat
    ) -> None:
        if (found := self.made.get(int(form.property(self.NUMBER)))) is not None:
            found[0].draw(painter, box.x(), box.y() + found[0].ascent)


@lru_cache(maxsize=512)
def _path(tex: str) -> QPainterPath:
    """Outlines at a size of 1 pixel."""
    found = formulas.outline(tex)
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    points = [QPointF(x, y) for x, y in found.points.tolist()]
    at = 0
    while at < len(points):
        code = int(found.codes[at])
        match code:
            case formulas.MOVE:
                path.moveTo(points[at])
            case formulas.LINE:
                path.lineTo(points[at])
            case formulas.CURVE:
                path.quadTo(points[at], points[at + 1])
            case formulas.CUBIC:
                path.cubicTo(points[at], points[at + 1], points[at + 2])
            case _:
                path.closeSubpath()
        at += formulas.POINTS[code]
    return path


def formula(tex: str, pixels: float, color: QColor) -> Formula:
    """A formula whose letters are as high as those of text of ``pixels``. Raises ``CnnvizError`` for wrong TeX."""
    found = formulas.outline(tex)
    path = QTransform.fromScale(pixels, pixels).map(_path(tex))
    return Formula(path, found.width * pixels, found.ascent * pixels, found.descent * pixels, color)
