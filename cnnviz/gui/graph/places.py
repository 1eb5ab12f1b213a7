"""The places of the graph at which one was: back and forward again, and from files."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cnnviz.core.graph.shapes import GraphQuery
from cnnviz.figure import Place
from cnnviz.gui.graph.camera import Camera, showing
from cnnviz.gui.graph.view import GraphView
from cnnviz.response import PassKey

REST = 500
"""Milliseconds without a move after which a place is one to come back to."""

PLACES_KEPT = 200


class Places(QObject):
    """Remembers where one has rested, and brings the view there again.

    Signals
    -------
    query_wanted(object)
        A place is folded otherwise: its ``GraphQuery`` is to be answered first.
    """

    query_wanted = Signal(object)

    def __init__(self, view: GraphView) -> None:
        super().__init__(view)
        self._view = view
        self._seen: list[tuple[GraphQuery, Camera]] = []
        self._at = -1
        self._landing: Camera | None = None
        self._filed: Place | None = None  # what a file says, until its graph is there
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._note)
        view.moved.connect(self._rest.start)
        view.travelled.connect(self.travel)

    def forget(self) -> None:
        """Another network has other places."""
        self._seen, self._at, self._landing = [], -1, None

    def landing(self) -> Camera | None:
        """Where one travels, now that its graph is there."""
        landing, self._landing = self._landing, None
        return landing

    @Slot(int)
    def travel(self, step: int) -> None:
        """Back to the place before, or forward again."""
        self._rest.stop()
        self._note()
        if not 0 <= self._at + step < len(self._seen):
            return
        self._at += step
        query, camera = self._seen[self._at]
        if self._view.scene is not None and query == self._view.scene.answer.query:
            self._view.go_to(camera)
        else:
            self._landing = camera
            self.query_wanted.emit(query)

    @Slot()
    def _note(self) -> None:
        if self._view.scene is None:
            return
        here = (self._view.scene.answer.query, self._view.camera)
        if self._at >= 0 and self._seen[self._at] == here:
            return
        del self._seen[self._at + 1 :]
        self._seen.append(here)
        del self._seen[:-PLACES_KEPT]
        self._at = len(self._seen) - 1

    # in files

    def now(self, colours: str, strongest: bool) -> Place | None:
        """What is seen and how it is folded, in plain values; None while there is no graph."""
        scene = self._view.scene
        if scene is None:
            return None
        layout = scene.layout
        opened = tuple(sorted(layout.opened)) if layout.depth is None else ()
        seen = None if self._view.fitted else self._view.camera.seen(self._view.room)
        return Place(scene.answer.query.room, layout.depth, opened, seen, colours, strongest)

    def come_back(self, place: Place, key: PassKey) -> GraphQuery:
        """What to ask for, so that a place is seen when the answer has come."""
        self._filed = place
        return GraphQuery(key, place.room, place.depth, frozenset(place.opened) if place.depth is None else None)

    def land(self, answered: GraphQuery) -> None:
        """Look at what a file says, where this is the answer to that."""
        place = self._filed
        if place is None or (answered.room, answered.depth) != (place.room, place.depth):
            return
        self._filed = None
        if place.seen is None:
            self._view.fit(fly=False)
        else:
            self._view.look_from(showing(place.seen, self._view.room))
