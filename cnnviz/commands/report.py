"""``cnnviz report``: everything about a model and a picture, as one file."""

from __future__ import annotations

import argparse

from cnnviz.commands.common import open_model, run_pass
from cnnviz.core.images import read
from cnnviz.report import report


def run(options: argparse.Namespace) -> int:
    """Write the report and print where it is."""
    picture = read(options.image)
    print(report(run_pass(open_model(options), picture), options.out))
    return 0
