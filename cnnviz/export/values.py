"""What a figure holds in numbers, by name, and beside them what they are: for NPZ, safetensors and HDF5."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz.export.base import Style, recipe
from cnnviz.figure import Bars, Chart, Contributions, Curve, Figure, Histogram, ImageGrid, Matrix, Panel, Table, Vector


def held(figure: Figure, style: Style) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """All arrays of a figure, and its recipe.

    Returns
    -------
    arrays
        Those of the first panel under their own names (``values``, ``ranges``, ``names`` ...), of others with a number.
    metadata
        The recipe, and under ``panels`` of each panel its kind, title, scale and array names.
    """
    arrays: dict[str, NDArray[Any]] = {}
    panels = []
    for number, panel in enumerate(figure.flat):
        ending = f"_{number}" if number else ""
        found = _arrays(panel)
        arrays |= {name + ending: array for name, array in found.items()}
        panels.append(_about(panel) | {"arrays": {name: name + ending for name in found}})
    return arrays, json.loads(recipe(figure, style))["cnnviz"] | {"panels": panels}


def _arrays(panel: Panel) -> dict[str, NDArray[Any]]:
    """What a panel holds, by name."""
    match panel:
        case ImageGrid():
            return {
                "values": panel.values,
                "names": _texts(panel.captions),
                "indices": np.array(panel.indices, np.int64),
                "ranges": panel.ranges,
                "notes": _texts(panel.notes),
            }
        case Bars():
            texts = np.array(panel.texts, dtype=str).reshape(len(panel.labels), -1)
            return {
                "values": panel.values,
                "names": _texts(panel.labels),
                "indices": np.array(panel.indices, np.int64),
                "texts": texts,
            }
        case Vector():
            return {"values": panel.values, "names": _texts(panel.labels)}
        case Matrix():
            return {"values": panel.values, "names": _texts(panel.row_labels), "columns": _texts(panel.column_labels)}
        case Histogram():
            overlay = {} if panel.overlay is None else {"overlay": panel.overlay}
            return {"values": panel.counts, "edges": panel.edges, **overlay}
        case Contributions():
            return {"values": panel.values, "names": _texts(panel.labels)}
        case Curve():
            return {"x": panel.x, "y": panel.y, "point": np.array(panel.at)}
        case Chart():
            order = np.repeat(np.arange(len(panel.series)), [len(series.x) for series in panel.series])
            return {
                "x": np.concatenate([series.x for series in panel.series]),
                "y": np.concatenate([series.y for series in panel.series]),
                "series": _texts(tuple(panel.series[i].name for i in order)),
                "names": _texts(tuple(label for series in panel.series for label in series.labels)),
            }
        case Table():
            return {
                head: np.array(column) for head, column in zip(panel.heads, zip(*panel.rows, strict=True), strict=True)
            }
        case _:
            return {}


def _about(panel: Panel) -> dict[str, Any]:
    """What is to be known of a panel beside its arrays."""
    about: dict[str, Any] = {"kind": type(panel).__name__}
    for name in (
        "title",
        "total",
        "noun",
        "marked",
        "heads",
        "row_name",
        "column_name",
        "facts",
        "overlay_label",
        "text",
        "high",
    ):
        if hasattr(panel, name):
            about[name] = getattr(panel, name)
    scale = getattr(panel, "scale", None)
    return about | {"scale": None if scale is None else asdict(scale)}


def _texts(texts: tuple[str, ...]) -> NDArray[np.str_]:
    return np.array(texts, dtype=str) if texts else np.zeros(0, "U1")
