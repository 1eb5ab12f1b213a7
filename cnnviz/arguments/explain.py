"""What ``cnnviz explain`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import index, indices
from cnnviz.arguments.shared import add_json, add_model, parser_for

ABOUT = "how one number of a layer came about"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("explain", ABOUT)
    parser.add_argument("image", metavar="IMAGE", help="a picture file")
    add_model(parser)
    parser.add_argument("--layer", required=True, metavar="PATH[#CALL]", help="the layer, as 'cnnviz inspect' names it")
    parser.add_argument("--channel", required=True, type=index, metavar="C", help="its channel (unit), from 0")
    parser.add_argument("--at", type=indices, metavar="Y,X", help="the position in the channel, from 0")
    parser.add_argument(
        "--folded",
        action="store_true",
        help="a convolution, its batch norm and its activation as one layer, by the folded kernels and bias",
    )
    add_json(parser)
    return parser.parse_intermixed_args(words)
