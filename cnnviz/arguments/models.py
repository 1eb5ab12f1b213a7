"""What ``cnnviz models`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.shared import add_json, parser_for

ABOUT = "what can be opened by name"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("models", ABOUT)
    parser.add_argument("--download", metavar="NAME", help="fetch the weights of a torchvision model, e.g. resnet50")
    add_json(parser)
    return parser.parse_intermixed_args(words)
