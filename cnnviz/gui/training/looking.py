"""Looking at weights that were kept: one after the other, with the picture that is pinned."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cnnviz.gui.jobs import Job, JobReport, Jobs
from cnnviz.gui.training import looks
from cnnviz.gui.training.work import Begun, Failed

if TYPE_CHECKING:
    from cnnviz.gui.training.course import TrainingCourse
    from cnnviz.gui.training.watch import TrainingWatch
    from cnnviz.training import Started
    from cnnviz.training.snapshots import Snapshot

_KEPT = 64  # looks that are shown again at once
_PAUSE = 140  # milliseconds between two of them at least, while they play


class Looking(QObject):
    """What the kept weights make of one picture.

    Signals
    -------
    reported(JobReport)
        How a look goes on.
    problem(str, str)
        A sentence for the bar, with details.
    """

    reported = Signal(object)
    problem = Signal(str, str)

    def __init__(self, course: TrainingCourse, watch: TrainingWatch, parent: QObject) -> None:
        super().__init__(parent)
        self._course, self._watch = course, watch
        always = threading.Event()
        always.set()
        self.jobs = Jobs(always, self)
        self.jobs.reported.connect(self._on_look)
        self._job: Job | None = None
        self._asked = (False, 0, 0)  # the side, the step and the picture that the job looks at
        self._wanted: int | None = None  # what is to be looked at once the present look is done
        self._begun: Begun | None = None
        self._started: Started | None = None
        self._open = ""
        self._pins: list[looks.Pinned] = []
        self._pin = 0
        self._kept: list[tuple[Snapshot, ...]] = [(), ()]  # of both sides
        self._nothing = False  # which side is looked at: the one that begins from nothing?
        self._seen: dict[tuple[bool, int, int], looks.Look] = {}  # side, step and picture
        self._next = QTimer(self, interval=_PAUSE, singleShot=True)
        self._next.timeout.connect(self._forward)
        watch.snapshot_picked.connect(self.look)
        watch.played.connect(self._on_play)
        watch.pinned.connect(self._on_pin)
        watch.side_picked.connect(self._on_side)

    @property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The weights that can be looked at."""
        return self._kept[self._nothing]

    def forget(self, compares: bool) -> None:
        """Another training is about to begin; maybe two that are compared."""
        self._kept, self._nothing = [(), ()], False
        self._watch.set_sides(compares)
        self._seen.clear()
        self._begun = self._started = self._wanted = None
        self._watch.play.setChecked(False)
        self._watch.set_snapshots(0)

    def begin(self, begun: Begun, started: Started, labels: tuple[str, ...]) -> None:
        """A training takes its first step: the open picture is pinned where its model knows the same classes."""
        self._begun, self._started = begun, started
        own = [looks.Pinned(f"Open: {Path(self._open).name}", self._open)] if self._open else []
        self._pins = [*own, *looks.pins(begun.data)]
        self._pin = 1 if own and len(self._pins) > 1 and labels != begun.data.labels else 0
        self._watch.set_pins(tuple(pin.title for pin in self._pins), self._pin)

    def end(self) -> None:
        """No more weights will come: all looks from now on share the scale of all of them."""
        self._seen.clear()
        self.look(self._watch.slider.value())

    def set_open(self, picture: str) -> None:
        """Another picture is open: it is looked at, unless one of the data is pinned."""
        if picture == self._open:
            return
        had, self._open = bool(self._open), picture
        if had and self._pins:
            self._pins[0] = looks.Pinned(f"Open: {Path(picture).name}", picture)
            self._seen = {key: found for key, found in self._seen.items() if key[2]}
            self._watch.set_pins(tuple(pin.title for pin in self._pins), self._pin)
            self.look(self._watch.slider.value())

    @Slot(object, bool)
    def keep(self, kept: tuple[Snapshot, ...], nothing: bool) -> None:
        """The weights that are kept by now, of one side; in between some may have gone."""
        before, self._kept[nothing] = self._kept[nothing], kept
        if nothing == self._nothing:
            at = before[min(self._watch.slider.value(), len(before) - 1)].step if before else 0
            self._watch.set_snapshots(len(kept), max((n for n, one in enumerate(kept) if one.step <= at), default=0))
            if not before:
                self.look(self._watch.slider.value())

    @Slot(int)
    def look(self, place: int) -> None:
        """Look at the weights kept there; while one look is under way, only the newest wish waits."""
        if self._begun is None or not self._pins or not 0 <= place < len(self.snapshots):
            return
        seen = self._seen.get((self._nothing, self.snapshots[place].step, self._pin))
        if seen is not None:
            self._wanted = None
            self._show(seen)
            return
        self._wanted = place
        if self._job is None:
            self._go()

    def _go(self) -> None:
        place, self._wanted = self._wanted, None
        if place is None or self._begun is None or self._started is None or place >= len(self.snapshots):
            return
        begun, snapshots = self._begun, self.snapshots
        self._asked = (self._nothing, snapshots[place].step, self._pin)
        run = partial(
            looks.look, begun.network, begun.data, self._started.preprocessing, snapshots, place, self._pins[self._pin]
        )
        self._job = self.jobs.start(Job("Looking at the network", run))

    @Slot(object)
    def _on_look(self, report: JobReport) -> None:
        if report.job is not self._job:
            return
        for found in report.results:
            if isinstance(found, looks.Look) and self._started is not None:
                while len(self._seen) >= _KEPT:
                    del self._seen[next(iter(self._seen))]
                self._seen[self._asked] = found
                self._show(found)
            elif isinstance(found, Failed):
                self._watch.play.setChecked(False)
                self.problem.emit(found.sentence, found.details)
        if report.ended:
            self._job = None
            self._go()
        self.reported.emit(report)

    def _show(self, found: looks.Look) -> None:
        assert self._started is not None
        self._watch.set_figure("look", found.figure)
        self._watch.say_when(f"after {found.step:,} step{'s' * (found.step != 1)} · {found.figure.subtitle}")
        self._course.mark(found.step / max(self._started.steps, 1))
        if self._watch.play.isChecked():
            self._next.start()

    # playing, pinning

    @Slot(bool)
    def _on_play(self, on: bool) -> None:
        slider = self._watch.slider
        if not on:
            self._next.stop()
        elif slider.value() == slider.maximum():
            slider.setValue(0)
        else:
            self._forward()

    @Slot()
    def _forward(self) -> None:
        """The next weights; at the end it stops."""
        slider = self._watch.slider
        if slider.value() == slider.maximum():
            self._watch.play.setChecked(False)
        else:
            slider.setValue(slider.value() + 1)

    @Slot(object)
    def _on_side(self, nothing: bool) -> None:
        self._nothing = nothing
        self._watch.set_snapshots(len(self.snapshots), self._watch.slider.value())
        self.look(self._watch.slider.value())

    @Slot(int)
    def _on_pin(self, pin: int) -> None:
        self._pin = pin
        self.look(self._watch.slider.value())
