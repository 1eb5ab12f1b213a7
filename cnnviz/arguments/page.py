"""What ``cnnviz page`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import count
from cnnviz.arguments.shared import add_model, add_paper, parser_for

ABOUT = "exported figures side by side on one page, with letters and captions"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("page", ABOUT)
    parser.add_argument("figures", nargs="+", metavar="FIGURE", help="figures that CNNViz has exported")
    add_model(parser, required=False)
    parser.add_argument("--out", required=True, metavar="FILE", help="the page: .pdf, .svg, .png, .tiff")
    parser.add_argument("--images", nargs="*", default=[], metavar="IMAGE", help="pictures that are elsewhere now")
    parser.add_argument("--columns", type=count, default=2, metavar="N", help="figures side by side (default: 2)")
    parser.add_argument(
        "--caption",
        dest="captions",
        action="append",
        default=[],
        metavar="TEXT",
        help="below a figure, in their order; said again for each",
    )
    parser.add_argument(
        "--shared-bar", action="store_true", help="one scale and colour bar for all maps of a colour map"
    )
    parser.add_argument("--no-letters", action="store_true", help="no (a), (b), (c)")
    parser.add_argument("--overwrite", action="store_true", help="replace the page that is there")
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), help="size of PNG pictures (default: 1)")
    parser.add_argument("--theme", choices=("light", "dark", "transparent"), help="colours of the paper")
    add_paper(parser)
    return parser.parse_intermixed_args(words)
