"""What ``cnnviz report`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.shared import add_model, parser_for

ABOUT = "everything about a model and a picture in one file"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("report", ABOUT)
    parser.add_argument("image", metavar="IMAGE", help="a picture file")
    add_model(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="the report: FILE.html or FILE.pdf")
    return parser.parse_intermixed_args(words)
