"""What ``cnnviz inspect`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.shared import add_json, add_model, parser_for

ABOUT = "layers, shapes, parameters and multiply-adds of a model"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("inspect", ABOUT)
    add_model(parser)
    parser.add_argument("--time", action="store_true", help="measure how long each operation takes, too")
    parser.add_argument("--health", metavar="IMAGE", help="what ails the pass of this picture: NaN, dead maps …")
    add_json(parser)
    return parser.parse_intermixed_args(words)
