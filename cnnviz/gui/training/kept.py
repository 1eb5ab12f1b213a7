"""Where results lie, and which trainings were cut off: a crash, a closed window and a power cut lose one epoch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.writing import replacing
from cnnviz.gui.training.wish import Wish
from cnnviz.request import ModelRequest


def folder() -> Path:
    """Where results lie until they are saved elsewhere."""
    found = paths.cache() / "trained"
    found.mkdir(parents=True, exist_ok=True)
    return found


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A training that can go on: what was wished, under which name, and how many epochs are behind it."""

    name: str
    wish: Wish
    epoch: int = 0

    def file(self, suffix: str) -> Path:
        """One of its files: ``.checkpoint``, ``.safetensors``, ``.json``, ``.wish``."""
        return folder() / f"{self.name}{suffix}"

    def write(self) -> None:
        """Note it down; where that fails the training goes on all the same."""
        content = {"epoch": self.epoch, "wish": asdict(self.wish)}
        with suppress(CnnvizError), replacing(self.file(".wish")) as file:
            file.write(json.dumps(content).encode())

    def forget(self) -> None:
        """It cannot go on any more; its result stays."""
        from cnnviz.training.checkpoint import forget
        from cnnviz.training.compare import beside

        for file in (self.file(".checkpoint"), beside(self.file(".checkpoint")), self.file(".wish")):
            forget(file)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else offers to go on with it meanwhile. The lock of a program that crashed does not count."""
        lock = _lock(self.name)
        lock.tryLock(0)
        try:
            yield
        finally:
            lock.unlock()


def unfinished() -> tuple[Unfinished, ...]:
    """All that can go on, the newest first. What is going on now, also in another window, is none of them."""
    found = sorted(folder().glob("*.wish"), key=lambda file: -file.stat().st_mtime)
    return tuple(one for one in map(_read, found) if one is not None and _free(one.name))


def tidy() -> None:
    """What nobody can go on with goes, and so do the kept weights of all but the newest that was cut off."""
    from cnnviz.training import snapshots
    from cnnviz.training.checkpoint import snapshots_of
    from cnnviz.training.compare import beside

    left = unfinished()
    for file in folder().glob("*.wish"):
        name = file.name.removesuffix(".wish")
        if name not in {one.name for one in left} and _free(name):
            Unfinished(name, Wish("", "")).forget()
    for old in left[1:]:
        for checkpoint in (old.file(".checkpoint"), beside(old.file(".checkpoint"))):
            snapshots.forget(snapshots_of(checkpoint))


def _lock(name: str) -> QLockFile:
    lock = QLockFile(str(folder() / f"{name}.lock"))
    lock.setStaleLockTime(0)  # a training may take days; what counts is whether its program still runs
    return lock


def _free(name: str) -> bool:
    lock = _lock(name)
    free = lock.tryLock(0)
    lock.unlock()
    return free


def _read(file: Path) -> Unfinished | None:
    """What was noted; None where it was not written whole, or where there is nothing to go on from."""
    name = file.name.removesuffix(".wish")
    try:
        content = json.loads(file.read_bytes())
        asked = {key: _plain(value) for key, value in content["wish"].items()}
        model = asked.pop("model")
        opened = model and ModelRequest(**{key: _plain(value) for key, value in model.items()})
        found = Unfinished(name, Wish(**asked, model=opened), int(content["epoch"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.file(".checkpoint").is_file() else None


def _plain(value: Any) -> Any:
    """A tuple again, which JSON has none of."""
    return tuple(value) if isinstance(value, list) else value
