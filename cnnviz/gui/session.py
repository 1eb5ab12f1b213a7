"""What the person asked for: one frozen request, and the list of those before and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from cnnviz.request import UNEDITED, ModelRequest, Option, Request

HISTORY_KEPT = 500

OF_GRAPH = ("graph", "")
"""Under which the view states have the place in the graph, which is of no layer."""


class Session(QObject):
    """Holds the current request. Widgets say what the person did; the session replaces the request and tells everyone.

    Parameters
    ----------
    request
        What is asked for first.

    Notes
    -----
    ``view_states`` keeps zoom and scroll for each (view, layer). They are not part of the request: they need no answer.

    Signals
    -------
    looked()
        What is on the screen may be asked to be seen otherwise.
    """

    changed = Signal(object, object)  # old Request, new Request
    history_changed = Signal()
    looked = Signal()

    def __init__(self, request: Request, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._request = request
        self._history = [request]
        self._position = 0
        self.view_states: dict[tuple[str, str], object] = {}
        self._awaited: dict[tuple[str, str], object] = {}  # of those that come on the screen again

    @property
    def request(self) -> Request:
        return self._request

    @property
    def can_go_back(self) -> bool:
        return self._position > 0

    @property
    def can_go_forward(self) -> bool:
        return self._position < len(self._history) - 1

    def update(self, *, finished: bool = True, **changes: Any) -> None:
        """Replace fields of the request.

        Parameters
        ----------
        finished
            Whether the act is complete. What is on its way (a slider that is being dragged, play) does not enter the
            history.
        changes
            Fields of ``Request``.
        """
        request = replace(self._request, **changes)
        if request.layer != self._request.layer or request.model != self._request.model:
            request = replace(request, at=changes.get("at"), trail=changes.get("trail", ()))  # another layer's cells
        if request.model != self._request.model:
            self._awaited.clear()  # another network's views
        if request.image != self._request.image:
            request = replace(request, picture_edit=changes.get("picture_edit", UNEDITED))  # another picture's edit
        if finished and request != self._history[self._position]:
            del self._history[self._position + 1 :]
            self._history.append(request)
            del self._history[:-HISTORY_KEPT]
            self._position = len(self._history) - 1
            self.history_changed.emit()
        self._go_to(request)

    def look(self, states: Mapping[tuple[str, str], object]) -> None:
        """Zoom and scroll that views have from when they are on the screen the next time, or are there already."""
        self._awaited.update(states)
        self.looked.emit()

    def view_state(self, place: tuple[str, str]) -> object:
        """Zoom and scroll of a view that comes on the screen; None where nobody knows any."""
        if (state := self.awaited(place)) is not None:
            self.view_states[place] = state
        return self.view_states.get(place)

    def awaited(self, place: tuple[str, str]) -> object:
        """The same only where `look` said so since the last time; else None."""
        return self._awaited.pop(place, None)

    def set_model(self, model: ModelRequest) -> None:
        """Open another model; its layers are its own, so the way starts again at the picture."""
        self.update(model=model, layer="", channel=None)

    def set_option(self, name: str, value: Option, finished: bool = True) -> None:
        """Change one option of the layer views; views share the options that bear the same name."""
        options = dict(self._request.options) | {name: value}
        self.update(options=tuple(sorted(options.items())), finished=finished)

    def back(self) -> None:
        """To the request before this one."""
        self._travel(-1)

    def forward(self) -> None:
        """To the request after this one."""
        self._travel(+1)

    def return_to(self, request: Request) -> None:
        """Take back a request that could not be answered; it leaves the history."""
        if self._history[self._position] == self._request and self._position > 0:
            del self._history[self._position]
            self._position -= 1
            self.history_changed.emit()
        self._go_to(request)

    def forget_images(self, paths: set[str]) -> None:
        """Leave out of the history what shows pictures that are gone."""
        kept = [(i, r) for i, r in enumerate(self._history) if r.image not in paths]
        self._history = [r for _, r in kept] or [replace(self._request, image="")]
        self._position = max(0, sum(i <= self._position for i, _ in kept) - 1)
        self.history_changed.emit()
        if self._request.image in paths:
            self._go_to(self._history[self._position])

    def _travel(self, step: int) -> None:
        position = self._position + step
        if 0 <= position < len(self._history):
            self._position = position
            self.history_changed.emit()
            self._go_to(self._history[position])

    def _go_to(self, request: Request) -> None:
        old, self._request = self._request, request
        if request != old:
            self.changed.emit(old, request)
