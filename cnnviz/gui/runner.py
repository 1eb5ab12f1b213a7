"""One thread, one worker: the newest request wins.

While the worker is busy, a newer request replaces the one that waits. A running forward pass goes on as long as the
newest request still wants it, so that walking quickly through layers never restarts it.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading
import traceback
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from cnnviz.core.graph.shapes import GraphQuery, TilesQuery
from cnnviz.core.survey.shapes import SurveyQuery, TimingQuery
from cnnviz.request import Request
from cnnviz.response import ColumnsQuery, Failure, Response

if TYPE_CHECKING:
    from cnnviz.explore import Explorer

PATIENCE = 0.1
"""Seconds for which the worker waits until its answer is painted; a window that is not there paints nothing."""

log = logging.getLogger(__name__)

Query = ColumnsQuery | GraphQuery | TilesQuery | SurveyQuery | TimingQuery
"""Parts of what is shown that need an answer of their own, each kind in a lane of its own."""


class _Worker(QObject):
    """Lives in the runner's thread; imports torch there, after the window has been painted."""

    answered = Signal(object)  # Response
    failed = Signal(object)  # Failure
    found = Signal(object)  # Columns, GraphAnswer or Tiles
    busy = Signal(bool)

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner

    @Slot()
    def work(self) -> None:
        """Answer the newest request, then the newest query, until nothing waits."""
        self.busy.emit(True)
        try:
            while True:
                request, query = self._runner.take()
                if request is not None:
                    self._answer(request)
                elif query is not None:
                    self._look_up(query)
                else:
                    return
        finally:
            self.busy.emit(False)

    def _answer(self, request: Request) -> None:
        from cnnviz.core.cancel import Cancelled
        from cnnviz.core.errors import CnnvizError, ConsentNeeded

        try:
            response = self._runner.explorer().answer(request, lambda: self._runner.wants_pass_of(request))
        except Cancelled:
            return
        except ConsentNeeded as error:
            self.failed.emit(Failure(request, str(error), error.details, error.file, error.would))
        except CnnvizError as error:
            self.failed.emit(Failure(request, str(error), error.details))
        except Exception as error:
            log.exception("A request failed: %s", request)
            self.failed.emit(Failure(request, f"This could not be shown: {error}", traceback.format_exc()))
        else:
            self._runner.painted.clear()
            self.answered.emit(response)
            self._runner.painted.wait(PATIENCE)

    def _look_up(self, query: Query) -> None:
        from cnnviz.core.cancel import Cancelled

        try:
            found = self._runner.explorer().look_up(query, lambda: self._runner.wants_look_up(query))
        except Cancelled:
            self._runner.put_back(query)
        except Exception as error:
            log.exception("A query failed: %s", query)
            self.failed.emit(Failure(None, f"This part could not be drawn: {error}", traceback.format_exc()))
        else:
            if found is not None:
                self.found.emit(found)


class Runner(QObject):
    """Takes requests from the window's thread and answers by queued signals.

    Parameters
    ----------
    budget
        Bytes that all kept traces may take together.
    """

    answered = Signal(object)
    failed = Signal(object)
    found = Signal(object)
    busy_changed = Signal(bool)
    _wake = Signal()

    def __init__(self, budget: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._budget = budget
        self._explorer: Explorer | None = None
        self._making = threading.Lock()
        self._waiting = threading.Lock()
        self._request: Request | None = None
        self._queries: dict[type, Query] = {}  # a lane for each kind, in each the newest
        self._stopping = False
        self.idle = threading.Event()
        """Set while nothing waits: jobs go on only then."""
        self.idle.set()
        self._thread = QThread()
        self._thread.setObjectName("cnnviz-worker")
        self._worker = _Worker(self)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work)
        self.painted = threading.Event()
        """Set once the last answer is on the screen: together both threads would wait for Python's lock in turns."""
        self._after_painting = QTimer(self)  # of no length: due when what was posted is done, painting included
        self._is_next_lap = False
        self._after_painting.setSingleShot(True)
        self._after_painting.timeout.connect(self._on_lap)
        self._worker.answered.connect(self._on_answered)
        self._worker.failed.connect(self.failed)
        self._worker.found.connect(self.found)
        self._worker.busy.connect(self._on_busy)

    def start(self) -> None:
        """Start the thread: call it once the window has been painted."""
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Ask for a response; replaces a request that still waits."""
        with self._waiting:
            self._request = request
            self.idle.clear()
        self._wake.emit()

    def look_up(self, query: Query) -> None:
        """Ask for a part; replaces a query of the same kind that still waits. Requests go first."""
        with self._waiting:
            self._queries[type(query)] = query
            self.idle.clear()
        self._wake.emit()

    def give_up(self) -> None:
        """Answer nothing more; a pass that is under way stops at its next operation."""
        with self._waiting:
            self._stopping = True
            self._request = None
            self._queries.clear()
        self.painted.set()

    def stop(self) -> None:
        """Give up, and end the thread."""
        self.give_up()
        self._thread.quit()
        self._thread.wait()
        self.idle.set()

    def explorer(self) -> Explorer:
        """The explorer, made in the first thread that needs it (it imports torch)."""
        with self._making:
            if self._explorer is None:
                is_first = "torch" not in sys.modules
                from cnnviz.explore import Explorer

                if is_first:
                    gc.freeze()  # what torch is made of stays: no collection has to look through it again
                self._explorer = Explorer(self._budget)
            return self._explorer

    def set_budget(self, budget: int) -> None:
        """Bytes that all kept traces may take together, from the next pass on."""
        self._budget = budget
        if self._explorer is not None:
            self._explorer.budget = budget

    def take(self) -> tuple[Request | None, Query | None]:
        """The newest request, or else the query that has waited longest, taken out of the queue by the worker."""
        with self._waiting:
            request, self._request = self._request, None
            if request is not None:
                return request, None
            if not self._queries:
                self.idle.set()
                return None, None
            return None, self._queries.pop(next(iter(self._queries)))

    def wants_pass_of(self, request: Request) -> bool:
        """Whether the newest request still needs the forward pass of ``request``."""
        with self._waiting:
            newest = self._request
            return not self._stopping and (newest is None or newest.shown == request.shown)

    def wants_look_up(self, query: Query) -> bool:
        """Whether nothing newer of its kind is asked for, and no request waits."""
        with self._waiting:
            return not self._stopping and self._request is None and type(query) not in self._queries

    def put_back(self, query: Query) -> None:
        """Let a query that gave way to a request wait again, where nothing newer of its kind does."""
        with self._waiting:
            if not self._stopping:
                self._queries.setdefault(type(query), query)

    @Slot(object)
    def _on_answered(self, response: Response) -> None:
        self._is_next_lap = False
        self._after_painting.start()
        self.answered.emit(response)

    @Slot()
    def _on_lap(self) -> None:
        """A round of events is over: after the next one all is painted, also where the answer came in their midst."""
        if self._is_next_lap:
            self.painted.set()
        else:
            self._is_next_lap = True
            self._after_painting.start()

    @Slot(bool)
    def _on_busy(self, busy: bool) -> None:
        self.busy_changed.emit(busy)
