"""``cnnviz export --from FIGURE``: a figure made again, by the recipe inside of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.commands.common import complain
from cnnviz.core.errors import CnnvizError
from cnnviz.core.keep import BUDGET
from cnnviz.core.made_again import differences, located
from cnnviz.core.recipe import read_recipe
from cnnviz.export import export
from cnnviz.request import Request


def make_again(options: argparse.Namespace, folder: Path, suffixes: Sequence[str], style: Mapping[str, Any]) -> int:
    """Write the figure to the folder, under its own name; raises ``CnnvizError`` where it would be another one."""
    from cnnviz.explore import Explorer

    source = Path(options.figure)
    recipe = read_recipe(source)
    if recipe is None:
        raise CnnvizError(f"{source.name} holds no recipe of CNNViz; PNG, TIFF, SVG, PDF and NPZ files hold one.")
    request = _as_asked(located(recipe, source.absolute().parent, options.images), options)
    explorer = Explorer(BUDGET)
    figure = explorer.answer(request).figure
    for sentence in differences(recipe, figure.origin):
        complain(sentence)
    style = {**recipe.style, **style}
    for suffix in suffixes or (source.suffix.lower().lstrip("."),):
        target = folder / f"{source.stem}.{suffix}"
        if target.exists() and target.samefile(source):
            raise CnnvizError(f"{source} would be overwritten by itself; choose another folder with --out.")
        print(export(figure, target, **style))
    return 0


def _as_asked(request: Request, options: argparse.Namespace) -> Request:
    """On the device and with the consent of this command line."""
    model = replace(request.model, trust=options.trust)
    if options.model:
        model = replace(model, name=options.model)
    if options.device != "auto":
        model = replace(model, device=options.device)
    return replace(request, model=model)
