"""What ``cnnviz export`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import assignment, count, rate, size
from cnnviz.arguments.shared import add_model, add_paper, parser_for

ABOUT = "feature maps and other layer views as files"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("export", ABOUT)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="picture files or folders")
    add_model(parser, required=False)
    parser.set_defaults(model=None)
    parser.add_argument("--from", dest="figure", metavar="FIGURE", help="make an exported figure again")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the files; made when it is missing")
    parser.add_argument(
        "--layers", default="all", metavar="PATH,...", help="layers to export, or picture (default: all)"
    )
    parser.add_argument(
        "--together", action="store_true", help="the layers' outputs in one file: npz, safetensors, h5 or zarr.zip"
    )
    parser.add_argument("--view", default="", metavar="NAME", help="layer view (default: the best for each layer)")
    parser.add_argument(
        "--set",
        dest="options",
        action="append",
        default=[],
        type=assignment,
        metavar="OPTION=VALUE",
        help="an option of the view",
    )
    parser.add_argument(
        "--format",
        default="",
        metavar="FORMAT,...",
        help="png, tiff, svg, pdf, npz, csv, parquet, tex, md …; default: png",
    )
    parser.add_argument(
        "--name", default="{image}-{layer}-{view}", metavar="PATTERN", help="of the files; also {index}, {op}, {model}"
    )
    present = parser.add_mutually_exclusive_group()
    present.add_argument("--overwrite", action="store_true", help="replace files that are there")
    present.add_argument("--resume", action="store_true", help="pass over what is there: go on after a stop")
    parser.add_argument("--jobs", type=count, metavar="N", help="processes that draw (default: as it is worth)")
    film = parser.add_argument_group("films, as --format gif,webp,mp4")
    film.add_argument("--motion", choices=("walk", "slide", "pictures"), help="through the network, of the window …")
    film.add_argument("--rate", type=rate, metavar="N", help="frames a second (default: 1, 10, 2)")
    film.add_argument("--size", type=size, metavar="WxH", help="in pixels (default: 1280x720)")
    parser.add_argument("--caption", metavar="TEXT", help="a sentence below the figure")
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), help="size of PNG pictures (default: 1)")
    parser.add_argument(
        "--theme", choices=("light", "dark", "transparent"), help="colours of the paper (default: light)"
    )
    add_paper(parser)
    options = parser.parse_intermixed_args(words)
    if not options.figure and not (options.images and options.model):
        parser.error("say which pictures and which --model, or which figure to make again with --from")
    return options
