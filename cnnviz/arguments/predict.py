"""What ``cnnviz predict`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import count
from cnnviz.arguments.shared import add_images, add_json, add_model, parser_for

ABOUT = "class, probability and logit of pictures"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("predict", ABOUT)
    add_images(parser)
    add_model(parser)
    parser.add_argument("--top", type=count, default=5, metavar="K", help="how many classes (default: 5)")
    add_json(parser)
    return parser.parse_intermixed_args(words)
