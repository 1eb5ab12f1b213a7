"""How long each operation of a network takes: measured apart from the trace, warm, and compared with the bare pass."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from cnnviz.core.cancel import Cancelled
from cnnviz.core.device import describe, synchronize
from cnnviz.core.names import Op
from cnnviz.core.record import Function
from cnnviz.core.recorder import Recorder
from cnnviz.core.survey.shapes import Timing

FEWEST, MOST = 3, 20
"""Rounds of measuring."""

ENOUGH = 2.0
"""Seconds after which no further round begins, once there are enough."""


class Stopwatch(Recorder):
    """Records nothing but how long each operation takes."""

    def __init__(self, module: nn.Module, image: Tensor, wanted: Callable[[], bool] | None = None) -> None:
        super().__init__(module, image, wanted, budget=0)
        self._clock = _Events() if image.device.type == "cuda" else _Clock(image.device)
        self._marks: list[tuple[int, int]] = []  # (record, reading of the clock)

    @property
    def seconds(self) -> tuple[float, ...]:
        """For each record; of an operation that gives several tensors, the first one has all of its time."""
        taken = self._clock.read()
        seconds = [0.0] * len(self.records)
        for index, mark in self._marks:
            seconds[index] += taken[mark]
        return tuple(seconds)

    def _operate(self, op: Op, func: Function, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run an operation between two looks at the clock."""
        clock, before, mark = self._clock, len(self.records), -1

        def timed(*args: Any, **kwargs: Any) -> Any:
            nonlocal mark
            clock.start()
            output = func(*args, **kwargs)
            mark = clock.stop()
            return output

        output = super()._operate(op, timed, args, kwargs)
        if len(self.records) > before and mark >= 0:
            self._marks.append((self.records[-1].born, mark))
        return output


class _Clock:
    """The clock on the wall: right wherever an operation has ended when its call returns."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._taken: list[float] = []
        self._begun = 0.0

    def start(self) -> None:
        synchronize(self._device)
        self._begun = time.perf_counter()

    def stop(self) -> int:
        synchronize(self._device)
        self._taken.append(time.perf_counter() - self._begun)
        return len(self._taken) - 1

    def read(self) -> list[float]:
        return self._taken


class _Events:  # pragma: no cover - needs a GPU
    """Marks in the GPU's own queue, which cost it nothing."""

    def __init__(self) -> None:
        self._events: list[torch.cuda.Event] = []

    def _mark(self) -> None:
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        self._events.append(event)

    def start(self) -> None:
        self._mark()

    def stop(self) -> int:
        self._mark()
        return len(self._events) // 2 - 1

    def read(self) -> list[float]:
        torch.cuda.synchronize()
        pairs = zip(self._events[::2], self._events[1::2], strict=True)
        return [begun.elapsed_time(ended) / 1000 for begun, ended in pairs]


def measure(module: nn.Module, image: Tensor, wanted: Callable[[], bool] = lambda: True) -> Timing:
    """Seconds of each operation, and of the bare pass, in turns: what slows the computer down slows both.

    Parameters
    ----------
    module
        Runs as it is, several times; in training mode its running means move.
    image
        Its input, with the batch axis.
    wanted
        Asked between two operations.

    Raises
    ------
    Cancelled
        It is no longer wanted.
    """
    image = image.detach()
    _bare(module, image)
    nbytes = tuple(record.nbytes for record in _timed(module, image, wanted).records)
    bare, each = [], []
    begun = time.perf_counter()
    for done in itertools.count(1):
        bare.append(_bare(module, image))
        each.append(_timed(module, image, wanted).seconds)
        if done >= MOST or (done >= FEWEST and time.perf_counter() - begun > ENOUGH):
            break
    seconds = tuple(statistics.median(times) for times in zip(*each, strict=True))
    return Timing(seconds, nbytes, statistics.median(bare), len(bare), describe(image.device))


def _bare(module: nn.Module, image: Tensor) -> float:
    """The pass alone, on a copy of the input: a network may write into it."""
    image = image.clone()
    synchronize(image.device)
    begun = time.perf_counter()
    with torch.no_grad():
        module(image)
    synchronize(image.device)
    return time.perf_counter() - begun


def _timed(module: nn.Module, image: Tensor, wanted: Callable[[], bool]) -> Stopwatch:
    stopwatch = Stopwatch(module, image, wanted)
    try:
        with stopwatch.recording():
            module(stopwatch.origin.output)
    except Cancelled:
        stopwatch.finish()
        raise
    stopwatch.finish()
    return stopwatch
