"""What mouse, wheel, fingers and keys do to the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from cnnviz.core.graph.shapes import RECORD, Card
from cnnviz.gui.graph import camera as cam
from cnnviz.gui.graph import pointing
from cnnviz.gui.graph.camera import Camera
from cnnviz.gui.graph.scene import box_of

if TYPE_CHECKING:
    from cnnviz.gui.graph.view import GraphView

SLACK = 4
"""Pixels by which the mouse may move in a click."""

NOTCH = 1.25
"""Factor of one notch of the wheel."""

_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: +1}
_BUTTONS = {Qt.MouseButton.BackButton: -1, Qt.MouseButton.ForwardButton: +1}


class Hands:
    """Turns events into pan, zoom, choice and folding.

    Attributes
    ----------
    frame
        Key of the frame whose head is under the cursor.
    """

    def __init__(self, view: GraphView) -> None:
        self._view = view
        self._grip: tuple[QPointF, Camera] | None = None
        self._dragged = False
        self.frame = ""
        self._does = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._double,
            QEvent.Type.Wheel: self._wheel,
            QEvent.Type.NativeGesture: self._gesture,
            QEvent.Type.KeyPress: self._key,
            QEvent.Type.ShortcutOverride: self._override,
            QEvent.Type.Leave: self._leave,
            QEvent.Type.ToolTip: self._tip,
        }

    def event(self, event: QEvent) -> bool:
        """Whether an event was dealt with."""
        act = self._does.get(event.type())
        return bool(act is not None and act(event))  # type: ignore[operator]

    def _tip(self, event: QHelpEvent) -> bool:
        """Names on cards may be cut; beside the cursor they are whole."""
        QToolTip.showText(event.globalPos(), pointing.tip(self._view, QPointF(event.pos())), self._view)
        return True

    # mouse

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() in _BUTTONS:
            self._view.travelled.emit(_BUTTONS[event.button()])
            return True
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return False
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._grip, self._dragged = (event.position(), self._view.camera), False
        return True

    def _move(self, event: QMouseEvent) -> bool:
        if self._grip is not None:
            start, camera = self._grip
            way = event.position() - start
            if self._dragged or way.manhattanLength() > SLACK:
                self._dragged = True
                self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
                self._view.point_at(None)
                self._view.look_from(Camera(camera.zoom, camera.left + way.x(), camera.top + way.y()))
            return True
        self._point(event.position())
        return True

    def _release(self, event: QMouseEvent) -> bool:
        grip, self._grip = self._grip, None
        self._view.unsetCursor()
        if grip is not None and not self._dragged and event.button() == Qt.MouseButton.LeftButton:
            if (card := self._card(event.position())) is not None:
                self._view.choose(card)
            self._point(event.position())
        return True

    def _double(self, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton or self._view.scene is None:
            return False
        if (card := self._card(event.position())) is not None:
            self.enter(card, pointing.channel_of(self._view, pointing.pointed_at(self._view, event.position())))
        elif key := pointing.frame_at(self._view, event.position()):
            self._view.toggle(key)
        return True

    def _leave(self, event: QEvent) -> bool:
        self._view.point_at(None)
        self._mark("")
        return False

    def _point(self, position: QPointF) -> None:
        pointed = pointing.pointed_at(self._view, position)
        self._view.point_at(pointed)
        on_card = pointed is not None and pointed.kind == pointing.CARD
        self._mark("" if on_card else pointing.frame_at(self._view, position, head=True))

    def _mark(self, frame: str) -> None:
        if frame != self.frame:
            self.frame = frame
            self._view.update()

    def _card(self, position: QPointF) -> Card | None:
        if self._view.scene is None:
            return None
        place = self._view.scene.card_at(*self._view.camera.at(position.x(), position.y()))
        return self._view.scene.cards[place] if place is not None else None

    def enter(self, card: Card, channel: int | None = None) -> None:
        """Open a block; see a record, or one of its channels, in Explore."""
        if card.kind == RECORD:
            self._view.record_opened.emit(card.first, channel)
        else:
            self._view.chosen = card.key
            self._view.toggle(card.key)

    def close_around(self) -> None:
        """Fold the innermost block in which the chosen card lies."""
        scene, card = self._view.scene, self._view.chosen_card
        if scene is None or card is None:
            return
        around = [frame for frame in scene.frames if frame.first <= card.first and card.last <= frame.last]
        if around:
            self._view.toggle(max(around, key=lambda frame: frame.depth).key)

    # wheel and fingers

    def _wheel(self, event: QWheelEvent) -> bool:
        pixels, turned = event.pixelDelta(), event.angleDelta()
        camera = self._view.camera
        fingers = event.phase() != Qt.ScrollPhase.NoScrollPhase and not pixels.isNull()
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if (fingers or shift) and not control:
            way = pixels if fingers else turned
            across, down = (way.x() or way.y(), 0) if shift else (way.x(), way.y())
            self._view.look_from(Camera(camera.zoom, camera.left + across, camera.top + down))
        elif turn := turned.y() or turned.x():
            self._zoom(NOTCH ** (turn / 120), event.position())
        event.accept()
        return True

    def _gesture(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._zoom(1 + event.value(), event.position())
        return True

    def _zoom(self, factor: float, at: QPointF) -> None:
        self._view.point_at(None)
        self._view.look_from(cam.zoomed(self._view.camera, factor, at.x(), at.y(), self._view.least))

    # keys

    def _override(self, event: QKeyEvent) -> bool:
        """Here Alt and the arrows go to the places that were seen before."""
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in _WAYS:
            event.accept()
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        keys, key = Qt.Key, event.key()
        card = self._view.chosen_card
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and key in _WAYS:
            self._view.travelled.emit(_WAYS[Qt.Key(key)])
            return True
        if event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier):
            return False
        if key in (keys.Key_Return, keys.Key_Enter) and card is not None:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.close_around()
            else:
                self.enter(card)
            return True
        if key in (keys.Key_Up, keys.Key_Down) and card is not None:
            self._beside(card, up=key == keys.Key_Up)
            return True
        return False

    def _beside(self, card: Card, up: bool) -> None:
        """Choose the nearest card above or below."""
        scene = self._view.scene
        assert scene is not None
        x, y = card.x + card.width / 2, card.y + card.height / 2
        found = []
        for other in scene.cards:
            across, down = other.x + other.width / 2 - x, other.y + other.height / 2 - y
            if (down < -card.height / 2) if up else (down > card.height / 2):
                found.append((abs(down) + 2 * abs(across), other.first, other))
        if found:
            nearest = min(found)[2]
            self._view.choose(nearest)
            target = cam.revealed(self._view.camera, box_of(nearest), self._view.room)
            if target != self._view.camera:
                self._view.look_from(target)
