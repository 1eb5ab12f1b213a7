"""The picture of a file before it is written, drawn by the same hand, and a line about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.figure import Figure
from cnnviz.gui.exports.kinds import TEXTS
from cnnviz.gui.jobs import Job, JobReport, Jobs, Progress
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

PREVIEW = 700
"""Pixels that the preview of a page is wide."""

LINES = 34
"""Of a text, in the preview."""


class Preview(QWidget):
    """Draws in a thread of its own; only the newest picture is shown.

    Signals
    -------
    drawn(bool)
        Whether the file can be made like that.
    """

    drawn = Signal(bool)

    def __init__(self, size_of: Callable[[float, float], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size_of = size_of
        always = threading.Event()
        always.set()
        self.jobs = Jobs(always, self)
        self.jobs.reported.connect(self._on_report)
        self.newest = 0  # number of the job whose picture is wanted
        self.picture = QPixmap()
        self.label = named(QLabel(), "export-preview", "Preview")
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.said = named(QLabel(), "export-said", "Size of the file")
        self.said.setProperty("role", "dim")
        self.said.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.label, 1)
        column.addWidget(self.said)

    def show_figure(self, figure: Figure, suffix: str, style: dict[str, Any]) -> None:
        """Draw what a file of that format and style shows."""
        draw = partial(_text, figure, suffix) if suffix in TEXTS else partial(_drawn, figure)
        self.newest = self.jobs.start(Job("Preview", partial(draw, style))).number

    def say(self, words: str, said: str = "", *, mono: bool = False) -> None:
        """Words in the place of a picture."""
        self.newest = 0
        self._write(words, said, mono)
        self.drawn.emit(True)

    def stop(self) -> None:
        """End the thread."""
        self.jobs.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(520), theme.px(520))

    def _write(self, words: str, said: str, mono: bool) -> None:
        self.picture = QPixmap()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.label.setFont(theme.font("mono" if mono else "body"))
        self.label.setAlignment(left if mono else Qt.AlignmentFlag.AlignCenter)
        self.label.setText(words)
        self.said.setText(said)

    @Slot(object)
    def _on_report(self, report: JobReport) -> None:
        if report.job.number != self.newest:
            return  # another choice was made since
        self.drawn.emit(not report.problem)
        if report.problem:
            self._write("", report.problem, False)
        for data, width, height in report.results:
            if isinstance(data, str):
                self._write(data, "", True)
                continue
            self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.picture.loadFromData(data)
            self._fit()
            self.said.setText(self._size_of(width, height))

    def _fit(self) -> None:
        if not self.picture.isNull():
            smooth = Qt.TransformationMode.SmoothTransformation
            size = self.label.size()
            self.label.setPixmap(self.picture.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))


def _text(figure: Figure, suffix: str, style: dict[str, Any]) -> Iterator[Progress]:
    """The first lines of the text as it will be in the file, without the recipe."""
    from cnnviz.export.inline import as_text

    yield Progress(0, 1)
    lines = [line for line in as_text(figure, suffix, style).splitlines() if "cnnviz" not in line]
    yield Progress(1, 1, ("\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])]), 0.0, 0.0))


def _drawn(figure: Figure, style: dict[str, Any]) -> Iterator[Progress]:
    """The page as it will be in the file, with fewer dots where it has many; and its size in inches."""
    from cnnviz.export.inline import page

    yield Progress(0, 1)
    yield Progress(1, 1, page(figure, style, PREVIEW))
