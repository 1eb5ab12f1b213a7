"""All maps of a record as one picture: zoom, pan, select, read values; the colour bar beside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from cnnviz.figure import ImageGrid, Visible, number
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar
from cnnviz.gui.figures.canvas import Canvas
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.figures.tiling import Cell
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme


class ImageGridWidget(PanelWidget[ImageGrid]):
    """A canvas with all maps, the colour bar at its right, and a line that reads out what is under the cursor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("image-grid", parent)
        self.canvas = Canvas(self)
        self.bar = ColorBar(Qt.Orientation.Vertical, parent=self)
        self.body.addWidget(self.canvas, 1)
        self.body.addWidget(self.bar)
        self._panel: ImageGrid | None = None
        self._stretched = False
        self._shows_bar = True
        self.canvas.picked.connect(self._on_picked)
        self.canvas.pointed.connect(self._on_pointed)
        self.canvas.chosen.connect(self._on_chosen)
        self.canvas.gathered.connect(self._on_gathered)
        self.compare = named(QPushButton(self), "image-grid-compare", "Compare the selected maps")
        self.compare.setProperty("role", "link")
        self.compare.setProperty("tight", True)
        self.compare.setToolTip("The selected maps side by side, their differences and correlations")
        self.compare.clicked.connect(lambda: self.comparison_wanted.emit(self.selected))
        self.compare.hide()
        self.foot.insertWidget(1, self.compare)
        theme.changed.connect(self._fit_compare)
        self._fit_compare()

    def set_panel(self, panel: ImageGrid) -> None:
        if panel is self._panel:
            return
        self._panel = panel
        self.set_title(panel.title)
        self._stretched = is_stretched(panel)
        self.bar.set_scale(panel.scale, stretched=self._stretched, noun=panel.noun)
        self._show_bar()
        self.canvas.set_panel(panel)
        shown = len(panel.indices)
        counted = f"{numbers.count(shown)} of {numbers.count(panel.total)} shown"
        self.set_remark(counted if shown < panel.total else "")
        self._on_pointed(self.canvas.cell)

    def set_bar_visible(self, visible: bool) -> None:
        """Hide the colour bar where the panel beside this one shows the same."""
        self._shows_bar = visible
        self._show_bar()

    def _show_bar(self) -> None:
        self.bar.setVisible(self._shows_bar and self._panel is not None and self._panel.scale is not None)

    def wanted_width(self, height: int) -> int | None:
        if self._panel is None or len(self._panel.indices) != 1:
            return None
        map_height, map_width = (int(n) for n in self._panel.raster.shape[1:3])
        room = height - self.readout.height() - (self.title.height() if self._panel.title else 0)
        return round(room * map_width / map_height) + self._bar_width()

    def least_width(self) -> int:
        return super().least_width() + self._bar_width()

    def _bar_width(self) -> int:
        return 0 if self.bar.isHidden() else self.bar.sizeHint().width() + self.body.spacing()

    def kept_width(self) -> int:
        if self._panel is None or len(self._panel.indices) == 1:
            return 0
        return self.canvas.used_width() + self._bar_width()

    def view_state(self) -> object:
        """Of the canvas; with a selection ``("selected", channels, that of the canvas)``."""
        state = self.canvas.view_state()
        return ("selected", self.selected, state) if self.selected else state

    def restore(self, state: object) -> None:
        match state:
            case ("selected", tuple() | list() as channels, inner):
                indices = self._panel.indices if self._panel is not None else ()
                self.canvas.gather(tuple(indices.index(channel) for channel in channels if channel in indices))
                self.canvas.restore(inner)
            case _:
                self.canvas.gather(())
                self.canvas.restore(state)

    @property
    def visible(self) -> Visible | None:
        return self.canvas.visible

    @property
    def selected(self) -> tuple[int, ...]:
        """The channels that are to be compared."""
        return tuple(self._panel.indices[tile] for tile in self.canvas.selected) if self._panel is not None else ()

    def _on_gathered(self) -> None:
        count = len(self.canvas.selected)
        self.compare.setText(f"Compare {count} maps" if count > 1 else "Select another map to compare")
        self.compare.setEnabled(count > 1)
        self.compare.setVisible(count > 0)

    def _fit_compare(self) -> None:
        """The button is as high as the line in which it stands: what is above does not move."""
        self.compare.setFont(theme.font("small"))
        self.compare.setFixedHeight(self.readout.sizeHint().height())

    def _on_picked(self, tile: object) -> None:
        if self._panel is not None and self._panel.picks:
            self.channel_picked.emit(self._panel.indices[tile] if isinstance(tile, int) else None)

    def _on_chosen(self, cell: Cell) -> None:
        if self._panel is not None:
            self.cell_picked.emit(self._panel.indices[cell.tile], (cell.y, cell.x))

    def _on_pointed(self, cell: object) -> None:
        """Say what is under the cursor; without a cursor, what is selected or what all this is."""
        panel = self._panel
        if panel is None:
            return
        at = self.canvas.cell
        looked_at = at.tile if at else self.canvas.marked
        if self._stretched:
            low_high = panel.ranges[looked_at] if looked_at is not None else None
            self.bar.set_range(None if low_high is None else (float(low_high[0]), float(low_high[1])))
        if at is None:
            self.readout.set_text(overview(panel, self.canvas.marked))
            self.bar.set_marker(None)
            self.left.emit()
            return
        value = panel.values[at.tile, at.y, at.x]
        plain = tuple(float(v) for v in value) if np.ndim(value) else float(value)
        text = value_text(plain, signed=panel.scale is not None and panel.scale.signed)
        self.readout.set_text(f"{name_of(panel, at.tile)}  ·  y {at.y}, x {at.x}  ·  {text}")
        self.bar.set_marker(plain if isinstance(plain, float) else None)
        self.hovered.emit(panel.indices[at.tile], at.y, at.x, plain)


def is_stretched(panel: ImageGrid) -> bool:
    """Whether any map's colours have a range of their own."""
    if panel.scale is None:
        return False
    ends = np.array([panel.scale.low, panel.scale.high], np.float32)
    return not np.allclose(panel.ranges, ends, rtol=1e-4, atol=1e-12, equal_nan=True)


def name_of(panel: ImageGrid, tile: int) -> str:
    """A map's name with its remark: ``map 4 (dead)``."""
    caption = panel.captions[tile] if tile < len(panel.captions) else ""
    name = caption if caption and not caption.isdigit() else f"{panel.noun} {panel.indices[tile]}"
    name = panel.names[tile] if panel.names else name
    note = panel.notes[tile] if tile < len(panel.notes) else ""
    return f"{name} ({note})" if note else name


def overview(panel: ImageGrid, marked: int | None) -> str:
    """What the grid shows: ``16 maps of 10 × 10``, and which one is selected."""
    count = len(panel.indices)
    height, width = panel.raster.shape[1:3]
    if count == 1:
        name, size = name_of(panel, 0), f"{height} × {width}"
        return name if size in name else f"{name}  ·  {size}"
    text = f"{numbers.count(count)} {panel.noun}s of {height} × {width}"
    return f"{text}  ·  {name_of(panel, marked)} selected" if marked is not None else text


def value_text(value: float | tuple[float, ...], signed: bool) -> str:
    """A value, or the three of a colour pixel."""
    if isinstance(value, tuple):
        return "  ".join(f"{name} {numbers.axis(v)}" for name, v in zip("RGB", value, strict=False))
    return number(value, 5, signed=signed)
