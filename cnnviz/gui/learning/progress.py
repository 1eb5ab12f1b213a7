"""How far one has come in each lesson, kept between two starts. No Qt."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnviz import paths
from cnnviz.core.errors import CnnvizError
from cnnviz.core.writing import replacing

SETS = ("read", "done", "answered")
"""The steps of which `Progress` knows."""

OWN_KEPT = 12
"""How many lessons of one's own stay in the list."""


@dataclass
class Progress:
    """What was reached in one lesson.

    Attributes
    ----------
    at
        The step that was read last.
    read
        Steps that were seen.
    done, answered
        Steps whose task was done, and whose question was answered rightly (a number: seen).
    """

    at: int = 0
    read: set[int] = field(default_factory=set)
    done: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)


class Shelf:
    """Progress in all lessons, and the files of one's own; what cannot be read begins anew."""

    def __init__(self) -> None:
        self._file = paths.config() / "lessons.json"
        self.last = ""
        self.own: list[str] = []
        self._lessons: dict[str, Progress] = {}
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            self._load(json.loads(self._file.read_text(encoding="utf-8")))

    def of(self, key: str) -> Progress:
        """The progress in one lesson, to be changed."""
        return self._lessons.setdefault(key, Progress())

    def add_own(self, file: str) -> None:
        """Keep a lesson of one's own in the list."""
        self.own = [file, *(other for other in self.own if other != file)][:OWN_KEPT]

    @property
    def own_files(self) -> list[Path]:
        """Lessons of one's own that are still there."""
        return [Path(file) for file in self.own if Path(file).is_file()]

    def save(self) -> str:
        """Write all of it; a sentence when that is not possible (empty otherwise)."""
        lessons = {
            key: {"at": one.at} | {name: sorted(getattr(one, name)) for name in SETS}
            for key, one in self._lessons.items()
        }
        try:
            with replacing(self._file) as file:
                saved = {"last": self.last, "own": self.own, "lessons": lessons}
                file.write(json.dumps(saved, indent=1, ensure_ascii=False).encode())
        except CnnvizError as error:
            return f"How far you have come cannot be kept: {error}"
        return ""

    def _load(self, saved: dict[str, Any]) -> None:
        self.last = str(saved.get("last", ""))
        self.own = [str(file) for file in saved.get("own", ())]
        for key, one in saved.get("lessons", {}).items():
            self._lessons[key] = Progress(int(one["at"]), *(set(map(int, one.get(name, ()))) for name in SETS))
