"""The hands of the person on a mosaic: wheel, mouse and keys move about in it, select and pick."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from cnnviz.gui import numbers, offers
from cnnviz.gui.figures.mosaic import Mosaic
from cnnviz.gui.figures.tiling import Camera, clamped

CLICK = 4
"""The mouse may move by this many pixels between press and release and it is still a click."""

BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
"""Ways of getting the focus after which a ring shows where it is; who clicked knows."""

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS = {
    *_STEPS,
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal),
}


class Canvas(Mosaic):
    """All maps of a panel in one picture, to be zoomed, moved and picked from.

    Attributes
    ----------
    chosen
        The ``Cell`` that was clicked in a map that stands alone, or double-clicked among many.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._press: QPointF | None = None
        self._dragged = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        self.zoom_by(1.2 ** (delta / 120), event.position())
        self._point_at(event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        beside = self._tiling.at(event.position().x(), event.position().y(), self._camera) is None
        if event.button() == Qt.MouseButton.LeftButton and self._gathers and event.modifiers() & SHIFT:
            self._band = QRectF(event.position(), event.position())
            return
        if event.button() != Qt.MouseButton.LeftButton or (beside and self._camera.zoom <= 1):
            event.ignore()  # whoever is behind may take it as a click beside everything
            return
        self._press, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            self._band.setBottomRight(event.position())
            self.update()
            return
        if self._press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._point_at(event.position())
            return
        moved = event.position() - self._press
        if not self._dragged and moved.manhattanLength() > CLICK and self._goes_out(event):
            return
        if self._dragged or moved.manhattanLength() > CLICK:
            self._dragged = True
            self._press = event.position()
            zoom, left, top = self._camera
            self._move(clamped(self._tiling, Camera(zoom, left + moved.x(), top + moved.y()), self._area))

    def _goes_out(self, event: QMouseEvent) -> bool:
        """Whether a map is dragged out of the window: where there is nothing to pan, or with Alt."""
        if self._camera.zoom > 1 and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return False
        if self._panel is None or self._press is None:
            return False
        cell = self._tiling.at(self._press.x(), self._press.y(), self._camera)
        far = (event.position() - self._press).manhattanLength() >= QApplication.startDragDistance()
        if cell is None or not far:
            return cell is not None
        self._press = None
        panel = self._panel
        name = f"{panel.noun}-{panel.indices[cell.tile]}"
        offers.drag(self, offers.of_map(offers.image_of(panel.raster[cell.tile], panel.scale), name))
        return True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._band is not None:
            band, self._band = self._band.normalized(), None
            rects = ((tile, self._tiling.rect(tile, self._camera)) for tile in range(self._tiling.count))
            caught = (tile for tile, rect in rects if QRectF(*rect).intersects(band.adjusted(-0.5, -0.5, 0.5, 0.5)))
            self.gather(tuple(dict.fromkeys((*self.selected, *caught))))
            self.update()
            return
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        self._press = None
        cell = self._tiling.at(event.position().x(), event.position().y(), self._camera)
        if self._dragged or cell is None:
            return
        if self._gathers and event.modifiers() & CONTROL:
            self._toggle(cell.tile)
        elif self._selectable:
            self.select(None if cell.tile == self.marked else cell.tile)
        elif self._panel is not None and self._panel.picks:
            self.chosen.emit(cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """No press is kept, so the release after it picks nothing."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        cell = self._tiling.at(event.position().x(), event.position().y(), self._camera)
        if cell is not None and self._selectable:
            self.chosen.emit(cell)
        elif not self._selectable:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()  # arrows are the window's elsewhere; with the focus here they walk from map to map
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_by(1 + event.value(), event.position())
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Copy):
            return True
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        if event.key() == Qt.Key.Key_Escape:
            return self.marked is not None or bool(self.selected)
        if event.key() == Qt.Key.Key_X:
            return self.marked is not None and self._gathers
        walks = event.key() in (*_STEPS, Qt.Key.Key_Up, Qt.Key.Key_Down)
        return event.key() in _KEYS and (self._selectable or not walks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._takes(event):
            event.ignore()
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        match event.key():
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_by(1.2)
            case Qt.Key.Key_Minus:
                self.zoom_by(1 / 1.2)
            case Qt.Key.Key_Escape if self.selected:
                self.gather(())
            case Qt.Key.Key_Escape:
                self.select(None)
            case Qt.Key.Key_X if self.marked is not None:
                self._toggle(self.marked)
            case key:
                self._walk(_STEPS.get(Qt.Key(key), self._tiling.columns * (1 if key == Qt.Key.Key_Down else -1)))

    def _walk(self, step: int) -> None:
        """Move the selection by some maps; the first key selects the first map."""
        tile = 0 if self.marked is None else self.marked + step
        if 0 <= tile < self._tiling.count and tile != self.marked:
            self.select(tile)
            self._reveal(tile)

    def _toggle(self, tile: int) -> None:
        """Put a map among those that are compared, or take it out."""
        without = tuple(other for other in self.selected if other != tile)
        self.gather(without if tile in self.selected else (*self.selected, tile))

    def copy(self) -> None:
        """Put the values of the selected map (or the one under the cursor) on the clipboard, as TSV."""
        panel = self._panel
        tile = self.marked if self.marked is not None else self.cell.tile if self.cell else None
        if panel is None or (tile is None and len(panel.indices) > 1):
            return
        rows = panel.values[tile or 0].reshape(panel.values.shape[1], -1)
        QGuiApplication.clipboard().setText("\n".join("\t".join(numbers.plain(float(v)) for v in row) for row in rows))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in BY_KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        self.update()
