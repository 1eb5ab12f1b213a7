"""Python's collector of garbage in the window's thread.

Left to itself it runs in whichever thread makes the next object. In a worker it would delete widgets to which the
window's thread is just delivering an event, and end the process.
"""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication

EVERY = 100
"""Milliseconds from one look to the next."""

STILL = 10
"""Looks for which nothing has moved and nothing was computed: now a pause for all objects is not felt."""

OVERDUE = 20
"""So many times later than usual, all objects are looked through whatever the person does."""


class Garbage(QObject):
    """Collects what refers to itself and to which nothing else refers.

    Parameters
    ----------
    idle
        Set while nothing is computed for the window.

    Signals
    -------
    collected(int)
        A generation was looked through: 0 the newest objects, 2 all of them.
    """

    collected = Signal(int)

    def __init__(self, idle: threading.Event, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._idle = idle
        self._still = 0
        self._seen = QCursor.pos()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on nothing is collected in other threads."""
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Leave it to Python again: no other thread runs any more."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect what is due by Python's own thresholds."""
        self._still = self._still + 1 if self._is_still() else 0
        due = [count > threshold for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[2] and (self._still >= STILL or gc.get_count()[2] > OVERDUE * gc.get_threshold()[2]):
            self._collect(2)
        elif due[1]:
            self._collect(1)
        elif due[0]:
            self._collect(0)

    def _collect(self, generation: int) -> None:
        gc.collect(generation)
        self.collected.emit(generation)

    def _is_still(self) -> bool:
        before, self._seen = self._seen, QCursor.pos()
        pressed = QGuiApplication.mouseButtons().value
        return self._idle.is_set() and not pressed and self._seen == before
