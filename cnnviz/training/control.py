"""The hands on a training that runs: pause, go on, stop, another learning rate. Used from any thread."""

from __future__ import annotations

import threading
import time


class Control:
    """What somebody wants of a training while it runs; the loop looks at it before every step."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._rate: float | None = None

    def pause(self) -> None:
        """Hold before the next step."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        """Go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def stop(self) -> None:
        """End after this step; what was learned is kept."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def set_rate(self, rate: float) -> None:
        """Another highest learning rate from the next step on; a schedule goes on from where it is."""
        if not 0 < rate < float("inf"):
            raise ValueError(f"a learning rate of {rate} is none")
        with self._changed:
            self._rate = rate

    @property
    def paused(self) -> bool:
        """Whether it holds, or will before the next step."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stopped

    def take_rate(self) -> float | None:
        """The learning rate that was set since it was last asked for."""
        rate = self._rate
        if rate is not None:
            with self._changed:
                rate, self._rate = self._rate, None
        return rate

    def wait(self) -> float:
        """Hold while it is paused; a stop ends the waiting. Returns for how many seconds it held."""
        if not self._paused:
            return 0.0
        begun = time.perf_counter()
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._paused)
        return time.perf_counter() - begun
