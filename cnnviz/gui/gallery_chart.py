"""The chart of the gallery: accuracy against complexity, one disc for each network, its area the parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnviz.gui.gallery_jobs import FAMILIES, IMAGENET, Row
from cnnviz.gui.gallery_table import count, gflops
from cnnviz.gui.theme import theme

AXES = {
    "gflops": "GFLOPs of one pass (thousand million multiply-adds)",
    "parameters": "Parameters (million)",
}
"""What can lie along the chart, and its words; the scale is logarithmic."""

# Okabe and Ito, https://jfly.uni-koeln.de/color/, told apart by the colour-blind; their black is white in the dark.
_COLORS = ("#e69f00", "#56b4e9", "#d55e00", "#f0e442", "#cc79a7", "#009e73", "#0072b2", "text", "dim", "dim")

_LARGEST = 22.0  # radius in pixels of the network with the most parameters
_LEAST = 3.5


@dataclass(frozen=True, slots=True)
class _Disc:
    row: Row
    at: QPointF
    radius: float


class GalleryChart(QWidget):
    """Draws the networks that were measured on ImageNet; those that the search leaves out are faint.

    Signals
    -------
    picked(str), opened(str)
        The name of a network that was clicked, or clicked twice.
    """

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("gallery-chart")
        self.setAccessibleName("Accuracy against complexity")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._rows: tuple[Row, ...] = ()
        self._shown: frozenset[str] = frozenset()
        self._axis = "gflops"
        self._current = self._hovered = ""
        self._discs: tuple[_Disc, ...] = ()
        self._legend: tuple[tuple[str, QPointF], ...] = ()
        theme.changed.connect(self._lay_out)

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """Draw these networks, as far as they were measured on ImageNet."""
        self._rows = tuple(row for row in rows if row.data == IMAGENET)
        self._shown = frozenset(row.name for row in self._rows)
        self._lay_out()

    def set_shown(self, names: frozenset[str]) -> None:
        """Which of them the search found."""
        self._shown = names
        self._discs = tuple(sorted(self._discs, key=self._depth))
        self.update()

    def set_current(self, name: str) -> None:
        """Mark one network."""
        self._current = name
        row = next((row for row in self._rows if row.name == name), None)
        self.setAccessibleDescription("" if row is None else self._words(row).replace("\n", ", "))
        self.update()

    def set_axis(self, axis: str) -> None:
        """Put ``gflops`` or ``parameters`` along the chart."""
        self._axis = axis
        self._lay_out()

    def disc_of(self, name: str) -> QPointF | None:
        """The middle of a network's disc; None for one that is not drawn."""
        return next((disc.at for disc in self._discs if disc.row.name == name), None)

    # where things are

    def _lay_out(self) -> None:
        """Place the legend, then axes and discs in the room that it leaves."""
        small = QFontMetricsF(theme.font("small"))
        used = [family for family in FAMILIES if any(row.family == family for row in self._rows)]
        left, line, x, y = theme.px(8), small.height() + theme.px(4), float(theme.px(8)), 0.0
        legend = []
        for family in used:
            width = theme.px(16) + small.horizontalAdvance(family) + theme.px(14)
            if x + width > self.width() and x > left:
                x, y = float(left), y + line
            legend.append((family, QPointF(x, y)))
            x += width
        height = y + line if used else 0.0
        top = self.height() - height
        self._legend = tuple((family, QPointF(at.x(), at.y() + top)) for family, at in legend)
        bottom = height + 2 * small.height() + theme.px(14)
        start = small.horizontalAdvance("100 %") + theme.px(10)
        self._plot = QRectF(
            start, theme.px(14), self.width() - start - theme.px(18), self.height() - bottom - theme.px(14)
        )
        self._place()
        self.update()

    def _place(self) -> None:
        if not self._rows or self._plot.width() < 20 or self._plot.height() < 20:
            self._discs = ()
            return
        values = [self._value(row) for row in self._rows]
        self._low, self._high = math.log10(min(values)) - 0.12, math.log10(max(values)) + 0.12
        accuracies = [row.top1 for row in self._rows]
        self._floor, self._roof = math.floor(min(accuracies) / 5) * 5, math.ceil(max(accuracies) / 5) * 5
        most = max(row.parameters for row in self._rows)
        reach = min(_LARGEST, self._plot.height() / 14, self._plot.width() / 18) * theme.scale
        discs = []
        for row in self._rows:
            radius = max(_LEAST * theme.scale, reach * math.sqrt(row.parameters / most))
            at = QPointF(self._across(self._value(row)), self._up(row.top1))
            discs.append(_Disc(row, at, radius))
        self._discs = tuple(sorted(discs, key=self._depth))

    def _depth(self, disc: _Disc) -> tuple[bool, float]:
        """What is drawn first: those that were not found, then the large ones."""
        return disc.row.name in self._shown, -disc.radius

    def _value(self, row: Row) -> float:
        return row.gflops if self._axis == "gflops" else row.parameters / 1e6

    def _across(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._plot.left() + share * self._plot.width()

    def _up(self, accuracy: float) -> float:
        share = (accuracy - self._floor) / (self._roof - self._floor)
        return self._plot.bottom() - share * self._plot.height()

    def _under(self, at: QPointF) -> Row | None:
        """The network at a place: of several, the one whose middle is nearest to it for its size."""
        near = []
        for disc in self._discs:
            if disc.row.name in self._shown:
                away = math.dist((at.x(), at.y()), (disc.at.x(), disc.at.y()))
                if away <= disc.radius + theme.px(3):
                    near.append((away / disc.radius if away > _LEAST else 0.0, disc.radius, disc.row))
        return min(near, key=lambda found: found[:2])[2] if near else None

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._discs:
            painter.setPen(theme.color("dim"))
            painter.setFont(theme.font())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Looking for networks…" * (not self._rows))
            painter.end()
            return
        self._paint_axes(painter)
        for disc in self._discs:
            self._paint_disc(painter, disc)
        self._paint_names(painter)
        self._paint_legend(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("focus"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        painter.setFont(theme.font("small"))
        line, dim, height = theme.color("line"), theme.color("dim"), painter.fontMetrics().height()
        for accuracy in range(self._floor, self._roof + 1, 5 if self._plot.height() > 12 * height else 10):
            y = self._up(accuracy)
            painter.setPen(line)
            painter.drawLine(QPointF(self._plot.left(), y), QPointF(self._plot.right(), y))
            painter.setPen(dim)
            box = QRectF(0, y - height / 2, self._plot.left() - theme.px(6), height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{accuracy} %")
        for power in range(math.floor(self._low), math.ceil(self._high) + 1):
            for step in (1, 2, 5):
                value = step * 10.0**power
                if not self._low <= math.log10(value) <= self._high:
                    continue
                x = self._across(value)
                painter.setPen(line)
                painter.drawLine(QPointF(x, self._plot.top()), QPointF(x, self._plot.bottom()))
                painter.setPen(dim)
                box = QRectF(x - theme.px(30), self._plot.bottom() + theme.px(3), theme.px(60), height)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{value:,g}")
        box = QRectF(self._plot.left(), self._plot.bottom() + height + theme.px(3), self._plot.width(), height)
        painter.setPen(theme.color("text"))
        title = painter.fontMetrics().elidedText(AXES[self._axis], Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, title)

    def _paint_disc(self, painter: QPainter, disc: _Disc) -> None:
        fill, edge = color_of(disc.row.family)
        if disc.row.name not in self._shown:
            fill.setAlphaF(0.1)
            edge.setAlphaF(0.15)
        current = disc.row.name == self._current
        wide = disc.row.name == self._hovered or current
        painter.setBrush(fill)
        painter.setPen(QPen(theme.color("text") if wide else edge, theme.px(2) if wide else 1))
        painter.drawEllipse(disc.at, disc.radius, disc.radius)
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), theme.px(2)))
            painter.drawEllipse(disc.at, disc.radius + theme.px(4), disc.radius + theme.px(4))

    def _paint_names(self, painter: QPainter) -> None:
        """Name the marked ones, and of the others those that nobody beats for less, where there is room."""
        painter.setFont(theme.font("tiny"))
        metrics = QFontMetricsF(painter.font())
        taken: list[QRectF] = []
        marked = [d for d in self._discs if d.row.name in (self._hovered, self._current)]
        for disc in (*marked, *_unbeaten([d for d in self._discs if d.row.name in self._shown])):
            width, height = metrics.horizontalAdvance(disc.row.title), metrics.height()
            box = QRectF(disc.at.x() - width / 2, disc.at.y() - disc.radius - height - theme.px(3), width, height)
            box.moveLeft(min(max(box.left(), self._plot.left()), self._plot.right() - width))
            box.moveTop(max(box.top(), 0.0))
            if any(box.adjusted(-4, 0, 4, 0).intersects(other) for other in taken):
                continue
            taken.append(box)
            ground = theme.color("panel")
            ground.setAlphaF(0.8)
            painter.fillRect(box.adjusted(-2, 0, 2, 0), ground)
            painter.setPen(theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, disc.row.title)

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.font("small"))
        height = painter.fontMetrics().height()
        for family, at in self._legend:
            fill, edge = color_of(family)
            painter.setBrush(fill)
            painter.setPen(QPen(edge, 1))
            painter.drawEllipse(QPointF(at.x() + theme.px(6), at.y() + height / 2), theme.px(4.5), theme.px(4.5))
            painter.setPen(theme.color("dim"))
            painter.drawText(QPointF(at.x() + theme.px(16), at.y() + painter.fontMetrics().ascent()), family)

    # what the person does

    def _words(self, row: Row) -> str:
        here = "on this computer" if row.here else "not on this computer"
        return (
            f"{row.title} · {row.weights}\n{row.top1:.1f} % top-1 · {count(row.parameters)} parameters · "
            f"{gflops(row.gflops)} GFLOPs · {here}"
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._under(event.position())
        name = "" if row is None else row.name
        if name != self._hovered:
            self._hovered = name
            self.setCursor(Qt.CursorShape.PointingHandCursor if row else Qt.CursorShape.ArrowCursor)
            self.update()
            if row is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPosition().toPoint(), self._words(row), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (row := self._under(event.position())) is not None:
            self.picked.emit(row.name)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (row := self._under(event.position())) is not None:
            self.opened.emit(row.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right walk along the axis, Up and Down from accuracy to accuracy; Return opens."""
        keys = Qt.Key
        shown = [disc for disc in self._discs if disc.row.name in self._shown]
        if event.key() in (keys.Key_Return, keys.Key_Enter) and self._current:
            self.opened.emit(self._current)
        elif event.key() in (keys.Key_Left, keys.Key_Right, keys.Key_Up, keys.Key_Down) and shown:
            along = event.key() in (keys.Key_Left, keys.Key_Right)
            order = sorted(shown, key=lambda disc: disc.at.x() if along else -disc.at.y())
            names = [disc.row.name for disc in order]
            step = 1 if event.key() in (keys.Key_Right, keys.Key_Up) else -1
            at = names.index(self._current) + step if self._current in names else 0
            self.picked.emit(names[min(max(at, 0), len(names) - 1)])
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = ""
        self.update()

    def resizeEvent(self, event: QEvent) -> None:
        self._lay_out()

    def focusInEvent(self, event: QEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QEvent) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(520), theme.px(400))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(280), theme.px(220))


def color_of(family: str) -> tuple[QColor, QColor]:
    """The colour of a family's discs, and of their edges, which stand out from the ground in light and in dark."""
    name = _COLORS[FAMILIES.index(family)]
    color = QColor(name) if name.startswith("#") else theme.color(name)
    edge = color.lighter(135) if theme.dark else color.darker(150)
    color.setAlphaF(0.65)
    return color, edge


def _unbeaten(discs: list[_Disc]) -> list[_Disc]:
    """Those that no other beats in accuracy at the same cost or less, the most accurate first."""
    found: list[_Disc] = []
    for disc in sorted(discs, key=lambda d: (d.at.x(), d.at.y())):
        if not found or disc.at.y() < found[-1].at.y():
            found.append(disc)
    return found[::-1]
