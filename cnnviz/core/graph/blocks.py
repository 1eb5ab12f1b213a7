"""Blocks from the paths of the records: a tree whose leaves are the records in executed order.

A block is a run of records, one after the other, whose paths begin with the same module. A module that is entered
again later is another block: so whatever is folded, values flow from earlier to later blocks only. Where too many parts
stand side by side in a module, ``runs`` finds blocks among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from cnnviz.core.graph import runs
from cnnviz.core.graph.shapes import BLOCK, PICTURE, RECORD, REPEAT, Facts, Part

Scope = tuple[str, ...]
"""The modules in which a record ran, the outermost first."""


def tree(facts: Sequence[Facts]) -> Part:
    """The whole network as one part; its first child is the picture."""
    inner = {record.path.rpartition(".")[0] for record in facts}
    prefixes = {".".join(path.split(".")[:n]) for path in inner for n in range(1, path.count(".") + 2) if path}
    scopes = [_scope(record.path, prefixes) for record in facts]
    taken: dict[str, int] = {}
    picture = Part("", "Picture", RECORD, PICTURE, PICTURE, 1)
    children = _children(facts, scopes, range(len(facts)), 0, 1, taken)
    return Part("/", "", BLOCK, PICTURE, len(facts) - 1, 0, (picture, *children))


def deepest(part: Part) -> int:
    """The depth at which everything below a part is open."""
    return max((deepest(child) for child in part.children), default=part.depth)


def to_depth(part: Part, depth: int) -> frozenset[str]:
    """Keys of the parts to be opened, so that what lies in fewer than ``depth`` blocks is seen."""
    opened: set[str] = set()
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if here.children and here.depth < depth:
            opened.add(here.key)
            waiting += here.children
    return frozenset(opened)


def name(path: str) -> str:
    """The last word of a path, with the one before it where it is but a number: ``layer1.0``, ``conv1``."""
    words = path.split(".")
    start = len(words) - 1
    while start and words[start].isdigit():
        start -= 1
    return ".".join(words[start:])


def _scope(path: str, prefixes: set[str]) -> Scope:
    """The modules in which a record ran; the output of a module that holds records belongs into it."""
    words = tuple(path.split("."))
    return words if path in prefixes else words[:-1]


def _children(
    facts: Sequence[Facts], scopes: Sequence[Scope], records: range, level: int, depth: int, taken: dict[str, int]
) -> tuple[Part, ...]:
    """The parts of a block whose path has ``level`` words."""
    found: list[Part] = []
    at = records.start
    while at < records.stop:
        if len(scopes[at]) <= level:
            found.append(Part(facts[at].key, name(facts[at].path), RECORD, at, at, depth))
            at += 1
            continue
        until = at
        while until < records.stop and scopes[until][: level + 1] == scopes[at][: level + 1]:
            until += 1
        found.append(_block(facts, scopes, range(at, until), level + 1, depth, taken))
        at = until
    parts = _folded(facts, found)
    if len(parts) > runs.MANY:
        parts = _folded(facts, runs.repeated(facts, parts))
    short = (replace(part, children=runs.cut(facts, part.children)) if part.kind == REPEAT else part for part in parts)
    return runs.cut(facts, tuple(short))


def _block(
    facts: Sequence[Facts], scopes: Sequence[Scope], records: range, level: int, depth: int, taken: dict[str, int]
) -> Part:
    """One block; where it holds nothing but another block, the two are one."""
    first = scopes[records.start]
    path = ".".join(first[:level])
    while all(len(scopes[i]) > level and scopes[i][level] == first[level] for i in records):
        level += 1
    call = taken.get(path, 0)
    taken[path] = call + 1
    children = _children(facts, scopes, records, level, depth + 1, taken)
    key = f"{path}/{call}" if call else f"{path}/"
    alike = len(children) if all(map(partial(_repeats, facts), children, children[1:])) else 1
    title = name(".".join(first[:level]))  # "downs.0": of lists that take turns, too, each block has a name of its own
    return Part(key, title, BLOCK, records.start, records.stop - 1, depth, children, alike)


def _folded(facts: Sequence[Facts], parts: list[Part]) -> tuple[Part, ...]:
    """Blocks that do the same one after the other become one part."""
    found: list[Part] = []
    at = 0
    while at < len(parts):
        until = at + 1
        while until < len(parts) and _repeats(facts, parts[until - 1], parts[until]):
            until += 1
        same = parts[at:until]
        if len(same) > 1 and len(same) < len(parts):
            found.append(_repeat(same))
        else:
            found += same
        at = until
    return tuple(found)


def _repeat(same: list[Part]) -> Part:
    first, last = same[0], same[-1]
    same_letters = [a == b for a, b in zip(first.title, last.title, strict=False)]
    start = [*same_letters, False].index(False)
    while start and first.title[start - 1].isdigit():  # a number is not cut
        start -= 1
    title = f"{first.title}–{last.title[start:]}"
    return Part(f"{first.key}×{len(same)}", title, REPEAT, first.first, last.last, first.depth, tuple(same), len(same))


def _repeats(facts: Sequence[Facts], before: Part, after: Part) -> bool:
    """Whether a block runs the same operations as its neighbour, on whose output it goes on, to a like output."""
    if before.kind != BLOCK or after.kind != BLOCK or after.last - after.first != before.last - before.first:
        return False
    if _done(facts, before) != _done(facts, after):
        return False
    return any(before.first <= source <= before.last for i in _span(after) for source in facts[i].sources)


def _done(facts: Sequence[Facts], part: Part) -> tuple[object, ...]:
    """Its operations by where they stand in its module, if it is of one; and the shape of what comes out."""
    module = part.key.rpartition("/")[0]
    inside = (facts[i] for i in _span(part))
    paths = ((one.op, one.path[len(module) :] if one.path.startswith(module) else "") for one in inside)
    return (*paths, facts[part.last].shape)


def _span(part: Part) -> range:
    return range(part.first, part.last + 1)
