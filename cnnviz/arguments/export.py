"""What ``cnnviz export`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.kinds import assignment, count, rate, size, visible
from cnnviz.arguments.shared import add_model, add_paper, parser_for

ABOUT = "feature maps and other layer views as files"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("export", ABOUT)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="picture files or folders")
    add_model(parser, required=False)
    parser.add_argument("--from", dest="figure", metavar="FIGURE", help="make an exported figure again")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the files; made when it is missing")
    parser.add_argument(
        "--layers",
        default="all",
        metavar="PATH,...",
        help="layers as 'cnnviz inspect' names them, or picture (default: all)",
    )
    parser.add_argument(
        "--together", action="store_true", help="the layers' outputs in one file: npz, safetensors, h5 or zarr.zip"
    )
    parser.add_argument(
        "--view",
        default="",
        metavar="NAME",
        help="a layer view, e.g. filters (default: the best for each layer); an unknown name lists them",
    )
    parser.add_argument(
        "--set",
        dest="options",
        action="append",
        default=[],
        type=assignment,
        metavar="OPTION=VALUE",
        help="an option of the view, e.g. contrast=0.5; an unknown name lists those of the view",
    )
    parser.add_argument(
        "--format",
        default="",
        metavar="FORMAT,...",
        help="png (default), tiff, svg, pdf; numbers: npz, safetensors, h5, zarr.zip, csv, parquet; tables: tex, md",
    )
    parser.add_argument(
        "--name",
        default="{image}-{layer}-{view}",
        metavar="PATTERN",
        help="of the files, of {image}, {layer}, {view}, {index}, {op}, {model} (default: {image}-{layer}-{view})",
    )
    present = parser.add_mutually_exclusive_group()  # with neither, a file that is there stays, and that is said
    present.add_argument(
        "--overwrite", action="store_true", help="replace files that are there; else they stay, and are named"
    )
    present.add_argument(
        "--resume", action="store_true", help="go on after a stop: pass over what is there without a word"
    )
    parser.add_argument(
        "--jobs", type=count, metavar="N", help="processes that draw at the same time (default: more for many figures)"
    )
    film = parser.add_argument_group("films, as --format gif,webp,mp4")
    film.add_argument(
        "--motion",
        choices=("walk", "slide", "pictures"),
        help="a walk through the layers, the window sliding over one, or one view of all pictures",
    )
    film.add_argument("--rate", type=rate, metavar="N", help="frames a second (default: walk 1, slide 10, pictures 2)")
    film.add_argument("--size", type=size, metavar="WxH", help="in pixels (default: 1280x720)")
    parser.add_argument("--caption", metavar="TEXT", help="a sentence below the figure")
    parser.add_argument(
        "--visible",
        action="append",
        type=visible,
        metavar="X,Y,W,H[,COLUMNS]",
        help="only this part of the pictures, in shares of the whole, of a mosaic with so many columns; said again for "
        "each panel from the left, 'all' for all of one",
    )
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), help="size of PNG pictures (default: 1)")
    parser.add_argument(
        "--theme", choices=("light", "dark", "transparent"), help="colours of the paper (default: light)"
    )
    add_paper(parser)
    options = parser.parse_intermixed_args(words)
    if not options.figure and not (options.images and options.model):
        parser.error("say which pictures and which --model, or which figure to make again with --from")
    return options
