"""The values themselves as a grid of numbers that scrolls, each cell on the colour of its value."""

from __future__ import annotations

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    Qt,
)
from PySide6.QtGui import (
    QFontMetrics,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QWidget

from cnnviz.figure import Matrix
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar
from cnnviz.gui.figures.matrix_table import MatrixModel, MatrixTable
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme

LARGEST = 64
"""Edge in pixels of a cell that grows with the room."""

WIDEST = 96
"""Most pixels of a column's name; longer ones are cut."""

FEW = 10
"""So many columns are seen together, whatever stands beside them."""


class MatrixWidget(PanelWidget[Matrix]):
    """A table of numbers with headers, the colour bar beside it; Ctrl+C copies the selection as TSV."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("matrix", parent)
        self.model = MatrixModel(self)
        self.table = MatrixTable(self.model, self)
        self.table.setObjectName("matrix-table")
        self.table.setShowGrid(False)
        self.table.setMouseTracking(True)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(True)
            header.setMinimumSectionSize(8)
        self.bar = ColorBar(Qt.Orientation.Vertical, parent=self)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.bar)
        self.table.entered.connect(self._on_entered)
        self.table.doubleClicked.connect(self._on_chosen)
        self.table.viewportEntered.connect(self._on_left)
        self.table.left.connect(self._on_left)
        self.table.selectionModel().currentChanged.connect(self._on_current)
        theme.changed.connect(self._size_cells)

    def set_panel(self, panel: Matrix) -> None:
        if panel is self.model.panel:
            return
        self.set_title(panel.title)
        self.bar.set_scale(panel.scale)
        self.bar.setVisible(not panel.large or bool(panel.diagonal))  # else its numbers are read, not its colours
        self.model.set_panel(panel)
        rows, columns = panel.values.shape
        shape = f"{rows} rows ({panel.row_name}) by {columns} columns ({panel.column_name})"
        self.table.setAccessibleName(f"Values, {shape}")
        axes = (
            f"outlined: {panel.diagonal}" if panel.diagonal else "",
            f"{panel.row_name} down" if panel.row_name else "",
            f"{panel.column_name} across" if panel.column_name else "",
        )
        plain = panel.large and (panel.row_name, panel.column_name) == ("y", "x")  # as everywhere
        self.set_remark("" if plain else ", ".join(axis for axis in axes if axis))
        self._size_cells()
        self._on_left()

    def wanted_width(self, height: int) -> int | None:
        panel = self.model.panel
        if panel is None or not panel.large:
            return None
        across, down = self._least()
        room = height - self.title.sizeHint().height() - 2 * down - theme.px(24)
        cell = min(max(room // max(len(panel.values), 1), across), max(theme.px(LARGEST), across))
        return int(self._beside() + cell * panel.values.shape[1] + theme.px(4)) + self._bar_width()

    def _bar_width(self) -> int:
        return 0 if self.bar.isHidden() else self.bar.sizeHint().width() + self.body.spacing()

    def least_width(self) -> int:
        """All columns, where they are few."""
        panel = self.model.panel
        columns = 0 if panel is None else panel.values.shape[1]
        if not 0 < columns <= FEW:
            return super().least_width()
        return int(self._beside() + self._least()[0] * columns + theme.px(4)) + self._bar_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.model.panel is not None and self.model.panel.large:
            self._size_cells()

    def view_state(self) -> object:
        across, down = self.table.horizontalScrollBar().value(), self.table.verticalScrollBar().value()
        return (across, down) if across or down else None

    def restore(self, state: object) -> None:
        match state:
            case (int() as across, int() as down):
                pass
            case _:
                across = down = 0
        self.table.horizontalScrollBar().setValue(across)
        self.table.verticalScrollBar().setValue(down)

    def select(self, top: int, left: int, bottom: int, right: int) -> None:
        """Select a block of values, both ends included."""
        block = QItemSelection(self.model.index(top, left), self.model.index(bottom, right))
        self.table.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _size_cells(self) -> None:
        """As wide as the widest number on this scale, and one width for all: then columns are counted by eye."""
        panel = self.model.panel
        if panel is None:
            return
        across, down = self._least()
        if panel.large:
            rows, columns = panel.values.shape
            wide = (self.table.width() - self._beside()) // max(columns, 1)
            head = self.table.horizontalHeader().sizeHint().height() + 2 * self.table.frameWidth()
            high = (self.table.height() - head) // max(rows, 1)
            cell = min(wide, high, theme.px(LARGEST))
            across, down = max(across, cell), max(down, cell)
        self.table.setFont(theme.font("strong" if down >= theme.px(36) else "small"))
        self.table.forget_texts()
        self.table.set_colormap(panel.scale.colormap)
        self.table.horizontalHeader().setDefaultSectionSize(across)
        self.table.verticalHeader().setDefaultSectionSize(down)
        self.table.viewport().update()

    def _least(self) -> tuple[int, int]:
        """Width and height of a cell that holds the widest number on this scale."""
        panel = self.model.panel
        assert panel is not None
        metrics = QFontMetrics(theme.font("small"))
        ends = (panel.scale.low, panel.scale.high)
        longest = max((numbers.cell(end, self.model.places) for end in ends), key=len)
        texts: tuple[str, ...] = (f"−{longest}", str(self.model.columnCount()), "NaN", *panel.column_labels)
        if panel.large:
            texts = (longest if panel.scale.low >= 0 else f"−{longest}", *panel.column_labels)
        wide = min(max(metrics.horizontalAdvance(text) for text in texts), theme.px(WIDEST))
        return wide + theme.px(12), metrics.height() + theme.px(8)

    def _beside(self) -> int:
        """What the names of the rows take of the width."""
        return self.table.verticalHeader().sizeHint().width() + 2 * self.table.frameWidth() + 2

    def _on_entered(self, index: QModelIndex) -> None:
        panel = self.model.panel
        if panel is None:
            return
        value = float(panel.values[index.row(), index.column()])
        self.readout.set_text(self.model.described(index))
        self.bar.set_marker(value)
        self.hovered.emit(-1, index.row(), index.column(), value)

    def _on_chosen(self, index: QModelIndex) -> None:
        """The channel is the one that is looked at: −1 stands for it."""
        if self.model.panel is not None and (self.model.panel.row_name, self.model.panel.column_name) == ("y", "x"):
            self.cell_picked.emit(-1, (index.row(), index.column()))

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid():
            self._on_entered(index)

    def _on_left(self) -> None:
        if self.model.panel is not None:
            rows, columns = self.model.panel.values.shape
            self.readout.set_text(f"{numbers.count(rows)} × {numbers.count(columns)} values")
            self.bar.set_marker(None)
            self.left.emit()
