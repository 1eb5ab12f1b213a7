"""What travels inside of exported files: how the figure was made, so that it can be made again.

Written as JSON into the description of a PNG or TIFF, the metadata of an SVG or PDF, and an entry of an NPZ. Read
without torch, and without decoding a picture: the window looks into what is dropped on it.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cnnviz import __version__
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe_files import text_in
from cnnviz.core.request_json import pairs_of, request_of
from cnnviz.figure import Figure, Graph, Origin, Page, Place, Visible
from cnnviz.request import Request

VERSION = 1
"""Of the recipe; a file that says more was made by a later CNNViz."""

LIBRARIES = ("torch", "torchvision", "numpy", "Pillow", "matplotlib")


PAGE = "page"
"""The view of a page, which is made of the figures of others."""

RECORDS = "records"
"""The view of a file with the outputs of several records; in its style it says which."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a figure was made.

    Attributes
    ----------
    request
        What was asked for; None for a figure that was made from Python objects.
    origin
        Identities of the weights and of the picture; None where they are not known.
    style
        How it was drawn, as ``export`` takes it.
    software
        Versions of CNNViz, Python and the libraries that computed and drew it.
    parts
        Of a page, the recipes of its figures.
    page
        How they stand there: columns, letters, captions, and whether they share a scale.
    visible
        What of each panel is drawn, as ``Figure.visible``.
    place
        Of a graph, from where it was looked at.
    """

    request: Request | None
    origin: Origin | None
    style: Mapping[str, Any]
    software: Mapping[str, str]
    parts: tuple[Recipe, ...] = ()
    page: Mapping[str, Any] = field(default_factory=dict)
    visible: tuple[Visible | None, ...] = ()
    place: Place | None = None


def written(figure: Figure, style: Mapping[str, Any]) -> str:
    """The recipe of a figure as one line of JSON."""
    return json.dumps({"cnnviz": _about(figure, style)}, ensure_ascii=False)


def _about(figure: Figure, style: Mapping[str, Any]) -> dict[str, Any]:
    request = None if figure.request is None else asdict(figure.request)
    if request is not None:
        request["model"]["trust"] = False  # consent is given by a person, never by a file
    about = {
        "version": VERSION,
        "view": figure.view,
        "title": figure.title,
        "subtitle": figure.subtitle,
        "request": request,
        "origin": None if figure.origin is None else asdict(figure.origin),
        "style": dict(style),
        "software": software(),
    } | ({"visible": figure.visible} if figure.visible else {})
    for panel in figure.panels:
        if isinstance(panel, Page):
            stand = {"columns": panel.columns, "letters": panel.letters, "captions": list(panel.captions)}
            about["page"] = stand | {"shared": panel.shared}
            about["figures"] = [_about(part, {}) for part in panel.figures]
        elif isinstance(panel, Graph) and panel.place is not None:
            about["place"] = asdict(panel.place)
    return about


@cache
def software() -> dict[str, str]:
    """Versions of what computes and draws."""
    from importlib import metadata  # 0.04 s: not at the start

    found = {"cnnviz": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def understood(text: str) -> Recipe | None:
    """The recipe in a JSON text; None where the text is something else.

    Raises
    ------
    CnnvizError
        It is a recipe that this version does not understand.
    """
    try:
        about = json.loads(text)["cnnviz"]
        version = about["version"]
    except (ValueError, KeyError, TypeError):
        return None
    if version != VERSION:
        raise CnnvizError("This figure was made by a later version of CNNViz: update CNNViz to make it again.")
    return _recipe(about)


def _recipe(about: Mapping[str, Any]) -> Recipe:
    try:
        request = about["request"]
        origin = about["origin"]
        return Recipe(
            None if request is None else request_of(request),
            None if origin is None else Origin(**(origin | {"preprocessing": pairs_of(origin["preprocessing"])})),
            about["style"],
            about["software"],
            tuple(map(_recipe, about.get("figures", ()))),
            about.get("page", {}),
            parts_seen(about.get("visible", ())),
            Place.of(about["place"]) if "place" in about else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CnnvizError(
            "The recipe inside of this figure is damaged: it cannot be made again.", str(error)
        ) from error


def parts_seen(saved: Iterable[Any]) -> tuple[Visible | None, ...]:
    """Visible parts of panels from their JSON. Raises ``TypeError`` or ``ValueError``."""
    return tuple(None if part is None else Visible.of(part) for part in saved)


def read_recipe(path: str | os.PathLike[str]) -> Recipe | None:
    """The recipe inside of a file; None where there is none: it is any picture, or no figure at all.

    Raises
    ------
    CnnvizError
        The file cannot be opened, or holds a recipe that cannot be understood.
    """
    file = Path(path)
    try:
        text = text_in(file)
    except OSError as error:
        raise CnnvizError(f"{file.name} cannot be opened: {error.strerror or error}.") from error
    return understood(text) if text else None
