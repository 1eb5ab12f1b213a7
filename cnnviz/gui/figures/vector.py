"""A one-dimensional output: columns from a common zero line, unit by unit, the colour bar as their axis."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cnnviz.figure import Vector, Visible
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.figures.vector_plot import VectorPlot


class VectorWidget(PanelWidget[Vector]):
    """The columns of a vector, the colour bar as their axis, and a line that reads out the unit under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("vector", parent)
        self.bar = ColorBar(Qt.Orientation.Vertical, captioned=False, foot=12, parent=self)
        self.plot = VectorPlot(self.bar, self)
        self._panel: Vector | None = None
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self.bar)
        self.plot.pointed.connect(self._on_pointed)
        self.plot.picked.connect(self.channel_picked)

    def set_panel(self, panel: Vector) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self.bar.set_scale(panel.scale, noun="unit")
        self.plot.set_panel(panel)
        self.set_remark(self.bar.remark())
        self._on_pointed(self.plot.unit)

    @property
    def visible(self) -> Visible | None:
        return self.plot.visible

    def view_state(self) -> object:
        return self.plot.view_state()

    def restore(self, state: object) -> None:
        self.plot.restore(state)

    def _on_pointed(self, unit: int | None) -> None:
        panel = self._panel
        if panel is None:
            return
        if unit is None:
            marked = "" if self.plot.marked is None else f"  ·  {self._read(self.plot.marked)} selected"
            self.readout.set_text(f"{numbers.count(len(panel.values))} units{marked}")
            self.bar.set_marker(None)
            self.left.emit()
            return
        value = float(panel.values[unit])
        self.readout.set_text(self._read(unit))
        self.bar.set_marker(value)
        self.hovered.emit(unit, 0, 0, value)

    def _read(self, unit: int) -> str:
        assert self._panel is not None
        name = f" “{self._panel.labels[unit]}”" if unit < len(self._panel.labels) else ""
        return f"unit {unit}{name}  ·  {numbers.exact(float(self._panel.values[unit]))}"
