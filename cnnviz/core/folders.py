"""What was dropped, as a list of picture files: folders opened, the rest explained."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cnnviz.core.errors import PictureError
from cnnviz.core.guard import decoding, identified, opened, printable

SUFFIXES = frozenset(
    """.png .apng .jpg .jpeg .jpe .jfif .webp .bmp .dib .gif .tif .tiff
    .avif .jp2 .j2k .pgm .ppm .pbm .pnm .tga .ico""".split()
)
"""Endings of the files that are taken from a folder; a file that is named itself may have any."""


def expand(paths: Iterable[str | os.PathLike[str]]) -> tuple[list[str], list[str]]:
    """Files and folders as picture files, each once, and sentences on what was left out.

    Folders are searched with all folders in them, hidden ones aside, in the order in which people count
    (``2.png`` before ``10.png``). Nothing is decoded: a damaged picture is found when it is read.
    """
    files: dict[str, None] = {}
    skipped: list[str] = []
    for path in map(Path, paths):
        # os.path, because Path's own raise where a folder above may not be entered.
        if os.path.isdir(path):  # noqa: PTH112
            found, sentence = _in_folder(path)
            files |= dict.fromkeys(found)
        else:
            known = path.suffix.lower() in SUFFIXES and os.path.exists(path)  # noqa: PTH110
            sentence = "" if known else _refusal(path)
            if not sentence:
                files[str(path)] = None
        if sentence:
            skipped.append(sentence)
    return list(files), skipped


def label_of(path: str | os.PathLike[str], labels: Sequence[str] = ()) -> str | None:
    """The true class of a picture by the name of its folder.

    Parameters
    ----------
    path
        The picture's file.
    labels
        The model's class names. When given, only a folder that bears one of them counts (``Sea_Lion`` is ``sea lion``),
        and the class is spelled as the model spells it.

    Returns
    -------
    The class, or None when there is no folder or its name is no class.
    """
    folder = printable(Path(path).parent.name)
    if not labels:
        return folder or None
    plain = _plain(folder)
    return next((label for label in labels if _plain(label) == plain), None)


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.casefold())).strip()


def _refusal(path: Path) -> str:
    """Why a file that was named itself is not taken; empty when it is a picture whatever its name."""
    name = printable(path.name)
    try:
        with opened(path) as file, decoding(name, file), identified(file, name):
            return ""
    except PictureError as error:
        return str(error)


def _in_folder(folder: Path) -> tuple[list[str], str]:
    """All pictures below a folder in counting order, and a sentence when files were left out."""
    found: list[Path] = []
    others: list[str] = []
    closed: list[str] = []
    for file in _walk(folder, closed):
        if file.suffix.lower() in SUFFIXES:
            found.append(file)
        else:
            others.append(printable(file.name))
    found.sort(key=lambda file: [_counting(part) for part in file.parts])
    name = printable(folder.resolve().name) or str(folder)
    parts = []
    if not found:
        parts.append(f"{name} holds no pictures")
    if others:
        what = "1 file that is no picture" if len(others) == 1 else f"{len(others):,} files that are no pictures"
        parts.append(f"{what} left out ({', '.join(others[:2])}{', …' if len(others) > 2 else ''})")
    if closed:
        what = "1 folder" if len(closed) == 1 else f"{len(closed):,} folders"
        parts.append(f"{what} may not be opened ({closed[0]}{', …' if len(closed) > 1 else ''})")
    sentence = ", ".join(parts)
    return [str(file) for file in found], sentence and (sentence if not found else f"{name}: {sentence}") + "."


def _walk(folder: Path, closed: list[str]) -> Iterator[Path]:
    """Files below a folder, hidden ones aside; links are followed, each folder is entered once."""
    seen: set[tuple[int, int]] = set()

    def refused(error: OSError) -> None:
        closed.append(printable(Path(error.filename).name))

    for root, folders, names in os.walk(folder, onerror=refused, followlinks=True):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(root, name) for name in names if not name.startswith("."))


def _counting(name: str) -> list[tuple[int, int, str]]:
    """Sorting key by which 2 comes before 10, and upper case beside lower case."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts]
