"""``cnnviz page``: exported figures, made again, side by side on one page."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnviz.commands.export import style_of
from cnnviz.commands.export_again import figures_again
from cnnviz.core.errors import CnnvizError
from cnnviz.export import export
from cnnviz.figure import Page


def run(options: argparse.Namespace) -> int:
    """Write the page; what stands on a page already is put on this one, figure by figure."""
    target = Path(options.out)
    if target.exists() and not options.overwrite:
        raise CnnvizError(f"{target} is there already; --overwrite replaces it.")
    figures = []
    for figure, _ in figures_again([Path(file) for file in options.figures], options):
        inner = [part for panel in figure.panels if isinstance(panel, Page) for part in panel.figures]
        figures += inner or [figure]
    page = {"columns": options.columns, "letters": not options.no_letters, "captions": options.captions}
    page["shared"] = options.shared_bar
    print(export(figures, target, **page, **style_of(options)))
    return 0
