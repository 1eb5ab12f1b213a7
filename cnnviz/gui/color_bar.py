"""The colour bar: what the colours of a picture mean, with numbers, and what shares the scale."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.core.colormaps import lut
from cnnviz.figure import GROUND, Scale
from cnnviz.gui import numbers
from cnnviz.gui.missing import paint_missing
from cnnviz.gui.theme import theme

THICKNESS = 12
NO_VALUES = "no finite values"


@cache
def colors(colormap: str) -> np.ndarray:
    """The colour map as (256,) uint32 premultiplied ARGB, as QImage stores it; ``GROUND`` is transparent."""
    rgba = lut(colormap).astype(np.uint32)
    argb = rgba[:, 3] << 24 | rgba[:, 0] << 16 | rgba[:, 1] << 8 | rgba[:, 2]
    table = np.where(rgba[:, 3] == 255, argb, np.uint32(0)).astype(np.uint32)
    table.flags.writeable = False  # shared by all who paint
    return table


def shared(scale: Scale, stretched: bool = False, noun: str = "map") -> str:
    """What shares a scale, in words."""
    if stretched:
        return f"stretched for each {noun}"
    return f"shared by the {scale.shared_by}" if " " not in scale.shared_by else f"shared by {scale.shared_by}"


class ColorBar(QWidget):
    """A colour bar with numbers; upright beside a picture, lying under an axis.

    Parameters
    ----------
    orientation
        Upright bars keep their width, lying ones their height, whatever the numbers are.
    captioned
        Whether it says what the scale is shared by (its tooltip does always).
    foot
        Space left free under an upright bar without caption, in pixels at 100 %: for the numbers of a neighbour's axis.
    """

    def __init__(
        self,
        orientation: Qt.Orientation = Qt.Orientation.Vertical,
        captioned: bool = True,
        foot: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("color-bar")
        self._upright = orientation == Qt.Orientation.Vertical
        self._captioned = captioned
        self._foot = foot
        self._scale: Scale | None = None
        self._own: tuple[float, float] | None = None
        self._stretched = False
        self._noun = "map"
        self._marker: float | None = None
        self._broken: tuple[object, tuple[str, ...]] = None, ()  # the caption in lines, and what they depend on
        policy = QSizePolicy.Policy
        self.setSizePolicy(*((policy.Fixed, policy.Expanding) if self._upright else (policy.Expanding, policy.Fixed)))
        theme.changed.connect(self._on_theme)

    # what is shown

    def set_scale(self, scale: Scale | None, *, stretched: bool = False, noun: str = "map") -> None:
        """Show a scale; ``stretched`` when each picture has a range of its own (then see ``set_range``)."""
        self._scale, self._stretched, self._noun = scale, stretched, noun
        self._own = self._marker = None
        self._describe()
        self.update()

    def set_range(self, own: tuple[float, float] | None) -> None:
        """The range of the one map that is looked at, while the contrast is stretched; None for none in particular."""
        if own != self._own:
            self._own = own
            self._describe()
            self.update()

    def set_marker(self, value: float | None) -> None:
        """Point at the value under the cursor; None for nowhere."""
        if value != self._marker:
            self._marker = value
            self.update()

    def ends(self) -> tuple[str, str]:
        """What stands at the low and the high end."""
        if self._scale is None:
            return "", ""
        if self._scale.empty:
            return "", ""
        if self._stretched and self._own is None:
            return f"{self._noun}’s lowest", f"{self._noun}’s highest"
        low, high = self._range()
        return numbers.axis(low, self._scale.signed), numbers.axis(high, self._scale.signed)

    def caption(self) -> str:
        """What the scale is shared by."""
        if self._scale is None:
            return ""
        return NO_VALUES if self._scale.empty else shared(self._scale, self._stretched, self._noun)

    def remark(self) -> str:
        """The caption where it does not stand at the bar."""
        empty = self._scale is not None and self._scale.empty
        return self.caption() if empty else f"scale {self.caption()}"

    def _range(self) -> tuple[float, float]:
        assert self._scale is not None
        return self._own or (self._scale.low, self._scale.high)

    def _describe(self) -> None:
        low, high = self.ends()
        said = f"Colour scale from {low} to {high}, {self.caption()}" if self._scale else ""
        if self._scale and self._scale.empty:
            said = f"Colour scale: {self.caption()}"
        self.setAccessibleName(said)
        tip = said
        if self._scale and self._scale.empty:
            tip += ".\nAll of these values are NaN or infinite: there is nothing to colour."
        elif self._scale and self._stretched:
            tip += f".\nThe same colour means different values in different {self._noun}s."
        elif self._scale and self._scale.signed:
            tip += ".\nZero has the neutral colour in the middle."
        self.setToolTip(tip)

    # geometry

    def sizeHint(self) -> QSize:
        if self._upright:
            return QSize(theme.px(THICKNESS + 58), theme.px(160))
        line = QFontMetrics(theme.font("tiny")).height()
        return QSize(theme.px(160), theme.px(THICKNESS) + theme.px(3) + line * (2 if self._captioned else 1))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(hint.width(), theme.px(60)) if self._upright else QSize(theme.px(80), hint.height())

    def bar_rect(self) -> QRect:
        """Where the colours are drawn."""
        if not self._upright:
            return QRect(0, 0, self.width(), theme.px(THICKNESS))
        metrics = QFontMetrics(theme.font("tiny"))
        lines = len(self._caption_lines(metrics)) if self._caption_fits() else 0
        below = lines * metrics.height() + theme.px(8) if lines else theme.px(self._foot)
        inset = metrics.height() // 2  # half a number stands out at each end
        return QRect(0, inset, theme.px(THICKNESS), max(8, self.height() - 2 * inset - below))

    def _caption_fits(self) -> bool:
        return self._captioned and self.height() >= theme.px(110)

    def _caption_lines(self, metrics: QFontMetrics) -> tuple[str, ...]:
        """The caption broken into lines; the same as long as words, width and letters are."""
        key = (self.caption(), self.width(), metrics.height())
        if key != self._broken[0]:
            lines: list[str] = []
            for word in self.caption().split():
                longer = f"{lines[-1]} {word}" if lines else word
                if lines and metrics.horizontalAdvance(longer) <= self.width():
                    lines[-1] = longer
                else:
                    lines.append(word)
            self._broken = key, tuple(lines)
        return self._broken[1]

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scale is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self.bar_rect()
        pixels = np.ascontiguousarray(colors(self._scale.colormap)[:GROUND])
        if self._upright:
            pixels = np.ascontiguousarray(pixels[::-1])
        width, height = (1, GROUND) if self._upright else (GROUND, 1)
        image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(bar, image)
        if self._scale.empty:
            paint_missing(painter, QRectF(bar))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawRect(QRectF(bar).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.setFont(theme.font("tiny"))
        self._paint_numbers(painter, bar)
        if self._captioned:
            self._paint_caption(painter, bar)
        if self._marker is not None and math.isfinite(self._marker):
            self._paint_marker(painter, bar)
        painter.end()

    def _labels(self, bar: QRect) -> list[tuple[float, str]]:
        """(position between 0 and 1, text), the two ends first."""
        assert self._scale is not None
        low, high = self._range()
        if self._scale.empty:
            return []
        if self._stretched and self._own is None:
            return [(0.0, self.ends()[0]), (1.0, self.ends()[1])][: 1 if high <= low else 2]
        ends = [(0.0, self._text(low)), (1.0, self._text(high))]
        if high <= low:
            return ends[:1]
        room = bar.height() / theme.px(34) if self._upright else bar.width() / theme.px(90)
        inner = numbers.ticks(low, high, max(2, int(room)))
        margin = theme.px(22) / bar.height() if self._upright else theme.px(48) / bar.width()
        places = [((value - low) / (high - low), value) for value in inner]
        if low < 0 < high and all(value != 0 for value in inner):
            places.append((-low / (high - low), 0.0))
        return ends + [(at, self._text(value)) for at, value in places if margin < at < 1 - margin]

    def _text(self, value: float) -> str:
        """A number with as many digits as have room beside an upright bar."""
        assert self._scale is not None
        metrics, room = QFontMetrics(theme.font("tiny")), self.width() - theme.px(THICKNESS + 7)
        for digits in (3, 2, 1):
            text = numbers.axis(value, self._scale.signed, digits)
            if not self._upright or metrics.horizontalAdvance(text) <= room:
                return text
        return numbers.power(value, self._scale.signed)

    def _paint_numbers(self, painter: QPainter, bar: QRect) -> None:
        metrics = painter.fontMetrics()
        for order, (at, text) in enumerate(self._labels(bar)):
            painter.setPen(theme.color("text" if order < 2 or text == "0" else "dim"))
            if self._upright:
                y = bar.bottom() + 1 - at * bar.height()
                left = bar.right() + theme.px(7)
                painter.drawLine(QPointF(bar.right() + 1, y), QPointF(bar.right() + theme.px(4), y))
                box = QRectF(left, y - metrics.height() / 2, self.width() - left, metrics.height())
                fitted = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, fitted)
            else:
                width = metrics.horizontalAdvance(text) + 2
                x = min(max(bar.left() + at * bar.width() - width / 2, 0), self.width() - width)
                box = QRectF(x, bar.bottom() + theme.px(3), width, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_caption(self, painter: QPainter, bar: QRect) -> None:
        metrics = painter.fontMetrics()
        painter.setPen(theme.color("dim"))
        if not self._upright:
            box = QRectF(0, bar.bottom() + theme.px(3) + metrics.height(), self.width(), metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.caption())
        elif self._caption_fits():
            lines = self._caption_lines(metrics)
            for i, line in enumerate(lines):
                y = self.height() - (len(lines) - i) * metrics.height() + metrics.ascent()
                painter.drawText(QPointF(0, y), line)

    def _paint_marker(self, painter: QPainter, bar: QRect) -> None:
        low, high = self._range()
        if high <= low or self._marker is None or (self._stretched and self._own is None):
            return
        at = min(max((self._marker - low) / (high - low), 0.0), 1.0)
        size = theme.px(4)
        painter.setPen(QPen(theme.color("panel"), 1))
        painter.setBrush(theme.color("text"))
        if self._upright:
            x, y = float(bar.left() + theme.px(5)), bar.bottom() + 1 - at * bar.height()
            points = [(x, y), (x - size * 1.5, y - size), (x - size * 1.5, y + size)]
            line = (QPointF(bar.left(), y), QPointF(bar.right() + 1, y))
        else:
            x, y = bar.left() + at * bar.width(), float(bar.top() + theme.px(5))
            points = [(x, y), (x - size, y - size * 1.5), (x + size, y - size * 1.5)]
            line = (QPointF(x, bar.top()), QPointF(x, bar.bottom() + 1))
        painter.save()
        painter.setPen(QPen(theme.color("panel"), 3))
        painter.drawLine(*line)
        painter.setPen(QPen(theme.color("text"), 1))
        painter.drawLine(*line)
        painter.restore()
        painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))

    def _on_theme(self) -> None:
        self.updateGeometry()
        self.update()
