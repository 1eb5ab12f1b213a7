"""A card above the window: it dims what is behind it, keeps the focus, and goes on Esc or a click beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsDropShadowEffect, QVBoxLayout, QWidget
from shiboken6 import isValid

from cnnviz.gui.theme import theme


class Overlay(QWidget):
    """Covers its parent; ``card`` is the frame in which a subclass puts its widgets.

    Parameters
    ----------
    parent
        The window that is covered.
    width, height
        The card's size at 100 %, where the parent has room for it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget, width: int, height: int) -> None:
        super().__init__(parent)
        self._window = parent
        self._wanted = (width, height)
        self.fitted_height: int | None = None  # pixels; a subclass makes the card lower where it shows little
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.card = QFrame(self)
        self.card.setProperty("role", "overlay")
        self.body = QVBoxLayout(self.card)
        shadow = QGraphicsDropShadowEffect(self.card)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 10)
        shadow.setColor(QColor(0, 0, 0, 110))
        self.card.setGraphicsEffect(shadow)
        parent.installEventFilter(self)
        theme.changed.connect(self.place)
        self.hide()

    def open_over(self, first: QWidget) -> None:
        """Show the card with the focus on ``first``; the focus goes back to where it was in the end."""
        focused = QApplication.focusWidget()
        if not self.isVisible():
            self._before = focused
        self.place()
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Hide the card and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None and isValid(before):  # it may have gone meanwhile
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def place(self) -> None:
        """Put the card where it belongs; called again when the window or the theme changes."""
        self.setGeometry(self._window.rect())
        margin = theme.px(16)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(theme.px(8))
        width = min(theme.px(self._wanted[0]), self.width() - 2 * margin)
        height = min(theme.px(self._wanted[1]), self.height() - 2 * margin)
        top = max(margin, (self.height() - height) // 3)
        if self.fitted_height is not None:
            height = min(height, self.fitted_height)
        self.card.setGeometry((self.width() - width) // 2, top, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no key is a command of the window behind while the card is open
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        veil = theme.color("ground")
        veil.setAlphaF(0.6)
        painter.fillRect(self.rect(), veil)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()  # nothing that is typed here reaches the window behind

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays inside the card."""
        inside = [w for w in self.card.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        inside = [w for w in inside if w.isVisible() and w.isEnabled()]
        focused = QApplication.focusWidget()
        if not inside:
            return True
        at = inside.index(focused) if focused in inside else -1
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        inside[(at + (1 if forward else -1)) % len(inside)].setFocus(reason)
        return True
