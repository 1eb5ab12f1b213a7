"""``cnnviz export``: layer views of pictures as files."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from cnnviz import views
from cnnviz.commands.again import make_again
from cnnviz.commands.common import complain, each_picture, open_model, run_pass
from cnnviz.core.errors import CnnvizError
from cnnviz.core.images import Picture
from cnnviz.core.ops.explanation import cell
from cnnviz.core.trace import Record, Trace
from cnnviz.export import export, formats
from cnnviz.figure import Figure
from cnnviz.views.options import filled

PICTURE = "picture"
"""In ``--layers``: the picture itself, before the first layer."""


def run(options: argparse.Namespace) -> int:
    """Write one file for each picture, layer and format; what fails is named and the rest is done."""
    if options.figure:
        return make_again(options, _folder(options.out), _suffixes(options.format))
    run = _Run(options)
    failed = each_picture(options.images, run.picture) or run.failed
    if run.unused and not failed:
        raise CnnvizError(f"No view that was drawn has the option {', '.join(sorted(run.unused))}.")
    return int(failed)


def _check(view: str, given: list[tuple[str, str]]) -> None:
    """Refuse a view that there is not, and an option or a value that no view takes."""
    asked = (views.get(view),) if view else views.all_views()
    for name, value in given:
        takers = [each for each in asked if name in _options(each)]
        if not takers:
            known = ", ".join(sorted(set().union(*map(_options, asked))))
            raise CnnvizError(
                f"There is no option {name!r}; there are {known}." if known else "This view has no options."
            )
        if len(takers) == 1:
            filled(takers[0].options, {name: value})


def _options(view: views.LayerView) -> set[str]:
    """The names of all options of a view."""
    cursor = {"channel": view.uses_channel, "at": view.uses_position}
    return {control.name for control in view.controls} | {name for name, used in cursor.items() if used}


class _Run:
    """One export: what was asked for, and what became of it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.suffixes = _suffixes(options.format) or ("png",)
        self.scale, self.theme = options.scale or 1, options.theme or "light"
        _check(options.view, options.options)  # says what there is before anything is computed
        self.options = options
        self.model = open_model(options)
        self.names = _Names(_folder(options.out))
        self.unused = {name for name, _ in options.options}
        self.failed = False

    def picture(self, picture: Picture) -> None:
        """Export all that is asked for of one picture."""
        traced = run_pass(self.model, picture)
        records, problems = _records(traced, self.options.layers)
        drawn = 0
        for record in records:
            try:
                figure = self._figure(traced, record)
                if figure is not None:
                    drawn += 1
                    self._write(
                        figure, f"{Path(picture.path).stem}-{_layer_name(record)}-{figure.view}{_cell_name(figure)}"
                    )
            except CnnvizError as error:
                problems.append(str(error))
        if not drawn and not problems:
            problems.append(f"The view {self.options.view!r} fits none of the layers.")
        for problem in problems:
            complain(problem)
        self.failed |= bool(problems)

    def _figure(self, traced: Trace, record: Record | None) -> Figure | None:
        """The figure of one record; None where every layer is meant and the view does not fit this one."""
        offers = views.views_for(record, traced)
        view = views.get(self.options.view) if self.options.view else offers[0]
        if view not in offers and self.options.layers == "all":
            return None
        known = _options(view)
        given = {name: value for name, value in self.options.options if name in known}
        self.unused -= given.keys()
        if record is not None and "at" in given:
            chosen = filled(view.options, given)
            cell(record, chosen.channel or 0, chosen.at)  # a sentence, rather than another number than was asked for
        return views.make(traced, record, view.name, **given)

    def _write(self, figure: Figure, stem: str) -> None:
        for suffix in self.suffixes:
            file = self.names.free(stem, suffix)
            print(export(figure, file, scale=self.scale, theme=self.theme))


def _suffixes(text: str) -> tuple[str, ...]:
    suffixes = tuple(dict.fromkeys(part.strip().lower().lstrip(".") for part in text.split(",") if text))
    for suffix in suffixes:
        if suffix not in formats():
            raise CnnvizError(f"There is no format {suffix!r}; there are {', '.join(formats())}.")
    return suffixes


def _folder(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CnnvizError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder


def _records(traced: Trace, layers: str) -> tuple[list[Record | None], list[str]]:
    """The records that are asked for, None for the picture, and sentences on those that do not exist."""
    if layers == "all":
        return list(traced.records), []
    records: list[Record | None] = []
    problems = []
    for name in filter(None, (part.strip() for part in layers.split(","))):
        try:
            records.append(None if name == PICTURE else traced.find(name))
        except CnnvizError as error:
            problems.append(str(error))
    return records, problems


def _layer_name(record: Record | None) -> str:
    return record.key if record is not None else PICTURE


def _cell_name(figure: Figure) -> str:
    """``-channel-4-at-5-4`` for a figure of one number: others of its layer do not write over it."""
    if figure.cell is None:
        return ""
    at = "".join(f"-{place}" for place in figure.cell.at)
    return f"-channel-{figure.cell.channel}" + (f"-at{at}" if at else "")


class _Names:
    """Names of files: fit for every system, and no file of one run takes the place of another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[str] = set()

    def free(self, stem: str, suffix: str) -> Path:
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", stem)
        number = 1
        name = f"{stem}.{suffix}"
        while name.casefold() in self._taken:  # two names that differ in case are one file on many systems
            number += 1
            name = f"{stem}-{number}.{suffix}"
        self._taken.add(name.casefold())
        return self._folder / name
