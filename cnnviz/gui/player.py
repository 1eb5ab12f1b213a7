"""Play: one step after the other, each only when the one before has been painted."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Player(QObject):
    """Says when the next step is due.

    Parameters
    ----------
    speed
        Steps a second at most; a slow answer makes play slower, it never skips a step.
    """

    due = Signal()
    playing_changed = Signal(bool)

    def __init__(self, speed: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.due)
        self._playing = False
        self.set_speed(speed)

    @property
    def playing(self) -> bool:
        return self._playing

    def set_speed(self, speed: float) -> None:
        """Steps a second."""
        self._timer.setInterval(round(1000 / speed))

    @Slot(bool)
    def set_playing(self, playing: bool) -> None:
        """Start or stop."""
        if playing == self._playing:
            return
        self._playing = playing
        if playing:
            self.due.emit()
        else:
            self._timer.stop()
        self.playing_changed.emit(playing)

    @Slot()
    def painted(self) -> None:
        """The step that was due is on the screen: the next one may come."""
        if self._playing:
            self._timer.start()
