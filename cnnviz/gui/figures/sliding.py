"""How a window slides over the input maps of a convolution or pooling, and what it makes of each cell."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QSplitter, QToolButton, QWidget

from cnnviz.arithmetic import Patch, SlidingWindow
from cnnviz.figure import Outcome, Sliding, number
from cnnviz.gui import numbers
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.figures.sliding_bench import SlidingBench
from cnnviz.gui.figures.sliding_rows import SlidingRows
from cnnviz.gui.theme import theme
from cnnviz.request import Cell
from cnnviz.slides import Slide

SLOWEST, FASTEST, USUAL = 1, 60, 8
"""Cells a second."""


class SlidingWidget(PanelWidget[Sliding]):
    """Rows of maps at the left, numbers and the output map at the right, below them play and speed.

    The cell that was asked for stays the panel's; pointing elsewhere shows another one for as long as the cursor is
    there, by arithmetic alone. Playing goes through all cells, row by row.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("sliding", parent)
        self.rows = SlidingRows(self)
        self.bench = SlidingBench(self)
        self._split = QSplitter(Qt.Orientation.Horizontal, self)
        self._split.setObjectName("sliding-splitter")
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(self.rows)
        self._split.addWidget(self.bench)
        self._split.setStretchFactor(0, 2)
        self._split.setStretchFactor(1, 3)
        self.body.addWidget(self._split)
        self._panel: Sliding | None = None
        self._at = (0, 0)
        self._patch: Patch | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._slide_on)
        self._make_controls()
        self.rows.row_picked.connect(self._on_row)
        self.rows.input_pointed.connect(self._on_input)
        self.rows.output_pointed.connect(self._on_output)
        self.rows.output_picked.connect(self._on_picked)
        self.bench.output_pointed.connect(self._on_output)
        self.bench.output_picked.connect(self._on_picked)
        self.bench.moved.connect(self._on_moved)
        self.bench.tap_pointed.connect(self._on_tap)
        self.bench.tap_picked.connect(self._on_tap_picked)

    def _make_controls(self) -> None:
        self.play = QToolButton(self)
        self.play.setObjectName("slide-play")
        self.play.setCheckable(True)
        self.play.setAccessibleName("Slide the window over the whole map")
        self.play.setToolTip("Slide the window over the whole map")
        self.play.toggled.connect(self._on_play)
        self.play.clicked.connect(self._on_play_clicked)
        self.speed = QSlider(Qt.Orientation.Horizontal, self)
        self.speed.setObjectName("slide-speed")
        self.speed.setRange(SLOWEST, FASTEST)
        self.speed.setValue(USUAL)
        self.speed.setAccessibleName("Cells a second")
        self.speed.setToolTip(f"{USUAL} cells a second")
        self.speed.valueChanged.connect(self._on_speed)
        controls = QHBoxLayout()
        controls.addWidget(self.play)
        controls.addWidget(self.speed)
        self.foot.insertLayout(0, controls)
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        self.speed.setFixedWidth(theme.px(90))
        theme.set_icon(self.play, "pause" if self.play.isChecked() else "play")

    # what is shown

    def set_panel(self, panel: Sliding) -> None:
        if panel is self._panel:
            return
        other = self._panel is None or self._panel.output.indices != panel.output.indices
        self._panel = panel
        self.rows.set_panel(panel)
        self.bench.set_panel(panel)
        if other or self._at != panel.at or not self.play.isChecked():
            self._show(panel.at)
        else:
            self._show(self._at)
        shown, total = len(panel.rows), len(panel.window.channels)
        self.set_remark(f"{numbers.count(shown)} of {numbers.count(total)} inputs shown" if shown < total else "")

    @property
    def at(self) -> tuple[int, int]:
        """The cell that is shown."""
        return self._at

    @property
    def cells(self) -> tuple[int, int]:
        """Rows and columns of the output map."""
        assert self._panel is not None
        height, width = self._panel.window.output.shape
        return height, width

    def _show(self, at: tuple[int, int]) -> None:
        """Show how one cell comes about."""
        panel = self._panel
        if panel is None:
            return
        self._at = at
        self._patch = patch = panel.window.patch(at)
        terms = _terms(panel.window, at, patch)
        value = float(terms.sum()) + (panel.window.bias or 0.0)
        self.rows.set_cell(at, patch, terms, value)
        outcome = _outcome(panel, at, patch, terms)
        self.bench.set_cell(at, patch, self.rows.row, outcome.value)
        self.outcome_changed.emit(outcome)
        y, x = at
        stays = "" if at == panel.at else "  ·  a look only: click to stay"
        self.readout.set_text(f"cell ({y}, {x}) of {self.cells[0]} × {self.cells[1]}{stays}")
        self.hovered.emit(panel.output.indices[0], y, x, value)

    # what the person does

    def _on_row(self, row: int) -> None:
        self._show(self._at)

    def _on_output(self, cell: object) -> None:
        if isinstance(cell, tuple):
            self.play.setChecked(False)
            if cell != self._at:
                self._show(cell)
        elif not self.play.isChecked() and self._panel is not None and self._at != self._panel.at:
            self._show(self._panel.at)

    def _on_input(self, cell: object) -> None:
        """The window whose middle comes closest to a cell of the input."""
        if isinstance(cell, tuple) and self._panel is not None:
            slides = self._panel.window.slides
            self._on_output(tuple(_closest(slide, place) for slide, place in zip(slides, cell, strict=True)))

    def _on_picked(self, cell: tuple[int, int]) -> None:
        self.play.setChecked(False)
        if self._panel is not None:
            self.cell_picked.emit(self._panel.output.indices[0], cell)

    def _on_moved(self, down: int, across: int) -> None:
        height, width = self.cells
        y, x = self._at
        self._on_picked((min(max(y + down, 0), height - 1), min(max(x + across, 0), width - 1)))

    def _on_tap(self, tap: object) -> None:
        """Say what stands where the cursor is: where in the input, times which weight."""
        panel, patch = self._panel, self._patch
        if panel is None or patch is None or not isinstance(tap, tuple):
            self.cell_pointed.emit(None)
            return
        self.cell_pointed.emit(self._source_of(tap))
        i, j = tap
        which = int(panel.rows[self.rows.row])
        y, x = int(patch.places[0][i]), int(patch.places[1][j])
        source = float(patch.inputs[which, i, j])
        words = f"channel {panel.inputs.captions[self.rows.row]} at ({y}, {x}): {numbers.exact(source)}"
        if patch.padding[i, j]:
            border = {"zeros": "zeros"}.get(panel.window.border, f"{panel.window.border}, from")
            origin = int(patch.origins[0][i]), int(patch.origins[1][j])
            words += f" · padding with {border}" if panel.window.border == "zeros" else f" · padding: {border} {origin}"
        if patch.kernels is not None:
            weight = float(patch.kernels[which, i, j])
            words += f"  ×  {numbers.exact(weight)}  =  {numbers.exact(source * weight)}"
        self.readout.set_text(words)

    def _on_tap_picked(self, tap: tuple[int, int]) -> None:
        """Go back to the number under the window."""
        if (cell := self._source_of(tap)) is not None:
            self.cell_followed.emit(cell)

    def _source_of(self, tap: tuple[int, int]) -> Cell | None:
        """The number of the source that stands under the window there; None in padding with zeros."""
        panel, patch = self._panel, self._patch
        if panel is None or patch is None or panel.source is None:
            return None
        at = int(patch.origins[0][tap[0]]), int(patch.origins[1][tap[1]])
        return Cell(panel.source, panel.inputs.indices[self.rows.row], at) if min(at) >= 0 else None

    def mark_cell(self, cell: Cell | None) -> None:
        """A contribution is pointed at: show its input, and mark its place under the window."""
        panel, patch = self._panel, self._patch
        if panel is None or patch is None or cell is None or cell.channel not in panel.inputs.indices:
            self.bench.set_marked(None)
            return
        self.rows.select(panel.inputs.indices.index(cell.channel))
        found = [np.flatnonzero(origins == p) for origins, p in zip(patch.origins, cell.at, strict=False)]
        self.bench.set_marked((int(found[0][0]), int(found[1][0])) if all(len(f) for f in found) and found else None)

    def _on_play(self, playing: bool) -> None:
        self._dress()
        if playing:
            self._timer.start(1000 // self.speed.value())
        else:
            self._timer.stop()

    def _on_play_clicked(self, playing: bool) -> None:
        """Who pauses wants to stay where it has stopped."""
        if not playing:
            self._on_picked(self._at)

    def _on_speed(self, speed: int) -> None:
        self.speed.setToolTip(f"{speed} cells a second")
        if self._timer.isActive():
            self._timer.start(1000 // speed)

    def _slide_on(self) -> None:
        height, width = self.cells
        y, x = self._at
        following = (y * width + x + 1) % (height * width)
        self._show(divmod(following, width))

    def hideEvent(self, event: QHideEvent) -> None:
        self.play.setChecked(False)


def _closest(slide: Slide, place: int) -> int:
    """The position whose window has its middle closest to a place of the input; windows move on with the position."""

    def middle(position: int) -> float:
        places = slide.places(position)
        return float(places.mean()) if len(places) else position * slide.size / slide.count

    after = min(bisect_left(range(slide.count), float(place), key=middle), slide.count - 1)
    return min((max(after - 1, 0), after), key=lambda position: abs(middle(position) - place))


def _terms(window: SlidingWindow, at: tuple[int, int], patch: Patch) -> NDArray[np.float64]:
    """(N,) what each input adds, from a window that is at hand."""
    if patch.kernels is None:
        return window.terms(at)
    return np.asarray((patch.inputs * patch.kernels).reshape(len(patch.inputs), -1).sum(1))


def _outcome(panel: Sliding, at: tuple[int, int], patch: Patch, terms: NDArray[np.float64]) -> Outcome:
    """How a cell comes out: the sum of its terms and the bias, beside the number that the network computed."""
    window, captured = panel.window, panel.window.captured(at)
    total = float(terms.sum()) + (window.bias or 0.0)
    value = total if window.then is None else window.then(total)
    name = panel.name.format(f"{at[0]}, {at[1]}")
    if window.kernels is None:
        count = int(patch.inputs[0].size)
        words = {"max": "largest", "min": "smallest", "mean": "mean"}[window.kind]
        return Outcome(
            f"{name} = {words} of {count} = {number(value, 5, signed=True)}", value, captured, 1e-5 * abs(value)
        )
    size = float(abs(terms).sum()) + abs(window.bias or 0.0)
    text = f"{name} = Σ {number(float(terms.sum()), 5, signed=True)}"
    if window.bias is not None:
        text += f"  +  bias {number(window.bias, 5, signed=True)}"
    text = f"{text}  =  {number(total, 5, signed=True)}"
    if window.then is not None:
        text += f"  →  {number(value, 5, signed=True)}"
    return Outcome(text, value, captured, 1e-5 * size)
