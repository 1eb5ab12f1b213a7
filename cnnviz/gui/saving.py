"""Sessions: saved and opened by a person, and kept on the way, so that nothing is lost when the app crashes."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnviz import paths
from cnnviz.core import store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.session_file import SUFFIX, SavedSession, is_session, read_session, save_session
from cnnviz.gui.collection import Collection
from cnnviz.gui.session import Session

SOON = 2000
"""Milliseconds after a change until it is kept."""

Offer = tuple[str, Callable[[], None]]


class Saving(QObject):
    """Writes and reads sessions.

    Signals
    -------
    news(str)
        What was saved, for the status line.
    problem(str, str)
        What could not be done.
    offered(str, object)
        A sentence with something that can be done about it: its words, and what is called.
    saving()
        The session is about to be written: whoever knows how things are seen tells it now.
    """

    news = Signal(str)
    problem = Signal(str, str)
    offered = Signal(str, object)
    saving = Signal()

    def __init__(self, window: QWidget, session: Session, collection: Collection) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._collection = collection
        self._file: Path | None = None  # in which the session is saved
        self._kept: Path | None = None  # the copy that is kept on the way
        self._lock: QLockFile | None = None
        self._lost: list[tuple[Path, QLockFile]] = []  # what others have left that are gone
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._soon.timeout.connect(self.keep)

    # by a person

    def save(self) -> None:
        """Save to the session's own file; ask for one where it has none."""
        self.save_to(self._file) if self._file is not None else self.save_as()

    def save_as(self) -> None:
        """Ask for a file, and save."""
        name = str(self._file or Path.home() / f"session{SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(self._window, "Save session", name, f"Sessions (*{SUFFIX})")
        if path:
            self.save_to(Path(path) if is_session(path) else Path(path + SUFFIX))

    def save_to(self, file: Path) -> None:
        """Save what is shown and the tray."""
        try:
            save_session(self._shown(), file)
        except CnnvizError as error:
            self.problem.emit(str(error), error.details)
            return
        self._file = file
        self.news.emit(f"Saved {file}")

    def ask(self) -> None:
        """Ask for a session, and open it."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open session", "", f"Sessions (*{SUFFIX})")
        if path:
            self.open(path)

    def open(self, path: str) -> None:
        """Show what a session holds; pictures that are missing are asked for."""
        try:
            saved = read_session(path)
        except CnnvizError as error:
            self.problem.emit(str(error), error.details)
            return
        self._file = Path(path)
        self._show(saved)

    def _show(self, saved: SavedSession) -> None:
        missing = saved.missing
        there = {path: label for path, label in saved.pictures if path not in missing}
        image = saved.request.image
        if image not in there and not store.holds(image) and not Path(image).is_file():
            image = next(iter(there), "")
        old = self._session.request
        model = replace(saved.request.model, device=old.model.device)
        request = replace(saved.request, model=model, image=image or old.image, colormaps=old.colormaps)
        if there:
            self._collection.put(there)
        self._session.update(**{item.name: getattr(request, item.name) for item in fields(request)})
        self._session.view_states.clear()
        self._session.look({(view, layer): state for view, layer, state in saved.views})
        if there:
            self._collection.classify_all()
        if missing:
            names = ", ".join(Path(path).name for path in missing[:3]) + (" …" if len(missing) > 3 else "")
            sentence = f"{len(missing)} of the session’s {len(saved.pictures)} pictures cannot be found: {names}"
            self.offered.emit(sentence, ("Find them…", lambda: self._find(saved)))

    def _find(self, saved: SavedSession) -> None:
        if folder := QFileDialog.getExistingDirectory(self._window, "Where are the session's pictures?"):
            self.find_in(saved, Path(folder))

    def find_in(self, saved: SavedSession, folder: Path) -> None:
        """Open a session whose missing pictures are in another folder, or in folders of it, under their names."""
        names = {Path(path).name: path for path in saved.missing}
        found: dict[str, str] = {}
        for parent, _, files in os.walk(folder):
            found |= {names[name]: str(Path(parent, name)) for name in files if name in names}
        if not found:
            self.problem.emit(f"None of the missing pictures is in {folder}; choose another folder.", "")
        self._show(saved.moved(lambda path: found.get(path, path)))

    def _shown(self) -> SavedSession:
        self.saving.emit()
        views = ((*place, state) for place, state in self._session.view_states.items())
        return SavedSession(self._session.request, self._collection.pictures, tuple(views))

    # on the way

    def begin(self) -> None:
        """Keep a copy from now on, and offer what was open when the app ended unexpectedly."""
        folder = paths.cache() / "sessions"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return  # nothing can be kept there
        left = sorted(folder.glob(f"*{SUFFIX}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in left:
            lock = QLockFile(f"{file}.lock")
            lock.setStaleLockTime(0)  # only a process that is gone lets go of it
            if lock.tryLock(0):
                self._lost.append((file, lock))
        self._kept = folder / f"{uuid.uuid4().hex}{SUFFIX}"
        self._lock = QLockFile(f"{self._kept}.lock")
        self._lock.tryLock(0)
        self._session.changed.connect(self._on_changed)
        self._soon.start()
        if self._lost:
            sentence = "CNNViz ended unexpectedly the last time. What was open then can be shown again."
            self.offered.emit(sentence, ("Show it again", self._recover))

    def end(self) -> None:
        """The app ends as it should: no copy is needed any more."""
        self._soon.stop()
        if self._kept is not None and self._lock is not None:
            self._forget(self._kept, self._lock)
            self._kept = None
        for lost in self._lost:
            self._forget(*lost)
        self._lost.clear()

    @Slot()
    def keep(self) -> None:
        """Write the copy; where that is not possible, nothing is said of it."""
        if self._kept is not None:
            with suppress(CnnvizError):
                save_session(self._shown(), self._kept)

    @Slot()
    def _on_changed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _recover(self) -> None:
        for file, _ in self._lost[:1]:
            self.open(str(file))
            self._file = None
        for lost in self._lost:
            self._forget(*lost)
        self._lost.clear()

    @staticmethod
    def _forget(file: Path, lock: QLockFile) -> None:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        lock.unlock()
