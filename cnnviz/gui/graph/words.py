"""What cards and lines say: short words from the facts of their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cnnviz.core.graph.shapes import PICTURE, RECORD, Card, Edge, Facts
from cnnviz.gui.graph.scene import Scene
from cnnviz.gui.numbers import amount

FAMILIES = {
    "conv": "convolution",
    "norm": "normalisation",
    "activation": "activation",
    "pool": "pooling",
    "dense": "dense",
    "join": "join",
    "shape": "reshape",
    "softmax": "softmax",
    "other": "other",
}
"""Families of operations in the order of the legend, as a person calls them."""

_BRIEF = {"norm": "norm", "activation": "act", "pool": "pool", "shape": "shape", "dense": "dense"}


def kept(say: Callable[[Card, Scene], str]) -> Callable[[Card, Scene], str]:
    """Words that are asked for in every frame, and made once."""
    name = say.__name__

    def told(card: Card, scene: Scene) -> str:
        found = scene.words.get((name, card.key))
        if found is None:
            found = scene.words[name, card.key] = say(card, scene)
        return found

    return told


@kept
def heading(card: Card, scene: Scene) -> str:
    """The first line of a card."""
    if card.kind != RECORD or card.first == PICTURE:
        return card.title
    return scene.facts[card.first].short


@kept
def subheading(card: Card, scene: Scene) -> str:
    """The second line: name and shape of a record, size of a block."""
    if card.first == PICTURE:
        return "the input"
    if card.kind == RECORD:
        return f"{card.title} · {scene.facts[card.first].shape_text}"
    records = scene.records_of(card)
    parameters = sum(record.parameters for record in records)
    return f"{len(records):,} ops · {amount(parameters)} parameters"


def summary(records: Sequence[Facts]) -> str:
    """``3 conv · 3 norm · 3 act · 1 join``."""
    counts = Counter(record.family for record in records)
    return " · ".join(f"{counts[family]} {_BRIEF.get(family, family)}" for family in FAMILIES if counts[family])


@kept
def contents(card: Card, scene: Scene) -> str:
    """The third line of a block: what it holds."""
    return summary(scene.records_of(card))


@kept
def family_of(card: Card, scene: Scene) -> str:
    """The family that gives a card its colour: of a block the one that computes most."""
    if card.first == PICTURE:
        return "picture"
    records = scene.records_of(card)
    if card.kind == RECORD:
        return records[0].family
    weights: Counter[str] = Counter()
    for record in records:
        weights[record.family] += record.macs + 1
    return weights.most_common(1)[0][0]


def told(card: Card, scene: Scene) -> list[str]:
    """What there is to say about a card, one thing after the other."""
    if card.first == PICTURE:
        return ["The picture that goes into the network"]
    records = scene.records_of(card)
    shape = scene.facts[card.shown].shape_text
    inputs, users = len(scene.sources(card)), len(scene.users(card))
    ways = f"{inputs} in, {users} out"
    if card.kind == RECORD:
        one = records[0]
        parts = [f"{one.index} · {one.short} ({one.key})", shape]
        if one.parameters:
            parts.append(f"{one.parameters:,} parameters")
        if one.macs:
            parts.append(f"{one.macs:,} multiply-adds")
        return [*parts, ways]
    kinds = f"{card.count} equal blocks, " if card.count > 1 else ""
    held = summary(records).replace(" · ", ", ")
    weights = f"{sum(record.parameters for record in records):,} parameters"
    return [card.title, f"{kinds}{len(records):,} operations: {held}", shape, weights, ways]


def flowing(edge: Edge, scene: Scene, values: str) -> str:
    """One line about what flows along a line: from where to where, its shape, and which values where they are known."""
    sources = sorted({source for source, _ in edge.flows})
    users = sorted({user for _, user in edge.flows})
    source = sources[0]
    name = "the picture" if source == PICTURE else f"{source} · {scene.facts[source].short}"
    shape = "" if source == PICTURE else f", {scene.facts[source].shape_text}"
    more = f", and {len(sources) - 1} more" if len(sources) > 1 else ""
    to = f"{users[0]} · {scene.facts[users[0]].short}" + (f" and {len(users) - 1} more" if users[1:] else "")
    return f"{name} → {to}{shape}{values}{more}"
