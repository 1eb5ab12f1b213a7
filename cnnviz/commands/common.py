"""What several commands do in the same way: name a model, open it, complain, print JSON."""

from __future__ import annotations

import argparse
import json
import logging
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from cnnviz.core.errors import CnnvizError
from cnnviz.request import ModelRequest

if TYPE_CHECKING:
    from cnnviz.core.images import Picture
    from cnnviz.core.model import Model
    from cnnviz.core.trace import Trace

log = logging.getLogger(__name__)


def complain(sentence: str) -> None:
    """One line on stderr."""
    print("cnnviz: " + " ".join(sentence.split()), file=sys.stderr)


def model_request(options: argparse.Namespace) -> ModelRequest:
    """The model that the options name."""
    values = vars(options) | {"name": options.model}
    return ModelRequest(**{known.name: values[known.name] for known in fields(ModelRequest)})


def open_model(options: argparse.Namespace) -> Model:
    """The model, ready to run; what was guessed about it is said on stderr. Raises ``ModelError``."""
    from cnnviz.core.sources import load_model

    model = load_model(**asdict(model_request(options)))
    for note in model.notes:
        complain(note)
    return model


def run_pass(model: Model, picture: Picture) -> Trace:
    """The trace of a picture; what is to be said about it (that it ran elsewhere than asked for) is said on stderr."""
    from cnnviz.core.images import prepare
    from cnnviz.core.trace import trace

    traced = trace(model, prepare(picture, model.preprocessing))
    for note in traced.notes:
        complain(note)
    return traced


def picture_files(paths: Sequence[str]) -> tuple[list[str], bool]:
    """Picture files, folders opened up, each once; and whether something held none, which is said on stderr."""
    from cnnviz.core.images import expand

    files: dict[str, None] = {}
    failed = False
    for path in paths:
        found, sentences = expand([path])
        files |= dict.fromkeys(found)
        failed |= not found  # a folder with other files beside its pictures is no failure
        for sentence in sentences:
            complain(sentence)
    return list(files), failed


def each_picture(paths: Sequence[str], act: Callable[[Picture], None]) -> int:
    """Read picture after picture, folders opened up, and act on each.

    What goes wrong with one picture is one line on stderr, and the next one is taken.

    Returns
    -------
    int
        The exit code: 0, or 1 when anything went wrong.
    """
    from cnnviz.core.images import read

    files, failed = picture_files(paths)
    for file in files:
        try:
            act(read(file))
        except CnnvizError as error:
            complain(str(error))
            log.info("%s\n%s", error, error.details)
            failed = True
    return int(failed)


def print_json(value: Any) -> None:
    """JSON on stdout, in plain ASCII whatever the console's encoding. What JSON cannot say (NaN, infinity) is null."""
    print(json.dumps(_sayable(value), indent=2))


def _sayable(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _sayable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(part) for part in value]
    return value


def table(rows: Sequence[tuple[str, ...]], right: frozenset[int] = frozenset()) -> str:
    """Rows of text in aligned columns; the columns in ``right`` are flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]

    def line(row: tuple[str, ...]) -> str:
        cells = (
            text.rjust(w) if i in right else text.ljust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    return "\n".join(map(line, rows))
