"""Formats that need a library which is not always there: which one, and how to get it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import NamedTuple

from cnnviz.core.errors import CnnvizError


class Extra(NamedTuple):
    """A format's title, the library that it needs, the extra that brings it, and what does without."""

    title: str
    library: str
    extra: str
    instead: str


EXTRAS = {
    "h5": Extra("HDF5", "h5py", "hdf5", "NPZ"),
    "parquet": Extra("Parquet", "pyarrow", "parquet", "CSV"),
    "mp4": Extra("MP4", "av", "video", "GIF or WebP"),
}
"""By suffix."""


def missing(suffix: str) -> str:
    """A sentence about what is to be installed before this format can be written; empty where nothing is."""
    extra = EXTRAS.get(suffix)
    if extra is None or find_spec(extra.library) is not None:
        return ""
    return (
        f"{extra.title} needs the library {extra.library}: install it with pip install 'cnnviz[{extra.extra}]', "
        f"or choose {extra.instead}."
    )


def needed(suffix: str) -> None:
    """Raises ``CnnvizError`` with that sentence."""
    if problem := missing(suffix):
        raise CnnvizError(problem)
