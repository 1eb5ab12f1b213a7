"""The headings of a sheet: a click sorts, those of pinned columns stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QToolTip

from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.gui.table.sheet import Sheet


class Header(QHeaderView):
    """Keeps no room beside a heading for the arrow of what is sorted, which stands above it."""

    def __init__(self, sheet: Sheet[Any]) -> None:
        super().__init__(Qt.Orientation.Horizontal, sheet)
        self._sheet = sheet
        self.setSectionsClickable(True)
        self.setMinimumSectionSize(theme.px(32))
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSortIndicatorClearable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def width_of(self, heading: str) -> int:
        """Pixels that a heading needs."""
        font = self.font()
        font.setWeight(font.Weight.DemiBold)
        margin = 2 * (theme.px(4) + self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderMargin))
        return max(map(QFontMetrics(font).horizontalAdvance, heading.split("\n"))) + margin

    def sort(self, section: int) -> None:
        """Sort by a column; by the same one the other way round."""
        ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        turns = section == self.sortIndicatorSection() and self.sortIndicatorOrder() == ascending
        self._sheet.sortByColumn(section, descending if turns else ascending)

    def sectionSizeFromContents(self, section: int) -> QSize:
        size = super().sectionSizeFromContents(section)
        arrow = sum(
            map(self.style().pixelMetric, (QStyle.PixelMetric.PM_HeaderMarkSize, QStyle.PixelMetric.PM_HeaderMargin))
        )
        return size - QSize(arrow, 0)

    # pinned

    def _pinned_at(self, at: QPoint) -> int | None:
        """The pinned column whose heading is at a point."""
        return next((place for place, left, width in self._sheet.pinned if left <= at.x() < left + width), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if pinned := self._sheet.pinned:
            painter = QPainter(self.viewport())
            edge = pinned[-1][1] + pinned[-1][2]
            painter.fillRect(0, 0, edge, self.height(), theme.color("panel"))
            for place, left, width in pinned:
                self.paintSection(painter, QRect(left, 0, width, self.height()), place)
            painter.fillRect(edge - 1, 0, 1, self.height(), theme.color("line"))
            painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._pinned_at(event.position().toPoint())
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        else:
            self.sort(place)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and (place := self._pinned_at(event.pos())) is not None:
            tip = self.model().headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)
