"""Edits of the picture become requests; Ctrl+Z takes the last one back."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from cnnviz.gui.feed import Feed
from cnnviz.gui.retouch.panel import RetouchPanel
from cnnviz.gui.session import Session
from cnnviz.request import PictureEdit, Request
from cnnviz.response import Response


class Retouching(QObject):
    """Joins the section “Edit picture”, the session and the feed."""

    def __init__(self, panel: RetouchPanel, session: Session, feed: Feed) -> None:
        super().__init__(panel)
        self._panel, self._session, self._feed = panel, session, feed
        self._done: list[PictureEdit] = []  # finished edits of this picture, the last one last
        self._undone: list[PictureEdit] = []
        self._last = session.request.picture_edit
        panel.edited.connect(self._on_edited)
        session.changed.connect(self._on_request)

    def set_response(self, response: Response) -> None:
        """Show what the network gets."""
        self._panel.set_seen(response.seen)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> None:
        """Take the last edit back."""
        self._travel(self._done, self._undone)

    def redo(self) -> None:
        """Do it again."""
        self._travel(self._undone, self._done)

    def _travel(self, back: list[PictureEdit], on: list[PictureEdit]) -> None:
        if not back:
            return
        on.append(self._last)
        self._last = back.pop()
        self._panel.set_edit(self._last)
        self._feed.offer(finished=True, picture_edit=self._last)

    @Slot(object, bool)
    def _on_edited(self, edit: PictureEdit, finished: bool) -> None:
        if finished and edit != self._last:
            self._done.append(self._last)
            self._undone.clear()
            self._last = edit
        self._feed.offer(finished=finished, picture_edit=edit)

    @Slot(object, object)
    def _on_request(self, old: Request, new: Request) -> None:
        """Another picture has edits of its own; back and forward bring theirs."""
        if new.image != old.image:
            self._done.clear()
            self._undone.clear()
            self._last = new.picture_edit
            self._panel.set_edit(new.picture_edit)
        elif new.picture_edit != old.picture_edit and not self._feed.busy:
            self._last = new.picture_edit
            self._panel.set_edit(new.picture_edit)
