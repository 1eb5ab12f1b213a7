"""The number under the cursor as a formula with its numbers, in as many lines as it takes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.theme import theme

MOST = 4
"""Lines of a formula; what is longer is shortened, and told whole by hovering."""


class FormulaText(QWidget):
    """Words that break between terms. Its height grows with the longest formula, and shrinks only with the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sandbox-formula")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._text = ""
        self._high = 1  # lines that there is room for
        theme.changed.connect(self._fit)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show a formula; an empty one leaves the place blank."""
        self._text = text
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._fit()
        self.update()

    def lines(self) -> list[str]:
        """The formula as it is broken at this width."""
        metrics = QFontMetrics(theme.font("mono"))
        lines: list[str] = []
        for word in self._text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and metrics.horizontalAdvance(longer) <= self.width():
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) > MOST:
            lines[MOST - 1 :] = [self._end(" ".join(lines[MOST - 1 :]).split(" "), metrics)]
        return lines

    def _end(self, words: list[str], metrics: QFontMetrics) -> str:
        """As many of the last words as fit: whole terms and the result, ``… + 5·0.25 = 3``."""
        kept: list[str] = []
        while words and metrics.horizontalAdvance(" ".join(["…", words[-1], *kept])) <= self.width():
            kept.insert(0, words.pop())
        operators = [place for place, word in enumerate(kept) if word in ("+", "=")]
        return " ".join(["…", *kept[operators[0] if operators else 0 :]])

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), self._high * QFontMetrics(theme.font("mono")).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._high = 1
            self._fit()

    def _fit(self) -> None:
        self._high = max(self._high, len(self.lines()))
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("mono"))
        painter.setPen(theme.color("text"))
        high = painter.fontMetrics().height()
        for order, line in enumerate(self.lines()):
            box = QRectF(0, order * high, self.width(), high)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()
