"""The line below an explanation: the formula with its numbers, and whether the network arrived at the same."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import Outcome
from cnnviz.gui.theme import theme


class OutcomeLine(QWidget):
    """Formula at the left, verdict behind it, on a sunken ground. Where it is narrow, the verdict stays whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outcome-line")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._outcome: Outcome | None = None
        theme.changed.connect(self.updateGeometry)

    @property
    def outcome(self) -> Outcome | None:
        """What is shown."""
        return self._outcome

    def set_outcome(self, outcome: Outcome | None) -> None:
        """Show how a number came out; None for no explanation."""
        self._outcome = outcome
        if self.isHidden() != (outcome is None):
            self.setVisible(outcome is not None)
        if outcome is not None:
            self.setToolTip(f"{outcome.formula}\n{outcome.verdict}")
            self.setAccessibleName(f"{outcome.formula}; {outcome.verdict}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), QFontMetrics(theme.font("mono")).height() + theme.px(14))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        outcome = self._outcome
        if outcome is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(5), theme.px(5))
        left, gap = theme.px(10), theme.px(16)
        mono, small = theme.font("mono"), theme.font("small")
        verdict = ("✓ " if outcome.agrees else "✗ ") + outcome.verdict
        needed = QFontMetrics(small).horizontalAdvance(verdict)
        room = self.width() - 2 * left - gap - needed
        formula = QFontMetrics(mono).elidedText(outcome.formula, Qt.TextElideMode.ElideMiddle, max(room, 0))
        painter.setFont(mono)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(left, 0, max(room, 0), self.height()), Qt.AlignmentFlag.AlignVCenter, formula)
        at = left + (QFontMetrics(mono).horizontalAdvance(formula) + gap if room > 0 else 0)
        painter.setFont(small)
        painter.setPen(theme.color("ok" if outcome.agrees else "error"))
        painter.drawText(QRectF(at, 0, self.width() - at, self.height()), Qt.AlignmentFlag.AlignVCenter, verdict)
        painter.end()
