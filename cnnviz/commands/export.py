"""``cnnviz export``: layer views of pictures as files."""

from __future__ import annotations

import argparse
import re
import types
import typing
from pathlib import Path
from typing import Any

from cnnviz import views
from cnnviz.commands.common import complain, each_picture, open_model
from cnnviz.core.errors import CnnvizError
from cnnviz.core.images import Picture, prepare
from cnnviz.core.trace import Record, Trace, trace
from cnnviz.export import export, formats
from cnnviz.figure import Figure

PICTURE = "picture"
"""In ``--layers``: the picture itself, before the first layer."""


def run(options: argparse.Namespace) -> int:
    """Write one file for each picture, layer and format; what fails is named and the rest is done."""
    run = _Run(options)
    failed = each_picture(options.images, run.picture) or run.failed
    if run.unused and not failed:
        raise CnnvizError(f"No view that was drawn has the option {', '.join(sorted(run.unused))}.")
    return int(failed)


class _Run:
    """One export: what was asked for, and what became of it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.suffixes = _suffixes(options.format)
        if options.view:
            views.get(options.view)  # says what there is before anything is computed
        self.options = options
        self.model = open_model(options)
        self.names = _Names(_folder(options.out))
        self.unused = {name for name, _ in options.options}
        self.failed = False

    def picture(self, picture: Picture) -> None:
        """Export all that is asked for of one picture."""
        traced = trace(self.model, prepare(picture, self.model.preprocessing))
        for note in traced.notes:
            complain(note)
        records, problems = _records(traced, self.options.layers)
        drawn = 0
        for record in records:
            try:
                figure = self._figure(traced, record)
                if figure is not None:
                    drawn += 1
                    self._write(
                        figure, f"{Path(picture.path or picture.name).stem}-{_layer_name(record)}-{figure.view}"
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
        if view not in offers:
            if self.options.layers == "all":
                return None
            fitting = ", ".join(offer.name for offer in offers)
            raise CnnvizError(f"The view {view.name!r} does not fit {_layer_name(record)}; these do: {fitting}.")
        hints = typing.get_type_hints(view.options)
        given = {name: parse(name, text, hints[name]) for name, text in self.options.options if name in hints}
        self.unused -= given.keys()
        return views.make(traced, record, view.name, **given)

    def _write(self, figure: Figure, stem: str) -> None:
        for suffix in self.suffixes:
            file = self.names.free(stem, suffix)
            print(export(figure, file, scale=self.options.scale, theme=self.options.theme))


def _suffixes(text: str) -> tuple[str, ...]:
    suffixes = tuple(dict.fromkeys(part.strip().lower().lstrip(".") for part in text.split(",")))
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


def parse(name: str, text: str, hint: Any) -> bool | int | float | str | None:
    """The value of an option from the command line, by the type of its field. Raises ``CnnvizError``."""
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if types.NoneType in kinds and text.lower() == "none":
        return None
    if bool in kinds and text.lower() in ("true", "yes", "on", "1", "false", "no", "off", "0"):
        return text.lower() in ("true", "yes", "on", "1")
    for kind in (int, float, str):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    raise CnnvizError(f"The option {name} cannot be {text!r}.")


def _layer_name(record: Record | None) -> str:
    return record.key if record is not None else PICTURE


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
