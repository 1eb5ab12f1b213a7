"""One frame of the graph: frames of blocks, lines, cards at the level of detail of the zoom, marks, names."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnviz.core.graph.shapes import Card
from cnnviz.gui.figures.thumbs import outline
from cnnviz.gui.graph import brush, frames
from cnnviz.gui.graph.camera import Box
from cnnviz.gui.graph.card_cache import CardCache
from cnnviz.gui.graph.inks import fill_of, ink
from cnnviz.gui.graph.pointing import EDGE, map_rect
from cnnviz.gui.graph.scene import Scene, box_of

if TYPE_CHECKING:
    from cnnviz.gui.graph.view import GraphView

LARGE = 900
"""Pixels from which a card is painted each time: of such there are few."""

ROUND_ZOOM = 0.5
"""From here on one sees that the corners of frames are round."""

FRAME_HEAD = 28.0
"""Height of the head of a frame, in units of the graph."""


class Painting:
    """Paints what a view shows; keeps what the next frame needs again."""

    def __init__(self, view: GraphView) -> None:
        self._view = view
        self._cards = CardCache()
        self._blocks: dict[bool, list[tuple[QColor, list[QRectF]]]] = {}  # of all cards, plain and faint
        self._grounds: list[tuple[QColor, list[QRectF]]] | None = None
        self._zoom = 0.0
        self._lost: dict[tuple[int, int, int], float] = {}  # what names would hide, by where they would stand

    def forget(self) -> None:
        """Another graph, or other colours."""
        self._cards.clear()
        self._blocks.clear()
        self._grounds = None
        self._lost.clear()

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Everything that is seen."""
        view = self._view
        self._cards.begin()
        far = view.camera.zoom < brush.BLOCK_ZOOM
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not far)
        marks = self._marks(scene)
        screen = QRectF(0, 0, *view.room)
        if far:
            self._paint_far(painter, scene, faint=bool(marks))
        else:
            self._paint_frames(painter, scene, screen)
            self._paint_lines(painter, scene, view.camera.seen(view.room))
        self._paint_cards(painter, scene, screen, marks, far)
        self._paint_pointed(painter, scene)
        self._paint_names(painter, scene, screen)
        self._zoom = view.camera.zoom

    def touch(self) -> None:
        """There is something new, which the next frame will show."""
        self._cards.rough = True

    @property
    def sharp(self) -> bool:
        """Whether the last frame left nothing to be made better."""
        return not self._cards.rough

    # far away

    def _paint_far(self, painter: QPainter, scene: Scene, faint: bool) -> None:
        """All frames, lines and cards at once: each colour is one stroke of the brush."""
        if faint not in self._blocks:
            looks = [self._view.look(card, faint) for card in scene.cards]
            pairs = [(fill_of(look), box_of(card)) for look, card in zip(looks, scene.cards, strict=True)]
            by_color: dict[int, tuple[QColor, list[QRectF]]] = {}
            for color, box in pairs:
                by_color.setdefault(color.rgb(), (color, []))[1].append(QRectF(*box))
            self._blocks[faint] = list(by_color.values())
        painter.save()
        brush.transform(painter, self._view.camera)
        self._paint_grounds(painter, scene)
        pen = QPen(ink("faint"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(scene.lines)
        painter.setPen(Qt.PenStyle.NoPen)
        for color, rects in self._blocks[faint]:
            painter.setBrush(color)
            painter.drawRects(rects)
        painter.restore()

    def _paint_grounds(self, painter: QPainter, scene: Scene) -> None:
        """All frames with plain corners, in units of the graph."""
        if self._grounds is None:
            self._grounds = self._collected([(frames.frame_color(f.depth), box_of(f)) for f in scene.frames])
        pen = QPen(ink("line"), 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for color, rects in self._grounds:
            painter.setBrush(color)
            painter.drawRects(rects)

    @staticmethod
    def _collected(pairs: list[tuple[QColor, Box]]) -> list[tuple[QColor, list[QRectF]]]:
        """Neighbours of one colour together; the order stays, as inner frames lie on outer ones."""
        found: list[tuple[QColor, list[QRectF]]] = []
        for color, box in pairs:
            if not found or found[-1][0] != color:
                found.append((color, []))
            found[-1][1].append(QRectF(*box))
        return found

    # near

    def _paint_frames(self, painter: QPainter, scene: Scene, screen: QRectF) -> None:
        camera, pointed = self._view.camera, self._view.hands.frame
        plain = camera.zoom < ROUND_ZOOM
        if plain:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            brush.transform(painter, camera)
            self._paint_grounds(painter, scene)
            painter.restore()
        for frame in scene.frames:
            if plain and frame.key != pointed:
                continue
            rect = QRectF(*camera.box(box_of(frame)))
            if rect.intersects(screen):
                frames.paint_frame(painter, rect, frame, camera.zoom, frame.key == pointed)

    def _paint_lines(self, painter: QPainter, scene: Scene, seen: Box) -> None:
        painter.save()
        brush.transform(painter, self._view.camera)
        pen = QPen(ink("faint"), min(max(1.6 * self._view.camera.zoom, 1.1), 2.5))
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        part = QRectF(*seen)
        for i in scene.edges_in(seen):
            if scene.bounds[i].intersects(part):
                painter.drawPath(scene.paths[i])
        painter.restore()

    def _paint_cards(self, painter: QPainter, scene: Scene, screen: QRectF, marks: dict[int, str], far: bool) -> None:
        view = self._view
        marked = self._marked(scene, marks)
        for i in sorted(marked) if far else scene.cards_in(view.camera.seen(view.room)):
            rect = QRectF(*view.camera.box(box_of(scene.cards[i])))
            if not rect.intersects(screen):
                continue
            if not far:
                self._paint_card(painter, scene, i, rect, bool(marks) and i not in marks)
            elif i in marks:
                painter.fillRect(rect, fill_of(view.look(scene.cards[i])))
            if i in marked:
                self._paint_mark(painter, rect, scene.cards[i], marked[i])

    def _paint_card(self, painter: QPainter, scene: Scene, i: int, rect: QRectF, faint: bool) -> None:
        view, card, zoom = self._view, scene.cards[i], self._view.camera.zoom
        look = view.look(card, faint)
        picture, fresh = None, True
        act = brush.paint_block
        if zoom >= brush.MAPS_ZOOM:
            picture, fresh = view.tiles.get(card.shown), view.tiles.is_fresh(card.shown) and not view.stale
            act = brush.paint_near if zoom >= brush.CARD_ZOOM else brush.paint_small
        paint = partial(act, card=card, scene=scene, look=look, picture=picture, fresh=fresh)
        if rect.width() < LARGE:
            self._cards.draw(painter, rect, i, (zoom, look, picture, fresh), zoom == self._zoom, paint)
        else:
            paint(painter, rect)

    # marks

    def _marks(self, scene: Scene) -> dict[int, str]:
        """Cards to be marked for what is pointed at: their place, and what they are to it."""
        if self._view.pointed is None:
            return {}
        kind, place, _ = self._view.pointed
        if kind == EDGE:
            marks = {}
            for source, user in scene.edges[place].flows:
                marks[scene.card_of(source)] = "source"
                marks[scene.card_of(user)] = "user"
            return marks
        card = scene.cards[place]
        marks = {scene.card_of(record): "source" for record in scene.sources(card)}
        marks |= {scene.card_of(record): "user" for record in scene.users(card)}
        return marks | {place: "this"}

    def _marked(self, scene: Scene, marks: dict[int, str]) -> dict[int, str]:
        """All cards with a mark: what was found, what is chosen, and what is pointed at with all around it."""
        chosen = scene.card_named(self._view.chosen)
        hits = {scene.card_of(record): "hit" for record in self._view.hits}
        return hits | ({chosen: "this"} if chosen is not None else {}) | marks

    def _paint_mark(self, painter: QPainter, rect: QRectF, card: Card, kind: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = card.key == self._view.chosen
        role = {"source": "info", "user": "ok", "hit": "warning"}.get(kind, "accent")
        pen = QPen(ink(role), 2.5 if chosen else 2.0)
        pen.setStyle(Qt.PenStyle.DashLine if kind == "source" else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-2.5, -2.5, 2.5, 2.5), 8, 8)

    def _paint_pointed(self, painter: QPainter, scene: Scene) -> None:
        """The lines of what is pointed at, with those that are left out otherwise."""
        if self._view.pointed is None:
            return
        kind, place, _ = self._view.pointed
        lines = [("accent", scene.paths[place])] if kind == EDGE else list(scene.lines_of(scene.cards[place]))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        brush.transform(painter, self._view.camera)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for role, path in lines:
            pen = QPen(ink(role), 2.2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawPath(path)
        painter.restore()
        if (place_of_map := map_rect(self._view, self._view.pointed)) is not None:
            outline(painter, place_of_map, 1)

    def _paint_names(self, painter: QPainter, scene: Scene, screen: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        taken: list[QRectF] = []
        head = FRAME_HEAD * self._view.camera.zoom
        if self._view.camera.zoom != self._zoom:
            self._lost.clear()
        for i in scene.frames_in_order:
            frame = scene.frames[i]
            rect = QRectF(*self._view.camera.box(box_of(frame)))
            if rect.width() > 24 and rect.intersects(screen):
                frames.paint_frame_title(painter, rect, frame, screen, head, taken, partial(self._hidden, scene))

    def _hidden(self, scene: Scene, box: QRectF) -> float:
        """How much of the cards a rectangle of the screen hides."""
        camera = self._view.camera
        (x, y), zoom = camera.at(box.x(), box.y()), camera.zoom
        name = round(x), round(y), round(box.width())  # while one pans, the same places are asked about
        if name not in self._lost:
            self._lost[name] = scene.covered((x, y, box.width() / zoom, box.height() / zoom))
        return self._lost[name]
