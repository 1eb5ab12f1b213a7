"""Files made from figures: the register of formats."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from cnnviz.core.cancel import go_on
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import PAGE, written
from cnnviz.core.writing import replacing
from cnnviz.export.one_scale import on_one_scale
from cnnviz.figure import Figure, Page


class Style(NamedTuple):
    """How a figure is drawn, as `export` takes it."""

    scale: int = 1
    theme: str = "light"
    width: float | None = None
    height: float | None = None
    dpi: int = 300
    font: float = 8.0
    heading: bool = True
    caption: str = ""


THEMES = ("light", "dark", "transparent")


class Preset(NamedTuple):
    """A usual size: millimetres (no height: as high as the figure is), and points of its text."""

    title: str
    width: float
    height: float | None
    font: float


PRESETS = {
    "single": Preset("Single column", 85, None, 7),
    "double": Preset("Double column", 178, None, 7),
    "slide": Preset("Slide 16:9", 338.7, 190.5, 14),
    "poster": Preset("Poster, half of A0", 400, None, 24),
}
"""Columns as most journals have them, a slide of 13.33 × 7.5 inches, and what can be read from two metres."""


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


def export(
    figure: Figure | Sequence[Figure],
    path: str | os.PathLike[str],
    *,
    scale: int = 1,
    theme: str = "light",
    width: float | None = None,
    height: float | None = None,
    dpi: int = 300,
    font: float = 8.0,
    heading: bool = True,
    caption: str = "",
    columns: int = 2,
    letters: bool = True,
    captions: Sequence[str] = (),
    shared: bool = False,
    visible: Sequence[Sequence[float] | None] = (),
) -> Path:
    """Write a figure, or several on one page, to a file; the name's suffix says the format.

    Parameters
    ----------
    figure
        What a layer view has made; several make a page.
    path
        The file: ``.png``, ``.tiff``, ``.svg``, ``.pdf``; ``.npz``, ``.safetensors``, ``.h5``, ``.zarr.zip`` for all
        values with their names, scales and request; ``.csv``, ``.parquet``, ``.tex``, ``.md`` for tables of them. It is
        written beside its place and then moved there: an old file is never half overwritten.
    scale
        Enlargement of a PNG or TIFF without a width, 1 to 4: one pixel of the figure becomes that many, text as fine as
        it then can be.
    theme
        ``light``, ``dark``, or ``transparent``: the colours of light without a ground.
    width
        Of the paper in millimetres; panels stand below each other where it is narrow. None: as wide as the figure is.
    height
        Of the paper in millimetres, where it has a width; None: as high as the figure is.
    dpi
        Pixels of a PNG or TIFF to an inch, where it has a width.
    font
        Points of usual text, where it has a width. Smaller where a panel does not fit otherwise.
    heading
        Whether the figure's title and subtitle stand above it.
    caption
        A sentence below the figure.
    columns, letters, captions
        Of a page: how many figures stand side by side, whether they bear the letters (a), (b), (c), and what stands
        below each; nothing said, its own heading.
    shared
        Of a page: whether all maps of one colour map have one scale and one colour bar.
    visible
        What of the pictures of each panel is drawn, from the left: (x, y, width, height) in shares of the mosaic, and
        fifth the pictures that stand side by side in it where that matters; None for all. Pixels that would be drawn in
        part are drawn whole; values are written all the same. Nothing said, what the figure itself says.

    Returns
    -------
    The file that was written.

    Raises
    ------
    CnnvizError
        Unknown format, scale or theme; no such part; no such folder, no permission, disk full.
    Cancelled
        Nobody wants the file any more: it is not written, an old one stays.
    """
    target = Path(path)
    suffix = suffix_of(target, formats())
    if scale not in (1, 2, 3, 4):
        raise CnnvizError(f"The scale can be 1, 2, 3 or 4; not {scale}.")
    style = Style(scale, theme, width, height, dpi, font, heading, caption)
    checked(style)
    made = figure if isinstance(figure, Figure) else page_of(figure, columns, letters, captions, shared)
    made = _with_parts(made, visible) if visible else made
    with replacing(target) as file:
        _writers[suffix](made, file, style)
        go_on()
    return target


def suffix_of(target: Path, known: Iterable[str]) -> str:
    """Which of the suffixes a name ends in. Raises ``CnnvizError`` where it is none of them."""
    known = tuple(known)
    name = target.name.lower()
    for suffix in known:
        if name.endswith(f".{suffix}"):
            return suffix
    given = repr(target.suffix.lower().lstrip(".")) if target.suffix else "a name without a suffix"
    raise CnnvizError(f"There is no format for {given}; a name can end in {', '.join('.' + each for each in known)}.")


def written_as(figure: Figure, suffix: str, style: Style) -> bytes:
    """A file's bytes, without a file."""
    file = io.BytesIO()
    _writers[suffix](figure, file, style)
    return file.getvalue()


def page_of(
    figures: Sequence[Figure],
    columns: int = 2,
    letters: bool = True,
    captions: Sequence[str] = (),
    shared: bool = False,
) -> Figure:
    """Several figures as one: a page. Raises ``CnnvizError`` where there is nothing to put on it."""
    if not figures:
        raise CnnvizError("A page needs a figure at least.")
    if not 1 <= columns <= 12:
        raise CnnvizError(f"A page can have 1 to 12 columns; not {columns}.")
    if len(captions) > len(figures):
        raise CnnvizError(f"There are {len(captions):,} captions for {len(figures):,} figures.")
    alike = on_one_scale(figures) if shared else tuple(figures)
    page = Page(alike, columns, letters, tuple(captions), shared=shared)
    return Figure(PAGE, "", "", (page,))


def _with_parts(figure: Figure, visible: Sequence[Sequence[float] | None]) -> Figure:
    try:
        return figure.seen(visible)
    except (ValueError, TypeError) as error:
        raise CnnvizError(
            "A visible part is X, Y, WIDTH and HEIGHT in shares of the whole, and fifth the columns of a mosaic where "
            "that matters; the upper left quarter is 0, 0, 0.5, 0.5.",
            str(error),
        ) from error


def checked(style: Style) -> None:
    """Refuse what cannot be drawn."""
    if style.theme not in THEMES:
        raise CnnvizError(f"The theme can be {', '.join(THEMES)}; not {style.theme!r}.")
    if style.width is not None and not 10 <= style.width <= 3000:
        raise CnnvizError(f"The width can be 10 to 3,000 mm; not {style.width:g}.")
    if style.height is not None and (style.width is None or not 10 <= style.height <= 3000):
        raise CnnvizError("The height can be 10 to 3,000 mm, and goes with a width.")
    if not 30 <= style.dpi <= 2400:
        raise CnnvizError(f"The resolution can be 30 to 2,400 dpi; not {style.dpi}.")
    if not 3 <= style.font <= 100:
        raise CnnvizError(f"The text can have 3 to 100 points; not {style.font:g}.")


def recipe(figure: Figure, style: Style) -> str:
    """How the figure was made, as JSON: it travels inside of the files."""
    return written(figure, style._asdict())
