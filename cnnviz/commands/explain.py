"""``cnnviz explain``: how one number of a layer came about."""

from __future__ import annotations

import argparse

from cnnviz.commands.common import open_model, print_json, run_pass, table
from cnnviz.core.images import read
from cnnviz.core.ops import explain

SHOWN = 20
"""Terms that are shown to people: a dense layer has thousands."""


def run(options: argparse.Namespace) -> int:
    """Print the terms, what they add up to, and what the network computed."""
    model = open_model(options)
    traced = run_pass(model, read(options.image))
    record = traced.find(options.layer)
    found = explain(traced, record, channel=options.channel, at=options.at, folded=options.folded)
    if options.json:
        print_json(found.as_dict())
        return 0
    largest = sorted(found.terms, key=lambda term: -abs(term.value))[:SHOWN]
    rows = [("channel", "value"), *((str(term.channel), f"{term.value:+.6g}") for term in largest)]
    if len(largest) < len(found.terms):
        rows.append((f"the largest {SHOWN} of {len(found.terms):,}", ""))
    rows += [("bias", f"{found.bias:+.6g}")] if found.bias else []
    rows += [
        ("value", f"{found.value:+.6g}"),
        ("captured", f"{found.captured:+.6g}"),
        ("difference", f"{found.difference:+.2g}"),
    ]
    print(found.formula)
    print(table(rows, right=frozenset({1})))
    return 0
