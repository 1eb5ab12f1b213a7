"""The tour on the screen: everything is dimmed but the part that it speaks of, and that part can be touched."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from cnnviz.gui.naming import named
from cnnviz.gui.overlay import Overlay
from cnnviz.gui.theme import theme
from cnnviz.gui.tour.stops import STOPS, Stop

WIDTH = 340
"""Pixels that the words take at 100 %."""

AGAIN = 120
"""Milliseconds after which it looks where its part is now."""


class Tour(QWidget):
    """Lies over the window with a hole in it. Arrow keys or buttons lead on, Esc ends it.

    Attributes
    ----------
    ended
        It was walked to its end, or left before.
    """

    ended = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAccessibleName("Tour")
        self._window = window
        self._before = QApplication.focusWidget()
        self.stops = tuple(stop for stop in STOPS if _target(window, stop) is not None)
        self.place = 0
        self._hole = QRect()
        self._make_card()
        self._watch = QTimer(self)  # docks and splitters move while one plays with them
        self._watch.setInterval(AGAIN)
        self._watch.timeout.connect(self._lay)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        theme.changed.connect(self._lay)
        self.show()
        self.raise_()
        self.go_to(0)
        self._watch.start()

    def _make_card(self) -> None:
        self.card = QFrame(self)
        self.card.setObjectName("tour-card")
        self.card.setProperty("role", "overlay")
        self.count = named(QLabel(), "tour-count")
        self.count.setProperty("role", "small")
        self.title = named(QLabel(), "tour-title")
        self.title.setProperty("role", "heading")
        self.words = named(QLabel(), "tour-words")
        self.words.setWordWrap(True)
        self.skip = named(QPushButton("Skip"), "tour-skip", "Skip the tour")
        self.skip.setToolTip("Leave the tour (Esc)")
        self.skip.setProperty("role", "quiet")
        self.back = named(QPushButton("Back"), "tour-back", "The stop before")
        self.next = named(QPushButton("Next"), "tour-next", "The next stop")
        self.next.setProperty("role", "accent")
        self.skip.clicked.connect(self.end)
        self.back.clicked.connect(lambda: self.go_to(self.place - 1))
        self.next.clicked.connect(lambda: self.go_to(self.place + 1))
        row = QHBoxLayout()
        row.addWidget(self.count)
        row.addStretch(1)
        for button in (self.skip, self.back, self.next):
            row.addWidget(button)
        column = self._column = QVBoxLayout(self.card)
        column.addWidget(self.title)
        column.addWidget(self.words)
        column.addLayout(row)

    def go_to(self, place: int) -> None:
        """Show a stop; behind the last one the tour ends."""
        if place >= len(self.stops):
            self.end()
            return
        self.place = max(place, 0)
        stop = self.stops[self.place]
        self.title.setText(stop.title)
        self.words.setText(stop.words)
        self.count.setText(f"{self.place + 1} of {len(self.stops)}")
        self.back.setVisible(self.place > 0)
        last = self.place == len(self.stops) - 1
        self.next.setText("Done" if last else "Next")
        self.skip.setVisible(not last)
        self.setAccessibleDescription(f"{stop.title}. {stop.words}")
        self._hole = QRect()
        self._lay()
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self) -> None:
        """Leave the tour; the focus goes back to where it was."""
        self._watch.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
        inside = self.isAncestorOf(QApplication.focusWidget() or self._window)
        self.hide()
        if inside and self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ended.emit()
        self.deleteLater()

    # where things are

    def _lay(self) -> None:
        """Put the hole over the part, and the words beside it."""
        target = _target(self._window, self.stops[self.place])
        gap = theme.px(4)
        hole = QRect()
        if target is not None:
            area = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size())
            hole = area.adjusted(-gap, -gap, gap, gap).intersected(self._window.rect())
        if hole == self._hole and self.size() == self._window.size():
            return
        self._hole = hole
        self.setGeometry(self._window.rect())
        edge = theme.px(16)
        self._column.setContentsMargins(edge, theme.px(14), edge, theme.px(12))
        self._column.setSpacing(theme.px(8))
        width = min(theme.px(WIDTH), self.width() - 2 * edge)
        self.card.setGeometry(_beside(hole, self.rect(), width, self._column.totalHeightForWidth(width)))
        self.setMask(QRegion(self.rect()).subtracted(QRegion(hole)).united(QRegion(self.card.geometry())))
        for part in self._window.findChildren(QWidget):
            part.update()  # what fills its own ground is left out when a mask over it changes

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = theme.color("ground")
        veil.setAlphaF(0.62)
        painter.fillRect(self.rect(), veil)
        wide = theme.px(2)
        painter.setPen(QPen(theme.color("accent"), wide))
        ring = QRectF(self._hole).adjusted(-wide / 2, -wide / 2, wide / 2, wide / 2)
        painter.drawRoundedRect(ring, theme.px(3), theme.px(3))
        painter.end()

    # keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget) or self._is_above(watched):
            return False
        own = self.isAncestorOf(watched)
        if own and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # no key is a command of the window behind the words
            return True
        act = self._acts(watched).get(event.key())
        if act is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            act()
        return event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)

    def _is_above(self, widget: QWidget) -> bool:
        """Whether it is in a card or a window that was opened over the tour, which has keys of its own."""
        if widget.window() is not self._window:
            return True
        part: QWidget | None = widget
        while part is not None and not isinstance(part, Overlay):
            part = part.parentWidget()
        return part is not None

    def _acts(self, watched: QObject) -> dict[int, Callable[[], None]]:
        """What keys do: in the words the arrows lead on; in the part that one touches, they do what they always do."""
        acts: dict[int, Callable[[], None]] = {Qt.Key.Key_Escape: self.end}
        if isinstance(watched, QWidget) and self.isAncestorOf(watched):
            acts |= dict.fromkeys((Qt.Key.Key_Right, Qt.Key.Key_Down), lambda: self.go_to(self.place + 1))
            focused = QApplication.focusWidget()
            if isinstance(focused, QPushButton):
                acts |= dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter), focused.click)
            acts |= dict.fromkeys((Qt.Key.Key_Left, Qt.Key.Key_Up), lambda: self.go_to(self.place - 1))
        return acts


def _target(window: QWidget, stop: Stop) -> QWidget | None:
    """The part of a stop that is seen."""
    parts = (window.findChild(QWidget, name) for name in stop.places)
    return next((part for part in parts if part is not None and part.isVisible()), None)


def _beside(hole: QRect, room: QRect, width: int, height: int) -> QRect:
    """Where the words stand: below the part, above it, right or left of it; within it where it fills the window."""
    gap, margin = theme.px(12), theme.px(16)
    left = min(max(hole.center().x() - width // 2, margin), room.width() - width - margin)
    top = min(max(hole.center().y() - height // 2, margin), room.height() - height - margin)
    places = (
        (left, hole.bottom() + gap),
        (left, hole.top() - gap - height),
        (hole.right() + gap, top),
        (hole.left() - gap - width, top),
    )
    for x, y in places:
        card = QRect(x, y, width, height)
        if room.adjusted(margin, margin, -margin, -margin).contains(card):
            return card
    return QRect(hole.right() - width - margin, hole.bottom() - height - margin, width, height)
