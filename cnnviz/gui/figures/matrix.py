"""The values themselves as a grid of numbers that scrolls, each cell on the colour of its value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QStaticText,
    QTransform,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from cnnviz.core.pixels import paint
from cnnviz.figure import GROUND, Matrix
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import ColorBar, colors
from cnnviz.gui.figures.painting import readable
from cnnviz.gui.figures.panel import PanelWidget
from cnnviz.gui.theme import theme

KEPT_TEXTS = 20_000
"""Numbers whose glyphs are kept laid out."""

Index = QModelIndex | QPersistentModelIndex


class MatrixModel(QAbstractTableModel):
    """The numbers of a ``Matrix`` for Qt's table; nothing is copied or made per cell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panel: Matrix | None = None
        self.raster: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self.places = 2

    def set_panel(self, panel: Matrix) -> None:
        """Show other numbers; scroll and selection stay where the shape is the same."""
        same = self.panel is not None and self.panel.values.shape == panel.values.shape
        if not same:
            self.beginResetModel()
        self.panel = panel
        self.raster = paint(panel.values[None], panel.scale.low, panel.scale.high)[0]
        self.places = numbers.decimals(max(abs(panel.scale.low), abs(panel.scale.high)))
        if not same:
            self.endResetModel()
        elif panel.values.size:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.rowCount() - 1)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self.columnCount() - 1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if self.panel is None or parent.isValid() else self.panel.values.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if self.panel is None or parent.isValid() else self.panel.values.shape[1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.panel is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return numbers.cell(float(self.panel.values[index.row(), index.column()]), self.places)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self.described(index)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            align = Qt.AlignmentFlag
            return align.AlignVCenter | (
                align.AlignRight if orientation == Qt.Orientation.Vertical else align.AlignHCenter
            )
        if role != Qt.ItemDataRole.DisplayRole or self.panel is None:
            return None
        names = self.panel.row_labels if orientation == Qt.Orientation.Vertical else self.panel.column_labels
        return names[section] if section < len(names) else str(section)

    def described(self, index: Index) -> str:
        """Where a value stands, and the value: ``y 3, x 5  ·  +0.809``."""
        assert self.panel is not None
        row, column = self.panel.row_name, self.panel.column_name
        y = self.headerData(index.row(), Qt.Orientation.Vertical)
        x = self.headerData(index.column(), Qt.Orientation.Horizontal)
        value = numbers.exact(float(self.panel.values[index.row(), index.column()]))
        where = (f"{row} {y}", f"{column} {x}".strip())
        return f"{', '.join(part for part in where if part)}  ·  {value}"

    def tsv(self, ranges: list[QItemSelectionRange]) -> str:
        """The selected values as lines of tab-separated numbers; what was not selected in between is empty."""
        if self.panel is None or not ranges:
            return ""
        top, left = min(r.top() for r in ranges), min(r.left() for r in ranges)
        bottom, right = max(r.bottom() for r in ranges), max(r.right() for r in ranges)
        chosen = np.zeros((bottom - top + 1, right - left + 1), bool)
        for r in ranges:
            chosen[r.top() - top : r.bottom() - top + 1, r.left() - left : r.right() - left + 1] = True
        values = self.panel.values[top : bottom + 1, left : right + 1]
        return "\n".join(
            "\t".join(numbers.plain(float(v)) if taken else "" for v, taken in zip(row, mask, strict=True))
            for row, mask in zip(values, chosen, strict=True)
        )


class MatrixTable(QTableView):
    """A table that paints all cells of a screen at once: one picture for the colours, then the numbers.

    Qt's way, a delegate that is called for each cell, takes five times as long.
    """

    left = Signal()

    def __init__(self, model: MatrixModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = model
        self._inks: list[QColor] = []
        self._table: list[int] = []
        self._texts: dict[str, QStaticText] = {}
        self.setModel(model)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # scrolling paints only what is new

    def set_colormap(self, name: str) -> None:
        """Take a colour map for the cells."""
        argb = colors(name)
        argb[GROUND] = theme.color("sunken").rgba()
        self._table = argb.tolist()
        self._inks = readable(argb)

    def forget_texts(self) -> None:
        """Lay the numbers out anew: the font has changed."""
        self._texts = {}

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("panel"))
        if self._numbers.raster.size and self._table:
            across, down = self.horizontalHeader(), self.verticalHeader()
            first_y, last_y = _span(down, event.rect().top(), event.rect().bottom())
            first_x, last_x = _span(across, event.rect().left(), event.rect().right())
            if first_y < last_y and first_x < last_x:
                self._paint_cells(painter, (first_y, last_y), (first_x, last_x))
                self._paint_selection(painter)
        painter.end()

    def _rect(self, top: int, left: int, bottom: int, right: int) -> QRect:
        """Where a block of cells lies, both ends included."""
        across, down = self.horizontalHeader(), self.verticalHeader()
        x, y = across.sectionViewportPosition(left), down.sectionViewportPosition(top)
        width, height = across.defaultSectionSize(), down.defaultSectionSize()
        return QRect(x, y, (right - left + 1) * width, (bottom - top + 1) * height)

    def _paint_cells(self, painter: QPainter, rows: tuple[int, int], columns: tuple[int, int]) -> None:
        assert self._numbers.panel is not None
        block = np.ascontiguousarray(self._numbers.raster[slice(*rows), slice(*columns)])
        image = QImage(block.data, block.shape[1], block.shape[0], block.shape[1], QImage.Format.Format_Indexed8)
        image.setColorTable(self._table)
        area = self._rect(rows[0], columns[0], rows[1] - 1, columns[1] - 1)
        painter.drawImage(area, image)
        painter.setFont(self.font())
        width, height = area.width() / block.shape[1], area.height() / block.shape[0]
        values, places, ink = self._numbers.panel.values, self._numbers.places, -1
        for y in range(*rows):
            for x in range(*columns):
                index = int(self._numbers.raster[y, x])
                if index != ink:
                    painter.setPen(self._inks[index])
                    ink = index
                text = self._text(numbers.cell(float(values[y, x]), places))
                size = text.size()
                left = area.x() + (x - columns[0]) * width + (width - size.width()) / 2
                top = area.y() + (y - rows[0]) * height + (height - size.height()) / 2
                painter.drawStaticText(QPointF(left, top), text)

    def _text(self, text: str) -> QStaticText:
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= KEPT_TEXTS:
                self._texts.clear()
            known = self._texts[text] = QStaticText(text)
            known.setTextFormat(Qt.TextFormat.PlainText)
            known.prepare(QTransform(), self.font())
        return known

    def _paint_selection(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("accent"), 2))
        for chosen in _ranges(self.selectionModel().selection()):
            box = self._rect(chosen.top(), chosen.left(), chosen.bottom(), chosen.right())
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            painter.setPen(QPen(theme.color("focus"), 1, Qt.PenStyle.DashLine))
            box = self._rect(current.row(), current.column(), current.row(), current.column())
            painter.drawRect(box.adjusted(2, 2, -3, -3))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            chosen = _ranges(self.selectionModel().selection())
            QGuiApplication.clipboard().setText(self._numbers.tsv(chosen))
            return
        super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().viewportEvent(event)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()  # the outline of a block changes where no cell was touched


