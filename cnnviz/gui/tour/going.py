"""When the tour is taken: once, after the first answer is on the screen, and from the menu Help."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from cnnviz.gui.controller import Controller
    from cnnviz.gui.tour.tour import Tour


class Touring(QObject):
    """Starts the tour; that it was offered is remembered, so that it comes by itself only once.

    Attributes
    ----------
    tour
        The one that is being taken; None otherwise.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller = controller
        self.tour: Tour | None = None

    def offer(self) -> None:
        """Start it once the first answer is painted, if it never was and somebody can see it."""
        unseen = QGuiApplication.platformName() in ("offscreen", "minimal")
        if not self._controller.settings.tour_seen and not unseen:
            self._controller.activity.connect(self._look)

    def _look(self) -> None:
        if self._controller.settled:
            self._controller.activity.disconnect(self._look)
            QTimer.singleShot(0, self.start)

    def start(self) -> None:
        """Take the tour, through the window as it is at the first start."""
        from cnnviz.gui.tour.tour import Tour  # not before it is wanted

        controller = self._controller
        if self.tour is not None:
            return
        controller.learning.leave()
        if controller.window.top.workspace:
            controller.window.top.workspace_picked.emit("")
        if not controller.settings.tour_seen:
            controller.set_settings(replace(controller.settings, tour_seen=True))
        self.tour = Tour(controller.window)
        self.tour.ended.connect(self._on_ended)

    def _on_ended(self) -> None:
        self.tour = None
