"""How a cell of a table is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnviz.gui.table.columns import SHARE, START, Column, Index
from cnnviz.gui.theme import theme
from cnnviz.layout.shortening import ended

if TYPE_CHECKING:
    from cnnviz.gui.table.sheet import Sheet


class Cells(QStyledItemDelegate):
    """Long texts lose what tells them least from others; behind a number is the share that it has of the largest."""

    def __init__(self, sheet: Sheet[Any]) -> None:
        super().__init__(sheet)
        self._sheet = sheet

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        column: Column[Any] = self._sheet.shown.model.columns[index.column()]
        option.textElideMode = Qt.TextElideMode.ElideRight
        option.state &= ~QStyle.StateFlag.State_MouseOver  # lines are chosen, not cells
        if column.elastic == START:
            room = option.rect.width() - self._sheet.pad
            option.text = ended(option.text, lambda text: option.fontMetrics.horizontalAdvance(text) <= room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = index.data(SHARE)
        if share and share > 0.01:
            rect: QRect = option.rect
            room = rect.width() - theme.px(8)
            width = round(room * share)
            line = QRect(rect.right() - theme.px(6) - width, rect.bottom() - theme.px(3), width, theme.px(2))
            painter.fillRect(line, theme.color("accent"))
