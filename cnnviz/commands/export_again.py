"""``cnnviz export --from FIGURE`` and ``cnnviz page``: figures made again, by the recipes inside of them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnviz.commands.common import complain
from cnnviz.commands.export_film import film_again
from cnnviz.core.asked import origin_of
from cnnviz.core.errors import CnnvizError
from cnnviz.core.keep import BUDGET
from cnnviz.core.made_again import differences, located, of_a_view
from cnnviz.core.recipe import RECORDS, Recipe, read_recipe
from cnnviz.export import export, export_pass, formats
from cnnviz.export.base import page_of, suffix_of
from cnnviz.export.packing import packers
from cnnviz.figure import Figure
from cnnviz.request import Request

if TYPE_CHECKING:
    from cnnviz.explore import Explorer


def make_again(options: argparse.Namespace, folder: Path, suffixes: Sequence[str], style: Mapping[str, Any]) -> int:
    """Write the figure to the folder, under its own name; raises ``CnnvizError`` where it would be another one."""
    source = Path(options.figure)
    made = read_recipe(source)
    if made is not None and "motion" in made.style:
        request = _as_asked(located(made, source.absolute().parent, options.images), options)
        film_again(source, made, request, folder, suffixes)
        return 0
    if made is not None and RECORDS in made.style:
        return _pass_again(source, made, options, folder, suffixes)
    (figure, recipe) = figures_again([source], options)[0]
    style = {**recipe.style, **style}
    ending = suffix_of(source, formats())
    for suffix in suffixes or (ending,):
        target = folder / f"{source.name[: -len(ending) - 1]}.{suffix}"
        _check_not_itself(source, target)
        print(export(figure, target, **style))
    return 0


def _pass_again(source: Path, made: Recipe, options: argparse.Namespace, folder: Path, suffixes: Sequence[str]) -> int:
    """Write the outputs of the same layers, from the same weights and picture."""
    from cnnviz.explore import Explorer

    request = _as_asked(located(made, source.absolute().parent, options.images), options)
    traced = Explorer(BUDGET).trace(request)
    for sentence in differences(made, origin_of(traced)):
        complain(sentence)
    ending = suffix_of(source, packers())
    for suffix in suffixes or (ending,):
        target = folder / f"{source.name[: -len(ending) - 1]}.{suffix}"
        _check_not_itself(source, target)
        print(export_pass(traced, target, made.style[RECORDS]))
    return 0


def _check_not_itself(source: Path, target: Path) -> None:
    if target.exists() and target.samefile(source):
        raise CnnvizError(f"{source} would be overwritten by itself; choose another folder with --out.")


def figures_again(files: Sequence[Path], options: argparse.Namespace) -> list[tuple[Figure, Recipe]]:
    """The figures in files, from the same weights and pictures, each with its recipe."""
    from cnnviz.explore import Explorer

    explorer = Explorer(BUDGET)
    found = []
    for file in files:
        recipe = read_recipe(file)
        if recipe is None:
            raise CnnvizError(
                f"{file.name} holds no recipe of CNNViz; PNG, TIFF, SVG, PDF, NPZ, Zarr and films hold one."
            )
        found.append((_figure(recipe, file.absolute().parent, options, explorer), recipe))
    return found


def _figure(recipe: Recipe, folder: Path, options: argparse.Namespace, explorer: Explorer) -> Figure:
    """One figure; of a page all that stand on it."""
    if recipe.parts:
        return page_of([_figure(part, folder, options, explorer) for part in recipe.parts], **recipe.page)
    request = _as_asked(located(recipe, folder, options.images), options)
    of_a_view(request)
    figure = explorer.answer(request).figure
    for sentence in differences(recipe, figure.origin):
        complain(sentence)
    return figure.seen(recipe.visible)


def _as_asked(request: Request, options: argparse.Namespace) -> Request:
    """On the device and with the consent of this command line."""
    model = replace(request.model, trust=options.trust)
    if options.model:
        model = replace(model, name=options.model)
    if options.device != "auto":
        model = replace(model, device=options.device)
    return replace(request, model=model)
