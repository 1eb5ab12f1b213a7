"""The sandbox as a page of the window: what is chosen becomes a trial, and each trial is computed and shown at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnviz.arithmetic import Floats, Kind
from cnnviz.core.errors import CnnvizError
from cnnviz.core.sandbox import Setting
from cnnviz.gui.elided import ElidedLabel
from cnnviz.gui.naming import named
from cnnviz.gui.sandbox.form import SandboxForm
from cnnviz.gui.sandbox.presets import (
    EXAMPLES,
    MAGNITUDE,
    OWN,
    PICTURES,
    first_size,
    kernel_named,
    picture_named,
    with_named,
)
from cnnviz.gui.sandbox.results import Results
from cnnviz.gui.sandbox.stage import Stage
from cnnviz.gui.sandbox.trial import Found, Trial, as_python, run, strongest
from cnnviz.gui.theme import theme

FIRST = "Lecture: Sobel on a picture"
"""The example that is shown at first."""


class SandboxPage(QFrame):
    """Controls at the left, the sliding window beside them, the results below it.

    Attributes
    ----------
    left
        The person wants to go back to the network.
    news
        A sentence for the status line.
    shown
        Another trial is shown.
    """

    left = Signal()
    news = Signal(str)
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sandbox")
        self.setAccessibleName("Sandbox")
        self.setProperty("role", "card")
        self._make_head()  # first for the Tab key, too
        self.form = SandboxForm(self)
        self.stage = Stage(self)
        self.results = Results(self)
        self.found: Found | None = None
        self._current: NDArray[np.uint8] | None = None  # the window's own picture
        self._others: dict[bool, Setting] = {True: Setting(), False: Setting("pooling", 2, 2)}
        self._undone: list[Floats] = []
        self._done: list[Floats] = []
        self._stroke: Floats | None = None  # the kernel before what is being painted
        self._chosen = ""  # the kernel that resetting goes back to
        self._lay_out()
        self._connect()
        self._dress()
        theme.changed.connect(self._dress)
        self.form.set_current(False)
        self.show_example(FIRST)

    def _make_head(self) -> None:
        title = QLabel("Sandbox", self)
        title.setProperty("role", "heading")
        self._subtitle = ElidedLabel("a convolution or a pooling to play with, without any network", "dim", self)
        self.example = named(QComboBox(self), "sandbox-example", "Examples")
        self.example.addItem("Examples…")
        self.example.addItems(list(EXAMPLES))
        self.example.setToolTip("Begin with an example")
        self.back = named(QPushButton("Back to the network", self), "sandbox-back")
        self.back.setToolTip("Back to the network (Esc)")
        theme.set_icon(self.back, "arrow-left", "dim")
        self._head = QHBoxLayout()
        self._head.addWidget(title)
        self._head.addWidget(self._subtitle, 1)
        self._head.addWidget(self.example)
        self._head.addWidget(self.back)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.addWidget(self.stage, 1)
        self._line = QFrame(self)
        self._line.setProperty("role", "line")
        right.addWidget(self._line)
        right.addWidget(self.results.scrolled(self))
        self._right = right
        self._body = QHBoxLayout()
        self._body.addWidget(self.form)
        self._rule = QFrame(self)
        self._rule.setProperty("role", "vline")
        self._body.addWidget(self._rule)
        self._body.addLayout(right, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addLayout(self._body, 1)

    def _connect(self) -> None:
        form, stage = self.form, self.stage
        self.example.activated.connect(self._on_example)
        self.back.clicked.connect(self.left)
        form.kind_picked.connect(self._on_kind)
        form.picture_picked.connect(self.choose_picture)
        form.kernel_picked.connect(self._on_kernel_picked)
        form.number_changed.connect(self._on_number)
        form.channels_changed.connect(self._on_channels)
        form.border_picked.connect(lambda border: self._show(replace(self.trial, border=border)))
        form.magnitude_changed.connect(lambda on: self._show(replace(self.trial, magnitude=on)))
        form.same_colors_changed.connect(lambda on: self._show(replace(self.trial, same_colors=on)))
        form.edit_requested.connect(self.edit)
        stage.kernel_changed.connect(self._on_kernel_painted)
        stage.picture_changed.connect(self._on_picture_painted)
        keys = ((QKeySequence.StandardKey.Undo, "undo"), (QKeySequence.StandardKey.Redo, "redo"))
        for key, name in keys:
            QShortcut(QKeySequence(key), self).activated.connect(lambda name=name: self.edit(name))
        QShortcut(QKeySequence(Qt.Key.Key_Space), self).activated.connect(stage.play.toggle)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self).activated.connect(self.left)

    def _dress(self) -> None:
        self._column.setContentsMargins(*(theme.px(n) for n in (16, 10, 16, 12)))
        self._column.setSpacing(theme.px(12))
        self._head.setSpacing(theme.px(12))
        self._body.setSpacing(theme.px(16))
        self._right.setSpacing(theme.px(10))

    # what is shown

    def show_example(self, name: str) -> None:
        """Begin with one of `EXAMPLES`."""
        picture, kernel, make = EXAMPLES[name]
        self.begin(make(), picture, kernel or self._chosen)

    def begin(self, trial: Trial, picture: str, kernel: str) -> None:
        """Begin with a trial whose picture and kernel have these names."""
        self._picture, self._chosen = picture, kernel
        self._undone.clear()
        self._done.clear()
        self._show(trial)
        if self.found is not None:
            self.stage.move_to(strongest(self.found))

    @property
    def picture_name(self) -> str:
        """The name of the picture that is shown."""
        return self._picture

    @property
    def current(self) -> NDArray[np.uint8] | None:
        """The window's own picture: (h, w[, 3])."""
        return self._current

    def set_picture(self, pixels: NDArray[np.uint8] | None) -> None:
        """The window shows another picture: (h, w[, 3]); None where it is not read yet."""
        before, self._current = self._current, pixels
        self.form.set_current(pixels is not None)
        if self._picture == "window" and pixels is not None and (before is None or not np.array_equal(before, pixels)):
            self.choose_picture("window")

    def set_colormaps(self, colormaps: tuple[str, str, str]) -> None:
        """Use the colour maps of the settings."""
        if colormaps != self.stage.colormaps:
            self.stage.colormaps = colormaps
            self._show(self.trial)

    def _show(self, trial: Trial) -> None:
        """Compute a trial and show what comes of it, or why nothing does."""
        self.trial = trial
        try:
            self.found = run(trial)
        except CnnvizError as error:
            self.found = None
            self.results.set_problem(str(error))
        else:
            self.results.set_found(self.found)
        self.stage.set_trial(trial, self.found)
        self.form.set_trial(trial, self._picture, self.kernel_name)
        self.form.edits["undo"].setEnabled(bool(self._done))
        self.form.edits["redo"].setEnabled(bool(self._undone))
        self.form.edits["reset"].setEnabled(bool(self._chosen) and not self.kernel_name)
        self.shown.emit()

    @property
    def kernel_name(self) -> str:
        """The name of the kernel that is shown; empty for one's own."""
        if not self._chosen or self.trial.magnitude != (self._chosen == MAGNITUDE):
            return ""
        return self._chosen if np.array_equal(kernel_named(self._chosen), self.trial.kernel) else ""

    # what the person does

    def _on_example(self, index: int) -> None:
        if index:
            self.show_example(self.example.itemText(index))
        self.example.setCurrentIndex(0)

    def _on_kind(self, kind: Kind) -> None:
        """Convolutions and poolings keep numbers of their own."""
        before = self.trial
        trial = replace(before, kind=kind)
        if trial.convolves != before.convolves:
            self._others[before.convolves] = before.setting
            trial = replace(trial, setting=self._others[trial.convolves])
            if trial.convolves:
                trial = trial.with_kernel(trial.kernel)
        self._show(trial)

    def choose_picture(self, name: str, size: int = 0) -> None:
        """Show another picture; without a size as large as it usually is."""
        self._picture = name
        largest = size or (max(self.trial.size) if name == OWN else first_size(name, self._current))
        self._show(replace(self.trial, picture=picture_named(name, largest, self._current, self.trial.picture)))

    def _on_number(self, name: str, value: int) -> None:
        if name != "size":
            before = self.trial.kernel
            trial = self.trial.with_number(name, value)
            if len(trial.kernel) != len(before):
                self._remember(before)
            self._show(trial)
            return
        if self._picture == "lecture" and value != PICTURES["lecture"][1]:
            self._picture = OWN
        self.choose_picture(self._picture, value)

    def _on_channels(self, inputs: int, outputs: int) -> None:
        self._show(self.trial.with_channels(inputs, outputs))

    def _on_kernel_picked(self, name: str) -> None:
        if not name:
            self._show(self.trial)
            self.stage.kernel.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._chosen = name
        self._take(name)

    def _take(self, name: str) -> None:
        """Put a kernel of the list in the place of the present one."""
        self._remember(self.trial.kernel)
        self._show(with_named(self.trial, name))

    def _remember(self, kernel: Floats) -> None:
        """What undoing goes back to."""
        self._done.append(kernel)
        self._undone.clear()

    def _on_kernel_painted(self, kernel: Floats, finished: bool) -> None:
        """A stroke or a number is one act, however many steps it takes."""
        if self._stroke is None:
            self._stroke = self.trial.kernel
        if finished:
            if not np.array_equal(self._stroke, kernel):
                self._remember(self._stroke)
            self._stroke = None
        self._show(self.trial.with_kernel(kernel))

    def _on_picture_painted(self, picture: Floats, finished: bool) -> None:
        self._picture = OWN
        self._show(replace(self.trial, picture=picture.astype(np.float32)))

    def edit(self, name: str) -> None:
        """Do ``"undo"``, ``"redo"``, ``"reset"`` or ``"copy"`` to the kernel."""
        trial = self.trial
        if not trial.convolves:
            return
        if name == "copy":
            QGuiApplication.clipboard().setText(as_python(trial.kernel))
            self.news.emit("The kernel is in the clipboard")
        elif name == "reset" and self._chosen:
            self._take(self._chosen)
        elif name == "undo" and self._done:
            self._undone.append(trial.kernel)
            self._show(trial.with_kernel(self._done.pop()))
        elif name == "redo" and self._undone:
            self._done.append(trial.kernel)
            self._show(trial.with_kernel(self._undone.pop()))

    def focus(self) -> None:
        """Where the keys go at first: arrows move the window."""
        self.stage.output.setFocus()
