"""The graph on the screen: pan, zoom, level of detail, what is chosen and what is pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QSize, Qt, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cnnviz.core.graph.shapes import PICTURE, Card, GraphAnswer, Tiles, TilesQuery
from cnnviz.gui.graph import brush, frames, inks, pointing, words
from cnnviz.gui.graph import camera as cam
from cnnviz.gui.graph.camera import Box, Camera
from cnnviz.gui.graph.hands import Hands
from cnnviz.gui.graph.inks import Look, ink
from cnnviz.gui.graph.minimap import Minimap
from cnnviz.gui.graph.paint_numbers import Numbers
from cnnviz.gui.graph.painting import Painting
from cnnviz.gui.graph.pointing import Pointed
from cnnviz.gui.graph.scene import Scene, box_of
from cnnviz.gui.graph.tiles import TileStore, Wish, level, wish
from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.response import PassKey

ASKED_AT_ONCE = 40
"""Cards for which maps are asked in one query."""

FRAME = 16
"""Milliseconds from one frame to the next."""

ASK_AFTER = 25
"""Milliseconds of moving before maps are asked for."""

FLIGHT = 220
"""Milliseconds from one place to another."""


class GraphView(QWidget):
    """Paints the graph and says what the person does with it.

    Attributes
    ----------
    camera
        What is seen.
    chosen
        Key of the card that is chosen.
    """

    record_picked = Signal(int)  # index of a record, or PICTURE
    record_opened = Signal(int, object)  # to be seen in Explore, perhaps one of its channels
    folding_wanted = Signal(object, object)  # depth or None, opened keys or None
    tiles_wanted = Signal(object)  # TilesQuery
    travelled = Signal(int)  # −1 back to where one was, +1 forward again
    hovered = Signal(str)
    moved = Signal()
    landed = Signal()  # a flight is over, or all is painted as sharp as it can be
    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hands = Hands(self)
        self.setObjectName("graph")
        self.setAccessibleName("The network as a graph")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scene: Scene | None = None
        self.camera = Camera(1.0, 0.0, 0.0)
        self.chosen = ""
        self.current = PICTURE
        self.hits: frozenset[int] = frozenset()
        self.numbers: Numbers | None = None
        self.strongest = True
        self.tiles = TileStore()
        self.stale = False
        self._key: PassKey | None = None
        self._colormaps = ("auto", "auto", "auto")
        self._is_fitted = True
        self.pointed: Pointed | None = None
        self._flight = QVariantAnimation(self)
        self._flight.setDuration(FLIGHT)
        self._flight.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._flight.valueChanged.connect(self._on_flight)
        self._flight.finished.connect(self._on_landed)
        self._from = self._to = self.camera
        self._looks: dict[tuple[str, bool], Look] = {}
        self.painting = Painting(self)
        self.minimap = Minimap(self)
        self._again = QTimer(self)  # the next frame makes sharp what this one had no time for
        self._again.setSingleShot(True)
        self._again.setInterval(FRAME)
        self._again.timeout.connect(self.update)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(ASK_AFTER)
        self._later.timeout.connect(self.ask)
        theme.changed.connect(self._on_theme)

    # what is shown

    def set_pass(self, key: PassKey | None, colormaps: tuple[str, str, str]) -> None:
        """Which pass the maps belong to."""
        if (key, colormaps) != (self._key, self._colormaps):
            self._key, self._colormaps = key, colormaps
            self.tiles.forget_pass()
            self.update()

    def set_answer(self, answer: GraphAnswer, camera: Camera | None = None) -> None:
        """Show a graph, all of it or as a camera sees it; after folding, what was chosen stays where it was."""
        before = self.scene
        if before is not None and answer.layout is before.layout and camera is None:
            return
        if before is None or before.facts is not answer.facts:
            self.tiles.clear()
            self.chosen, camera = "", None
            self._is_fitted, before = True, None
        anchor = self._anchor() if before is not None and camera is None and not self._is_fitted else None
        self.scene = Scene(answer)
        self.pointed = None
        self._choose_current()
        self._flight.stop()
        if camera is not None:
            self.camera = camera
        elif anchor is not None:
            self._restore(anchor)
        else:
            self.fit(fly=False)
        self._looks.clear()
        self.painting.forget()
        self.minimap.forget()
        self._changed()

    def set_current(self, record: int, follow: bool) -> None:
        """Mark the record that the stepper is at; move it into sight if asked."""
        self.current = record
        if self.scene is None:
            return
        self._choose_current()
        if follow and not self._is_fitted:
            card = self.scene.cards[self.scene.card_of(record)]
            target = cam.revealed(self._goal, box_of(card), self.room)
            if target != self._goal:
                self._is_fitted = False
                self.go_to(target, fly=False)
        self.update()

    def set_tiles(self, answer: Tiles) -> None:
        """Take maps that were asked for."""
        query = answer.query
        if (query.key, query.colormaps, query.strongest) != (self._key, self._colormaps, self.strongest):
            return
        if self.scene is None:
            return
        for tile in answer.tiles:
            facts = self.scene.facts[tile.record] if tile.record >= 0 else None
            if (wanted := self._asked.get(tile.record)) is not None:
                self.tiles.put(tile, wanted, facts)
        self.painting.touch()
        self.update()
        self.ask()  # for what there was no time for

    def set_numbers(self, numbers: Numbers | None) -> None:
        """Colour the cards by a number, or by their family."""
        self.numbers = numbers
        self._looks.clear()
        self.painting.forget()
        self.minimap.forget()
        self.update()

    def set_strongest(self, on: bool) -> None:
        """Show the strongest channels first, or all in order."""
        if on != self.strongest:
            self.strongest = on
            self.tiles.forget_pass()
            self.update()

    def set_hits(self, records: frozenset[int]) -> None:
        """Mark the records that were found."""
        self.hits = records
        self.update()

    def set_stale(self, stale: bool) -> None:
        """Whether another pass is on its way."""
        if stale != self.stale:
            self.stale = stale
            self.update()

    @property
    def complete(self) -> bool:
        """Whether all that is seen is there, with its maps."""
        still = self._flight.state() == QVariantAnimation.State.Stopped
        return self.scene is not None and still and not self.stale and self.painting.sharp and not self._missing()

    @property
    def fitted(self) -> bool:
        """Whether the whole graph is shown, and stays so when the window grows."""
        return self._is_fitted

    # places

    @property
    def room(self) -> tuple[float, float]:
        return float(max(self.width(), 1)), float(max(self.height(), 1))

    @property
    def _goal(self) -> Camera:
        """Where the camera is, or flies to."""
        flying = self._flight.state() != QVariantAnimation.State.Stopped
        return self._to if flying else self.camera

    @property
    def least(self) -> float:
        """The smallest zoom: a little beyond all of it."""
        if self.scene is None:
            return cam.FARTHEST
        return 0.6 * cam.fitted((0, 0, *self.scene.size), self.room).zoom

    def go_to(self, target: Camera, fly: bool = True) -> None:
        """Show another place."""
        self._flight.stop()
        if fly and self.isVisible() and target != self.camera:
            self._from, self._to = self.camera, target
            self._flight.setStartValue(0.0)
            self._flight.setEndValue(1.0)
            self._flight.start()
        else:
            self.camera = target
            self._changed()

    def fit(self, fly: bool = True) -> None:
        """Show the whole graph."""
        if self.scene is not None:
            self._is_fitted = True
            self.go_to(cam.fitted((0, 0, *self.scene.size), self.room), fly)

    def zoom_to(self, box: Box, largest: float = 2.5) -> None:
        """Show a part of the graph as large as it fits."""
        self._is_fitted = False
        x, y, width, height = box
        wide = (x - width * 0.1, y - height * 0.1, width * 1.2, height * 1.2)
        self.go_to(cam.fitted(wide, self.room, largest))

    def show_card(self, card: Card) -> None:
        """Bring a card into sight, near enough to be read."""
        self._is_fitted = False
        goal = self._goal
        if goal.zoom < brush.CARD_ZOOM:
            middle = card.x + card.width / 2, card.y + card.height / 2
            zoom, (width, height) = 0.8, self.room
            self.go_to(Camera(zoom, width / 2 - middle[0] * zoom, height / 2 - middle[1] * zoom))
        else:
            self.go_to(cam.revealed(goal, box_of(card), self.room))
        self.update()

    def look_from(self, camera: Camera) -> None:
        """Pan or zoom by hand."""
        self._flight.stop()
        self._is_fitted = False
        self.camera = cam.kept(camera, self.scene.size, self.room) if self.scene is not None else camera
        self._changed()

    def _on_flight(self, share: float) -> None:
        self.camera = cam.between(self._from, self._to, share, self.room)
        self.update()
        self.moved.emit()

    def _on_landed(self) -> None:
        self.camera = self._to
        self._changed()
        self.landed.emit()

    def _changed(self) -> None:
        self.update()
        if not self._later.isActive():
            self._later.start()
        self.moved.emit()

    def _anchor(self) -> tuple[int, float, float, float] | None:
        """A record and where its card is on the screen, to find the way after folding."""
        if self.scene is None:
            return None
        card = self.chosen_card
        if card is None:
            x, y = self.camera.at(self.room[0] / 2, self.room[1] / 2)
            card = min(self.scene.cards, key=lambda c: (c.x - x) ** 2 + (c.y - y) ** 2)
        x, y, _, _ = self.camera.box(box_of(card))
        return card.shown, x, y, self.camera.zoom

    def _restore(self, anchor: tuple[int, float, float, float]) -> None:
        assert self.scene is not None
        record, x, y, zoom = anchor
        card = self.scene.cards[self.scene.card_of(record)]
        camera = Camera(zoom, x - card.x * zoom, y - card.y * zoom)
        camera = cam.revealed(camera, box_of(card), self.room)
        self.camera = cam.kept(camera, self.scene.size, self.room)

    # what is chosen

    @property
    def chosen_card(self) -> Card | None:
        """The card that keys act on."""
        if self.scene is None:
            return None
        place = self.scene.card_named(self.chosen)
        return self.scene.cards[place] if place is not None else None

    def choose(self, card: Card) -> None:
        """Choose a card; the stepper goes to the record that it shows."""
        self.chosen = card.key
        self.update()
        self.record_picked.emit(card.shown)

    def _choose_current(self) -> None:
        """What is chosen goes with the stepper, unless the stepper is in it already."""
        if self.scene is not None:
            card = self.chosen_card
            if card is None or not card.holds(self.current):
                self.chosen = self.scene.cards[self.scene.card_of(self.current)].key

    def point_at(self, pointed: Pointed | None) -> None:
        """Mark what is under the cursor with what feeds it and what it feeds."""
        if pointed == self.pointed:
            return
        self.pointed = pointed
        self.update()
        self.hovered.emit(" · ".join(pointing.said(self, pointed)))

    # maps

    _asked: dict[int, Wish] = {}  # noqa: RUF012 (replaced, never changed)

    def _wishes(self) -> dict[int, Wish]:
        """What the cards that are seen want to show, the nearest to the middle first."""
        if self.scene is None or self.camera.zoom < brush.MAPS_ZOOM:
            return {}
        seen = self.camera.seen(self.room)
        x, y = self.camera.at(self.room[0] / 2, self.room[1] / 2)
        cards = [self.scene.cards[i] for i in self.scene.cards_in(seen)]
        cards.sort(key=lambda card: abs(card.x + card.width / 2 - x) + abs(card.y + card.height / 2 - y))
        ratio, zoom = self.devicePixelRatioF(), self.camera.zoom
        found = {}
        for card in cards:
            shape = (1,) if card.shown == PICTURE else self.scene.facts[card.shown].shape
            found[card.shown] = wish(*brush.place_of_maps(card, level(zoom)), zoom, ratio, shape)
        return found

    def _missing(self) -> dict[int, Wish]:
        return {record: want for record, want in self._wishes().items() if not self.tiles.serves(record, want)}

    def ask(self) -> None:
        """Ask for the maps of the cards that are seen."""
        if self._key is None or not self.isVisible():
            return
        missing = dict(list(self._missing().items())[:ASKED_AT_ONCE])
        if missing:
            self._asked = missing
            wanted = tuple((record, want.count, want.edge) for record, want in missing.items())
            self.tiles_wanted.emit(TilesQuery(self._key, wanted, self.strongest, self._colormaps))

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("ground"))
        if self.scene is None:
            painter.setPen(theme.color("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Drawing the graph…")
        else:
            was_sharp = self.painting.sharp
            self.painting.paint(painter, self.scene)
            if not self.painting.sharp:
                self._again.start()
            elif not was_sharp:
                self.landed.emit()
        painter.end()
        self.painted.emit()

    def look(self, card: Card, faint: bool = False) -> Look:
        """In which colours a card is painted."""
        name = (card.key, faint)
        if name not in self._looks:
            assert self.scene is not None
            if self.numbers is None:
                look = Look(ink(f"op-{words.family_of(card, self.scene)}"), False, faint)
            else:
                color, text = self.numbers.of(card, self.scene) or (ink("line"), "")
                look = Look(color, True, faint, text)
            self._looks[name] = look
        return self._looks[name]

    # events

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(240), theme.px(180))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.minimap.place()
        if self._is_fitted:
            self.fit(fly=False)
        else:
            self._changed()

    def event(self, event: QEvent) -> bool:
        return self.hands.event(event) or super().event(event)

    def showEvent(self, event: QEvent) -> None:
        self.ask()

    def _on_theme(self) -> None:
        inks.forget()
        frames.forget()
        self.painting.forget()
        self._looks.clear()
        self.tiles.forget_pass()
        self.minimap.forget()
        self.update()

    def fold(self, depth: int) -> None:
        """Fold to a depth."""
        self.folding_wanted.emit(depth, None)

    def toggle(self, key: str) -> None:
        """Open a block, or close it."""
        if self.scene is not None:
            opened = set(self.scene.layout.opened)
            self.folding_wanted.emit(None, frozenset(opened ^ {key}))
