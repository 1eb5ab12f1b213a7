"""The command line: what can be asked, and what happens when it goes wrong.

Each command is one file in ``cnnviz/arguments``, which says what it can be asked, and one in ``cnnviz/commands``, which
does it and is imported when it is asked for: ``cnnviz --help`` needs no torch.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from cnnviz import paths
from cnnviz.arguments.window import window_parser
from cnnviz.commands.common import complain
from cnnviz.core.errors import CnnvizError
from cnnviz.log import logging_to_file

FAILED = 1

COMMANDS = ("predict", "inspect", "explain", "export", "page", "report", "train", "lesson", "models")
"""In the order of the help."""

FILMS = ("film", "movie", "video", "gif", "animate")
"""What others would call the command."""


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
        options: argparse.Namespace = _arguments_of(words[0]).parse(words[1:])
        return options
    parser = window_parser("\n".join(f"  cnnviz {name:10}{_arguments_of(name).ABOUT}" for name in COMMANDS))
    if words and not words[0].startswith("-") and not Path(words[0]).exists():
        if words[0] in FILMS:
            parser.error("films are made by: cnnviz export … --motion walk --format gif")
        for near in difflib.get_close_matches(words[0], COMMANDS, 1):
            parser.error(f"there is no picture {words[0]!r}; did you mean: cnnviz {near}")
    return parser.parse_intermixed_args(words)


def _arguments_of(command: str) -> Any:
    return importlib.import_module(f"cnnviz.arguments.{command}")


def _never_fail_to_encode(stream: TextIO) -> None:
    """A console that cannot show × or a file's name is shown an escape in its place."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
