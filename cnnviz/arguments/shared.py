"""Arguments that several commands take, the same ones wherever they are taken."""

from __future__ import annotations

import argparse

from cnnviz.arguments.kinds import count, device, length, numbers, positive_numbers, rate, size_of_input


def parser_for(name: str, about: str) -> argparse.ArgumentParser:
    """An empty parser for a command."""
    parser = argparse.ArgumentParser(prog=f"cnnviz {name}", description=about.capitalize() + ".", allow_abbrev=False)
    parser.set_defaults(command=name)
    return parser


def add_images(parser: argparse.ArgumentParser) -> None:
    """Pictures that something is done with."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="picture files or folders")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Print for programs."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def add_model(parser: argparse.ArgumentParser, *, required: bool = True, default: str | None = None) -> None:
    """The options that say which model, the same ones wherever a model is taken."""
    group = parser.add_argument_group("model")
    text = "a bundled or torchvision name, or a file" + (f" (default: {default})" if default else "")
    group.add_argument("--model", required=required, default=default, metavar="M", help=text)
    group.add_argument("--arch", metavar="NAME", help="architecture of a file that holds only weights")
    group.add_argument("--labels", metavar="FILE", help="class names, one a line")
    group.add_argument("--input-size", type=size_of_input, metavar="HxW", help="height and width of the input")
    group.add_argument("--mean", type=numbers, metavar="M,...", help="mean of each channel, on a 0 to 1 pixel scale")
    group.add_argument("--std", type=positive_numbers, metavar="S,...", help="deviation of each channel")
    group.add_argument("--fit", choices=("crop", "stretch", "pad"), help="how a picture of other proportions fits")
    group.add_argument("--output", default="", metavar="NAME", help="which of several outputs holds the logits")
    group.add_argument("--half", action="store_true", help="half precision, on a GPU")
    group.add_argument("--device", type=device, default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    group.add_argument("--trust", action="store_true", help="allow code that comes with the model to run")


def add_paper(parser: argparse.ArgumentParser) -> None:
    """How large a figure is on paper."""
    paper = parser.add_argument_group("size on paper, instead of --scale")
    paper.add_argument(
        "--preset",
        choices=("single", "double", "slide", "poster"),
        help="85 mm and 178 mm (columns of a journal), 338.7 × 190.5 mm (16:9), 400 mm",
    )
    paper.add_argument("--width", type=length, metavar="LENGTH", help="85mm, 8.5cm, 3.3in or 1000px")
    paper.add_argument("--height", type=length, metavar="LENGTH", help="default: as high as the figure is")
    paper.add_argument("--dpi", type=count, metavar="N", help="pixels to an inch (default: 300)")
    paper.add_argument("--font", type=rate, metavar="POINTS", help="size of usual text (default: 8)")
    parser.add_argument("--no-heading", dest="heading", action="store_false", default=None, help="no title above")
