"""A figure on the screen: one widget for each type of panel, found in ``WIDGETS``, side by side in a ``FigureView``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from cnnviz.figure import (
    Architecture,
    Bars,
    Chart,
    Contributions,
    Curve,
    Figure,
    Histogram,
    ImageGrid,
    LayerRows,
    Matrix,
    Note,
    Panel,
    Scale,
    Sliding,
    Table,
    Vector,
    Visible,
)
from cnnviz.gui.figures.bars import BarsWidget
from cnnviz.gui.figures.chart import ChartWidget
from cnnviz.gui.figures.contributions import ContributionsWidget
from cnnviz.gui.figures.curve import CurveWidget
from cnnviz.gui.figures.histogram import HistogramWidget
from cnnviz.gui.figures.image_grid import ImageGridWidget, is_stretched
from cnnviz.gui.figures.matrix import MatrixWidget
from cnnviz.gui.figures.note import NoteWidget
from cnnviz.gui.figures.outcome import OutcomeLine
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.figures.sharing import shared
from cnnviz.gui.figures.sliding import SlidingWidget
from cnnviz.gui.figures.vector import VectorWidget
from cnnviz.gui.theme import theme
from cnnviz.request import Cell

WIDGETS: dict[type, Callable[[], PanelWidget[Any]]] = {
    ImageGrid: ImageGridWidget,
    Bars: BarsWidget,
    Vector: VectorWidget,
    Matrix: MatrixWidget,
    Histogram: HistogramWidget,
    Sliding: SlidingWidget,
    Contributions: ContributionsWidget,
    Curve: CurveWidget,
    Chart: ChartWidget,
    Note: NoteWidget,
}
"""Panel type to the widget that draws it."""

DRAWINGS = {LayerRows: "LayerRowsWidget", Architecture: "ArchitectureWidget", Table: "TableWidget"}
"""The same for those whose module is imported when one is wanted: the first figure is none of them."""


def widget_of(panel: Panel) -> Callable[[], PanelWidget[Any]]:
    """The class of the widget that draws a panel."""
    if type(panel) in WIDGETS:
        return WIDGETS[type(panel)]
    from cnnviz.gui.figures import drawing

    kind: Callable[[], PanelWidget[Any]] = getattr(drawing, DRAWINGS[type(panel)])
    return kind


LEAST_BESIDE = 150
"""Pixels beside a grid that are enough for one of its maps to be enlarged there."""


class FigureView(QWidget):
    """Draws a figure: its panels from left to right, the borders between them to be dragged.

    Attributes
    ----------
    channel_picked
        A channel (int) was chosen in one of the panels, or none (None).
    comparison_wanted
        The channels, a tuple, that are to be compared.
    hovered
        (channel, y, x, value) under the cursor.
    left
        The cursor left what it pointed at.
    cell_picked, cell_followed
        A number is to be explained: one of this record, (channel, position), or any, a ``Cell``.
    level_up
        The empty space was clicked.
    """

    channel_picked = Signal(object)
    comparison_wanted = Signal(object)
    hovered = Signal(int, int, int, object)
    left = Signal()
    cell_picked = Signal(int, object)
    cell_followed = Signal(object)
    level_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("figure-view")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setObjectName("figure-splitter")
        self._splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._splitter, 1)
        self.outcome = OutcomeLine(self)
        self.outcome.hide()
        column.addWidget(self.outcome)
        self._figure: Figure | None = None
        self._panels: list[PanelWidget[Any]] = []
        self._moved = False  # the person dragged a border: the shares are hers
        self._splitter.splitterMoved.connect(self._on_moved)
        theme.changed.connect(self._share)

    @property
    def figure(self) -> Figure | None:
        """What is drawn."""
        return self._figure

    @property
    def panels(self) -> tuple[PanelWidget[Any], ...]:
        """The widgets, from left to right."""
        return tuple(self._panels)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure. Widgets are kept where the type of panel stays; each keeps its zoom while the shape stays."""
        if figure is self._figure:
            return
        self._figure = figure
        wanted = [widget_of(panel) for panel in figure.panels]
        if wanted != [type(widget) for widget in self._panels]:
            self._exchange(wanted)
        for widget, panel in zip(self._panels, figure.panels, strict=True):
            widget.set_panel(panel)
        if not any(isinstance(panel, Sliding) for panel in figure.panels):  # that one says itself how it comes out
            self.outcome.set_outcome(figure.outcome)
        self._share_bars(figure)
        self._share()
        self.setAccessibleName(f"{figure.title}. {figure.subtitle}" if figure.subtitle else figure.title)

    @property
    def visible(self) -> tuple[Visible | None, ...]:
        """What of each panel is seen, as ``Figure.visible``: () where that is all of every one."""
        parts = tuple(widget.visible for widget in self._panels)
        return parts if any(parts) else ()

    def view_state(self) -> tuple[object, ...]:
        """Zoom and scroll of each panel, as plain values that ``restore`` takes."""
        return tuple(widget.view_state() for widget in self._panels)

    def restore(self, state: object) -> None:
        """Show the panels as ``view_state`` told; whatever does not fit shows the whole."""
        states = list(state) if isinstance(state, (tuple, list)) else []
        for order, widget in enumerate(self._panels):
            widget.restore(states[order] if order < len(states) else None)

    def _exchange(self, wanted: list[Callable[[], PanelWidget[Any]]]) -> None:
        """Keep the widgets that fit from the left on, make and drop the others."""
        kept = 0
        while kept < min(len(wanted), len(self._panels)) and type(self._panels[kept]) is wanted[kept]:
            kept += 1
        for widget in self._panels[kept:]:
            focused = widget.focusWidget()
            if focused is not None and focused.hasFocus():
                self.setFocus()  # else Qt would hand the keys to whatever comes next, a field of options say
            widget.hide()
            widget.setParent(self)  # without a parent it would be Python's, to be freed by whichever thread comes along
            widget.deleteLater()
        self._panels = self._panels[:kept]
        for kind in wanted[kept:]:
            widget = kind()
            widget.channel_picked.connect(self.channel_picked)
            widget.comparison_wanted.connect(self.comparison_wanted)
            widget.hovered.connect(self.hovered)
            widget.left.connect(self.left)
            widget.cell_picked.connect(self.cell_picked)
            widget.cell_followed.connect(self.cell_followed)
            widget.outcome_changed.connect(self.outcome.set_outcome)
            widget.cell_pointed.connect(self._on_cell_pointed)
            self._splitter.addWidget(widget)
            self._panels.append(widget)
        self._moved = False

    def _share_bars(self, figure: Figure) -> None:
        """Neighbours on the same scale have one colour bar, at the right of the last."""
        for order, widget in enumerate(self._panels):
            if isinstance(widget, ImageGridWidget):
                panel = figure.panels[order]
                after = figure.panels[order + 1] if order + 1 < len(figure.panels) else None
                widget.set_bar_visible(not _same(panel, after))

    def _share(self) -> None:
        """Give each panel its width: what it asks for, and the rest to those that take what there is."""
        if self._moved or len(self._panels) < 2:
            return
        needed = sum(widget.minimumSizeHint().width() for widget in self._panels)
        beside = self.width() >= max(0.9 * self.height(), needed)
        self._splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
        if self._splitter.orientation() == Qt.Orientation.Vertical:
            self._splitter.setContentsMargins(0, 0, 0, 0)
            self._splitter.setSizes([1000] * len(self._panels))
            return
        room = max(self.width() - self._splitter.handleWidth() * (len(self._panels) - 1), 1)
        asked = [widget.wanted_width(self.height()) for widget in self._panels]
        least = [widget.least_width() for widget in self._panels]
        free = room - sum(widget.kept_width() for widget in self._panels)
        # a grid stays where it is when a map of it is enlarged
        limit = free if None in asked and free >= theme.px(LEAST_BESIDE) else None
        for widget in self._panels:
            widget.settle()
        widths = shared(room, asked, least, limit)
        # a pixel that is left over would make one of two pictures larger
        self._splitter.setContentsMargins(0, 0, max(room - sum(widths), 0), 0)
        self._splitter.setSizes(widths)

    def _on_cell_pointed(self, cell: Cell | None) -> None:
        """The number under the window and its bar belong together: pointing at one marks the other."""
        for widget in self._panels:
            if widget is not self.sender():
                widget.mark_cell(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """What no panel has taken was a click beside everything."""
        if event.button() == Qt.MouseButton.LeftButton and self._figure is not None:
            self.level_up.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def _on_moved(self) -> None:
        self._moved = True


def _same(panel: Panel, after: Panel | None) -> bool:
    """Whether one colour bar can speak for both: the same scale, and no map with a range of its own."""

    def ends(scale: Scale | None) -> tuple[object, ...]:
        return () if scale is None else (scale.low, scale.high, scale.colormap, scale.shared_by)

    if not (isinstance(panel, ImageGrid) and isinstance(after, ImageGrid)):
        return False
    stretched = is_stretched(panel) or is_stretched(after)
    return panel.scale is not None and ends(panel.scale) == ends(after.scale) and not stretched
