"""What the colours of the cards mean."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.gui.graph.paint_numbers import Numbers
from cnnviz.gui.graph.words import FAMILIES
from cnnviz.gui.theme import theme


class Legend(QWidget):
    """One line: the families that occur, or a number's colours from its lowest to its highest."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("graph-legend")
        self.setAccessibleName("What the colours mean")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._families: tuple[str, ...] = ()
        self._numbers: Numbers | None = None
        self._wanted = ""
        theme.changed.connect(self.update)

    def set_families(self, families: set[str]) -> None:
        """Name the families that occur."""
        self._families = tuple(family for family in FAMILIES if family in families)
        self.setAccessibleDescription(", ".join(FAMILIES[family] for family in self._families))
        self.update()

    def set_numbers(self, numbers: Numbers | None, wanted: str = "") -> None:
        """Explain a number's colours, or the families again; ``wanted`` is a number that is still being measured."""
        self._numbers, self._wanted = numbers, wanted
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(60), theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("tiny"))
        if self._wanted:
            painter.setPen(theme.color("dim"))
            said = f"{self._wanted}: being measured… Another colour stops it."
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, said)
        elif self._numbers is not None:
            self._paint_numbers(painter, self._numbers)
        else:
            self._paint_families(painter)
        painter.end()

    def _paint_families(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        edge, gap, x = theme.px(10), theme.px(14), 0.0
        for family in self._families:
            text = FAMILIES[family]
            width = edge + theme.px(5) + metrics.horizontalAdvance(text)
            if x + width > self.width():
                return
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"op-{family}"))
            painter.drawRoundedRect(QRectF(x, (self.height() - edge) / 2, edge, edge), 2.5, 2.5)
            painter.setPen(theme.color("dim"))
            left = x + edge + theme.px(5)
            painter.drawText(QRectF(left, 0, width, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += width + gap

    def _paint_numbers(self, painter: QPainter, numbers: Numbers) -> None:
        metrics = painter.fontMetrics()
        low, high = ("0 %", "100 %") if numbers.kind.is_share else map(numbers.kind.text, (numbers.low, numbers.high))
        painter.setPen(theme.color("dim"))
        x, gap, middle = 0.0, theme.px(8), Qt.AlignmentFlag.AlignVCenter
        for text in (numbers.kind.title, low):
            painter.drawText(QRectF(x, 0, self.width(), self.height()), middle, text)
            x += metrics.horizontalAdvance(text) + gap
        bar = QRectF(x, self.height() / 2 - theme.px(5), theme.px(150), theme.px(10))
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for share in range(11):
            gradient.setColorAt(share / 10, numbers.shade(share / 10))
        painter.fillRect(bar, gradient)
        rest = QRectF(bar.right() + gap, 0, self.width(), self.height())
        painter.drawText(rest, middle, f"{high}   {numbers.note}")
