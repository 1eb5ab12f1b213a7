"""The table of a matrix: its numbers for Qt, and all cells of a screen painted at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
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
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from cnnviz.core.pixels import paint
from cnnviz.figure import GROUND, Matrix
from cnnviz.gui import numbers
from cnnviz.gui.color_bar import colors
from cnnviz.gui.figures.painting import readable
from cnnviz.gui.theme import theme

KEPT_TEXTS = 20_000
"""Numbers whose glyphs are kept laid out."""

FEW = 4096
"""Numbers of which it is asked whether all are whole."""

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
        if panel.diagonal:
            np.fill_diagonal(self.raster, GROUND)
        self.places = 0 if _whole(panel) else numbers.decimals(max(abs(panel.scale.low), abs(panel.scale.high)))
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
        argb = colors(name).copy()
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
        if self._numbers.panel.diagonal:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("ok"), 2))
            for place in range(max(rows[0], columns[0]), min(rows[1], columns[1])):
                painter.drawRect(self._rect(place, place, place, place).adjusted(1, 1, -1, -1))

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


def _whole(panel: Matrix) -> bool:
    """Whether all its numbers are whole ones; of a few, as in an example by hand."""
    values = panel.values
    return values.size <= FEW and bool(np.isfinite(values).all()) and not (values % 1).any()


def _ranges(selection: QItemSelection) -> list[QItemSelectionRange]:
    return [selection.at(order) for order in range(selection.count())]


def _span(header: QHeaderView, start: int, end: int) -> tuple[int, int]:
    """First and one past the last section between two places of the viewport."""
    size, offset = header.defaultSectionSize(), header.offset()
    return max(0, (start + offset) // size), min(header.count(), (end + offset) // size + 1)
