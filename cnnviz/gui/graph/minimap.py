"""The whole graph in a corner, with the part that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from cnnviz.gui.graph.camera import Camera
from cnnviz.gui.graph.frames import frame_color
from cnnviz.gui.graph.inks import mixed
from cnnviz.gui.graph.scene import box_of
from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.gui.graph.view import GraphView

SIZE = (208, 132)
INSET = 5.0


class Minimap(QWidget):
    """Shown while a part of the graph is out of sight; a click or a drag goes there."""

    def __init__(self, view: GraphView) -> None:
        super().__init__(view)
        self.setObjectName("graph-minimap")
        self.setAccessibleName("The whole graph, small")
        self.setToolTip("The whole graph: click or drag to go somewhere")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the graph is painted twice, below it too
        self._view = view
        self._drawn: QPixmap | None = None
        self.wanted = True
        view.moved.connect(self._on_moved)
        self.hide()

    def forget(self) -> None:
        """The graph or its colours are others."""
        self._drawn = None
        self.place()
        self.update()

    def place(self) -> None:
        """The lower right corner of the view, in the graph's own shape."""
        scene = self._view.scene
        if scene is None:
            self.hide()
            return
        width, height = scene.size
        scale = min(theme.px(SIZE[0]) / width, theme.px(SIZE[1]) / height)
        across = max(round(width * scale + 2 * INSET), theme.px(48))
        down = max(round(height * scale + 2 * INSET), theme.px(32))
        gap = theme.px(12)
        before = self.size()
        self.setGeometry(self._view.width() - across - gap, self._view.height() - down - gap, across, down)
        if self.size() != before:
            self._drawn = None
        self._on_moved()

    def _on_moved(self) -> None:
        scene = self._view.scene
        if scene is None:
            return
        x, y, width, height = self._view.camera.box((0, 0, *scene.size))
        whole = x >= -1 and y >= -1 and x + width <= self._view.width() + 1 and y + height <= self._view.height() + 1
        self.setVisible(self.wanted and not whole)
        self.update()

    def _camera(self) -> Camera:
        scene = self._view.scene
        assert scene is not None
        width, height = scene.size
        zoom = min((self.width() - 2 * INSET) / width, (self.height() - 2 * INSET) / height)
        return Camera(zoom, (self.width() - width * zoom) / 2, (self.height() - height * zoom) / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        scene = self._view.scene
        if scene is None:
            return
        painter = QPainter(self)
        if self._drawn is None:
            self._drawn = self._whole()
        painter.drawPixmap(0, 0, self._drawn)
        seen = self._camera().box(self._view.camera.seen(self._view.room))
        area = QRectF(*seen).intersected(QRectF(self.rect()).adjusted(1, 1, -2, -2))
        painter.setPen(QPen(theme.color("accent"), 1.5))
        glow = theme.color("accent")
        glow.setAlpha(36)
        painter.setBrush(glow)
        painter.drawRect(area)
        painter.end()

    def _whole(self) -> QPixmap:
        """Everything, painted once."""
        scene, camera = self._view.scene, self._camera()
        assert scene is not None
        ratio = self.devicePixelRatioF()
        drawn = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(theme.color("panel"))
        painter = QPainter(drawn)
        for frame in scene.frames:
            painter.fillRect(
                QRectF(*camera.box(box_of(frame))),
                frame_color(frame.depth),
            )
        for card in scene.cards:
            rect = QRectF(*camera.box(box_of(card)))
            rect.setWidth(max(rect.width(), 1.0))
            rect.setHeight(max(rect.height(), 1.0))
            look = self._view.look(card)
            painter.fillRect(rect, mixed(look.color, theme.color("panel"), 0.8))
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1))
        painter.end()
        return drawn

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

    def _go(self, event: QMouseEvent) -> None:
        x, y = self._camera().at(event.position().x(), event.position().y())
        zoom = self._view.camera.zoom
        width, height = self._view.room
        self._view.look_from(Camera(zoom, width / 2 - x * zoom, height / 2 - y * zoom))
        event.accept()
