"""The steps of a lesson as a row of dashes: read, done, current; each can be clicked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnviz.gui.theme import theme


class StepsBar(QWidget):
    """Where one is in a lesson.

    Attributes
    ----------
    picked
        A step was clicked.
    """

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lesson-steps")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._titles: tuple[str, ...] = ()
        self._current = 0
        self._read: frozenset[int] = frozenset()

    def set_steps(self, titles: tuple[str, ...], current: int, read: set[int]) -> None:
        """Show another place, or another lesson."""
        self._titles, self._current, self._read = titles, current, frozenset(read)
        self.setAccessibleName(f"Step {current + 1} of {len(titles)}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(120), theme.px(18))

    def _box(self, place: int) -> QRectF:
        gap = theme.px(3)
        width = (self.width() + gap) / max(len(self._titles), 1)
        return QRectF(place * width, self.height() / 2 - theme.px(2), width - gap, theme.px(4))

    def _at(self, x: float) -> int:
        return min(max(int(x / max(self.width(), 1) * len(self._titles)), 0), len(self._titles) - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._titles:
            self.picked.emit(self._at(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._titles:
            place = self._at(event.pos().x())
            QToolTip.showText(event.globalPos(), f"{place + 1} · {self._titles[place]}", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for place in range(len(self._titles)):
            seen = "dim" if place in self._read else "hover"
            painter.setBrush(theme.color("accent" if place == self._current else seen))
            painter.drawRoundedRect(self._box(place), theme.px(2), theme.px(2))
