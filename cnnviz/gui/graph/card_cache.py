"""Painted cards: while one pans, a card is only copied."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from cnnviz.gui.graph.inks import Look, fill_of
from cnnviz.gui.graph.tiles import Picture

PATIENCE = 0.009
"""Seconds from the beginning of a frame after which no more cards are painted anew."""

KEPT = 64 << 20
"""Bytes of painted cards that are kept at most."""

ROOM = 16.0
"""Pixels around a card for what stands behind it."""

State = tuple[float, Look, Picture | None, bool]
"""Zoom, look, maps, and whether those are of the present pass."""

Paint = Callable[[QPainter, QRectF], None]
"""Paints a card into a rectangle."""


class CardCache:
    """Keeps cards as they were painted last.

    Painting a card takes a hundred times as long as copying it. So a frame paints only as many as there is time for;
    the others are copies of what there is, larger or smaller, and the frames after it make them sharp.

    Attributes
    ----------
    rough
        Whether the last frame had to make do with copies of another size.
    """

    def __init__(self) -> None:
        self._cards: OrderedDict[int, tuple[State, QPixmap]] = OrderedDict()
        self._bytes = 0
        self._end = 0.0
        self.rough = True

    def clear(self) -> None:
        """Colours, fonts or places are others."""
        self._cards.clear()
        self._bytes = 0
        self.rough = True

    def begin(self) -> None:
        """A frame begins."""
        self._end = time.perf_counter() + PATIENCE
        self.rough = False

    def draw(self, painter: QPainter, rect: QRectF, place: int, state: State, still: bool, paint: Paint) -> None:
        """Copy a card, painting it before if it is new or no longer right.

        Parameters
        ----------
        state
            What decides on how it looks.
        still
            Whether the zoom stays; while it changes, a copy of nearly the right size will do.
        """
        kept = self._cards.get(place)
        if kept is None or not _same(kept[0], state):
            late = time.perf_counter() > self._end
            usable = kept is not None and kept[0][1] is state[1] and 0.4 < state[0] / kept[0][0] < 2.5
            if late or (usable and not still):
                self.rough = True
                _draw_rough(painter, rect, kept if usable else None, state)
                return
            kept = self._keep(place, state, self._painted(rect, painter.device().devicePixelRatioF(), paint))
        self._cards.move_to_end(place)
        ratio = kept[1].devicePixelRatioF()
        left, top = round(rect.x() * ratio) / ratio, round(rect.y() * ratio) / ratio
        painter.drawPixmap(QPointF(left - ROOM, top - ROOM), kept[1])

    def _keep(self, place: int, state: State, card: QPixmap) -> tuple[State, QPixmap]:
        if place in self._cards:
            self._bytes -= _size(self._cards.pop(place)[1])
        self._cards[place] = state, card
        self._bytes += _size(card)
        while self._bytes > KEPT and len(self._cards) > 1:
            self._bytes -= _size(self._cards.popitem(last=False)[1][1])
        return self._cards[place]

    @staticmethod
    def _painted(rect: QRectF, ratio: float, paint: Paint) -> QPixmap:
        width, height = rect.width() + 2 * ROOM, rect.height() + 2 * ROOM
        card = QPixmap(round(width * ratio), round(height * ratio))
        card.setDevicePixelRatio(ratio)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter, QRectF(ROOM, ROOM, rect.width(), rect.height()))
        painter.end()
        return card


def _draw_rough(painter: QPainter, rect: QRectF, kept: tuple[State, QPixmap] | None, state: State) -> None:
    """A card as it was at another zoom; of a new one only the colour."""
    if kept is None:
        painter.fillRect(rect, fill_of(state[1]))
        return
    room = ROOM * state[0] / kept[0][0]
    painter.drawPixmap(rect.adjusted(-room, -room, room, room), kept[1], QRectF(kept[1].rect()))


def _same(one: State, other: State) -> bool:
    return one[0] == other[0] and one[1] is other[1] and one[2] is other[2] and one[3] == other[3]


def _size(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
