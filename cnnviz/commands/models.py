"""``cnnviz models``: what can be opened by name."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from cnnviz.commands.common import print_json, table
from cnnviz.core.download import Progress
from cnnviz.core.gallery import fetch
from cnnviz.core.sources import available


def run(options: argparse.Namespace) -> int:
    """Print every name with where it comes from."""
    if options.download:
        return _download(options.download)
    offers = available()
    if options.json:
        print_json([asdict(offer) for offer in offers])
        return 0
    rows = [("name", "", "source", "ready")]
    rows += [(o.name, f"{o.title} · {o.caption}", o.source, "yes" if o.ready else "no") for o in offers]
    print(table(rows))
    return 0


def _download(name: str) -> int:
    """Fetch weights into torchvision's cache, with a line that counts up where somebody looks."""
    shown = sys.stderr.isatty()

    def show(progress: Progress) -> None:
        if shown:
            of = f" of {progress.total / 1e6:,.0f}" if progress.total else ""
            line = f"{progress.done / 1e6:,.0f}{of} MB, {progress.speed / 1e6:.1f} MB/s"
            print(f"\r{line:40}", end="", file=sys.stderr, flush=True)

    path = fetch(name, show)
    if shown:
        print(file=sys.stderr)
    print(path)
    return 0
