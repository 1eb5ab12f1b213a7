"""The drawing pad and the rest of the window: strokes become pictures of the session, kept ones go to the tray."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from cnnviz import paths
from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.store import DRAWING
from cnnviz.gui.drawing.panel import DrawPanel
from cnnviz.gui.feed import Feed
from cnnviz.gui.session import Session
from cnnviz.request import Request
from cnnviz.response import Response

if TYPE_CHECKING:
    from cnnviz.core.decode import Picture


class Drawing(QObject):
    """Every stroke is a picture that runs through the network.

    Parameters
    ----------
    panel
        The pad.
    session
        Whose picture the drawing becomes.
    feed
        Where strokes wait for the ones before them.
    keep
        Takes files into the tray.

    Attributes
    ----------
    news
        Something is done, in words.
    problem
        (sentence, details) Something could not be done.
    """

    news = Signal(str)
    problem = Signal(str, str)

    def __init__(self, panel: DrawPanel, session: Session, feed: Feed, keep: Callable[[list[str]], None]) -> None:
        super().__init__(panel)
        self._panel, self._feed, self._keep = panel, feed, keep
        session.changed.connect(self._on_request)
        panel.drawn.connect(self._on_drawn)
        panel.keep_requested.connect(self._on_keep)
        panel.save_requested.connect(self._on_save)

    def set_response(self, response: Response) -> None:
        """The pad is one for grey or for colour networks."""
        self._panel.set_grey(response.model.preprocessing.mode == "L")

    @Slot(bool)
    def _on_drawn(self, finished: bool) -> None:
        self._feed.offer(finished=finished, image=self._made)

    def _made(self) -> str:
        """The drawing as it is when its turn has come: what gives way is not even made."""
        picture = self._picture()
        self._panel.set_seen(picture.pixels if self._panel.centred else None)
        return store.keep(picture)

    @Slot(object, object)
    def _on_request(self, _: Request, new: Request) -> None:
        """Who goes back to an earlier drawing finds it on the pad."""
        if store.holds(new.image) and not self._feed.busy:
            with contextlib.suppress(CnnvizError):  # the answer to the request says that it is gone
                picture = store.take(new.image)
                if picture.name == DRAWING:
                    self._panel.show_drawing(picture)

    def _picture(self) -> Picture:
        from cnnviz.core.drawing import drawn  # Pillow comes after the window

        return drawn(self._panel.sheet.pixels, self._panel.centred)

    @Slot()
    def _on_keep(self) -> None:
        picture = self._picture()
        folder = paths.cache() / "drawn"
        folder.mkdir(parents=True, exist_ok=True)
        files = (folder / f"drawing-{number}.png" for number in count(1))
        file = next(file for file in files if not file.exists())
        if self._write(picture, file):
            self._keep([str(file)])

    @Slot()
    def _on_save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self._panel, "Save the drawing", "drawing.png", "PNG (*.png)")
        if chosen:
            file = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.png")
            if self._write(self._picture(), file):
                self.news.emit(f"Saved {file}")

    def _write(self, picture: Picture, file: Path) -> bool:
        from PIL import Image

        try:
            Image.fromarray(picture.pixels).save(file, "PNG")
        except OSError as error:
            self.problem.emit(f"The drawing cannot be written to {file}: choose another place.", str(error))
            return False
        return True
