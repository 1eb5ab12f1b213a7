"""What the widgets of all panel types have in common: title, readout line at a fixed place, signals, view state."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cnnviz.figure import Panel, Visible
from cnnviz.gui.theme import theme
from cnnviz.request import Cell

P = TypeVar("P", bound=Panel)


class Line(QWidget):
    """One line of text of a fixed height, shortened where it does not fit; never moves what stands around it."""

    def __init__(self, name: str, color: str = "dim", font: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._text = ""
        self._color, self._font = color, font
        self._alignment = Qt.AlignmentFlag.AlignLeft
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show a text; an empty one leaves the line blank."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self._tell()
            self.update()

    def set_color(self, color: str) -> None:
        """Write in the colour of a token."""
        self._color = color
        self.update()

    def align_right(self) -> None:
        """Stand at the right end, as wide as the text."""
        self._alignment = Qt.AlignmentFlag.AlignRight
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font(self._font))
        width = metrics.horizontalAdvance(self._text) + 2 if self._alignment == Qt.AlignmentFlag.AlignRight else 0
        return QSize(width, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        """What is shortened is told whole by hovering."""
        wide = QFontMetrics(theme.font(self._font)).horizontalAdvance(self._text) > self.width()
        self.setToolTip(self._text if wide else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(self._font))
        painter.setPen(theme.color(self._color))
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), self._alignment | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class PanelWidget(QWidget, Generic[P]):
    """Draws one panel of a figure.

    Attributes
    ----------
    channel_picked
        The person chose a channel (int) or none (None).
    comparison_wanted
        The channels, a tuple, that are to be compared.
    hovered
        (channel, y, x, value) under the cursor.
    left
        The cursor went away.
    cell_picked
        (channel, position): that number of the record is to be explained.
    cell_followed
        A ``Cell`` from which the explained number came is to be explained.
    outcome_changed
        The ``Outcome`` of the number that is shown right now.
    cell_pointed
        The ``Cell`` whose share in the explained number is under the cursor, or None.
    """

    channel_picked = Signal(object)
    comparison_wanted = Signal(object)
    hovered = Signal(int, int, int, object)
    left = Signal()
    cell_picked = Signal(int, object)
    cell_followed = Signal(object)
    outcome_changed = Signal(object)
    cell_pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.title = Line(f"{name}-title", parent=self)
        self.title.hide()
        self.readout = Line(f"{name}-readout", "text", parent=self)
        self.remark = Line(f"{name}-remark", parent=self)
        self.remark.align_right()
        self.body = QHBoxLayout()
        self.foot = QHBoxLayout()
        self.foot.addWidget(self.readout, 1)
        self.foot.addWidget(self.remark)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.title)
        self._column.addLayout(self.body, 1)
        self._column.addLayout(self.foot)
        self._space()
        theme.changed.connect(self._space)

    def set_panel(self, panel: P) -> None:
        """Show a panel; what is the same as before stays as it is."""
        raise NotImplementedError

    def mark_cell(self, cell: Cell | None) -> None:
        """Mark what another panel points at; most panels show nothing of single cells."""

    def set_title(self, text: str) -> None:
        """Show a heading, or none."""
        self.title.set_text(text)
        self.title.setVisible(bool(text))

    def set_remark(self, text: str) -> None:
        """Say something lasting at the right end of the readout line: ``64 of 96 shown``."""
        if text != self.remark.text():
            self.remark.set_text(text)
            self.remark.updateGeometry()

    def wanted_width(self, height: int) -> int | None:
        """The width that this panel needs at a height; None when it takes what there is."""
        return None

    def settle(self) -> None:
        """Know at once how narrow it may become, now that parts of it were shown or hidden."""
        self._column.activate()

    def least_width(self) -> int:
        """The width with which it can still be read."""
        return theme.px(120)

    def kept_width(self) -> int:
        """The width without which it would be laid out anew; 0 when it takes any."""
        return 0

    @property
    def visible(self) -> Visible | None:
        """What of its pictures is seen, where somebody has zoomed in; None for all."""
        return None

    def view_state(self) -> object:
        """Zoom, pan and scroll as a plain value; None when nothing was moved."""
        return None

    def restore(self, state: object) -> None:
        """Take back what ``view_state`` gave; anything else shows the whole."""

    def _space(self) -> None:
        self.body.setSpacing(theme.px(12))
        self._column.setSpacing(theme.px(6))
