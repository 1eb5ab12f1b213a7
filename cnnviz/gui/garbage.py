"""Python's collector of garbage in the window's thread.

Left to itself it runs in whichever thread makes the next object. In a worker it would delete widgets to which the
window's thread is just delivering an event, and end the process.
"""

from __future__ import annotations

import gc
import sys
import threading

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication

EVERY = 100
"""Milliseconds from one look to the next."""

STILL = 10
"""Looks for which nothing has moved and nothing was computed: now a longer pause is not felt."""

MANY = 20_000
"""Objects that take some ten milliseconds to look through: more of them wait until all is still."""

LIBRARY = 500
"""Modules that a library of torch's kind brings along: what they are made of stays until the end."""

PATIENCE = (100, 100, 600)
"""Looks for which each generation waits at most, the newest first."""


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
        self._young = 0  # objects that were looked through once
        self._waited = [0, 0, 0]
        self._modules = len(sys.modules)  # those that need not be looked through again
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
        gc.unfreeze()  # libraries that count their objects at the end shall find them gone
        gc.enable()

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that is due by Python's own thresholds, if it takes no time or had to wait."""
        self._still = self._still + 1 if self._is_still() else 0
        counts, few = gc.get_count(), (gc.get_count()[0], self._young + gc.get_count()[0], MANY)
        for generation in (2, 1, 0):
            if counts[generation] <= gc.get_threshold()[generation]:
                continue
            self._waited[generation] += 1
            late = self._waited[generation] > PATIENCE[generation]
            if late or self._still >= STILL or few[generation] < MANY:
                self._collect(generation)
                return

    def _collect(self, generation: int) -> None:
        self._young = self._young + gc.get_count()[0] if generation == 0 else 0
        self._waited[: generation + 1] = [0] * (generation + 1)
        gc.collect(generation)
        if generation == 2 and len(sys.modules) >= self._modules + LIBRARY:
            gc.freeze()  # no collection has to look through a library again
            self._modules = len(sys.modules)
        self.collected.emit(generation)

    def _is_still(self) -> bool:
        before, self._seen = self._seen, QCursor.pos()
        pressed = QGuiApplication.mouseButtons().value
        return self._idle.is_set() and not pressed and self._seen == before
