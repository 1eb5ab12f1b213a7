"""``cnnviz inspect``: the layers of a model, their shapes and their cost."""

from __future__ import annotations

import argparse
from typing import Any

from cnnviz.commands.common import open_model, print_json, table
from cnnviz.core.inspection import inspect


def run(options: argparse.Namespace) -> int:
    """Print one line a record, or all of it as JSON."""
    model = open_model(options)
    found = inspect(model, options.input_size)
    if options.json:
        print_json(found)
        return 0
    rows: list[tuple[str, ...]] = [
        ("", "layer", "operation", "input", "output", "parameters", "multiply-adds", "receptive field")
    ]
    rows += [_row(record) for record in found["records"]]
    print(f"{model.title} · {model.caption}")
    print(table(rows, right=frozenset({0, 5, 6})))
    print(f"{found['parameters']:,} parameters, {found['macs']:,} multiply-adds")
    return 0


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    key = record["path"] + (f"#{record['call']}" if record["call"] else "")
    inputs = ", ".join(map(_shape, record["input_shapes"]))
    costs = (f"{record[name]:,}" if record[name] else "" for name in ("parameters", "macs"))
    return (str(record["index"]), key, record["op"], inputs, _shape(record["output_shape"]), *costs, _field(record))


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def _field(record: dict[str, Any]) -> str:
    field = record["receptive_field"]
    if field["size"] is None:
        return str(field["status"])
    size = _shape(field["size"])
    return size if field["status"] == "exact" else f"{size} ({field['status']})"
