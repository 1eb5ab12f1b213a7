"""``cnnviz predict``: what a model takes pictures for."""

from __future__ import annotations

import argparse
from typing import Any

from cnnviz.commands.common import each_picture, open_model, print_json, run_pass, table
from cnnviz.core.device import describe
from cnnviz.core.errors import CnnvizError
from cnnviz.core.images import Picture
from cnnviz.core.model import Model
from cnnviz.core.survey.no_class import no_class
from cnnviz.figure import percent


def run(options: argparse.Namespace) -> int:
    """Print the best classes of every picture; a bad picture is named and the rest is done."""
    model = open_model(options)
    answers: list[dict[str, Any]] = []

    def answer(picture: Picture) -> None:
        found = _predict(model, picture, options.top)
        answers.append(found)
        if not options.json:
            print(_text(found, model), flush=True)

    failed = each_picture(options.images, answer)
    if options.json:
        print_json(answers)
    return failed


def _predict(model: Model, picture: Picture, count: int) -> dict[str, Any]:
    passed = run_pass(model, picture)
    if not len(passed.logits):
        raise CnnvizError(f"{model.title} gives no class scores, so there is nothing to predict.")
    if (reason := no_class(passed)) is not None:
        raise CnnvizError(reason.sentence)
    best = [
        {"rank": t.rank, "index": t.index, "label": t.label, "logit": t.logit, "probability": t.probability}
        for t in passed.top(count)
    ]
    return {
        "image": picture.path,
        "model": model.name,
        "device": str(passed.device),
        "forward_ms": round(passed.seconds * 1000, 3),
        "top": best,
    }


def _text(found: dict[str, Any], model: Model) -> str:
    rows = [("", "class", "probability", "logit")]
    rows += [(str(t["rank"]), t["label"], percent(t["probability"]), f"{t['logit']:+.3f}") for t in found["top"]]
    head = f"{found['image']}  ({model.title} on {describe(model.device)}, {found['forward_ms']:.1f} ms)"
    return f"{head}\n{table(rows, right=frozenset({0, 2, 3}))}\n"
