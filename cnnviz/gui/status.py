"""The line at the window's foot: what is going on, what the pass cost, jobs that run, and what the colours mean."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from cnnviz.figure import remaining
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.theme import theme

JOBS_SHOWN = 2
"""Jobs that have a bar each; where it is narrow, one."""


class StatusBar(QFrame):
    """A pure view; it is told everything and asks only that jobs be cancelled."""

    cancel_requested = Signal(object)  # the number of a job

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-bar")
        self.setAccessibleName("Status")
        self.setProperty("role", "bar")
        self._state = ElidedLabel("Ready", "dim")
        self._state.setObjectName("state")
        self._forward = ElidedLabel("", "dim", tip="Time of the forward pass alone")
        self._forward.setObjectName("forward")
        self._memory = ElidedLabel("", "dim", tip="Steps of this pass, and the memory that their outputs take")
        self._memory.setObjectName("memory")
        self._remark = ElidedLabel("", "dim")
        self._remark.setObjectName("remark")
        self._jobs: dict[object, _Job] = {}
        self._more = QLabel()
        self._more.setObjectName("more-jobs")
        self._more.setProperty("role", "dim")
        self._more.hide()
        self._waiting: list[str] = []  # titles of the jobs that have no bar
        self._facts = (self._remark, self._memory, self._forward)  # what goes where it is narrow, in this order
        self._row = QHBoxLayout(self)
        self._row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._jobs_row = QHBoxLayout()
        self._row.addWidget(self._state)
        self._row.addWidget(self._forward)
        self._row.addWidget(self._memory)
        self._row.addStretch(1)
        self._row.addLayout(self._jobs_row)
        self._row.addWidget(self._more)
        self._row.addWidget(self._remark)
        theme.changed.connect(self._space)
        self._space()

    def set_state(self, text: str, busy: bool = False) -> None:
        """Say what is going on: ``Ready``, or what is being done."""
        self._state.setText(text)
        self._widest = 0
        self._widen()
        self._hold_width(self._state, 240)
        self._fit()
        self._state.set_role("accent" if busy else "dim")

    def set_forward(self, seconds: float | None) -> None:
        """Show the time of the forward pass."""
        self._say(self._forward, "" if seconds is None else f"forward {duration(seconds)}")
        self._widen()

    def _widen(self) -> None:
        """The time is as wide as its longest so far: it changes with every pass, and nothing beside it moves."""
        wide = self._forward.sizeHint().width()
        if wide > self._widest:
            self._widest = wide
            self._forward.setFixedWidth(wide)

    def set_memory(self, steps: int, kept_bytes: int) -> None:
        """Show how many steps the pass has and how much memory they take; 0 steps hide it."""
        said = f"{steps:,} step{'s' if steps != 1 else ''}, {size(kept_bytes)} kept" if steps else ""
        self._say(self._memory, said)

    def set_remark(self, text: str) -> None:
        """Say at the right what the colours mean, or what is under the cursor."""
        self._say(self._remark, text)

    def _say(self, label: ElidedLabel, text: str) -> None:
        if text != label.text():
            label.setText(text)
            self._fit()

    def set_job(
        self, number: object, title: str, done: int, total: int, seconds_left: float | None, note: str = ""
    ) -> None:
        """Show a job's progress; a total of 0 means that it is not known yet. ``note`` stands for counts and time."""
        job = self._jobs.get(number)
        if job is None:
            job = self._jobs[number] = _Job(title, self)
            job.cancel.clicked.connect(lambda: self._cancel(number))
            self._jobs_row.addWidget(job)
        job.set_progress(title, done, total, seconds_left, self._roomy, note)
        self._fit()

    def end_job(self, number: object) -> None:
        """Take a job off the line."""
        job = self._jobs.pop(number, None)
        if job is not None:
            self._jobs_row.removeWidget(job)
            job.hide()
            job.deleteLater()
            self._fit()

    @property
    def _roomy(self) -> bool:
        return self.width() >= theme.px(860)

    def _show_jobs(self) -> None:
        """The jobs that came first have a bar each; the others are counted."""
        shown = JOBS_SHOWN if self._roomy else 1
        for place, job in enumerate(self._jobs.values()):
            job.setVisible(place < shown)
        waiting = [job.title for job in self._jobs.values()][shown:]
        if waiting != self._waiting:
            self._waiting = waiting
            self._more.setText(f"+{len(waiting)} more")
            self._more.setToolTip("\n".join(waiting))
            self._more.setVisible(bool(waiting))

    def _cancel(self, number: object) -> None:
        self._jobs[number].set_cancelling()
        self.cancel_requested.emit(number)

    @staticmethod
    def _hold_width(label: ElidedLabel, limit: int) -> None:
        """Let the remark at the right be cut before this label."""
        label.setMinimumWidth(min(label.sizeHint().width(), theme.px(limit)))

    def _space(self) -> None:
        self._widest = 0
        self._widen()
        self._hold_width(self._state, 240)
        self._row.setContentsMargins(theme.px(16), theme.px(2), theme.px(16), theme.px(2))
        self._row.setSpacing(theme.px(20))
        self._jobs_row.setSpacing(theme.px(16))
        self.setFixedHeight(theme.px(28))
        self._fit()

    def _fit(self) -> None:
        """Leave out what there is no room for; what is going on and the jobs stay."""
        self._show_jobs()
        gap = self._row.spacing()
        jobs = [job for job in (*self._jobs.values(), self._more) if not job.isHidden()]
        room = self.width() - 2 * theme.px(16) - self._state.minimumWidth()
        room -= sum(job.minimumSizeHint().width() + gap for job in jobs)
        for label in reversed(self._facts):
            least = theme.px(60) if label is self._remark else label.sizeHint().width()
            fits = bool(label.text()) and min(least, label.sizeHint().width()) + gap <= room
            label.setVisible(fits)
            if fits:
                room -= least + gap

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(28))


