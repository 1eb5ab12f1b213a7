"""What ``cnnviz lesson`` can be asked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from cnnviz.arguments.shared import add_json, parser_for

ABOUT = "check lessons, list them, print handouts"


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words after the command."""
    parser = parser_for("lesson", ABOUT)
    acts = parser.add_subparsers(dest="act", required=True, metavar="check|list|print")
    check = acts.add_parser("check", help="say what is wrong with lessons, with file and line")
    check.add_argument("files", nargs="+", metavar="FILE", help="lessons: files, or names of ours (05-convolution)")
    add_json(acts.add_parser("list", help="the lessons that come with CNNViz"))
    handout = acts.add_parser("print", help="a handout: words, figures, questions, the answers at the end")
    handout.add_argument("file", metavar="FILE", help="a lesson: a file, or the name of one of ours")
    handout.add_argument("--out", required=True, metavar="FILE", help="FILE.pdf or FILE.html")
    return parser.parse_args(words)  # acts are parsers of their own, which options among the files do not go with
