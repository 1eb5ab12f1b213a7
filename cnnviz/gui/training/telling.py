"""What a training tells, put on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnviz.figure import number
from cnnviz.gui.training.page import TrainingPage

if TYPE_CHECKING:
    from cnnviz.gui.training.work import Drawn
    from cnnviz.training import EpochEnded, Event, Noted, Progressed, Started, Stepped
    from cnnviz.training.compare import Side


class Telling(QObject):
    """Shows events; of two trainings that are compared, both.

    Signals
    -------
    started(Started), snapped(tuple[Snapshot], bool)
        For those who look at the weights; whether they are of the side that begins from nothing.
    news(str)
        A sentence for the status line.
    """

    started = Signal(object)
    snapped = Signal(object, bool)
    news = Signal(str)

    def __init__(self, page: TrainingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._start: Started | None = None
        self._seconds = 0.0  # of the last epoch
        self._left: float | None = None  # to the end
        self._notes: tuple[str, ...] = ()
        self._names = ("learning", "validation")
        self._shown: dict[str, Callable[[Any], None]] = {
            "Side": self._on_side,
            "Started": self._on_started,
            "Stepped": self._on_step,
            "EpochEnded": self._on_epoch,
            "Snapped": lambda event: self.snapped.emit(event.kept, False),
            "Noted": self._on_note,
            "Progressed": self._on_progress,
            "Drawn": self._on_drawn,
            "Checked": lambda _: None,  # of one side
            "Finished": lambda _: None,
        }

    @property
    def begun(self) -> bool:
        """Whether a first step was taken."""
        return self._start is not None

    def forget(self, compares: bool) -> None:
        """Another training is about to begin."""
        self._start, self._notes, self._seconds = None, (), 0.0
        self._names = ("transfer", "transfer-checked") if compares else ("learning", "validation")

    def tell(self, event: Event | Side | Drawn, left: float | None = None) -> None:
        """Show one event, and how many seconds are left."""
        self._left = left
        self._shown[type(event).__name__](event)

    def _on_side(self, side: Side) -> None:
        if not side.nothing:
            self.tell(side.event, self._left)
            return
        names, self._names = self._names, ("nothing", "nothing-checked")
        shown: dict[str, Callable[[Any], None]] = {
            "Started": self._draw_again,
            "Progressed": self._on_progress,
            "EpochEnded": self._on_epoch,
            "Stepped": self._on_other_step,
            "Snapped": lambda event: self.snapped.emit(event.kept, True),
        }
        if show := shown.get(type(side.event).__name__):
            show(side.event)
        self._names = names

    def _on_started(self, started: Started) -> None:
        self._start = started
        self.started.emit(started)
        learned = "" if started.learned == started.parameters else f", {started.learned:,} of them learn"
        about = (
            f"{started.pictures:,} pictures of {len(started.classes):,} classes · {started.parameters:,} parameters"
            f"{learned} · {started.device}"
        )
        self._page.course.begin(started.epochs, about, started.rate)
        self._draw_again(started)
        self._page.watch.set_left_out(self._notes)

    def _draw_again(self, started: Started) -> None:
        """The curves of the epochs that were done before."""
        for step in started.told:
            self._draw(step)
        for epoch in started.history:
            self._on_epoch(epoch)

    def _on_drawn(self, found: Drawn) -> None:
        for name, figure in found.figures.items():
            self._page.watch.set_figure(name, figure)

    def _on_progress(self, event: Progressed) -> None:
        self._page.course.say(f"{event.what}: {event.done:,} of {event.total:,}")

    def _on_note(self, event: Noted) -> None:
        self._notes = (*self._notes, event.sentence)
        if self.begun:  # until then the page is still about what was there before
            self._page.watch.set_left_out(self._notes)
        self.news.emit(event.sentence)

    def _on_step(self, event: Stepped) -> None:
        assert self._start is not None
        self._draw(event)
        where = f"Epoch {event.epoch} of {self._start.epochs} · step {event.step:,} of {event.steps:,}"
        took = f" · an epoch takes {number(self._seconds, 2)} s" if self._seconds else ""
        speed = f" · {event.speed:,.0f} pictures/s{took}"
        self._page.course.say_step(where, speed, self._left, event.rate, event.gradient)

    def _on_other_step(self, event: Stepped) -> None:
        self._draw(event)
        self._page.course.say_left(self._left)

    def _draw(self, event: Stepped) -> None:
        at, course, name = event.epoch - 1 + event.step / event.steps, self._page.course, self._names[0]
        for plot, value in zip(course.plots, (event.loss, event.accuracy, event.rate, event.gradient), strict=True):
            plot.add(name, at, value)

    def _on_epoch(self, event: EpochEnded) -> None:
        self._seconds = event.seconds
        course, name = self._page.course, self._names[1]
        if event.validation_loss is not None and event.validation_accuracy is not None:
            course.loss.add(name, event.epoch, event.validation_loss)
            course.accuracy.add(name, event.epoch, event.validation_accuracy)