class _Job(QWidget):
    """Title, bar, counts with time left, cancel."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("job")
        self._cancelling = False
        self._title = ElidedLabel(title)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {title}")
        self._counts = QLabel()
        self._counts.setObjectName("counts")
        self._counts.setProperty("role", "dim")
        self.cancel = QToolButton()
        self.cancel.setObjectName("cancel")
        self.cancel.setAccessibleName(f"Cancel {title}")
        self.cancel.setToolTip("Cancel; what is done so far is kept")
        self.cancel.setProperty("role", "small")
        theme.set_icon(self.cancel, "close", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        for widget in (self._title, self._bar, self._counts, self.cancel):
            row.addWidget(widget)
        self._bar.setFixedWidth(theme.px(96))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def title(self) -> str:
        return self._title.text()

    def set_progress(
        self, title: str, done: int, total: int, seconds_left: float | None, roomy: bool, note: str = ""
    ) -> None:
        self._bar.setFixedWidth(theme.px(96))
        self._bar.setRange(0, total)  # 0 to 0 shows that something is going on
        self._bar.setValue(done)
        if self._cancelling:
            return
        self._title.setText(title)
        self._title.setMinimumWidth(min(self._title.sizeHint().width(), theme.px(150 if roomy else 70)))
        counts = f"{done:,} of {total:,}" if total else "starting"
        left = f" · {remaining(seconds_left)} left" if seconds_left is not None else ""
        self._counts.setText(note or counts + left)
        self.setAccessibleName(f"{title}: {self._counts.text()}")

    def set_cancelling(self) -> None:
        self._cancelling = True
        self.cancel.setEnabled(False)
        self._counts.setText("cancelling")


def duration(seconds: float) -> str:
    """``1.4 ms``, ``320 ms`` or ``2.1 s``."""
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def size(count: int) -> str:
    """Bytes as ``0.1 MB``, ``12 MB`` or ``1.5 GB`` (powers of ten)."""
    megabytes = count / 1e6
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"
