"""Predict, then reveal: a guess is dragged on a line, and the truth is put beside it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from cnnviz.gui.theme import theme
from cnnviz.lessons.expressions import said

STEPS = 400
"""Places of the handle, where the range is not of few whole numbers."""

WIDE = 100
"""From so many times as much at the right end as at the left, the line is logarithmic."""


class GuessLine(QAbstractSlider):
    """A line from ``low`` to ``high`` with a handle for the guess, and later a mark for the truth.

    Where the answer is a whole number, so are the guesses.

    Signals
    -------
    entered()
        Enter was pressed: the guess stands.
    """

    entered = Signal()

    def __init__(self, low: float, high: float, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("guess-line")
        self.setAccessibleName("Your guess")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._low, self._high, self._whole = low, high, whole
        self.logarithmic = low > 0 and high / low >= WIDE
        self._truth: float | None = None
        self._factor = 1.0
        few = whole and not self.logarithmic and high - low <= STEPS
        self.setRange(0, round(high - low) if few else STEPS)
        self.setPageStep(max(self.maximum() // 10, 1))
        self.setValue(self.maximum() // 2)
        self.valueChanged.connect(lambda _: self.update())
        theme.changed.connect(self.updateGeometry)

    @property
    def guess(self) -> float:
        """The number under the handle."""
        share = self.value() / self.maximum()
        if self.logarithmic:
            value = self._low * (self._high / self._low) ** share
            step = 10 ** (math.floor(math.log10(value)) - 1)  # two digits are enough for a guess
            value = round(value / step) * step
        else:
            value = self._low + share * (self._high - self._low)
        return round(value) if self._whole else float(f"{value:.4g}")

    def set_guess(self, number: float) -> None:
        """Put the handle on a number."""
        self.setValue(round(self._share(number) * self.maximum()))

    def reveal(self, truth: float) -> None:
        """Show the truth; the guess stays where it is."""
        self._truth = truth
        self.setEnabled(False)
        self.unsetCursor()
        self.update()

    def set_factor(self, factor: float) -> None:
        """Make the words larger than usual."""
        self._factor = factor
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(260), theme.px(70 * self._factor))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(160), theme.px(70 * self._factor))

    # by keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._truth is None:
            self.setSliderDown(True)
            self._move(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def _move(self, event: QMouseEvent) -> None:
        left, right = self._ends
        share = (event.position().x() - left) / (right - left)
        self.setValue(round(min(max(share, 0), 1) * self.maximum()))

    # on the screen

    def _share(self, number: float) -> float:
        if self.logarithmic:
            return math.log(max(number, self._low) / self._low) / math.log(self._high / self._low)
        return (number - self._low) / (self._high - self._low)

    @property
    def _ends(self) -> tuple[float, float]:
        return theme.px(14), self.width() - theme.px(14)

    def _x(self, share: float) -> float:
        left, right = self._ends
        return left + min(max(share, 0), 1) * (right - left)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        left, right = self._ends
        at = self._x(self.value() / self.maximum())
        painter.setPen(_line(theme.color("border")))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        true = None if self._truth is None else self._x(self._share(self._truth))
        ink = theme.color("dim" if self._truth is not None else "accent")
        painter.setPen(_line(ink))
        painter.drawLine(QPointF(left if true is None else true, middle), QPointF(at, middle))
        self._ends_said(painter, middle)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), theme.px(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(at, middle), theme.px(12), theme.px(12))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink if self._truth is not None else theme.color("text"))
        painter.drawEllipse(QPointF(at, middle), theme.px(8), theme.px(8))
        self._word(painter, at, middle - theme.px(14), f"{said(self.guess)}", ink)
        if true is not None:
            assert self._truth is not None
            size = theme.px(9)
            painter.setPen(QPen(theme.color("panel"), theme.px(2)))
            painter.setBrush(theme.color("ok"))
            corners = ((0, -size), (size, 0), (0, size), (-size, 0))
            painter.drawPolygon(QPolygonF([QPointF(true + x, middle + y) for x, y in corners]))
            self._word(painter, true, middle + theme.px(14), said(self._truth), theme.color("ok"), below=True)

    def _ends_said(self, painter: QPainter, middle: float) -> None:
        """The two ends of the line; where the truth stands below, they give way."""
        if self._truth is not None:
            return
        painter.setFont(self._font("tiny"))
        painter.setPen(theme.color("dim"))
        left, right = self._ends
        box = QRectF(
            left - theme.px(10), middle + theme.px(12), right - left + theme.px(20), theme.px(22 * self._factor)
        )
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, said(self._low))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, said(self._high))

    def _word(self, painter: QPainter, x: float, y: float, text: str, color: QColor, below: bool = False) -> None:
        font = self._font("strong")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(text) + 2
        start = min(max(x - width / 2, 2), self.width() - width - 2)
        top = y if below else y - metrics.height()
        painter.setPen(color)
        painter.drawText(QRectF(start, top, width, metrics.height()), Qt.AlignmentFlag.AlignCenter, text)

    def _font(self, role: str) -> QFont:
        font = theme.font(role)
        font.setPixelSize(round(font.pixelSize() * self._factor))
        return font


def _line(color: QColor) -> QPen:
    return QPen(color, theme.px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
