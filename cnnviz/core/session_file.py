"""Sessions as files: what is shown, and the pictures of the tray, as JSON that a person can read.

Files that lie in the session's folder are named from there, and our samples by their own names: such a folder can be
given to a class.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from cnnviz import __version__, paths
from cnnviz.core import carried, store
from cnnviz.core.errors import CnnvizError
from cnnviz.core.request_json import request_of, saved_request
from cnnviz.core.writing import replacing
from cnnviz.request import ModelRequest, Request

SUFFIX = ".cnnviz"
VERSION = 1

SAMPLES = "samples:"
"""How a path begins in a session that means one of our own pictures."""


@dataclass(frozen=True, slots=True)
class SavedSession:
    """What a session holds.

    Attributes
    ----------
    request
        What is shown.
    pictures
        Path and true class (empty when unknown) of each picture in the tray.
    views
        View, layer, and how both were seen together: zoom and scroll of each panel as plain values.
    """

    request: Request
    pictures: tuple[tuple[str, str], ...]
    views: tuple[tuple[str, str, object], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Pictures that are not where they were."""
        return tuple(path for path, _ in self.pictures if not store.holds(path) and not Path(path).is_file())

    def moved(self, place: Callable[[str], str]) -> SavedSession:
        """The same with every path of a picture in another place."""
        return replace(
            self,
            request=replace(self.request, image=place(self.request.image)),
            pictures=tuple((place(path), label) for path, label in self.pictures),
        )


def is_session(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a session, by its name."""
    return Path(path).suffix.lower() == SUFFIX


def save_session(session: SavedSession, path: str | os.PathLike[str]) -> None:
    """Write a session, with the pictures in it that are in no file.

    Raises
    ------
    CnnvizError
        It cannot be written there; a sentence says why, and what was there before is as it was.
    """
    file = Path(path).absolute()
    told = session.moved(lambda path: _told(path, file.parent))
    request = told.request
    request = replace(request, model=_of_model(request.model, lambda path: _told(path, file.parent)))
    drawn = carried.told((request.image, *(path for path, _ in told.pictures)))
    gone = store.holds(request.image) and request.image not in drawn
    asked = saved_request(replace(request, image="" if gone else request.image))
    asked["model"].pop("trust", None)  # consent is given by a person, never by a file
    about = {
        "session": VERSION,
        "cnnviz": __version__,
        "request": asked,
        "pictures": [
            {"path": path} | ({"label": label} if label else {})
            for path, label in told.pictures
            if path in drawn or not store.holds(path)
        ],
    } | ({"drawn": drawn} if drawn else {})
    views = [{"view": view, "layer": layer, "seen": state} for view, layer, state in session.views if _says(state)]
    about |= {"views": views} if views else {}
    with replacing(file) as opened:
        opened.write((json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode())


def read_session(path: str | os.PathLike[str]) -> SavedSession:
    """Read a session; its paths are where its files would have to be now.

    Raises
    ------
    CnnvizError
        It cannot be read, is no session, or was written by a later version.
    """
    file = Path(path).absolute()
    try:
        about: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        version = about["session"]
    except OSError as error:
        raise CnnvizError(f"{file.name} cannot be opened: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CnnvizError(f"{file.name} is no session of CNNViz.", str(error)) from error
    if version != VERSION:
        raise CnnvizError(f"{file.name} was saved by a later version of CNNViz: update CNNViz to open it.")
    try:
        request = request_of(about["request"])
        pictures = tuple((str(one["path"]), str(one.get("label", ""))) for one in about["pictures"])
        views = tuple((str(one["view"]), str(one["layer"]), one["seen"]) for one in about.get("views", ()))
        carried.take_in(about.get("drawn", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CnnvizError(f"The session {file.name} is damaged, so it cannot be opened.", str(error)) from error
    here = SavedSession(request, pictures, views).moved(lambda path: _found(path, file.parent))
    model = _of_model(request.model, lambda path: str(file.parent / path) if (file.parent / path).exists() else path)
    return replace(here, request=replace(here.request, model=model))


def _says(state: object) -> bool:
    """Whether zoom or scroll differ from where every view begins."""
    return any(part is not None for part in state) if isinstance(state, (tuple, list)) else state is not None


def _told(path: str, folder: Path) -> str:
    """A path as the session says it."""
    pure = PurePath(path)
    samples = paths.resources() / "samples"
    if not path or not pure.is_absolute():
        return path
    if pure.is_relative_to(samples):
        return SAMPLES + pure.relative_to(samples).as_posix()
    return pure.relative_to(folder).as_posix() if pure.is_relative_to(folder) else path


def _found(path: str, folder: Path) -> str:
    """The same path on this computer."""
    if not path or store.holds(path):
        return path
    if path.startswith(SAMPLES):
        return str(paths.resources() / "samples" / path.removeprefix(SAMPLES))
    return str(folder / path)


def _of_model(model: ModelRequest, place: Callable[[str], str]) -> ModelRequest:
    """A model's request with its files in another place; names are no files and stay."""
    file, colon, factory = model.name.rpartition(":") if ".py:" in model.name else (model.name, "", "")
    labels = place(model.labels) if model.labels else model.labels
    return replace(model, name=f"{place(file)}{colon}{factory}", labels=labels)
