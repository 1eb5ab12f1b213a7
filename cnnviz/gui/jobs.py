"""Work that outlives a change of layer: progress, time left, cancel, partial results.

A job is a generator that yields ``Progress`` as it goes. All jobs share one thread and run one after the other; between
two steps they wait while the window's own worker is wanted.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from cnnviz.core.cancel import Cancelled, while_wanted

log = logging.getLogger(__name__)

REPORT_EVERY = 0.08  # seconds; results in between travel together

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a job: how many of how many are done, what this step found, and other words for the counts.

    ``left`` are the seconds left, where the job knows better than what went by tells.
    """

    done: int
    total: int
    result: Any = None
    note: str = ""
    left: float | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """A piece of work with a title; ``run`` is called in the jobs' thread."""

    title: str
    run: Callable[[], Iterator[Progress]]
    number: int = field(default_factory=lambda: next(_numbers))
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, eq=False)
class JobReport:
    """What the window hears of a job: counts, seconds left (None when unknown), the results since the last report.

    ``note`` stands for the counts and the time left, where there are better words for them.
    """

    job: Job
    done: int
    total: int
    seconds_left: float | None
    results: tuple[Any, ...]
    ended: bool = False
    problem: str = ""
    details: str = ""
    note: str = ""


class _Worker(QObject):
    reported = Signal(object)  # JobReport

    def __init__(self, jobs: Jobs, idle: threading.Event) -> None:
        super().__init__()
        self._jobs = jobs
        self._idle = idle

    @Slot()
    def work(self) -> None:
        while (job := self._jobs.take()) is not None:
            self._run(job)

    def _run(self, job: Job) -> None:
        results: list[Any] = []
        started = reported = time.monotonic()
        progress = Progress(0, 0)
        problem = details = ""
        self.reported.emit(JobReport(job, 0, 0, None, ()))
        try:
            for progress in _steps(job):
                if job.cancelled.is_set():
                    break
                if progress.result is not None:
                    results.append(progress.result)
                now = time.monotonic()
                if now - reported >= REPORT_EVERY:
                    left = progress.left
                    if left is None:
                        left = (now - started) / max(progress.done, 1) * (progress.total - progress.done)
                    told = JobReport(job, progress.done, progress.total, left, tuple(results), note=progress.note)
                    self.reported.emit(told)
                    results.clear()
                    reported = now
                while not self._idle.wait(0.2) and not job.cancelled.is_set():
                    pass  # the window's own worker goes first
        except Exception as error:
            log.exception("The job %r failed", job.title)
            problem, details = f"{job.title} stopped: {error}", traceback.format_exc()
        self.reported.emit(JobReport(job, progress.done, progress.total, None, tuple(results), True, problem, details))


def _steps(job: Job) -> Iterator[Progress]:
    """The steps of a job; the pass in which it is cancelled is given up between two operations."""
    steps = job.run()
    while True:
        try:
            with while_wanted(lambda: not job.cancelled.is_set()):
                step = next(steps)
        except (StopIteration, Cancelled):
            return
        yield step


class Jobs(QObject):
    """Runs jobs in a thread of their own.

    Parameters
    ----------
    idle
        Jobs go on only while this event is set.
    """

    reported = Signal(object)  # JobReport
    _wake = Signal()

    def __init__(self, idle: threading.Event, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._unreported: set[int] = set()  # numbers of jobs whose end has not been told yet
        self._thread = QThread()
        self._thread.setObjectName("cnnviz-jobs")
        self._worker = _Worker(self, idle)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work)
        self._worker.reported.connect(self._on_reported)

    def start(self, job: Job) -> Job:
        """Queue a job; its reports arrive by ``reported``."""
        self._unreported.add(job.number)
        with self._lock:
            self._waiting.append(job)
        if not self._thread.isRunning():
            self._thread.start()
        self._wake.emit()
        return job

    def cancel(self, job: Job) -> None:
        """Stop a job before its next step. What it found so far is kept."""
        job.cancelled.set()

    @property
    def active(self) -> bool:
        """Whether there is a job whose end has not been told yet."""
        return bool(self._unreported)

    def take(self) -> Job | None:
        """The next job, taken out of the queue by the worker."""
        with self._lock:
            self._running = self._waiting.popleft() if self._waiting else None
            return self._running

    def stop(self) -> None:
        """Cancel all jobs and end the thread."""
        with self._lock:
            for job in (*self._waiting, *((self._running,) if self._running else ())):
                job.cancelled.set()
            self._waiting.clear()
        self._thread.quit()
        self._thread.wait()

    @Slot(object)
    def _on_reported(self, report: JobReport) -> None:
        if report.ended:
            self._unreported.discard(report.job.number)
        if not report.job.cancelled.is_set() or report.ended:
            self.reported.emit(report)
