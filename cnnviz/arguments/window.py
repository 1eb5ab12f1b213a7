"""What ``cnnviz`` can be asked without a command: the window."""

from __future__ import annotations

import argparse

from cnnviz import __version__
from cnnviz.arguments.kinds import count, png, size
from cnnviz.arguments.shared import add_model
from cnnviz.launch import DEFAULT_MODEL


def window_parser(commands: str) -> argparse.ArgumentParser:
    """The parser; its help ends with what is said of the commands."""
    parser = argparse.ArgumentParser(
        prog="cnnviz",
        allow_abbrev=False,
        description="Look inside a convolutional network: opens the window, or draws it into a file.",
        epilog=f"commands, each with a --help of its own:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="picture files or folders (default: a sample)")
    add_model(parser, required=False, default=DEFAULT_MODEL)
    parser.add_argument(
        "--layer", default="", metavar="PATH", help="the layer to show, as 'cnnviz inspect' names it; or picture"
    )
    parser.add_argument("--view", default="", metavar="NAME", help="the layer view to show, e.g. filters")
    parser.add_argument(
        "--screenshot", type=png, metavar="FILE.png", help="draw the window into a file, needs no display"
    )
    workspaces = ("network", "table", "sandbox", "train", "learn")
    parser.add_argument("--workspace", choices=workspaces, default="", help="the workspace to open")
    parser.add_argument("--lesson", default="", metavar="FILE", help="a lesson to open, or the name of one of ours")
    parser.add_argument("--step", type=count, default=1, metavar="N", help="at which of its steps (default: 1)")
    parser.add_argument("--size", type=size, metavar="WxH", help="size of the window in pixels, e.g. 1440x900")
    parser.add_argument("--version", action="version", version=f"CNNViz {__version__}")
    parser.set_defaults(command="window")
    return parser
