"""Over all pictures of the tray: a job that looks at one after the other, and the window that follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cnnviz.figure import Figure
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.main_window import MainWindow
from cnnviz.gui.session import Session
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.core.across import Glance
    from cnnviz.explore import Explorer
    from cnnviz.gui.across.window import AcrossWindow


LATER = 250
"""Milliseconds from one figure of what was found so far to the next."""


class Across(QObject):
    """Keeps the window over all pictures in step with layer, channel and model.

    Attributes
    ----------
    problem
        (sentence, details) Pictures that could not be looked at.
    export_requested
        (figure, name, what of its panels is visible).
    """

    problem = Signal(str, str)
    export_requested = Signal(object, str, object)

    def __init__(self, window: MainWindow, session: Session, jobs: Jobs, explorer: Callable[[], Explorer]) -> None:
        super().__init__(window)
        self._main, self._session, self._jobs, self._explorer = window, session, jobs, explorer
        self.window: AcrossWindow | None = None
        self._job: Job | None = None
        self._response: Response | None = None
        self._paths: tuple[str, ...] = ()
        self._glances: list[Glance] = []
        self._told: set[str] = set()  # each time the window opens, the same pictures are broken
        self._asked: tuple[object, ...] = ()  # what the job looks at: the same is not looked at again
        self._later = QTimer(self)  # the figure is of all pictures: it is not made anew for each
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._draw)
        jobs.reported.connect(self._on_report)
        session.changed.connect(self._on_request)

    def set_response(self, response: Response) -> None:
        """The step, its channels and the classes are known."""
        self._response = response
        self._look()

    def open(self) -> None:
        """Show the window, and look at all pictures."""
        if self.window is None:
            from cnnviz.gui.across.window import AcrossWindow  # not before it is wanted

            self.window = AcrossWindow(self._main)
            self.window.asked.connect(self._draw)
            self.window.channel_chosen.connect(lambda channel: self._session.update(channel=channel))
            self.window.picture_picked.connect(lambda place: self._session.update(image=self._paths[place]))
            self.window.cancel_requested.connect(self._cancel)
            self.window.export_requested.connect(self._export)
            self.window.finished.connect(lambda _: self._close())
        self.window.show()
        self.window.raise_()
        self._look()

    @property
    def _channel(self) -> int:
        return self._session.request.channel or 0

    def _look(self) -> None:
        """Begin to look at all pictures, unless that is done or being done already."""
        request, response = self._session.request, self._response
        if self.window is None or not self.window.isVisible() or response is None:
            return
        if (response.request.model, response.request.layer) != (request.model, request.layer):
            return  # its answer is on its way
        shape = response.steps[response.current].shape
        axes = next((tip for name, _, tip in response.card.rows if name == "Output"), "")
        count = shape[-1] if axes.endswith("W × C") else shape[0]
        self.window.set_channels(count, min(self._channel, count - 1))
        scores = response.scores
        self.window.set_classes(scores.labels if scores is not None else (), _likeliest(response))
        paths = tuple(item.path for item in self._main.tray.model.items)
        asked = (request.model, request.layer, self.window.channel.value(), paths)
        if asked == self._asked:
            return
        self._cancel()
        self._asked, self._paths, self._glances = asked, paths, []
        run = partial(look, self._explorer, request, self.window.channel.value(), paths)
        self._job = self._jobs.start(Job(f"Looking at {len(paths)} pictures", run))
        self.window.set_progress(0, len(paths), running=True)
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self.window is not None and self._response is not None:
            self.window.set_figure(self._figure(self.window))

    def _figure(self, window: AcrossWindow) -> Figure:
        from cnnviz.core import across

        assert self._response is not None
        if window.kind == "class":
            return across.by_class(self._glances, max(window.classes.currentIndex(), 0), window.classes.currentText())
        step = self._response.steps[self._response.current]
        make = across.strongest if window.kind == "strongest" else across.strip
        return make(self._glances, f"{step.title}, channel {window.channel.value()}")

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job or self.window is None:
            return
        sentences = [result for result in report.results if isinstance(result, str)]
        self._glances += [result for result in report.results if not isinstance(result, str)]
        if new := [sentence for sentence in sentences if sentence not in self._told]:
            self.problem.emit(new[0], "\n".join(new))
            self._told.update(new)
        if report.ended:
            self._job = None
        self.window.set_progress(report.done, report.total, running=not report.ended)
        if report.ended:
            self._later.stop()
            self._draw()
        elif report.results and not self._later.isActive():
            self._later.start()

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        if (old.model, old.layer, old.channel) != (new.model, new.layer, new.channel):
            self._look()

    def _cancel(self) -> None:
        """Stop; what was found stays."""
        if self._job is not None:
            self._jobs.cancel(self._job)

    def _close(self) -> None:
        self._cancel()
        self._asked = ()

    def _export(self) -> None:
        if self.window is not None and self.window.figure is not None:
            figure, visible = self.window.figure, self.window.view.visible
            self.export_requested.emit(figure, f"pictures-{figure.view}", visible)


def _likeliest(response: Response) -> int:
    """The class that the network takes the picture for: with it one begins."""
    known = response.scores.probabilities if response.scores is not None else ()
    return max(range(len(known)), key=lambda label: known[label], default=0)


def look(
    explorer: Callable[[], Explorer], request: Request, channel: int, paths: tuple[str, ...]
) -> Iterator[Progress]:
    """The job: a ``Glance`` for each picture, or a sentence why there is none."""
    from cnnviz.core import images
    from cnnviz.core.across import glance
    from cnnviz.core.errors import CnnvizError
    from cnnviz.core.trace import TraceError

    yield Progress(0, len(paths))
    model = explorer().model(request.model)
    for place, path in enumerate(paths):
        found: Glance | str
        try:
            found = glance(model, images.read(path), request.layer, channel, place, explorer().budget)
        except (CnnvizError, TraceError) as error:
            found = str(error)
        yield Progress(place + 1, len(paths), found)
