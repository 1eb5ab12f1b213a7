"""Data sets from the network: the addresses and checksums that torchvision's dataset classes publish."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnviz.core.download import Progress, download
from cnnviz.core.errors import ModelError
from cnnviz.training.data import KNOWN, kept
from cnnviz.training.pictures import DataError


@dataclass(frozen=True, slots=True)
class Published:
    """A file of a data set: the addresses where it is, its name, and its MD5."""

    urls: tuple[str, ...]
    name: str
    md5: str


def published(name: str) -> tuple[Published, ...]:
    """The files of a known data set, as torchvision's classes list them."""
    from torchvision import datasets

    if name in ("mnist", "fashion-mnist"):
        kind = datasets.MNIST if name == "mnist" else datasets.FashionMNIST
        return tuple(Published(tuple(m + file for m in kind.mirrors), file, md5) for file, md5 in kind.resources)
    if name in ("cifar10", "cifar100"):
        kind = datasets.CIFAR10 if name == "cifar10" else datasets.CIFAR100
        return (Published((kind.url,), kind.filename, kind.tgz_md5),)
    # torchvision's class has it inside of its method ``download``
    url = "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip"
    return (Published((url,), "caltech-101.zip", "3138e1922a9193bfa496528edbbc45d0"),)


def fetch(
    name: str,
    progress: Callable[[Progress], None] = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Path:
    """Download a known data set into the cache, checked and unpacked; what is there already is not fetched again.

    Parameters
    ----------
    name
        One of `cnnviz.training.data.KNOWN`.
    progress
        Told after each piece of each file.
    wanted
        Asked before each piece.

    Raises
    ------
    Cancelled
        It is no longer wanted; what was fetched is used the next time.
    DataError
        With a sentence: no connection, the disk is full, not the file that was published.
    """
    folder = kept(name)
    if folder.is_dir():
        return folder
    unfinished = folder.with_name(f"{name}.part")
    unfinished.mkdir(parents=True, exist_ok=True)
    for file in published(name):
        if not (unfinished / file.name).is_file():
            _download(file, unfinished, progress, wanted)
    for file in published(name):
        _unpack(unfinished / file.name)
    return unfinished.replace(folder)


def _download(file: Published, folder: Path, progress: Callable[[Progress], None], wanted: Callable[[], bool]) -> None:
    """From the first address that answers."""
    loaded = folder / f"{file.name}.new"
    for number, url in enumerate(file.urls, 1):
        try:
            download(url, loaded, progress=progress, wanted=wanted)
            break
        except ModelError as error:
            if number == len(file.urls):
                raise DataError(str(error).replace(".new ", " "), error.details) from error
    with loaded.open("rb") as content:
        digest = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if digest != file.md5:
        loaded.unlink()
        raise DataError(f"What was downloaded is not {file.name} as it was published: try again.", digest)
    loaded.replace(folder / file.name)


def _unpack(path: Path) -> None:
    """Archives, and archives in them, become folders beside them; packed IDX files are read as they are."""
    if path.name.endswith("ubyte.gz") or not (zipfile.is_zipfile(path) or tarfile.is_tarfile(path)):
        return
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as place:
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    archive.extractall(place)
            else:
                with tarfile.open(path) as packed:
                    packed.extractall(place, filter="data")
            for inner in sorted(Path(place).rglob("*.tar.gz")):
                _unpack(inner)
            for found in _contents(Path(place)):
                shutil.move(found, path.parent / found.name)
    except OSError as error:
        raise DataError(f"{path.name} cannot be unpacked: is the disk of {path.parent} full?", str(error)) from error
    path.unlink()


def _contents(place: Path) -> Sequence[Path]:
    return sorted(entry for entry in place.iterdir() if entry.name != "__MACOSX")


__all__ = ["KNOWN", "Published", "fetch", "published"]
