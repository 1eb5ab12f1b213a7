"""``cnnviz export --motion``: films of a network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.commands.common import complain, model_request, picture_files
from cnnviz.core.errors import CnnvizError
from cnnviz.core.keep import BUDGET
from cnnviz.core.made_again import differences
from cnnviz.core.recipe import Recipe, read_recipe
from cnnviz.request import Request

PLAIN = {"picture": "", "all": ""}
"""Words for layers that are none."""


def run_film(options: argparse.Namespace, folder: Path) -> int:
    """Draw the film that the options ask for, and write it in each format."""
    from cnnviz.motion import Film

    files, failed = picture_files(options.images)
    if not files:
        raise CnnvizError("A film needs a picture at least.")
    layer = PLAIN.get(options.layers, options.layers)
    if "," in layer or (options.motion == "slide" and not layer):
        raise CnnvizError("A film shows one layer; name it with --layers PATH.")
    given = dict(options.options)
    channel, at = given.pop("channel", None), given.pop("at", None)
    if at is not None or (channel is not None and not channel.isdigit()):
        raise CnnvizError("A film takes --set channel=NUMBER and options of the view, but no position.")
    request = Request(
        model_request(options),
        files[0],
        layer=layer,
        view=options.view,
        channel=None if channel is None else int(channel),
        options=tuple(sorted(_values(options.view, given).items())),
    )
    many = options.motion == "pictures"
    film = Film(
        options.motion,
        request,
        tuple(files) if many else (),
        options.size or (1280, 720),
        options.theme or "light",
        options.rate or 0.0,
    )
    stem = "pictures" if many else Path(files[0]).stem
    parts = [stem, options.motion, *([layer.replace("#", "-")] if layer and options.motion != "walk" else [])]
    suffixes = [part.strip().lower().lstrip(".") for part in (options.format or "gif").split(",")]
    _write(film, [folder / f"{'-'.join(parts)}.{suffix}" for suffix in suffixes], options.overwrite)
    return int(failed)


def film_again(source: Path, recipe: Recipe, request: Request, folder: Path, suffixes: Sequence[str]) -> None:
    """The film of a recipe, from the same weights and pictures."""
    from cnnviz.motion import Film

    about = recipe.style["motion"]
    there = [_there(path, source.absolute().parent) for path in about["pictures"]]
    film = Film(about["kind"], request, tuple(there), tuple(about["size"]), about["theme"], about["rate"])
    files = [folder / f"{source.stem}.{suffix}" for suffix in suffixes or (source.suffix.lower().lstrip("."),)]
    if any(file.exists() and file.samefile(source) for file in files):
        raise CnnvizError(f"{source} would be overwritten by itself; choose another folder with --out.")
    _write(film, files, True)
    for file in files[:1]:
        now = read_recipe(file)
        for sentence in differences(recipe, now.origin if now is not None else None):
            complain(sentence)


def _there(path: str, folder: Path) -> str:
    """A picture where it was, or beside the film."""
    for place in (Path(path), folder / Path(path).name):
        if place.is_file():
            return str(place)
    raise CnnvizError(f"The picture {path} is not there; put it beside the film.")


def _values(view: str, given: dict[str, str]) -> dict[str, Any]:
    """Options as the view's own types."""
    from cnnviz import views
    from cnnviz.views.options import filled

    if not given:
        return {}
    if not view:
        raise CnnvizError("Options of a film go with --view NAME.")
    return {name: getattr(filled(views.get(view).options, {name: value}), name) for name, value in given.items()}


def _write(film: Any, files: list[Path], overwrite: bool) -> None:
    from cnnviz.explore import Explorer
    from cnnviz.motion import make

    there = next((file for file in files if file.exists()), None)
    if there is not None and not overwrite:
        raise CnnvizError(f"{there} is there already; --overwrite replaces it.")
    film = replace(film, request=replace(film.request, image=str(Path(film.request.image).absolute())))
    for done, total, file in make(film, files, Explorer(BUDGET)):
        if file is not None:
            print(file)
        elif sys.stderr.isatty():
            sys.stderr.write(f"\r{done:,} of {total:,} frames  \r")
