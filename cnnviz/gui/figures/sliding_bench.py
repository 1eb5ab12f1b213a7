"""The window in numbers: what lies under it, the kernel, their products, and the output map with the cell marked."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnviz.arithmetic import Patch
from cnnviz.figure import Scale, Sliding, number
from cnnviz.gui.figures.canvas import BY_KEYBOARD
from cnnviz.gui.figures.number_grid import NumberGrid
from cnnviz.gui.figures.thumbs import Thumbs, outline
from cnnviz.gui.theme import theme

_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """One of the pictures of the bench: its heading, and numbers or else the output map."""

    headings: tuple[str, ...]  # the longest that fits is shown
    grid: NumberGrid | None = None
    rect: QRectF = field(default_factory=QRectF)


class SlidingBench(QWidget):
    """Grids of numbers and the output map, laid out as large as the room allows.

    Attributes
    ----------
    output_pointed, output_picked
        (y, x) of the output map under the cursor (None when it left), and where it was clicked.
    moved
        (dy, dx): an arrow key was pressed.
    tap_pointed
        (row, column) of the window under the cursor, or None.
    tap_picked
        The (row, column) of the window that was clicked: its input is to be explained.
    """

    output_pointed = Signal(object)
    output_picked = Signal(object)
    moved = Signal(int, int)
    tap_pointed = Signal(object)
    tap_picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sliding-bench")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._panel: Sliding | None = None
        self._at = (0, 0)
        self._tiles: tuple[_Tile, ...] = ()
        self._tap: tuple[int, int] | None = None
        self._winner: tuple[int, int] | None = None
        self._ringed = False
        theme.changed.connect(self.update)

    def set_panel(self, panel: Sliding) -> None:
        """Show another output channel."""
        self._panel = panel
        self._output = Thumbs(panel.output)
        self._tap = None

    def set_cell(self, at: tuple[int, int], patch: Patch, row: int, value: float) -> None:
        """Show the numbers behind another cell; ``row`` says for which of the inputs."""
        panel = self._panel
        if panel is None:
            return
        which = int(panel.rows[row])
        y, x = at
        scale = panel.inputs.scale
        assert scale is not None
        inputs = patch.inputs[which]
        name = panel.inputs.captions[row]
        long = f"{_WORDS[panel.window.kind]} {name} at ({y}, {x})"
        tiles = [_Tile((long, f"channel {name}", name), NumberGrid(inputs, scale, patch.padding))]
        self._winner = None
        if patch.kernels is not None and panel.kernels is not None and panel.kernels.scale is not None:
            products = inputs * patch.kernels[which]
            tiles.append(_Tile(("∗ kernel",), NumberGrid(patch.kernels[which], panel.kernels.scale)))
            peak = float(np.abs(products).max(initial=0)) or 1.0
            assert panel.partials is not None
            assert panel.partials.scale is not None
            spread = Scale(-peak, peak, panel.partials.scale.colormap, True, "the products")
            total = number(float(products.sum()), 4, signed=True)
            tiles.append(_Tile((f"= products, sum {total}", f"= {total}", "="), NumberGrid(products, spread)))
        elif (place := panel.window.winner(at)) is not None:
            rows, columns = patch.places
            self._winner = int(np.flatnonzero(rows == place[0])[0]), int(np.flatnonzero(columns == place[1])[0])
        shown = number(value, 4, signed=True)
        tiles.append(_Tile((f"Output {panel.output.captions[0]} at ({y}, {x}): {shown}", f"output {shown}", shown)))
        self._at = at
        self._tiles = tuple(tiles)
        self._lay_out()
        self.update()

    @property
    def rect_of_output(self) -> QRectF:
        """Where the output map is drawn."""
        return next((tile.rect for tile in self._tiles if tile.grid is None), QRectF())

    # geometry

    def sizeHint(self) -> QSize:
        return QSize(theme.px(420), theme.px(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(110))

    def _lay_out(self) -> None:
        """Tiles in the number of columns in which they are largest."""
        count = len(self._tiles)
        if not count:
            return
        best: tuple[_Tile, ...] = ()
        for columns in range(1, count + 1):
            tiles = self._laid_in(columns)
            if not best or min(_area(tile) for tile in tiles) > min(_area(tile) for tile in best):
                best = tiles
        self._tiles = best

    def _laid_in(self, columns: int) -> tuple[_Tile, ...]:
        rows = -(-len(self._tiles) // columns)
        gap, head = theme.px(14), QFontMetrics(theme.font("tiny")).height() + theme.px(4)
        width = (self.width() - (columns - 1) * gap) / columns
        height = (self.height() - (rows - 1) * gap * 0.6) / rows
        laid = []
        for order, tile in enumerate(self._tiles):
            row, column = divmod(order, columns)
            left, top = column * (width + gap), row * (height + gap * 0.6)
            room = QRectF(left + 1, top + head, max(width - 2, 1), max(height - head - 2, 1))
            rect = tile.grid.fitted(room) if tile.grid is not None else self._output.fitted(room)
            laid.append(_Tile(tile.headings, tile.grid, rect))
        return tuple(laid)

    def resizeEvent(self, event: object) -> None:
        self._lay_out()

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = theme.font("tiny")
        metrics = QFontMetrics(font)
        for tile in self._tiles:
            following = min((t.rect.x() for t in self._tiles if t.rect.x() > tile.rect.x() + 1), default=self.width())
            room = max(int(following - tile.rect.x()) - theme.px(8), 10)
            painter.setFont(font)
            painter.setPen(theme.color("dim"))
            text = next((t for t in tile.headings if metrics.horizontalAdvance(t) <= room), "")
            painter.drawText(QPointF(tile.rect.x(), tile.rect.y() - theme.px(6)), text)
            if tile.grid is not None:
                tile.grid.paint(painter, tile.rect, self._tap or self._winner)
            else:
                self._output.paint(painter, 0, tile.rect)
                outline(painter, self._output.box(tile.rect, *self._at, *self._at), 2)
        if self._ringed:
            painter.setPen(theme.color("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    # what the person does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell, tap = self._under(event.position())
        self.output_pointed.emit(cell)
        self._point_at(tap)
        self.setCursor(Qt.CursorShape.CrossCursor if cell or tap else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell, tap = self._under(event.position())
        if event.button() != Qt.MouseButton.LeftButton or (cell is None and tap is None):
            event.ignore()
        elif cell is not None:
            self.output_picked.emit(cell)
        else:
            self.tap_picked.emit(tap)

    def leaveEvent(self, event: QEvent) -> None:
        self.output_pointed.emit(None)
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            event.accept()  # with the focus here, arrows move the window by one, not the walk through the layers
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (step := _MOVES.get(Qt.Key(event.key()))) is not None:
            self.moved.emit(*step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.output_picked.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        self.update()

    def _under(self, point: QPointF) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """The cell of the output, or the tap of the window, under a point."""
        for tile in self._tiles:
            if tile.grid is None:
                if (cell := self._output.cell_at(point, tile.rect)) is not None:
                    return cell, None
            elif (tap := tile.grid.cell_at(point, tile.rect)) is not None:
                return None, tap
        return None, None

    def set_marked(self, tap: tuple[int, int] | None) -> None:
        """Mark a place under the window that is pointed at elsewhere."""
        if tap != self._tap:
            self._tap = tap
            self.update()

    def _point_at(self, tap: tuple[int, int] | None) -> None:
        if tap != self._tap:
            self._tap = tap
            self.update()
            self.tap_pointed.emit(tap)


def _area(tile: _Tile) -> float:
    return tile.rect.width() * tile.rect.height() / (1 if tile.grid is None else tile.grid.values.size / 9)


_WORDS = {
    "sum": "Window of channel",
    "mean": "Mean over channel",
    "max": "Maximum in channel",
    "min": "Minimum in channel",
}
