"""The panel's place beside the window: what gives way to it, and the keys that turn pages meanwhile."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDockWidget, QWidget

from cnnviz.gui.learning.panel import LARGE, LearnPanel
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.theme import theme

ROOM = {"dock-layer": 1640, "dock-pictures": 1880}
"""Pixels of width at 100 % from which a panel of the window stays beside a lesson."""

WIDTH = 430
"""Pixels that the panel is wide, at 100 %."""

SHARE, LARGE_SHARE = 0.34, 0.36
"""The most that it takes of the window, and in large type."""

SMALL, LOW = 0.93, 800
"""Letters on a window that is lower than so many pixels at 100 %: a step is to be seen whole."""

LARGER, LEAST = 1.25, 1280
"""How much larger everything else becomes in projector mode; pixels of width at 100 % that are left to it."""


class Side(QObject):
    """Shows the panel at the left of the window, and hides it again.

    Signals
    -------

    lettered()
        The letters have another size.
    """

    lettered = Signal()

    def __init__(self, window: MainWindow, panel: LearnPanel) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._hidden: list[QWidget] = []  # what gave way
        self._scales = 1.0, 1.0  # of the whole interface: without projector mode, and with it
        panel.enlarged.connect(self._enlarge)
        dock = self._dock = QDockWidget("Lesson", window)
        dock.setObjectName("dock-lesson")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())
        dock.setWidget(panel)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
        window.splitDockWidget(dock, window.docks[0], Qt.Orientation.Horizontal)
        dock.hide()
        window.installEventFilter(self)

    def show(self) -> None:
        """Show the panel; where there is little room, others give way."""
        for dock in self._window.docks:
            if not dock.isHidden() and not self._has_room(dock):
                dock.hide()
                self._hidden.append(dock)
        self._dock.show()
        self.widen()
        self._take_keys(True)

    def hide(self) -> None:
        """Give back what it took."""
        self._dock.hide()
        for part in self._hidden:
            part.show()
        self._hidden.clear()
        self._take_keys(False)

    def widen(self) -> None:
        """As wide as its letters ask for, and as the window allows."""
        usual = SMALL if self._window.height() < theme.px(LOW) else 1.0
        factor = LARGE if self._panel.projector.isChecked() else usual
        if factor != self._panel.factor:
            self._panel.set_factor(factor)
            self.lettered.emit()
        share = LARGE_SHARE if factor > 1 else SHARE
        width = min(theme.px(WIDTH * max(factor, 1)), round(self._window.width() * share))
        self._panel.setMinimumWidth(width)
        self._window.resizeDocks([self._dock], [width], Qt.Orientation.Horizontal)

    def _enlarge(self, on: bool) -> None:
        """Projector mode: the words are much larger, and everything else as far as it has room."""
        room = self._window.width() / theme.px(LEAST)
        if on:
            self._scales = theme.scale, theme.scale * min(max(room, 1.0), LARGER)
            theme.set_scale(self._scales[1])
        elif theme.scale == self._scales[1]:  # else the person has chosen another size meanwhile
            theme.set_scale(self._scales[0])
        if not self._dock.isHidden():
            self.widen()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self._dock.isHidden():
            self.widen()
            for dock in [part for part in self._hidden if self._has_room(part)]:
                dock.show()
                self._hidden.remove(dock)
        return False

    def _has_room(self, dock: QWidget) -> bool:
        return self._window.width() >= theme.px(ROOM.get(dock.objectName(), 0))

    def _take_keys(self, on: bool) -> None:
        """Page up and down turn the pages of the lesson, as the remote control of a lecturer does."""
        commands = self._window.commands
        for lesson, picture, key in (
            ("lesson-next", "next-picture", "PgDown"),
            ("lesson-back", "previous-picture", "PgUp"),
        ):
            own = commands[lesson].shortcuts()[0]
            commands[picture].setShortcut(QKeySequence(f"Ctrl+{key}" if on else key))
            commands[lesson].setShortcuts([own, QKeySequence(key)] if on else [own])
