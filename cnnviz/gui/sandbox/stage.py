"""The window slides over the picture: picture, kernel and products, output, side by side, and the sum of the cell."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from cnnviz.arithmetic import SlidingWindow
from cnnviz.figure import Scale
from cnnviz.gui import numbers
from cnnviz.gui.figures.panel import Line
from cnnviz.gui.figures.sliding import FASTEST, SLOWEST, USUAL
from cnnviz.gui.naming import named
from cnnviz.gui.sandbox.cell_editor import CellEditor
from cnnviz.gui.sandbox.cell_map import CellMap, Place
from cnnviz.gui.sandbox.cells import Cells
from cnnviz.gui.sandbox.desk import Desk
from cnnviz.gui.sandbox.formula import FormulaText
from cnnviz.gui.sandbox.trial import Found, Trial, scales
from cnnviz.gui.theme import theme


class Stage(QWidget):
    """Picture ∗ kernel = output, for the position of the window.

    Pointing at the picture or the output moves the window there; arrow keys move it by one while the output has the
    focus; play goes through all positions.

    Attributes
    ----------
    kernel_changed, picture_changed
        (values, finished): cells were painted.
    """

    kernel_changed = Signal(object, bool)
    picture_changed = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sandbox-stage")
        self.colormaps = ("auto", "auto", "auto")
        self.input = CellEditor("sandbox-input", "Picture")
        self.kernel = CellEditor("sandbox-kernel-grid", "Kernel", wheel=True)
        self.products = CellMap("sandbox-products", "Products under the window")
        self.output = CellMap("sandbox-output", "Output")
        self.products.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.output.setToolTip("Arrow keys move the window. Space plays.")
        self._trial: Trial | None = None
        self._found: Found | None = None
        self._at: Place = (0, 0)
        self.desk = Desk(self.input, self.kernel, self.products, self.output)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._slide_on)
        self._lay_out()
        self.input.changed.connect(self.picture_changed)
        self.kernel.changed.connect(self.kernel_changed)
        self.input.pointed.connect(self._on_input)
        self.output.pointed.connect(self._on_output)
        self.output.moved.connect(self._on_moved)
        self.kernel.pointed.connect(self._on_tap)
        self.products.pointed.connect(self._on_tap)

    def _lay_out(self) -> None:
        self.play = named(QToolButton(self), "sandbox-play", "Slide the window over the whole picture")
        self.play.setCheckable(True)
        self.play.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.play.setToolTip("Slide the window over the whole picture (Space)")
        self.play.toggled.connect(self._on_play)
        self.speed = named(QSlider(Qt.Orientation.Horizontal, self), "sandbox-speed", "Positions a second")
        self.speed.setRange(SLOWEST, FASTEST)
        self.speed.setValue(USUAL)
        self.speed.valueChanged.connect(self._on_speed)
        self.readout = Line("sandbox-readout", "dim", "small", self)
        self._well = QFrame(self)
        self._well.setProperty("role", "well")
        self.formula = FormulaText(self._well)
        inner = QVBoxLayout(self._well)
        inner.addWidget(self.formula)
        self._foot = QHBoxLayout()
        for widget, share in ((self.play, 0), (self.speed, 0), (self.readout, 1)):
            self._foot.addWidget(widget, share)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.desk, 1)
        self._column.addWidget(self._well)
        self._column.addLayout(self._foot)
        self._dress()
        self._on_speed(USUAL)
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        self.speed.setFixedWidth(theme.px(90))
        theme.set_icon(self.play, "pause" if self.play.isChecked() else "play")
        margins = self._well.layout()
        assert margins is not None
        margins.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(6))
        self._column.setSpacing(theme.px(6))

    # what is shown

    @property
    def at(self) -> Place:
        """The position of the window."""
        return self._at

    def set_trial(self, trial: Trial, found: Found | None) -> None:
        """Show a trial and what came of it: None where it is impossible."""
        self._trial, self._found = trial, found
        picture, kernel, output = scales(trial, found.output if found is not None else None, self.colormaps)
        self._scale = picture
        self.desk.set_kind(trial.kind)
        self._show_picture(trial, picture)
        rows = trial.setting.kernel
        if trial.convolves:
            self.kernel.set_cells(Cells(trial.kernel, kernel), f"Kernel {rows} × {rows}", "Kernel")
        if found is None:
            self.play.setChecked(False)
            self.output.set_cells(None)
            self.products.set_cells(None)
            self.formula.set_text("")
            self.readout.set_text("")
        else:
            height, width = found.outcome.size
            self.output.set_cells(Cells(found.output, output), f"Output {height} × {width}", f"{height} × {width}")
            self._show((min(self._at[0], height - 1), min(self._at[1], width - 1)))
        for part in (self.play, self.speed):
            part.setEnabled(found is not None)
        self.desk.place()

    def _show_picture(self, trial: Trial, scale: Scale) -> None:
        """The picture with its padding around it, filled as the border says."""
        pad, (height, width) = trial.setting.padding, trial.size
        values = np.pad(trial.picture, pad)
        if self._found is not None and pad and trial.convolves and trial.border != "zeros":
            modes = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
            values = np.pad(trial.picture, pad, modes[trial.border])  # type: ignore[call-overload]
        unread = self._found.outcome.unread if self._found is not None else (0, 0)
        whole = f"Picture {height} × {width}"
        outside = np.pad(np.zeros(trial.size, np.bool_), pad, constant_values=True) if pad else None
        cells = Cells(values, scale, pad, outside, unread, trial.kind in ("max", "min"))
        self.input.set_cells(cells, f"{whole}, padding {pad}" if pad else whole, whole)

    def _show(self, at: Place) -> None:
        """Move the window."""
        found, trial = self._found, self._trial
        if found is None or trial is None:
            return
        self._at = at
        window, pad = found.windows[0], trial.setting.padding
        rows, columns = ([int(n) + pad for n in places] for places in window.places(at))
        winner = window.winner(at)
        self.input.mark((rows, columns), winner=(winner[0] + pad, winner[1] + pad) if winner else None)
        self.output.mark(spot=at)
        self._show_products(found, window, at)
        self.formula.set_text(found.formula(at))
        self.readout.set_text(self._words(window, at))

    def _show_products(self, found: Found, window: SlidingWindow, at: Place) -> None:
        """What the kernel makes of the window; of a pooling, what lies under it."""
        patch = window.patch(at)
        cells = patch.inputs[0]
        outside = patch.padding if patch.padding.any() else None
        if len(found.windows) == 2:
            turned = found.windows[1].kernels
            assert turned is not None
            assert self.kernel.cells is not None
            self.products.set_cells(Cells(turned[0], self.kernel.cells.scale), "… and its transpose", "transpose")
        elif patch.kernels is not None:
            products = cells * patch.kernels[0]
            peak = float(np.abs(products).max()) or 1.0
            scale = Scale(-peak, peak, self._signed, True, "the products")
            self.products.set_cells(Cells(products, scale, outside=outside), "Window × kernel", "products")
        else:
            place = window.winner(at)
            blank = window.kind != "mean"
            shown = Cells(cells, self._scale, outside=outside, blank=blank)
            self.products.set_cells(shown, "Under the window", "window")
            if place is not None:
                y, x = (int(np.flatnonzero(p == n)[0]) for p, n in zip(patch.places, place, strict=True))
                self.products.mark(winner=(y, x))

    @property
    def _signed(self) -> str:
        from cnnviz.core.colormaps import DIVERGING, fitting

        return fitting(self.colormaps[1], DIVERGING)

    def _words(self, window: SlidingWindow, at: Place) -> str:
        """Where the window lies."""
        rows, columns = ([int(n) for n in places] for places in window.places(at))
        outside = int(window.patch(at).padding.sum())
        words = f"window at row {numbers.axis(rows[0])}, column {numbers.axis(columns[0])}"
        if outside:
            words += f" · {outside} of its {len(rows) * len(columns)} cells lie in the padding"
        return words

    # what the person does

    def move_to(self, at: Place) -> None:
        """Move the window to a position of the output, within its limits; playing stops."""
        self.play.setChecked(False)
        if self._found is not None:
            height, width = self._found.outcome.size
            at = (min(max(at[0], 0), height - 1), min(max(at[1], 0), width - 1))
            if at != self._at:
                self._show(at)

    def _on_moved(self, down: int, across: int) -> None:
        self.move_to((self._at[0] + down, self._at[1] + across))

    def _on_output(self, cell: Place | None) -> None:
        if cell is not None:
            self.move_to(cell)

    def _on_input(self, cell: Place | None) -> None:
        """The window whose middle comes closest to a cell of the picture."""
        if cell is not None and self._trial is not None:
            s = self._trial.setting
            y, x = (round((n - (s.extent - 1) / 2) / s.stride) for n in cell)
            self.move_to((y, x))

    def _on_tap(self, cell: Place | None) -> None:
        """Say what meets where the cursor is."""
        if self._found is None or self._trial is None or len(self._found.windows) == 2:
            return
        window = self._found.windows[0]
        patch = window.patch(self._at)
        if cell is None:
            self.readout.set_text(self._words(window, self._at))
            return
        i, j = cell
        if max(cell) >= patch.inputs.shape[-1]:
            return
        y, x = int(patch.places[0][i]), int(patch.places[1][j])
        value = float(patch.inputs[0, i, j])
        words = f"picture at ({numbers.axis(y)}, {numbers.axis(x)}): {numbers.axis(value)}"
        words += " (padding)" if patch.padding[i, j] else ""
        if patch.kernels is not None:
            weight = float(patch.kernels[0, i, j])
            words += f"  ×  {numbers.axis(weight)}  =  {numbers.axis(value * weight)}"
        self.readout.set_text(words)

    def _on_play(self, playing: bool) -> None:
        self._dress()
        if playing:
            self._timer.start(1000 // self.speed.value())
        else:
            self._timer.stop()

    def _on_speed(self, speed: int) -> None:
        self.speed.setToolTip(f"{speed} positions a second")
        if self._timer.isActive():
            self._timer.start(1000 // speed)

    def _slide_on(self) -> None:
        if self._found is not None:
            height, width = self._found.outcome.size
            self._show(divmod((self._at[0] * width + self._at[1] + 1) % (height * width), width))

    def hideEvent(self, event: QHideEvent) -> None:
        self.play.setChecked(False)
