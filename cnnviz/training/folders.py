"""Data sets as folders: one folder for each class, in parts or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from cnnviz.core.folders import expand
from cnnviz.core.guard import printable
from cnnviz.training.pictures import DataError, DataSet, Pictures

_PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
_NOT_A_CLASS = frozenset(["BACKGROUND_Google"])  # of Caltech 101: pictures of anything


def read_folders(root: Path) -> DataSet:
    """The data set of a folder with one folder for each class.

    The folders of the classes stand in ``root``; or in ``train``, ``val`` and ``test`` there; or, as with Caltech 101,
    in the only folder that ``root`` has. Files are listed and not opened: a damaged one is found when it is read.

    Raises
    ------
    DataError
        There are no such folders, or no pictures in them.
    """
    inside = {folder.name.lower(): folder for folder in _folders(root)}
    parts = {part: next((inside[n] for n in names if n in inside), None) for part, names in _PARTS.items()}
    if parts["train"] is None:
        only = list(inside.values())
        if len(only) == 1 and _folders(only[0]):
            return replace(read_folders(only[0]), name=printable(root.resolve().name))
        parts = dict.fromkeys(_PARTS) | {"train": root}
    assert parts["train"] is not None
    labels = tuple(folder.name for folder in _folders(parts["train"]) if folder.name not in _NOT_A_CLASS)
    if not labels:
        raise DataError(f"{printable(root.name)} has no folders in it: one for each class is needed.")
    notes: list[str] = []
    found = {part: _pictures(folder, labels, notes) for part, folder in parts.items() if folder is not None}
    if not len(found["train"]):
        raise DataError(f"There are no pictures in the folders of {printable(root.name)}.")
    return DataSet(
        printable(root.resolve().name),
        tuple(map(printable, labels)),
        found["train"],
        found.get("validation"),
        found.get("test"),
        tuple(notes),
    )


def _pictures(root: Path, labels: tuple[str, ...], notes: list[str]) -> Pictures:
    """The files in the folders of the classes; a folder that is no class is said."""
    files: list[str] = []
    classes: list[int] = []
    for number, label in enumerate(labels):
        if (root / label).is_dir():
            found, sentences = expand([root / label])
            files += found
            classes += [number] * len(found)
            notes += sentences
    strangers = [folder.name for folder in _folders(root) if folder.name not in labels]
    strangers = [name for name in strangers if name not in _NOT_A_CLASS]
    if strangers:
        notes.append(f"{printable(root.name)} has folders of no known class, left out: {', '.join(strangers[:3])}.")
    return Pictures(tuple(files), np.array(classes, np.int64))


def _folders(root: Path) -> list[Path]:
    try:
        return sorted(folder for folder in root.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    except OSError as error:
        raise DataError(f"The folder {printable(str(root))} cannot be opened.", str(error)) from error