def _ranges(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(order) for order in range(selection.count())]


def _span(header: QHeaderView, start: int, end: int) -> tuple[int, int]:
    """First and one past the last section between two places of the viewport."""
    size, offset = header.defaultSectionSize(), header.offset()
    return max(0, (start + offset) // size), min(header.count(), (end + offset) // size + 1)


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
        self.table.viewportEntered.connect(self._on_left)
        self.table.left.connect(self._on_left)
        self.table.selectionModel().currentChanged.connect(self._on_current)
        theme.changed.connect(self._size_cells)

    def set_panel(self, panel: Matrix) -> None:
        if panel is self.model.panel:
            return
        self.set_title(panel.title)
        self.bar.set_scale(panel.scale)
        self.model.set_panel(panel)
        rows, columns = panel.values.shape
        shape = f"{rows} rows ({panel.row_name}) by {columns} columns ({panel.column_name})"
        self.table.setAccessibleName(f"Values, {shape}")
        axes = (
            f"{panel.row_name} down" if panel.row_name else "",
            f"{panel.column_name} across" if panel.column_name else "",
        )
        self.set_remark(", ".join(axis for axis in axes if axis))
        self._size_cells()
        self._on_left()

    def view_state(self) -> object:
        across, down = self.table.horizontalScrollBar().value(), self.table.verticalScrollBar().value()
        return (across, down) if across or down else None

    def restore(self, state: object) -> None:
        across, down = state if isinstance(state, (tuple, list)) and len(state) == 2 else (0, 0)
        self.table.horizontalScrollBar().setValue(int(across))
        self.table.verticalScrollBar().setValue(int(down))

    def select(self, top: int, left: int, bottom: int, right: int) -> None:
        """Select a block of values, both ends included."""
        block = QItemSelection(self.model.index(top, left), self.model.index(bottom, right))
        self.table.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _size_cells(self) -> None:
        """As wide as the widest number on this scale, and one width for all: then columns are counted by eye."""
        panel = self.model.panel
        if panel is None:
            return
        font = theme.font("small")
        self.table.setFont(font)
        self.table.forget_texts()
        self.table.set_colormap(panel.scale.colormap)
        metrics = QFontMetrics(font)
        ends = (panel.scale.low, panel.scale.high)
        longest = max((numbers.cell(end, self.model.places) for end in ends), key=len)
        wide = max(metrics.horizontalAdvance(text) for text in (f"−{longest}", str(self.model.columnCount()), "NaN"))
        self.table.horizontalHeader().setDefaultSectionSize(wide + theme.px(12))
        self.table.verticalHeader().setDefaultSectionSize(metrics.height() + theme.px(8))
        self.table.viewport().update()

    def _on_entered(self, index: QModelIndex) -> None:
        panel = self.model.panel
        if panel is None:
            return
        value = float(panel.values[index.row(), index.column()])
        self.readout.set_text(self.model.described(index))
        self.bar.set_marker(value)
        self.hovered.emit(-1, index.row(), index.column(), value)

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid():
            self._on_entered(index)

    def _on_left(self) -> None:
        if self.model.panel is not None:
            rows, columns = self.model.panel.values.shape
            self.readout.set_text(f"{numbers.count(rows)} × {numbers.count(columns)} values")
            self.bar.set_marker(None)
            self.left.emit()
