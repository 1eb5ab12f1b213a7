"""The command line: what can be asked, and what happens when it goes wrong.

Each command is one file in ``cnnviz/commands``, imported when it is asked for: ``cnnviz --help`` needs no torch.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import logging
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cnnviz import __version__, paths
from cnnviz.commands.common import complain
from cnnviz.core.errors import CnnvizError
from cnnviz.launch import DEFAULT_MODEL
from cnnviz.log import logging_to_file

FAILED = 1

COMMANDS = {
    "predict": "class, probability and logit of pictures",
    "inspect": "layers, shapes, parameters and multiply-adds of a model",
    "explain": "how one number of a layer came about",
    "export": "feature maps and other layer views as files",
    "page": "exported figures side by side on one page, with letters and captions",
    "report": "everything about a model and a picture in one file",
    "train": "let a network learn a data set, or a trained one new classes",
    "lesson": "check lessons, list them, print handouts",
    "models": "what can be opened by name",
}


def run(arguments: Sequence[str]) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        The command line without the program's name.

    Returns
    -------
    int
        0 done, 1 something failed (one line on stderr says what), 2 the arguments are not understood.
    """
    for stream in (sys.stdout, sys.stderr):
        _never_fail_to_encode(stream)
    try:
        options = _parse(arguments)
    except SystemExit as stop:  # argparse has said what is wrong, or has shown the help
        return stop.code if isinstance(stop.code, int) else FAILED
    with logging_to_file():
        return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    """Run the command; whatever goes wrong is one line, and the rest is in the log."""
    log = logging.getLogger(__name__)
    try:
        module = importlib.import_module(f"cnnviz.commands.{options.command}")
        code: int = module.run(options)
        sys.stdout.flush()
        return code
    except CnnvizError as error:
        complain(str(error))
        if error.details:
            log.info("%s\n%s", error, error.details)
    except KeyboardInterrupt:
        complain("Stopped.")
    except BrokenPipeError:  # the reader of a pipe (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:  # a user is never shown a traceback
        log.error("unexpected", exc_info=error)
        complain(
            f"Something went wrong that should not ({type(error).__name__}: {error}); "
            f"please report it with the log in {paths.log_file()}."
        )
    return FAILED


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The first word is a command; without one, the window is meant."""
    words = list(arguments)
    if words and words[0] in COMMANDS:
        parser = _command_parser(words[0])
        # acts of a command are parsers of their own, which options among the files do not go with
        options = (parser.parse_args if words[0] == "lesson" else parser.parse_intermixed_args)(words[1:])
        if options.command == "export" and not options.figure and not (options.images and options.model):
            parser.error("say which pictures and which --model, or which figure to make again with --from")
        return options
    parser = _window_parser()
    if words and not words[0].startswith("-") and not Path(words[0]).exists():
        for near in difflib.get_close_matches(words[0], COMMANDS, 1):
            parser.error(f"there is no picture {words[0]!r}; did you mean: cnnviz {near}")
    return parser.parse_intermixed_args(words)


def _window_parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  cnnviz {name:10}{about}" for name, about in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="cnnviz",
        allow_abbrev=False,
        description="Look inside a convolutional network: opens the window, or draws it into a file.",
        epilog=f"commands, each with a --help of its own:\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="picture files or folders (default: a sample)")
    _add_model(parser, required=False)
    parser.add_argument(
        "--layer", default="", metavar="PATH", help="the layer to show, as 'cnnviz inspect' names it; or picture"
    )
    parser.add_argument("--view", default="", metavar="NAME", help="the layer view to show, e.g. filters")
    parser.add_argument(
        "--screenshot", type=_png, metavar="FILE.png", help="draw the window into a file, needs no display"
    )
    workspaces = ("network", "table", "sandbox", "train", "learn")
    parser.add_argument("--workspace", choices=workspaces, default="", help="the workspace to open")
    parser.add_argument("--lesson", default="", metavar="FILE", help="a lesson to open, or the name of one of ours")
    parser.add_argument("--step", type=_count, default=1, metavar="N", help="at which of its steps (default: 1)")
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window in pixels, e.g. 1440x900")
    parser.add_argument("--version", action="version", version=f"CNNViz {__version__}")
    parser.set_defaults(command="window")
    return parser


def _command_parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"cnnviz {name}", description=COMMANDS[name].capitalize() + ".", allow_abbrev=False
    )
    parser.set_defaults(command=name)
    add = {
        "predict": _add_predict,
        "inspect": _add_inspect,
        "explain": _add_explain,
        "export": _add_export,
        "page": _add_page,
        "train": _add_train,
        "report": _add_report,
        "lesson": _add_lesson,
        "models": _add_models,
    }
    add[name](parser)
    return parser


def _add_predict(parser: argparse.ArgumentParser) -> None:
    _add_images(parser)
    _add_model(parser)
    parser.add_argument("--top", type=_count, default=5, metavar="K", help="how many classes (default: 5)")
    _add_json(parser)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    _add_model(parser)
    parser.add_argument("--time", action="store_true", help="measure how long each operation takes, too")
    parser.add_argument("--health", metavar="IMAGE", help="what ails the pass of this picture: NaN, dead maps …")
    _add_json(parser)


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="a picture file")
    _add_model(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="the report: FILE.html or FILE.pdf")


def _add_lesson(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="check|list|print")
    check = acts.add_parser("check", help="say what is wrong with lessons, with file and line")
    check.add_argument("files", nargs="+", metavar="FILE", help="lessons: files, or names of ours (05-convolution)")
    _add_json(acts.add_parser("list", help="the lessons that come with CNNViz"))
    handout = acts.add_parser("print", help="a handout: words, figures, questions, the answers at the end")
    handout.add_argument("file", metavar="FILE", help="a lesson: a file, or the name of one of ours")
    handout.add_argument("--out", required=True, metavar="FILE", help="FILE.pdf or FILE.html")


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--download", metavar="NAME", help="fetch the weights of a torchvision model, e.g. resnet50")
    _add_json(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data", metavar="DATA", help="mnist, cifar10, caltech101 …, an NPZ file, or a folder of folders"
    )
    parser.add_argument("--model", required=True, metavar="NAME", help="an architecture or a plan; or see --transfer")
    parser.add_argument("--data", dest="where", metavar="PATH", help="where the copy of a data set with a name lies")
    parser.add_argument("--download", action="store_true", help="fetch a data set with a name")
    parser.add_argument(
        "--limit", type=_count, metavar="N", help="learn from at most so many pictures of each class; others measure"
    )
    parser.add_argument("--out", metavar="FILE.safetensors", help="the result (default: named after network and data)")
    parser.add_argument("--resume", action="store_true", help="go on after the last epoch that was written")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    group = parser.add_argument_group("how")
    group.add_argument("--epochs", type=_count, default=3, metavar="N", help="default: 3")
    group.add_argument("--batch-size", type=_count, default=64, metavar="N", help="default: 64")
    group.add_argument(
        "--lr", type=_rate, metavar="RATE", help="highest learning rate (default: usual for the network)"
    )
    group.add_argument("--optimiser", choices=("sgd", "adamw"), default="sgd", help="default: sgd")
    group.add_argument("--schedule", choices=("cycle", "constant"), default="cycle", help="default: cycle")
    group.add_argument("--decay", type=_share, default=5e-4, metavar="D", help="weight decay (default: 0.0005)")
    group.add_argument("--smoothing", type=_share, default=0.0, metavar="S", help="label smoothing (default: 0)")
    group.add_argument(
        "--augment", default="none", metavar="NAME", help="none, shift, flip, turn, photo (default: none)"
    )
    group.add_argument("--validation", type=_share, default=0.1, metavar="SHARE", help="default: 0.1 of the pictures")
    group.add_argument(
        "--patience", type=_index, default=0, metavar="N", help="stop after N epochs that were no better"
    )
    group.add_argument(
        "--seed", type=_index, default=0, metavar="N", help="the same seed, the same result (default: 0)"
    )
    group.add_argument("--full-precision", action="store_true", help="no half precision on a GPU")
    group.add_argument("--tensorboard", metavar="DIR", help="write an event file for TensorBoard, too")
    group.add_argument("--device", type=_device, default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    group = parser.add_argument_group("transfer learning")
    group.add_argument("--transfer", action="store_true", help="start from a trained model: a bundled name, a file …")
    group.add_argument("--unfreeze", type=_index, metavar="N", help="let N layers before the new last one learn, too")
    group.add_argument("--compare", action="store_true", help="train the same network from nothing, too")
    group.add_argument("--arch", metavar="NAME", help="architecture of a file that holds only weights")
    group.add_argument("--trust", action="store_true", help="allow code that comes with the model to run")


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="a picture file")
    _add_model(parser)
    parser.add_argument("--layer", required=True, metavar="PATH[#CALL]", help="the layer, as 'cnnviz inspect' names it")
    parser.add_argument("--channel", required=True, type=_index, metavar="C", help="its channel (unit), from 0")
    parser.add_argument("--at", type=_indices, metavar="Y,X", help="the position in the channel, from 0")
    parser.add_argument(
        "--folded",
        action="store_true",
        help="a convolution, its batch norm and its activation as one layer, by the folded kernels and bias",
    )
    _add_json(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="picture files or folders")
    _add_model(parser, required=False)
    parser.set_defaults(model=None)
    parser.add_argument("--from", dest="figure", metavar="FIGURE", help="make an exported figure again")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the files; made when it is missing")
    parser.add_argument(
        "--layers", default="all", metavar="PATH,...", help="layers to export, or picture (default: all)"
    )
    parser.add_argument("--view", default="", metavar="NAME", help="layer view (default: the best for each layer)")
    parser.add_argument(
        "--set",
        dest="options",
        action="append",
        default=[],
        type=_assignment,
        metavar="OPTION=VALUE",
        help="an option of the view",
    )
    parser.add_argument(
        "--format", default="", metavar="FORMAT,...", help="png, tiff, svg, pdf, npz, csv, tex, md …; default: png"
    )
    parser.add_argument(
        "--name", default="{image}-{layer}-{view}", metavar="PATTERN", help="of the files; also {index}, {op}, {model}"
    )
    present = parser.add_mutually_exclusive_group()
    present.add_argument("--overwrite", action="store_true", help="replace files that are there")
    present.add_argument("--resume", action="store_true", help="pass over what is there: go on after a stop")
    parser.add_argument("--jobs", type=_count, metavar="N", help="processes that draw (default: as it is worth)")
    film = parser.add_argument_group("films, as --format gif,webp,mp4")
    film.add_argument("--motion", choices=("walk", "slide", "pictures"), help="through the network, of the window …")
    film.add_argument("--rate", type=_rate, metavar="N", help="frames a second (default: 1, 10, 2)")
    film.add_argument("--size", type=_size, metavar="WxH", help="in pixels (default: 1280x720)")
    parser.add_argument("--caption", metavar="TEXT", help="a sentence below the figure")
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), help="size of PNG pictures (default: 1)")
    parser.add_argument(
        "--theme", choices=("light", "dark", "transparent"), help="colours of the paper (default: light)"
    )
    _add_paper(parser)


def _add_page(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("figures", nargs="+", metavar="FIGURE", help="figures that CNNViz has exported")
    _add_model(parser, required=False)
    parser.set_defaults(model=None)
    parser.add_argument("--out", required=True, metavar="FILE", help="the page: .pdf, .svg, .png, .tiff")
    parser.add_argument("--images", nargs="*", default=[], metavar="IMAGE", help="pictures that are elsewhere now")
    parser.add_argument("--columns", type=_count, default=2, metavar="N", help="figures side by side (default: 2)")
    parser.add_argument(
        "--caption",
        dest="captions",
        action="append",
        default=[],
        metavar="TEXT",
        help="below a figure, in their order; said again for each",
    )
    parser.add_argument("--no-letters", action="store_true", help="no (a), (b), (c)")
    parser.add_argument("--overwrite", action="store_true", help="replace the page that is there")
    parser.add_argument("--scale", type=int, choices=(1, 2, 3, 4), help="size of PNG pictures (default: 1)")
    parser.add_argument("--theme", choices=("light", "dark", "transparent"), help="colours of the paper")
    _add_paper(parser)


def _add_paper(parser: argparse.ArgumentParser) -> None:
    paper = parser.add_argument_group("size on paper, instead of --scale")
    paper.add_argument("--preset", choices=("single", "double", "slide", "poster"), help="a journal's column …")
    paper.add_argument("--width", type=_length, metavar="LENGTH", help="85mm, 8.5cm or 3.3in")
    paper.add_argument("--height", type=_length, metavar="LENGTH", help="default: as high as the figure is")
    paper.add_argument("--dpi", type=_count, metavar="N", help="pixels to an inch (default: 300)")
    paper.add_argument("--font", type=_rate, metavar="POINTS", help="size of usual text (default: 8)")
    parser.add_argument("--no-heading", dest="heading", action="store_false", default=None, help="no title above")


def _add_images(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="picture files or folders")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def _add_model(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """The options that say which model, the same ones wherever a model is taken."""
    group = parser.add_argument_group("model")
    default = None if required else DEFAULT_MODEL
    text = "a bundled or torchvision name, or a file" + ("" if required else f" (default: {DEFAULT_MODEL})")
    group.add_argument("--model", required=required, default=default, metavar="M", help=text)
    group.add_argument("--arch", metavar="NAME", help="architecture of a file that holds only weights")
    group.add_argument("--labels", metavar="FILE", help="class names, one a line")
    group.add_argument("--input-size", type=_size_of_input, metavar="HxW", help="height and width of the input")
    group.add_argument("--mean", type=_numbers, metavar="M,...", help="mean of each channel, on a 0 to 1 pixel scale")
    group.add_argument("--std", type=_positive_numbers, metavar="S,...", help="deviation of each channel")
    group.add_argument("--fit", choices=("crop", "stretch", "pad"), help="how a picture of other proportions fits")
    group.add_argument("--output", default="", metavar="NAME", help="which of several outputs holds the logits")
    group.add_argument("--half", action="store_true", help="half precision, on a GPU")
    group.add_argument("--device", type=_device, default="auto", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    group.add_argument("--trust", action="store_true", help="allow code that comes with the model to run")


def _pair(text: str, example: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,4})[xX×]([1-9]\d{0,4})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a size like {example}")
    return int(found[1]), int(found[2])


def _size(text: str) -> tuple[int, int]:
    return _pair(text, "1440x900")


def _size_of_input(text: str) -> tuple[int, int]:
    return _pair(text, "224x224")


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers like 0.485,0.456,0.406") from None


def _positive_numbers(text: str) -> tuple[float, ...]:
    numbers = _numbers(text)
    if not all(number > 0 for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r}: every deviation is more than 0")
    return numbers


def _rate(text: str) -> float:
    return _positive_numbers(text)[0]


def _share(text: str) -> float:
    if not 0 <= (number := _numbers(text)[0]) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 and below 1")
    return number


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _index(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0")
    return int(text)


def _length(text: str) -> float:
    """Millimetres."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mm|cm|in)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a length like 85mm, 8.5cm or 3.3in")
    return float(found[1]) * {"mm": 1.0, "cm": 10.0, "in": 25.4}[found[2]]


def _indices(text: str) -> tuple[int, ...]:
    return tuple(_index(part.strip()) for part in text.split(","))


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of auto, cpu, cuda, cuda:N, mps")
    return text


def _png(text: str) -> str:
    if not text.lower().endswith(".png"):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in .png")
    return text


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not OPTION=VALUE")
    return name.strip().replace("-", "_"), value.strip()


def _never_fail_to_encode(stream: TextIO) -> None:
    """A console that cannot show × or a file's name is shown an escape in its place."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
