"""``cnnviz models``: what can be opened by name."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from cnnviz.commands.common import print_json, table
from cnnviz.core.sources import available


def run(options: argparse.Namespace) -> int:
    """Print every name with where it comes from."""
    offers = available()
    if options.json:
        print_json([asdict(offer) for offer in offers])
        return 0
    rows = [("name", "", "source", "ready")]
    rows += [(o.name, f"{o.title} · {o.caption}", o.source, "yes" if o.ready else "no") for o in offers]
    print(table(rows))
    return 0
