"""``cnnviz inspect``: the layers of a model, their shapes and their cost; on request their times, and their health."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cnnviz.commands.common import model_request, open_model, print_json, run_pass, table
from cnnviz.core.inspection import blank, inspect

if TYPE_CHECKING:
    from cnnviz.core.model import Model
    from cnnviz.core.survey.shapes import Survey, Timing


def run(options: argparse.Namespace) -> int:
    """Print one line a record, or all of it as JSON."""
    model = open_model(options)
    found = inspect(model, options.input_size)
    timing = _timed(model, options.input_size, found) if options.time else None
    health = _health(model, options) if options.health else None
    if options.json:
        print_json(found | ({"health": _as_json(health)} if health is not None else {}))
        return 0
    heads = ["", "layer", "operation", "input", "output", "parameters", "multiply-adds", "receptive field"]
    heads += ["time", "memory"] if timing is not None else []
    rows = [tuple(heads), *(_row(record) for record in found["records"])]
    print(f"{model.title} · {model.caption}")
    print(table(rows, right=frozenset({0, 5, 6, 8, 9})))
    print(f"{found['parameters']:,} parameters, {found['macs']:,} multiply-adds")
    if timing is not None:
        print(timing.sentence)
    if health is not None:
        _print_health(health)
    return 0


def _timed(model: Model, size: tuple[int, int] | None, found: dict[str, Any]) -> Timing:
    """Measure, and put into what was found how long each record takes and how much memory its output."""
    from cnnviz.core.survey.timing import measure

    image = blank(model, size).to(model.device)
    timing = measure(model.module, image.half() if model.half else image)
    for record, seconds, nbytes in zip(found["records"], timing.seconds, timing.nbytes, strict=True):
        record |= {"seconds": seconds, "nbytes": nbytes}
    found["seconds"], found["seconds_bare"] = timing.total, timing.bare
    return timing


def _health(model: Model, options: argparse.Namespace) -> Survey:
    """The health of the pass of a picture."""
    from cnnviz.core.images import read
    from cnnviz.core.survey.answers import survey
    from cnnviz.core.survey.shapes import SurveyQuery
    from cnnviz.response import PassKey

    picture = read(options.health)
    return survey(run_pass(model, picture), SurveyQuery(PassKey(model_request(options), picture.digest)))


def _as_json(health: Survey) -> dict[str, Any]:
    return {
        "verdict": health.verdict,
        "birthplaces": [finding.key for finding in health.birthplaces],
        "findings": [asdict(finding) for finding in health.findings],
    }


def _print_health(health: Survey) -> None:
    """The verdict, and what begins somewhere; what is only handed on is counted."""
    print(health.verdict)
    begun = [finding for finding in health.findings if finding.begins]
    if begun:
        print(table([(f.where, f.kind, f.sentence) for f in begun]))
    if handed_on := len(health.findings) - len(begun):
        print(f"{handed_on:,} more are handed on by later layers.")


def _row(record: dict[str, Any]) -> tuple[str, ...]:
    key = record["path"] + (f"#{record['call']}" if record["call"] else "")
    inputs = ", ".join(map(_shape, record["input_shapes"]))
    costs = (f"{record[name]:,}" if record[name] else "" for name in ("parameters", "macs"))
    cells = [str(record["index"]), key, record["op"], inputs, _shape(record["output_shape"]), *costs, _field(record)]
    if "seconds" in record:
        cells += [f"{record['seconds'] * 1000:.3f} ms", f"{record['nbytes'] / 1024:,.1f} KiB"]
    return tuple(cells)


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def _field(record: dict[str, Any]) -> str:
    field = record["receptive_field"]
    if field["size"] is None:
        return str(field["status"])
    size = _shape(field["size"])
    return size if field["status"] == "exact" else f"{size} ({field['status']})"
