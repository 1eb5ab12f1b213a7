"""The network as columns of real activation maps: one column a step, the current one marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QToolTip, QWidget

from cnnviz.gui import offers
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.network_column import Drawn, Frame, paint_head, paint_maps, paint_places, paint_words
from cnnviz.gui.theme import theme
from cnnviz.gui.view_pane import PALES_AFTER
from cnnviz.response import PICTURE, Columns, ColumnsQuery, PassKey, Response, Step

PINNED_FROM = 4
"""So many columns fit beside each other where the picture stays at the edge."""

Mark = tuple[int, int | None, tuple[float, float, float, float]]
"""A column, a channel (None: all its maps), and (top, left, bottom, right) of a box as shares of a map."""


class Network(QAbstractScrollArea):
    """All steps of a pass from left to right; draws what is visible and asks for maps that it has not yet.

    The picture stays at the left edge while the others scroll: what a cell deep in the network sees is marked on it.
    """

    picked = Signal(str, object)  # layer key, channel (int) or None
    columns_wanted = Signal(object)  # ColumnsQuery
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network")
        self.setAccessibleName("The network, one column a step")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing behind it is painted for it
        self._key: PassKey | None = None
        self._steps: tuple[Step, ...] = ()
        self._current = 0
        self._channel: int | None = None
        self._colormaps = ("auto", "auto", "auto")
        self._drawn: dict[int, Drawn] = {}
        self._press: tuple[QPoint, int, int | None] | None = None  # where the mouse went down, on which map
        # Whole columns, so that a step or a scroll only copies them, and where their maps stand.
        self._painted: dict[int, tuple[QPixmap, list[QRect]]] = {}
        self._outdated: set[int] = set()  # columns with other maps in the same places by now
        self._frame = Frame(1, 1)
        self._fresh: set[int] = set()  # columns whose maps belong to the current pass
        self._labels: tuple[str, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._stale = False
        self._patience = QTimer(self)  # for maps of a new pass: quick ones do not flicker
        self._patience.setSingleShot(True)
        self._patience.setInterval(PALES_AFTER)
        self._patience.timeout.connect(self.viewport().update)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self._on_theme)

    # what is shown

    def set_response(self, response: Response) -> None:
        """Show the steps of a response's pass, its current step and channel marked."""
        if response.request.colormaps != self._colormaps:
            self._colormaps = response.request.colormaps
            self._fresh.clear()
        if response.key != self._key or response.steps != self._steps:
            if response.steps != self._steps:
                self._drawn.clear()
                self._painted.clear()
            self._fresh.clear()
            self._patience.start()
            self._key, self._steps = response.key, response.steps
        labels = response.scores.labels if response.scores else ()
        whole = self._stale or not self._fresh or labels != self._labels
        if labels != self._labels:
            self._painted.pop(len(self._steps) - 1, None)  # the last column names them
        before, self._labels, self._stale = self._current, labels, False
        self._current, self._channel = response.current, response.request.channel
        self._layout()
        self._reveal(self._current)  # scrolling paints anew by itself
        if response.columns is not None:
            self.set_columns(response.columns)
        else:
            self._ask()
        for index in (before, self._current):
            self.viewport().update(self._area(index))
        if whole:
            self.viewport().update()

    def set_columns(self, columns: Columns) -> None:
        """Take small maps that were asked for."""
        if (columns.query.key, columns.query.colormaps) != (self._key, self._colormaps):
            return
        for index, column in enumerate(columns.columns, columns.query.first):
            drawn = Drawn.of(column)
            if drawn.stands_like(self._drawn.get(index)):
                self._outdated.add(index)
            else:
                self._painted.pop(index, None)
            self._drawn[index] = drawn
            self._fresh.add(index)
            self.viewport().update(self._area(index))
        self._ask()

    def set_stale(self, stale: bool) -> None:
        """Dim what belongs to an older answer."""
        if stale != self._stale:
            self._stale = stale
            self.viewport().update()

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Outline cells in columns."""
        if marks != self._marks:
            touched = {column for column, _, _ in (*self._marks, *marks)}
            self._marks = marks
            for column in touched:
                self.viewport().update(self._area(column))

    # geometry, in viewport pixels; columns are numbered as the steps

    def sizeHint(self) -> QSize:
        return QSize(theme.px(800), theme.px(290))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(150))

    @property
    def _width(self) -> int:
        return self._frame.width

    def _fitting_width(self) -> int:
        """Width of one column: all fit where they stay legible, else each has room for its shape and one scrolls."""
        fit = self.viewport().width() // max(len(self._steps), 1)
        return min(fit, theme.px(144)) if fit >= theme.px(60) else theme.px(80)

    @property
    def _pinned(self) -> bool:
        """Whether the picture stays: beside it there is room for a column with its neighbours."""
        return self.viewport().width() >= PINNED_FROM * self._width

    def _left(self, index: int) -> int:
        if index == 0 and self._pinned:
            return 0
        return index * self._width - self.horizontalScrollBar().value()

    def _area(self, index: int) -> QRect:
        """The whole of a column."""
        return QRect(self._left(index), 0, self._width, self.viewport().height())

    def _cells(self, index: int) -> list[QRect]:
        """Where each map of a column is drawn."""
        left = self._left(index)
        cells = self._frame.cells(self._steps[index], self._drawn[index], self._names(index))
        return [cell.translated(left, 0) for cell in cells]

    def _names(self, index: int) -> tuple[str, ...]:
        """The classes of a step's units; empty but for the last."""
        named = index == len(self._steps) - 1 and self._steps[index].shape == (len(self._labels),)
        return self._labels if named else ()

    def _column_at(self, x: int) -> int | None:
        scrolled = 0 if self._pinned and x < self._width else self.horizontalScrollBar().value()
        index = (x + scrolled) // self._width
        return index if 0 <= index < len(self._steps) else None

    def step_at(self, x: int) -> Step | None:
        """The step whose column stands there."""
        index = self._column_at(x)
        return None if index is None else self._steps[index]

    def _hit(self, position: QPoint) -> tuple[int | None, int | None]:
        """(column, channel) under the cursor."""
        index = self._column_at(position.x())
        if index is None or index not in self._drawn or self._steps[index].index == PICTURE:
            return index, None
        return index, next((i for i, cell in enumerate(self._cells(index)) if cell.contains(position)), None)

    # asking for maps

    def _visible(self) -> range:
        """Positions of the columns that are at least partly seen."""
        first = max(0, self.horizontalScrollBar().value() // self._width)
        last = min(len(self._steps) - 1, first + self.viewport().width() // self._width + 1)
        return range(first, last + 1)

    def _missing(self) -> list[int]:
        """Visible columns without maps of the current pass, or with fewer than there is room for."""
        room = self._frame.count
        seen = self._visible()
        also = [0] if self._pinned and self._steps and 0 not in seen else []  # the picture last: it is one map
        return [i for i in (*seen, *also) if i not in self._fresh or self._is_short(i, room)]

    @property
    def complete(self) -> bool:
        """Whether every column that is seen shows the maps of the current pass."""
        return bool(self._steps) and not (self.isVisible() and self._missing())

    def _ask(self) -> None:
        """Ask for the visible columns that are missing, or that hold fewer maps than there is room for."""
        if self._key is None or not self._steps or not self.isVisible():
            return
        if missing := self._missing():
            ahead = len(self._visible()) // 2  # walking on finds some there already
            end = max(missing)
            first, last = max(0, missing[0] - ahead), min(len(self._steps) - 1, end + ahead)
            while first in self._fresh and first < missing[0]:
                first += 1
            while last in self._fresh and last > end:
                last -= 1
            self.columns_wanted.emit(ColumnsQuery(self._key, first, last, self._frame.count, self._colormaps))

    def _is_short(self, index: int, room: int) -> bool:
        drawn, step = self._drawn[index], self._steps[index]
        room *= 2 if len(step.shape) == 1 else 1  # units are drawn half as high as maps
        return step.index != PICTURE and drawn.count < min(room, drawn.total)

    def _layout(self) -> None:
        frame = Frame(self._fitting_width(), self.viewport().height())
        if frame != self._frame:
            self._frame = frame
            self._painted.clear()
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setSingleStep(self._width)
        bar.setRange(0, max(0, len(self._steps) * self._width - self.viewport().width()))

    def _reveal(self, index: int) -> None:
        """Scroll so that a column and its neighbours are seen."""
        width, bar = self._width, self.horizontalScrollBar()
        left, edge = index * width - bar.value(), width * (2 if self._pinned else 1)
        if left < edge:
            bar.setValue(bar.value() + left - edge)
        elif left + 2 * width > self.viewport().width():
            bar.setValue(bar.value() + left + 2 * width - self.viewport().width())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._steps:
            painter.setPen(theme.color("dim"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, "Opening the network…")
        for index in self._visible():
            if event.rect().intersects(self._area(index)):
                self._paint_column(painter, index)
        if self._steps and self._pinned and self.horizontalScrollBar().value():
            self._paint_picture_over(painter)
        painter.end()

    def _paint_picture_over(self, painter: QPainter) -> None:
        """The picture in front of the columns that are scrolled under it."""
        area = self._area(0)
        painter.fillRect(area, theme.color("panel"))
        self._paint_column(painter, 0)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(area.topRight(), area.bottomRight())

    def _paint_column(self, painter: QPainter, index: int) -> None:
        left, width = self._left(index), self._width
        if index == self._current:
            area = QRectF(left + 2.5, 1.5, width - 5, self.viewport().height() - 3)
            painter.setPen(QPen(theme.color("accent"), 1.5 if self.hasFocus() else 1))
            painter.setBrush(theme.color("selected"))
            painter.drawRoundedRect(area, theme.px(8), theme.px(8))
        late = index not in self._fresh and not self._patience.isActive()
        painter.setOpacity(0.4 if self._stale or late else 1.0)
        painter.drawPixmap(left, 0, self._column(index))
        painter.setOpacity(1.0)
        for column, channel, box in self._marks:
            if column == index and index in self._drawn:
                self._paint_mark(painter, index, channel, box)
        if index == self._current and self._channel is not None and index in self._drawn and index != 0:
            cells = self._cells(index)
            if self._channel < len(cells):
                painter.setPen(QPen(theme.color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(cells[self._channel]).adjusted(-2.5, -2.5, 2.5, 2.5), 3, 3)

    def _paint_mark(
        self, painter: QPainter, index: int, channel: int | None, box: tuple[float, float, float, float]
    ) -> None:
        """Outline a part of one map of a column, or of all."""
        top, left, bottom, right = box
        for order, cell in enumerate(self._cells(index)):
            if channel is None or order == channel or self._steps[index].index == PICTURE:
                area = QRectF(cell)
                inner = QRectF(
                    area.x() + left * area.width(),
                    area.y() + top * area.height(),
                    max((right - left) * area.width(), 2),
                    max((bottom - top) * area.height(), 2),
                )
                outline(painter, inner, 1)

    def _column(self, index: int) -> QPixmap:
        """A whole column, painted once; where only its maps are others, they are painted over those before."""
        drawn = self._drawn.get(index)
        if index not in self._painted:
            self._painted[index] = self._new_column(index, drawn)
        elif index not in self._outdated:
            return self._painted[index][0]
        column, cells = self._painted[index]
        self._outdated.discard(index)
        if drawn is not None:
            painter = QPainter(column)
            paint_maps(painter, drawn, cells)
            painter.end()
        return column

    def _new_column(self, index: int, drawn: Drawn | None) -> tuple[QPixmap, list[QRect]]:
        """A column with all but its maps, and where those stand."""
        step, frame, names = self._steps[index], self._frame, self._names(index)
        cells = frame.cells(step, drawn, names) if drawn is not None else []
        column = self._blank_column()
        painter = QPainter(column)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_head(painter, step, frame)
        if drawn is not None:
            paint_words(painter, step, drawn, frame, names, cells)
        else:
            paint_places(painter, frame)
        painter.end()
        return column, cells

    def _blank_column(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        column = QPixmap(round(self._frame.width * ratio), round(self._frame.height * ratio))
        column.setDevicePixelRatio(ratio)
        column.fill(Qt.GlobalColor.transparent)
        return column

    # what the person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index, channel = self._hit(event.position().toPoint())
        self._press = None
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._press = (event.position().toPoint(), index, channel)
            self.picked.emit(self._steps[index].key, channel)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if (event.position().toPoint() - self._press[0]).manhattanLength() >= QApplication.startDragDistance():
                self._drag_out()
            return
        index, channel = self._hit(event.position().toPoint())
        if index is None:
            self.hovered.emit("")
            return
        step = self._steps[index]
        name = f"{step.title} ({step.key})" if step.key and step.key != str(step.index) else step.title
        self.hovered.emit(f"{name}, {step.shape_text}" + (f", channel {channel}" if channel is not None else ""))

    def _drag_out(self) -> None:
        """Let the person drag the pressed map into another program."""
        (_, index, channel), self._press = self._press or (None, 0, None), None
        if channel is None or index not in self._drawn:
            return
        drawn, step = self._drawn[index], self._steps[index]
        small = drawn.image.copy(0, channel * drawn.height, drawn.image.width(), drawn.height)
        offers.drag(self, offers.of_map(small, f"{step.key or 'picture'}-map-{channel}"))

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (delta.x() or delta.y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # arrows are the window's: they step through layers wherever the focus is

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit("")

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and (index := self._column_at(event.pos().x())) is not None:
            step = self._steps[index]
            QToolTip.showText(event.globalPos(), f"{step.title}\n{step.key or 'the picture'}\n{step.shape_text}", self)
            return True
        return super().viewportEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._ask()  # under another workspace there was nothing to ask for

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout()
        self._reveal(self._current)
        self._ask()

    def _on_scrolled(self) -> None:
        self._ask()
        self.viewport().update()

    def _on_theme(self) -> None:
        self._painted.clear()
        self._layout()
        self._ask()
        self.viewport().update()
