"""The numbers of a pass: one record, several or all of them in one file, bit for bit, with what they are."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.core.asked import origin_of, request_of
from cnnviz.core.cancel import Cancelled
from cnnviz.core.errors import CnnvizError
from cnnviz.core.recipe import RECORDS, written
from cnnviz.core.writing import replacing
from cnnviz.export.base import suffix_of
from cnnviz.export.packing import Array, Entry, packers
from cnnviz.figure import Figure

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

ALL = "all"


def export_pass(
    trace: Trace,
    path: str | os.PathLike[str],
    layers: str | Iterable[str | int] = ALL,
    *,
    wanted: Callable[[], bool] = lambda: True,
) -> Path:
    """Write the outputs of a pass to one file, each under its record's key.

    Parameters
    ----------
    trace
        A pass.
    path
        The file: ``.npz``, ``.safetensors``, ``.h5`` or ``.zarr.zip``. Written beside its place, then moved there.
    layers
        ``"all"``, or what names the records: paths, ``PATH#CALL``, indices.
    wanted
        Asked before each record; when it says no, ``Cancelled`` is raised and nothing is left behind.

    Returns
    -------
    The file that was written. Each array is ``record.numpy()``: float32 without the batch axis, its axes named, its
    operation and sources beside it; model, weights, picture and preprocessing are in the metadata.

    Raises
    ------
    CnnvizError
        Unknown format, no such record, a record that was not kept; no such folder, no permission, disk full.
    Cancelled
        It is no longer wanted.
    """
    target = Path(path)
    pack = packers()[suffix_of(target, packers())]
    records = records_of(trace, layers)
    entries = _entries(records, wanted)
    metadata = _metadata(trace, layers, records, entries)
    with replacing(target) as file:
        pack(file, entries, metadata)
    return target


def records_of(trace: Trace, layers: str | Iterable[str | int]) -> list[Record]:
    """The records that are meant; of all, those that were kept or can be computed again."""
    if layers == ALL:
        return [record for record in trace.records if not record.dropped]
    names = [part.strip() for part in layers.split(",")] if isinstance(layers, str) else layers
    records = [trace[name] if isinstance(name, int) else trace.find(name) for name in names if name != ""]
    if not records:
        raise CnnvizError("Say which layers: their paths, or all.")
    return list(dict.fromkeys(records))


def _entries(records: Sequence[Record], wanted: Callable[[], bool]) -> list[Entry]:
    names = _names(record.key for record in records)
    return [_entry(name, record, wanted) for name, record in zip(names, records, strict=True)]


def _entry(name: str, record: Record, wanted: Callable[[], bool]) -> Entry:
    def values() -> Array:
        if not wanted():
            raise Cancelled
        return record.numpy()

    about = {"key": record.key, "op": record.op, "index": record.index, "axes": list(record.axes)}
    return Entry(name, record.output_shape, np.dtype(np.float32), values, about)


def _names(keys: Iterable[str]) -> list[str]:
    """Keys as names in a file: ``metadata`` is taken, slashes would make folders, and each is there only once."""
    names: dict[str, None] = {}
    for key in keys:
        plain = name = "metadata#0" if key == "metadata" else key.replace("/", ":")
        number = 1
        while name in names:
            number += 1
            name = f"{plain}:{number}"
        names[name] = None
    return list(names)


def _metadata(
    trace: Trace, layers: str | Iterable[str | int], records: Sequence[Record], entries: Sequence[Entry]
) -> Mapping[str, Any]:
    """The recipe, and under ``records`` what each array is."""
    asked = ALL if layers == ALL else [record.key for record in records]
    title = "All layers" if layers == ALL else f"{len(records):,} layers" if len(records) > 1 else records[0].key
    figure = Figure(RECORDS, title, "", (), request_of(trace), origin=origin_of(trace))
    about: dict[str, Any] = json.loads(written(figure, {RECORDS: asked}))["cnnviz"]
    told = [
        {"name": entry.name, **entry.about, "shape": list(entry.shape), "sources": list(record.sources)}
        for entry, record in zip(entries, records, strict=True)
    ]
    return about | {"records": told, "left out": [trace.records[index].key for index in trace.dropped]}
