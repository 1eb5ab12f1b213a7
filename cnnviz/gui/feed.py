"""What comes faster than it can be answered (strokes, frames, a picture that is dragged): the newest wins.

The next change is asked for when the one before it is on the screen. So the screen follows as fast as it can, nothing
queues up, and nothing starves: a change that comes while another waits takes its place.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from cnnviz.gui.session import Session

WINDOW = 30
"""How many shown changes the rate is averaged over."""


class Feed(QObject):
    """Hands changes of the request to the session, one at a time.

    Parameters
    ----------
    session
        What takes the changes.
    ready
        Whether everything that was asked for is on the screen.

    Attributes
    ----------
    shown
        A change of this feed is on the screen.
    dropped
        How many changes gave way to newer ones since the last ``reset``.
    """

    shown = Signal()

    def __init__(self, session: Session, ready: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._ready = session, ready
        self._next: tuple[dict[str, Any], bool] | None = None
        self._sent = False  # a change is with the session and not yet on the screen
        self._times: deque[float] = deque(maxlen=WINDOW)
        self.dropped = 0

    @property
    def busy(self) -> bool:
        """Whether a change waits, or is on its way to the screen."""
        return self._sent or self._next is not None

    @property
    def rate(self) -> float:
        """Changes a second that were shown lately; 0 before there were two."""
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-9)

    def reset(self) -> None:
        """Count from the beginning; what waits is forgotten."""
        self._next, self.dropped = None, 0
        self._times.clear()

    def offer(self, *, finished: bool = False, **changes: Any) -> None:
        """Fields of the request, for as soon as there is time; ``finished`` as in ``Session.update``.

        A field may be a function that gives its value: it is called when its turn has come, and so not for what gives
        way.
        """
        self.dropped += self._next is not None
        self._next = changes, finished
        self.look()

    @Slot()
    def look(self) -> None:
        """Something was answered: go on if that was all."""
        if not self._ready():
            return
        if self._sent:
            self._sent = False
            self._times.append(time.perf_counter())
            self.shown.emit()
        if self._next is not None:
            (changes, finished), self._next = self._next, None
            before = self._session.request
            self._sent = True
            made = {name: value() if callable(value) else value for name, value in changes.items()}
            self._session.update(finished=finished, **made)
            self._sent = self._session.request != before  # the same picture again needs no answer
