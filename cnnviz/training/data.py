"""Opening a data set: by a known name or by where it lies, in any of the usual forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from cnnviz import paths
from cnnviz.core.guard import printable
from cnnviz.core.labels import BUILT_IN, built_in
from cnnviz.training.files import as_pictures, read_cifar, read_idx, read_npz
from cnnviz.training.folders import read_folders
from cnnviz.training.pictures import DataError, DataSet, Pictures

KNOWN = {name: BUILT_IN[name] for name in ("mnist", "fashion-mnist", "cifar10", "cifar100", "caltech101")}
"""Data sets that have names: what `open_data` takes, and their titles."""

_BATCHES = {"data_batch_1": ([f"data_batch_{n}" for n in range(1, 6)], ["test_batch"]), "train": (["train"], ["test"])}
_IDX = {"train": ("train-images", "train-labels"), "test": ("t10k-images", "t10k-labels")}


def kept(name: str) -> Path:
    """Where a data set that was downloaded lies."""
    return paths.cache() / "data" / name


class NotHere(DataError):
    """A data set that has a name is not on this computer."""


def open_data(source: str, where: str | None = None) -> DataSet:
    """The data set of that name, or in that file or folder. Pictures in folders are listed, not read.

    Parameters
    ----------
    source
        ``mnist``, ``fashion-mnist``, ``cifar10``, ``cifar100``, ``caltech101``; or a file or folder.
    where
        The file or folder with a known one: an NPZ file, IDX files (also packed), CIFAR's batches, or a folder for each
        class, in this folder or up to two below it. None: where downloads are kept.

    Raises
    ------
    DataError
        With a sentence: it is not there, damaged, or in no form that is known.
    """
    name = source.lower() if where or (source.lower() in KNOWN and not Path(source).exists()) else ""
    if where and name not in KNOWN:
        raise DataError(f"There is no data set {source}: there are {', '.join(KNOWN)}; a folder needs no --data.")
    path = Path(where or (kept(name) if name else source)).expanduser()
    if not path.exists():
        if name and not where:
            raise NotHere(f"{KNOWN[name]} is not on this computer: say where it lies, or let it be downloaded.")
        if not where and path.name == source:  # one word: rather a name that was mistyped
            raise DataError(
                f"There is no data set or folder {printable(source)}: known by name are {', '.join(KNOWN)}."
            )
        raise DataError(f"There is no data set {printable(str(path))}: it was moved, renamed or deleted.")
    name = name or path.stem.lower()
    parts = _from_file(path) if path.is_file() else _from_folder(path, name)
    if parts is None:
        found = read_folders(path)
        return replace(found, name=KNOWN.get(name, found.name))
    return _named(name, parts)


def _named(name: str, parts: dict[str, Pictures]) -> DataSet:
    """The data set with its class names: those of a known one, else numbers."""
    if "train" not in parts:
        raise DataError(f"{KNOWN.get(name, name)} has no training pictures here, only test pictures.")
    count = max(int(part.classes.max(initial=0)) for part in parts.values()) + 1
    labels = built_in(name) if name in KNOWN else tuple(map(str, range(count)))
    if count > len(labels):
        raise DataError(f"{KNOWN[name]} has {len(labels)} classes, but a picture here is of class {count - 1}.")
    sizes = {part.content.shape[1:] for part in parts.values() if isinstance(part.content, np.ndarray)}
    if len(sizes) > 1:
        shapes = " and ".join(sorted("×".join(map(str, size)) for size in sizes))
        raise DataError(f"The parts of the data set have pictures of different sizes: {shapes}.")
    return DataSet(KNOWN.get(name, printable(name)), labels, parts["train"], parts.get("validation"), parts.get("test"))


def _from_file(path: Path) -> dict[str, Pictures]:
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    found = _from_idx(path.parent)
    if found and ("idx" in path.name):
        return found
    raise DataError(f"{printable(path.name)} is no data set: an NPZ file, IDX files or a folder of pictures is needed.")


def _from_folder(root: Path, name: str) -> dict[str, Pictures] | None:
    """What lies in a folder, or up to two below it; None for pictures in folders."""
    for folder in _near(root):
        found = _from_idx(folder) or _from_batches(folder) or _from_npz(folder, name)
        if found:
            return found
    return None


def _near(root: Path) -> Iterator[Path]:
    yield root
    for pattern in ("*/", "*/*/"):
        for number, folder in enumerate(sorted(root.glob(pattern))):
            if number == 200:  # a folder of pictures, not of data sets
                return
            if folder.is_dir():
                yield folder


def _from_idx(folder: Path) -> dict[str, Pictures] | None:
    found = {}
    for part, names in _IDX.items():
        files = [next(iter(sorted(folder.glob(f"{name}[-.]idx*"))), None) for name in names]
        if files[0] is not None and files[1] is not None:
            found[part] = as_pictures(read_idx(files[0]), read_idx(files[1]), files[1].name)
    return found or None


def _from_batches(folder: Path) -> dict[str, Pictures] | None:
    for first, parts in _BATCHES.items():
        if (folder / first).is_file() and (folder / parts[1][0]).is_file():
            found = {}
            for part, names in zip(("train", "test"), parts, strict=True):
                batches = [read_cifar(folder / name) for name in names if (folder / name).is_file()]
                x, y = (np.concatenate(arrays) for arrays in zip(*batches, strict=True))
                found[part] = as_pictures(x, y, first)
            return found
    return None


def _from_npz(folder: Path, name: str) -> dict[str, Pictures] | None:
    """``NAME.npz``; ``NAME-train.npz`` with ``NAME-test….npz``; or the only one there is."""
    whole = folder / f"{name}.npz"
    if whole.is_file():
        return read_npz(whole)
    train, test = folder / f"{name}-train.npz", next(iter(sorted(folder.glob(f"{name}-test*.npz"))), None)
    if train.is_file():
        held = {"test": next(iter(read_npz(test).values()))} if test else {}
        return {"train": read_npz(train)["train"], **held}
    every = list(folder.glob("*.npz"))
    return read_npz(every[0]) if len(every) == 1 and name not in KNOWN else None
