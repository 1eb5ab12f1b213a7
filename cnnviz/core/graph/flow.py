"""What feeds what: the edges between the parts of one block, and which of them are drawn."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from cnnviz.core.graph.shapes import Part

Flow = tuple[int, int]
"""Indices of two records: the second takes the output of the first."""

Link = tuple[int, int]
"""Two parts of a block by their place in it; 0 is what comes in, and the one after the last what goes out."""

FEW = 2
"""Of two inputs or two users both are always drawn: a skip connection is no clutter."""


def links(part: Part, flows: Iterable[Flow]) -> dict[Link, list[Flow]]:
    """The flows of a block by the two of its children (from 1) between which they run.

    Parameters
    ----------
    flows
        All of which at least one end is in the block.
    """
    firsts = [child.first for child in part.children]
    out = len(firsts) + 1
    found: dict[Link, list[Flow]] = defaultdict(list)
    for source, user in flows:
        a = bisect_right(firsts, source) if source >= part.first else 0
        b = bisect_right(firsts, user) if user <= part.last else out
        found[a, b].append((source, user))
    return dict(found)


def drawn(found: Mapping[Link, list[Flow]], count: int) -> list[Link]:
    """The links of a block with ``count`` children that are drawn, in order.

    A link that other links lead along as well says little where there are many: each layer of a dense block takes the
    outputs of all before it. It is left out if its user has more than two inputs or its source more than two users.
    """
    pairs = [pair for pair in sorted(found) if pair[0] != pair[1] and pair != (0, count + 1)]
    inputs: dict[int, int] = defaultdict(int)
    users: dict[int, int] = defaultdict(int)
    for a, b in pairs:
        users[a] += 1
        inputs[b] += 1
    clutter = spare(pairs, count + 2)
    return [(a, b) for a, b in pairs if (a, b) not in clutter or (inputs[b] <= FEW and users[a] <= FEW)]


def spare(pairs: Sequence[Link], count: int) -> set[Link]:
    """The edges (from lower to higher numbers) that a transitive reduction takes away.

    Reachable nodes are the bits of one integer for each node: 5,000 nodes take some milliseconds.
    """
    after: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        after[a].append(b)
    reached = [0] * count
    found: set[Link] = set()
    for a in range(count - 1, -1, -1):
        seen = 0
        for b in sorted(after.get(a, ())):  # the nearest first: what lies behind it is reached through it
            if seen >> b & 1:
                found.add((a, b))
            seen |= reached[b] | 1 << b
        reached[a] = seen
    return found
