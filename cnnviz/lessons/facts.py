"""Numbers of a network and of its layers that words may name: ``{{ model.parameters }}``, ``{{ record.height }}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnviz.core.inspection import inspect
from cnnviz.core.model import Model


def facts(model: Model) -> dict[str, Any]:
    """Shapes and costs of all layers of a network, at its own input size: what `numbers` picks from."""
    return inspect(model)


def numbers(found: Mapping[str, Any], layer: str) -> dict[str, float]:
    """The numbers by name.

    Parameters
    ----------
    found
        What `facts` gave.
    layer
        ``PATH`` or ``PATH#CALL``; empty for the picture, which is a layer without parameters here.
    """
    records = found["records"]
    channels, height, width = (*found["input_shape"], 1, 1)[:3]
    names: dict[str, float] = {
        "model.parameters": found["parameters"],
        "model.macs": found["macs"],
        "model.layers": len(records),
        "model.channels": channels,
        "model.height": height,
        "model.width": width,
        "model.pixels": channels * height * width,
    }
    path, _, call = layer.partition("#")
    record = next((r for r in records if (r["path"], r["call"]) == (path, int(call or 0))), None)
    shape = found["input_shape"] if record is None else record["output_shape"]
    field = {} if record is None else record["receptive_field"]
    names |= {"record.values": 1}
    for size in shape:
        names["record.values"] *= size
    names |= dict(zip(("record.channels", "record.height", "record.width"), shape, strict=False))
    names |= {
        "record.index": -1 if record is None else record["index"],
        "record.parameters": 0 if record is None else record["parameters"],
        "record.macs": 0 if record is None else record["macs"],
        "record.field": (field.get("size") or [1])[0],
        "record.jump": float((field.get("stride") or [1])[0]),
    }
    return names
