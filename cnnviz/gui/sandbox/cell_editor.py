"""A grid of cells that are typed into, stepped by the wheel, and painted over by dragging."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QWidget

from cnnviz.arithmetic import Floats
from cnnviz.gui import numbers
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.sandbox.cell_map import STEPS, CellMap, Place
from cnnviz.gui.sandbox.cells import Cells, font_for
from cnnviz.gui.theme import theme

LIMIT = 9999.0
"""Largest magnitude that a cell takes."""

_TYPED = frozenset("0123456789.,-−")
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CLEARS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_PAGES = {Qt.Key.Key_PageUp: 1, Qt.Key.Key_PageDown: -1}


class CellEditor(CellMap):
    """Click a cell and type; drag to paint its value over others; the wheel or Page Up and Down change it by a step.

    Each change is told at once, while it is typed or dragged, and once more when it is finished.

    Parameters
    ----------
    wheel
        Whether the wheel works wherever the cursor is; otherwise only while the grid has the focus.

    Attributes
    ----------
    changed
        (values without the padding, finished).
    """

    changed = Signal(object, bool)

    def __init__(self, name: str, accessible: str, *, wheel: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(name, accessible, parent)
        self._called, self._wheel = accessible, wheel
        self._cursor: Place = (0, 0)
        self._typed: str | None = None  # what is being typed into the cell at the cursor
        self._before: float | None = None  # what stood there, for Esc
        self._brush: float | None = None  # what dragging paints
        self._touched = False  # whether something has changed that is not yet told as finished
        self.setToolTip(
            "Click a cell and type its number. Drag to paint it over other cells.\n"
            "Wheel, Page Up, Page Down: one step (with Ctrl a tenth). Delete: 0. Arrows: next cell."
        )

    @property
    def cursor_cell(self) -> Place:
        """The cell that is typed into, without the padding."""
        return self._cursor

    def set_cells(self, cells: Cells | None, *titles: str) -> None:
        super().set_cells(cells, *titles)
        if cells is not None:
            inner = [n - 2 * cells.padding for n in cells.shape]
            self._cursor = (min(self._cursor[0], inner[0] - 1), min(self._cursor[1], inner[1] - 1))
            self._describe()

    @property
    def values(self) -> Floats:
        """The cells without the padding: a copy."""
        assert self._cells is not None
        pad = self._cells.padding
        rows, columns = self._cells.shape
        return self._cells.values[pad : rows - pad, pad : columns - pad].astype(np.float64)

    def put(self, at: Place, value: float, *, finished: bool) -> None:
        """Change one cell and tell."""
        values = self.values
        value = min(max(value, -LIMIT), LIMIT)
        if values[at] != value:
            values[at] = value
            self._touched = True
            self.changed.emit(values, finished)
        if finished:
            self._finish()

    def _finish(self) -> None:
        """Tell that a stroke or a number is complete."""
        if self._touched:
            self._touched = False
            self.changed.emit(self.values, True)

    # the mouse

    def _inner(self, at: Place | None) -> Place | None:
        """A cell without the padding; None for one that lies in it."""
        if at is None or self._cells is None:
            return None
        pad = self._cells.padding
        y, x = at[0] - pad, at[1] - pad
        rows, columns = (n - 2 * pad for n in self._cells.shape)
        return (y, x) if 0 <= y < rows and 0 <= x < columns else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._inner(self._under(event.position()))
        if event.button() != Qt.MouseButton.LeftButton or at is None:
            event.ignore()
            return
        self._accept()
        self._brush = float(self.values[at])
        self._move_to(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = self._inner(self._under(event.position()))
        if self._brush is not None and at is not None and at != self._cursor:
            self._move_to(at)
            self.put(at, self._brush, finished=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._brush = None
        self._finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = self._inner(self._under(event.position()))
        turned = event.angleDelta().y()
        if at is None or not turned or not (self._wheel or self.hasFocus()):
            event.ignore()
            return
        self._accept()
        self._move_to(at)
        self._step(1 if turned > 0 else -1, fine=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        event.accept()

    def _step(self, direction: int, *, fine: bool) -> None:
        """One step up or down: 1 among whole numbers, a tenth among others, 16 in a picture of 0 to 255."""
        values = self.values
        whole = bool((values == np.rint(values)).all())
        step = 16.0 if np.abs(values).max() > 64 else 1.0 if whole and not fine else 0.1
        self.put(self._cursor, round(float(values[self._cursor]) + direction * step, 6), finished=True)

    # the keyboard

    def takes(self, event: QKeyEvent) -> bool:
        """Digits, arrows, and the keys that end, clear or step a number."""
        if event.modifiers() & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
            return False
        key = event.key()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return key in _PAGES
        if key == Qt.Key.Key_Escape:
            return self._typed is not None
        return key in STEPS or key in _CLEARS or key in _ENDS or key in _PAGES or event.text() in _TYPED

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if not self.takes(event):
            event.ignore()
        elif key in STEPS:
            self._accept()
            self._walk(*STEPS[key])
        elif key in _PAGES:
            self._accept()
            self._step(_PAGES[key], fine=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_Escape:
            self._discard()
        elif key in _ENDS:
            self._accept()
            self._walk(0, 1)
        elif key == Qt.Key.Key_Backspace and self._typed:
            self._type(self._typed[:-1])
        elif key in _CLEARS:
            self._accept()
            self.put(self._cursor, 0.0, finished=True)
        else:
            self._type((self._typed or "") + event.text().replace(",", ".").replace("−", "-"))

    def _walk(self, down: int, across: int) -> None:
        if self._cells is None:
            return
        rows, columns = (n - 2 * self._cells.padding for n in self._cells.shape)
        y, x = self._cursor
        self._move_to((min(max(y + down, 0), rows - 1), min(max(x + across, 0), columns - 1)))

    def _move_to(self, at: Place) -> None:
        self._cursor = at
        self._describe()
        self.update()

    def _type(self, text: str) -> None:
        """Another text in the cell; as soon as it is a number, it counts."""
        if text.count(".") > 1 or "-" in text[1:] or len(text) > 8:
            return
        if self._typed is None:
            self._before = float(self.values[self._cursor])
        self._typed = text
        try:
            value = float(text)
        except ValueError:
            value = 0.0
        self.put(self._cursor, value if math.isfinite(value) else 0.0, finished=False)
        self.update()

    def _accept(self) -> None:
        """What was typed stays."""
        if self._typed is not None:
            self._typed = self._before = None
            self._finish()
            self.update()

    def _discard(self) -> None:
        """What stood there before comes back."""
        before, self._typed, self._before = self._before, None, None
        if before is not None:
            self.put(self._cursor, before, finished=False)
            self._touched = False
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._accept()
        super().focusOutEvent(event)

    def _describe(self) -> None:
        y, x = self._cursor
        value = numbers.axis(float(self.values[y, x]))
        self.setAccessibleName(f"{self._called}: row {y + 1}, column {x + 1} is {value}")

    # painting

    def _paint_marks(self, painter: QPainter, cells: Cells) -> None:
        super()._paint_marks(painter, cells)
        if not self.hasFocus():
            return
        y, x = (n + cells.padding for n in self._cursor)
        box = self.cell_rect((y, x))
        outline(painter, box, 2)
        if self._typed is not None:
            self._paint_typed(painter, box)

    def _paint_typed(self, painter: QPainter, box: QRectF) -> None:
        """What is being typed, with a caret."""
        text = f"{(self._typed or '').replace('-', '−')}│"
        font = font_for([text], box.width()) or theme.font("mono")
        metrics = QFontMetrics(font)
        wider = max(0.0, metrics.horizontalAdvance(text) + theme.px(8) - box.width()) / 2
        higher = max(0.0, metrics.height() + theme.px(2) - box.height()) / 2
        box = box.adjusted(-wider, -higher, wider, higher)
        painter.fillRect(box, theme.color("sunken"))
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        outline(painter, box, 2)
