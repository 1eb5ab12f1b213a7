"""A row that breaks into lines where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class FlowRow(QWidget):
    """Widgets from left to right, in as many lines as the width asks for; those of one line share its middle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._widgets: tuple[QWidget, ...] = ()
        self._across = self._down = 0

    def set_widgets(self, widgets: tuple[QWidget, ...]) -> None:
        """Show these children, in this order; the Tab key walks through them in it."""
        self._widgets = widgets
        for before, widget in zip((None, *widgets), widgets, strict=False):
            if widget.parentWidget() is not self:
                widget.setParent(self)
            widget.show()
            if before is not None:
                QWidget.setTabOrder(before, widget)
        self._arrange()

    def set_gaps(self, across: int, down: int) -> None:
        """Space between widgets, and between lines."""
        self._across, self._down = across, down
        self._arrange()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(width, move=False)

    def sizeHint(self) -> QSize:
        width = sum(w.sizeHint().width() + self._across for w in self._widgets)
        return QSize(width, self._place(self.width(), move=False))

    def minimumSizeHint(self) -> QSize:
        width = max((w.minimumSizeHint().width() for w in self._widgets), default=0)
        return QSize(width, self._place(max(self.width(), width), move=False))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place(self.width(), move=True)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a child's size hint has changed
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        self._place(self.width(), move=True)
        self.updateGeometry()

    def _place(self, room: int, *, move: bool) -> int:
        """Height of all lines; with ``move`` the children are put there."""
        lines: list[list[tuple[QWidget, int]]] = [[]]
        x = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            width = widget.sizeHint().width()
            if lines[-1] and x + width > room:
                lines.append([])
                x = 0
            lines[-1].append((widget, x))
            x += width + self._across
        y = 0
        for line in lines:
            height = max((widget.sizeHint().height() for widget, _ in line), default=0)
            for widget, x in line if move else ():
                size = widget.sizeHint()
                width = min(size.width(), max(room - x, 1))
                widget.setGeometry(QRect(x, y + (height - size.height()) // 2, width, size.height()))
            y += height + self._down
        return max(0, y - self._down)
