"""A network as papers draw it: what has weights, pools or joins; ways that meet again as forks; repeated forks once.

The ways are found by cutting: an operation that no flow passes by begins and ends a stretch. What lies between two
cuts falls into ways that do not touch each other, and each of them is cut again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from cnnviz.figure import Architecture, Fork, Unit
from cnnviz.response import PICTURE

if TYPE_CHECKING:
    from cnnviz.core.graph.shapes import Facts
    from cnnviz.core.trace import Trace

DRAWN = ("conv", "pool", "dense")
JOINS = ("add", "cat", "mul", "stack", "sub", "matmul", "bmm", "scaled_dot_product_attention")
TANGLE = "block"
"""The family of what is no ways side by side: each layer of a dense block reads all before it."""
Items = tuple[Unit | Fork, ...]


def outline(trace: Trace, facts: Sequence[Facts], *, fold: bool = True) -> Architecture:
    """The drawing of a pass.

    Parameters
    ----------
    fold
        Whether forks that follow each other and are built alike are drawn once.
    """
    found = _Outline(trace, facts, fold)
    items = found.items()
    return Architecture(items, found.remark())


CHANNELS = "C"
"""Name of the axis that says how thick a block is drawn."""


class _Outline:
    def __init__(self, trace: Trace, facts: Sequence[Facts], fold: bool) -> None:
        self._trace, self._facts, self._fold = trace, facts, fold
        self._sources: dict[int, tuple[int, ...]] = {}
        self._origins: dict[int, tuple[int, ...]] = {PICTURE: (PICTURE,)}
        for fact in facts:
            before = tuple(dict.fromkeys(o for source in fact.sources for o in self._origins[source]))
            joins = fact.op in JOINS and len(before) > 1
            if (fact.family in DRAWN and before) or joins:
                self._sources[fact.index] = before
                self._origins[fact.index] = (fact.index,)
            else:
                self._origins[fact.index] = before
        last = self._origins[facts[-1].index] if facts else ()
        self._used = self._reached(last)
        self._nodes = [PICTURE, *(i for i in self._sources if i in self._used)]

    def _reached(self, ends: Sequence[int]) -> set[int]:
        """What leads to the answer; what was computed beside it (an auxiliary head) is not drawn."""
        seen: set[int] = set()
        waiting = list(ends)
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += self._sources.get(here, ())
        return seen

    def items(self) -> Items:
        picture = Unit("", "Input", "input", tuple(self._trace.input.shape[1:]))
        return (picture, *self._series(self._nodes))

    def remark(self) -> str:
        """What is not drawn, in words."""
        left = [fact for fact in self._facts if fact.index not in self._used or fact.index not in self._sources]
        names = Counter(fact.short for fact in left)
        if not names:
            return ""
        said = [f"{count:,} × {name}" for name, count in names.most_common(6)]
        more = sum(names.values()) - sum(count for _, count in names.most_common(6))
        return f"Not drawn: {', '.join(said)}" + (f" and {more:,} more." if more else ".")

    def _series(self, nodes: list[int]) -> Items:
        """What follows the first of some operations, of which nothing passes by the first and the last."""
        cuts = self._cuts(nodes)
        found: list[Unit | Fork] = []
        for a, b in pairwise(cuts):
            inner = nodes[nodes.index(a) + 1 : nodes.index(b)]
            if inner or len(self._sources[b]) > 1:
                found.append(self._fork(a, inner, b))
                if self._facts[b].op not in JOINS:
                    found.append(self._unit(b))
            else:
                found.append(self._unit(b))
        return tuple(self._folded(found)) if self._fold else tuple(found)

    def _cuts(self, nodes: list[int]) -> list[int]:
        """The operations that no flow passes by."""
        place = {node: at for at, node in enumerate(nodes)}
        reach, furthest = [], 0
        last_user = dict.fromkeys(nodes, 0)
        for node in nodes[1:]:
            for source in self._sources[node]:
                if source in place:
                    last_user[source] = place[node]
        for at, node in enumerate(nodes):
            if furthest <= at:
                reach.append(node)
            furthest = max(furthest, last_user[node])
        return reach

    def _fork(self, a: int, inner: list[int], b: int) -> Unit | Fork:
        """The ways from one cut to the next; or one box, where they cannot be told apart."""
        here = set(inner)
        group: dict[int, int] = {node: node for node in inner}

        def root(node: int) -> int:
            while group[node] != node:
                node = group[node]
            return node

        for node in inner:
            for source in self._sources[node]:
                if source in here:
                    group[root(node)] = root(source)
        ways: dict[int, list[int]] = defaultdict(list)
        for node in inner:
            ways[root(node)].append(node)
        branches: list[Items] = []
        for way in ways.values():
            ends = [node for node in way if node in self._sources[b]]
            if len(ends) != 1 or ends[0] != way[-1]:
                return self._tangle(inner, b)
            branches.append(self._series([a, *way]))
        if a in self._sources[b]:
            branches.append(())
        if len(branches) == 1:
            return self._tangle(inner, b)
        name = self._module(inner or [b], b)
        return Fork(tuple(branches), self._facts[b].op, name, self._class(name), self._shape(b))

    def _tangle(self, inner: list[int], b: int) -> Unit:
        count = Counter(self._facts[i].family for i in inner)
        words = {"conv": "convolution", "dense": "dense layer", "pool": "pooling"}
        said = [f"{n} {words[kind]}{'s' * (n > 1)}" for kind, n in count.most_common() if kind in words]
        shape = self._shape(inner[-1] if self._facts[b].op not in JOINS else b)
        return Unit(self._module(inner, inner[-1]), ", ".join(said[:2]), TANGLE, shape)

    def _unit(self, index: int) -> Unit:
        fact = self._facts[index]
        size = fact.short.split()[-1] if "×" in fact.short and "→" not in fact.short else ""
        return Unit(fact.key, fact.short, fact.family if fact.op not in JOINS else "join", self._shape(index), size)

    def _shape(self, index: int) -> tuple[int, ...]:
        """Of an output, its channels first wherever the network has them: (H, W, C) is drawn as (C, H, W) is."""
        shape, axes = self._facts[index].shape, self._trace.records[index].axes
        if len(shape) < 3 or CHANNELS not in axes:
            return shape
        at = axes.index(CHANNELS)
        return (shape[at], *shape[:at], *shape[at + 1 :])

    def _module(self, inner: list[int], b: int) -> str:
        """The innermost module in which all of them ran."""
        paths = [self._facts[i].path.split(".") for i in inner]
        if self._facts[b].op in JOINS:
            paths.append(self._facts[b].path.split("."))
        common = paths[0][:-1] if len(paths) == 1 else paths[0]
        for path in paths[1:]:
            same = 0
            while same < min(len(common), len(path)) and common[same] == path[same]:
                same += 1
            common = common[:same]
        return ".".join(common)

    def _class(self, name: str) -> str:
        """What kind of module that is."""
        try:
            return type(self._trace.module.get_submodule(name)).__name__ if name else ""
        except AttributeError:
            return ""

    def _folded(self, items: list[Unit | Fork]) -> list[Unit | Fork]:
        """Forks that follow each other and are built alike, as one."""
        found: list[Unit | Fork] = []
        for item in _grouped(items):
            before = found[-1] if found else None
            if isinstance(item, Fork) and isinstance(before, Fork) and _alike(before, item):
                note = _difference(before, item) or before.note
                found[-1] = replace(item, count=before.count + 1, note=note, name=_span(before.name, item.name))
            else:
                found.append(item)
        return found


def _grouped(items: list[Unit | Fork]) -> list[Unit | Fork]:
    """Forks of one module that follow each other (attention, then a perceptron) as one that nothing joins."""
    found: list[Unit | Fork] = []
    for name, run in groupby(items, lambda item: item.name if isinstance(item, Fork) else ""):
        forks = list(run)
        last = forks[-1]
        if name and len(forks) > 1 and isinstance(last, Fork):
            found.append(Fork((tuple(forks),), "", name, last.short, last.shape))
        else:
            found += forks
    return found


def _alike(a: Fork, b: Fork) -> bool:
    """Whether two forks have the same operations on each way (of two ways the shorter may differ), on maps alike."""
    if (a.join, a.short, a.shape[1:]) != (b.join, b.short, b.shape[1:]) or len(a.branches) != len(b.branches):
        return False
    if [_done(way) for way in a.branches] == [_done(way) for way in b.branches]:
        return True
    if len(a.branches) != 2 or a.join != "add" or a.shape != b.shape:
        return False
    return _done(max(a.branches, key=len)) == _done(max(b.branches, key=len))


def _difference(before: Fork, item: Fork) -> str:
    """How the first of them differs from those that follow."""
    if before.count > 1 or not before.branches or before.join != "add":
        return ""
    skips = min(before.branches, key=len), min(item.branches, key=len)
    if skips[0] and not skips[1]:
        first = skips[0][0]
        return f"The first of them has a {first.short} on its skip." if isinstance(first, Unit) else ""
    return ""


def _done(items: Items) -> tuple[object, ...]:
    return tuple((item.short,) if isinstance(item, Unit) else (item.join, *map(_done, item.branches)) for item in items)


def _span(first: str, last: str) -> str:
    """``layer1.0`` and ``layer1.2``: ``layer1.0–2``."""
    start = first.partition("–")[0]
    if start == last:
        return start
    head, _, end = last.rpartition(".")
    if start.rpartition(".")[0] == head:
        same = 0
        begun = start.rpartition(".")[2]
        if not end.isdigit():
            while same < min(len(begun), len(end)) and begun[same] == end[same]:
                same += 1
        return f"{start}–{end[same:]}"
    return f"{start}–{last}"
