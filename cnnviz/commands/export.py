"""``cnnviz export``: layer views of pictures as files."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnviz.batch import Ask, Batch
from cnnviz.commands.common import complain, open_model, picture_files
from cnnviz.commands.export_again import make_again
from cnnviz.commands.export_film import run_film
from cnnviz.core.errors import CnnvizError
from cnnviz.export import formats
from cnnviz.export.base import PRESETS, Style
from cnnviz.lengths import Pixels

FILMS = ("gif", "webp", "mp4")
"""What a film can be made again as."""

DRAWN = ("png", "tif", "tiff", "svg", "pdf")
"""Formats that take so long that it is worth to draw several at once."""

MOST_WORKERS = 8
SUMMED_UP = 20
"""Failures from which on they are summed up at the end, too."""


def run(options: argparse.Namespace) -> int:
    """Write one file for each picture, layer and format; what fails is named and the rest is done."""
    if options.motion and not options.figure:
        return run_film(options, _folder(options.out))
    suffixes = _suffixes(options.format, FILMS if options.figure else ())
    if options.figure:
        return make_again(options, _folder(options.out), suffixes, style_of(options))
    ask = Ask(
        options.layers,
        options.view,
        tuple(options.options),
        suffixes or (("npz",) if options.together else ("png",)),
        {"scale": 1, "theme": "light"} | style_of(options),
        options.name,
        "overwrite" if options.overwrite else "resume" if options.resume else "refuse",
        together=options.together,
    )
    files, failed = picture_files(options.images)
    model = open_model(options)
    batch = Batch(model, _with_workers(ask, len(files), options.jobs), _folder(options.out))
    return int(_write(batch, files) or failed)


def style_of(options: argparse.Namespace) -> dict[str, Any]:
    """What was said of size and colours; what is said beside a preset counts more."""
    given: dict[str, Any] = {}
    if options.preset:
        _, width, height, font = PRESETS[options.preset]
        given = {"width": width, "height": height, "font": font}
    names = ("scale", "theme", "width", "height", "dpi", "font", "heading", "caption", "visible")
    given |= {name: value for name in names if (value := getattr(options, name, None)) is not None}
    dpi = given.get("dpi", Style().dpi)
    return {name: value.millimetres(dpi) if isinstance(value, Pixels) else value for name, value in given.items()}


def _with_workers(ask: Ask, pictures: int, jobs: int | None) -> Ask:
    """With processes that draw, where there is enough to draw: each of them takes a second to start."""
    drawn = [suffix for suffix in ask.suffixes if suffix in DRAWN]
    worth = len(drawn) * pictures >= 4 if ask.layers == "all" else len(drawn) * pictures >= 40
    usual = min(os.cpu_count() or 1, MOST_WORKERS) if worth else 0
    return replace(ask, workers=usual if jobs is None else jobs if jobs > 1 else 0)


def _write(batch: Batch, files: list[str]) -> bool:
    """Print what was made, and say what was not; whether anything failed."""
    failed = present = 0
    begun = time.monotonic()
    for number, done in batch.run(files):
        _progress(number, len(files), time.monotonic() - begun)
        if done.present and done.problem:
            present += 1
        elif done.problem:
            failed += 1
            complain(done.problem)
        elif done.note:
            complain(done.note)
        elif not done.present:
            print(done.file)
    if present:
        what = "One file is" if present == 1 else f"{present:,} files are"
        complain(f"{what} there already and left as before; --overwrite replaces, --resume passes over what is there.")
    if failed >= SUMMED_UP:
        complain(f"{failed:,} could not be made; the sentences above say why.")
    if batch.unused and not failed and not present:
        raise CnnvizError(f"No view that was drawn has the option {', '.join(sorted(batch.unused))}.")
    return bool(failed or present)


def _progress(done: int, total: int, seconds: float) -> None:
    """A line that is written over, where a person looks on."""
    if total > 1 and sys.stderr.isatty():
        left = f", {seconds / done * (total - done):,.0f} s left" if done else ""
        sys.stderr.write(f"\r{done:,} of {total:,} pictures{left}  \r")


def _suffixes(text: str, more: tuple[str, ...]) -> tuple[str, ...]:
    suffixes = tuple(dict.fromkeys(part.strip().lower().lstrip(".") for part in text.split(",") if text))
    for suffix in suffixes:
        if suffix not in (*formats(), *more):
            if suffix in FILMS:
                raise CnnvizError(f"{suffix.upper()} is a film: say what moves with --motion walk, slide or pictures.")
            raise CnnvizError(f"There is no format {suffix!r}; there are {', '.join(formats())}.")
    return suffixes


def _folder(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CnnvizError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder
