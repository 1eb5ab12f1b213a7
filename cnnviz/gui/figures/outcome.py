"""The line below an explanation: the formula with its numbers, and whether the network arrived at the same."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.figure import Outcome
from cnnviz.gui.theme import theme


class OutcomeLine(QWidget):
    """Formula at the left, verdict behind it, on a sunken ground. Where it is narrow, the verdict stands below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("outcome-line")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._outcome: Outcome | None = None
        self._lines = 1
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
            self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(300), self._lines * QFontMetrics(theme.font("mono")).height() + theme.px(14))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), self.sizeHint().height())

    @property
    def _verdict(self) -> str:
        return "" if self._outcome is None else ("✓ " if self._outcome.agrees else "✗ ") + self._outcome.verdict

    def _fit(self, *, resized: bool = False) -> None:
        """One line, or the verdict below the formula where they have no room beside each other."""
        outcome = self._outcome
        if outcome is None:
            return
        wide = QFontMetrics(theme.font("mono")).horizontalAdvance(outcome.formula)
        wide += QFontMetrics(theme.font("small")).horizontalAdvance(self._verdict) + theme.px(36)
        lines = 1 if wide <= self.width() else 2
        if lines > self._lines or (lines < self._lines and resized):  # under the mouse it never jumps to and fro
            self._lines = lines
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(resized=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        outcome = self._outcome
        if outcome is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(5), theme.px(5))
        left, height = theme.px(10), self.height() / self._lines
        mono, small = theme.font("mono"), theme.font("small")
        room = self.width() - 2 * left
        formula = QFontMetrics(mono).elidedText(outcome.formula, Qt.TextElideMode.ElideRight, room)
        painter.setFont(mono)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(left, 0, room, height), Qt.AlignmentFlag.AlignVCenter, formula)
        beside = QFontMetrics(mono).horizontalAdvance(formula) + theme.px(16) if self._lines == 1 else 0
        painter.setFont(small)
        painter.setPen(theme.color("ok" if outcome.agrees else "error"))
        verdict = QRectF(left + beside, height * (self._lines - 1), room - beside, height)
        painter.drawText(verdict, Qt.AlignmentFlag.AlignVCenter, self._verdict)
        painter.end()
