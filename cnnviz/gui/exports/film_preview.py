"""A film before it is made: its frames, drawn one by one and played at its rate."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.explore import Explorer
    from cnnviz.motion import Film

DOTS = 1280
"""Pixels that a frame is wide at most in the preview; a wider one is laid out the same."""

LATER = 150
"""Milliseconds after a change until the frames are drawn again."""


class FilmPreview(QWidget):
    """Draws in a thread of its own and plays what is drawn; only the newest film is shown.

    Signals
    -------
    drawn()
        There are more frames than before, or none of the film that is wanted now.
    problem(str)
        Why the film cannot be made like that.
    """

    drawn = Signal()
    problem = Signal(str)

    def __init__(self, explorer: Callable[[], Explorer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = cache(lambda: explorer().beside())
        always = threading.Event()
        always.set()
        self.jobs = Jobs(always, self)
        self.jobs.reported.connect(self._on_report)
        self._film: Film | None = None
        self._job: Job | None = None
        self._frames: list[bytes] = []
        self._total = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._draw)
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._next)
        self._build()

    def _build(self) -> None:
        self.shown = Shown()
        self.play = named(QToolButton(), "film-play", "Pause")
        self.play.setCheckable(True)
        self.play.setChecked(True)
        self.play.setProperty("role", "button")
        self.play.toggled.connect(self._on_play)
        self.line = named(QSlider(Qt.Orientation.Horizontal), "film-line", "Frame of the preview")
        self.line.valueChanged.connect(self._show)
        self.line.actionTriggered.connect(lambda _: self.play.setChecked(False))
        self.at = named(QLabel(), "film-at", "Which frame is shown")
        self.at.setProperty("role", "dim")
        self.at.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.play)
        row.addWidget(self.line, 1)
        row.addWidget(self.at)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        column.addWidget(self.shown, 1)
        column.addLayout(row)
        self._on_play(True)

    def show_film(self, film: Film) -> None:
        """Draw and play a film; nothing is drawn again where only its rate is another."""
        before, self._film = self._film, film
        self._clock.setInterval(round(1000 / film.frames_a_second))
        if before is not None and replace(before, rate=film.rate) == film:
            return
        self._cancel()
        self._frames, self._total = [], 0
        self.shown.stale = True
        self.shown.update()
        self._later.start()

    @property
    def count(self) -> int:
        """How many frames of the newest film are drawn."""
        return len(self._frames)

    def stop(self) -> None:
        """End the thread."""
        self._later.stop()
        self._clock.stop()
        self.jobs.stop()

    def _cancel(self) -> None:
        if self._job is not None:
            self.jobs.cancel(self._job)
            self._job = None

    @Slot()
    def _draw(self) -> None:
        if self._film is None:
            return
        cancelled = threading.Event()
        run = partial(_drawn, self._explorer, _small(self._film), cancelled)
        self._job = self.jobs.start(Job("Preview", run, cancelled=cancelled))

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job is not self._job:
            return  # another choice was made since
        if report.problem:
            self.problem.emit(report.problem)
        for result in report.results:
            if isinstance(result, str):
                self.problem.emit(result)
            else:
                self._frames.append(result)
        if report.results and self._frames:
            if not self._total:
                self._total = report.total
                self.line.setRange(0, self._total - 1)
                widest = self._place(self._total)
                self.at.setFixedWidth(self.at.fontMetrics().horizontalAdvance(widest) + theme.px(2))
                self.line.setValue(0)
            self._show()
            self.drawn.emit()

    @Slot()
    def _next(self) -> None:
        """The next frame, once it is drawn; after the last one the first."""
        if self._frames:
            at = (self.line.value() + 1) % self._total
            if at < len(self._frames):
                self.line.setValue(at)

    @Slot()
    def _show(self) -> None:
        """What the line points at."""
        if not self._frames or self._film is None:
            return
        at = min(self.line.value(), len(self._frames) - 1)
        if at != self.line.value():
            self.line.setValue(at)  # no further than what is drawn
            return
        width, height = _small(self._film).size
        pixels = zlib.decompress(self._frames[at])
        self.shown.show_frame(QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888).copy())
        self.at.setText(self._place(at + 1))

    def _place(self, at: int) -> str:
        drawn = f", {self.count:,} drawn" if self.count < self._total else ""
        return f"{at:,} of {self._total:,}{drawn}"

    @Slot(bool)
    def _on_play(self, playing: bool) -> None:
        words = "Pause" if playing else "Play"
        self.play.setAccessibleName(words)
        self.play.setToolTip(words)
        theme.set_icon(self.play, words.lower())
        if playing:
            self._clock.start()
        else:
            self._clock.stop()


class Shown(QWidget):
    """One frame, as large as there is room; pale where it is that of an earlier choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "film-screen", "Preview of the film")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.frame = QImage()
        self.stale = False

    def show_frame(self, frame: QImage) -> None:
        self.frame, self.stale = frame, False
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(640), theme.px(360))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(320), theme.px(180))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.frame.isNull():
            painter.setPen(theme.color("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The first frame is being drawn …")
            return
        ratio = self.devicePixelRatioF()
        room = self.frame.size().scaled(self.size() - QSize(2, 2), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect((self.width() - room.width()) // 2, (self.height() - room.height()) // 2, *room.toTuple())
        smooth = Qt.TransformationMode.SmoothTransformation
        seen = self.frame.scaled(room * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        painter.setOpacity(0.35 if self.stale else 1)
        painter.drawImage(place, seen)
        painter.setPen(theme.color("line"))
        painter.drawRect(place.adjusted(-1, -1, 0, 0))


def _small(film: Film) -> Film:
    """The same film with fewer dots where it has many."""
    width, height = film.size
    return film if width <= DOTS else replace(film, size=(DOTS, round(height * DOTS / width)))


def _drawn(explorer: Callable[[], Explorer], film: Film, cancelled: threading.Event) -> Iterator[Progress]:
    """The job: its results are the frames, packed, or a sentence."""
    from cnnviz.core.cancel import Cancelled
    from cnnviz.core.errors import CnnvizError
    from cnnviz.motion import frames

    try:
        for frame in frames(film, explorer(), lambda: not cancelled.is_set()):
            yield Progress(frame.number, frame.total, zlib.compress(frame.pixels.tobytes(), 1))
    except Cancelled:
        return
    except CnnvizError as error:
        yield Progress(1, 1, str(error))
