"""Files made from figures: the register of formats."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import written
from cnnviz.core.writing import replacing
from cnnviz.figure import Figure


class Style(NamedTuple):
    """How a figure is drawn: enlargement of PNGs (1 to 4), and ``light`` or ``dark``."""

    scale: int = 1
    theme: str = "light"


Writer = Callable[[Figure, BinaryIO, Style], None]
W = TypeVar("W", bound=Writer)

_writers: dict[str, Writer] = {}


def exporter(suffix: str) -> Callable[[W], W]:
    """Register a function that writes a figure to an open file, for names that end in this suffix."""

    def register(write: W) -> W:
        _writers[suffix] = write
        return write

    return register


def formats() -> tuple[str, ...]:
    """The suffixes that `export` knows, without the dot."""
    return tuple(_writers)


def export(figure: Figure, path: str | os.PathLike[str], *, scale: int = 1, theme: str = "light") -> Path:
    """Write a figure to a file; the name's suffix says the format.

    Parameters
    ----------
    figure
        What a layer view has made.
    path
        The file: ``.png``, ``.svg``, ``.pdf``; ``.npz`` for all values with their names, scales and request; ``.csv``
        for the numbers. It is written beside its place and then moved there: an old file is never half overwritten.
    scale
        Enlargement of a PNG, 1 to 4: one pixel of the figure becomes that many, text as fine as it then can be.
    theme
        ``light`` or ``dark``.

    Returns
    -------
    The file that was written.

    Raises
    ------
    CnnvizError
        Unknown format, scale or theme; no such folder, no permission, disk full.
    """
    target = Path(path)
    suffix = target.suffix.lower().lstrip(".")
    if suffix not in _writers:
        given = f"{suffix!r}" if suffix else "a name without a suffix"
        raise CnnvizError(
            f"There is no format for {given}; a name can end in {', '.join('.' + name for name in formats())}."
        )
    if scale not in (1, 2, 3, 4):
        raise CnnvizError(f"The scale can be 1, 2, 3 or 4; not {scale}.")
    if theme not in ("light", "dark"):
        raise CnnvizError(f"The theme can be light or dark; not {theme!r}.")
    with replacing(target) as file:
        _writers[suffix](figure, file, Style(scale, theme))
    return target


def recipe(figure: Figure, style: Style) -> str:
    """How the figure was made, as JSON: it travels inside of the files."""
    return written(figure, style._asdict())
