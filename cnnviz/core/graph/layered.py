"""A layered drawing of a small graph without sizes: which layer each node is in, and in which order.

Sugiyama's scheme: longest paths give the layers, edges over several layers become chains of lanes, and barycentre
sweeps order each layer so that few edges cross (Sugiyama, Tagawa and Toda 1981).
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.core.cancel import Cancelled

SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Layering:
    """Nodes below ``count`` are the graph's own; those from there on are lanes.

    Attributes
    ----------
    layers
        The nodes of each layer from top to bottom.
    chains
        For each edge the nodes along it, one a layer.
    """

    count: int
    layers: tuple[tuple[int, ...], ...]
    chains: tuple[tuple[int, ...], ...]

    def crossed(self) -> list[int]:
        """How many edges run between each layer and the next."""
        layer_of = {node: i for i, layer in enumerate(self.layers) for node in layer}
        found = [0] * (len(self.layers) - 1)
        for chain in self.chains:
            for node in chain[:-1]:
                found[layer_of[node]] += 1
        return found


def layered(count: int, edges: Sequence[tuple[int, int]], wanted: Callable[[], bool] = lambda: True) -> Layering:
    """Put the nodes 0 to ``count`` − 1 into layers, and each layer in order.

    Parameters
    ----------
    edges
        From lower to higher numbers. Node 0 comes before, and node ``count`` − 1 after all others.
    wanted
        Asked now and then; when it says no, ``Cancelled`` is raised.
    """
    depth = _depths(count, edges)
    layers: list[list[int]] = [[] for _ in range(depth[count - 1] + 1)]
    origin = list(range(count))
    chains: list[tuple[int, ...]] = []
    lane = count
    for a, b in edges:
        lanes = range(lane, lane + depth[b] - depth[a] - 1)
        for layer, node in enumerate(lanes, depth[a] + 1):
            layers[layer].append(node)
            origin.append(a)
        lane += len(lanes)
        chains.append((a, *lanes, b))
    for node in range(count):
        layers[depth[node]].append(node)
    for layer_nodes in layers:  # lanes run above what was computed after they began
        layer_nodes.sort(key=lambda node: (origin[node], node < count, node))
    return Layering(count, tuple(map(tuple, _ordered(layers, chains, wanted))), tuple(chains))


def _depths(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Length of the longest path to each node; what nothing leads to stands just before what it leads to."""
    before, after = defaultdict(list), defaultdict(list)
    for a, b in edges:
        before[b].append(a)
        after[a].append(b)
    depth = [0] * count
    for node in range(1, count):
        depth[node] = max((depth[a] + 1 for a in before[node]), default=1)
    for node in range(count - 2, 0, -1):
        if not before[node] and after[node]:
            depth[node] = max(1, min(depth[b] for b in after[node]) - 1)
    depth[count - 1] = max(depth[:-1], default=0) + 1
    return depth


def _ordered(layers: list[list[int]], chains: Sequence[tuple[int, ...]], wanted: Callable[[], bool]) -> list[list[int]]:
    """The layers in the order with the fewest crossings that the sweeps have found."""
    before, after = defaultdict(list), defaultdict(list)
    for chain in chains:
        for a, b in itertools.pairwise(chain):
            before[b].append(a)
            after[a].append(b)
    if all(len(layer) < 2 for layer in layers):
        return layers
    best, fewest = layers, _crossings(layers, after)
    here = [list(layer) for layer in layers]
    for sweep in range(SWEEPS):
        if not fewest:
            break
        if not wanted():
            raise Cancelled
        down = sweep % 2 == 0
        path = range(1, len(here)) if down else range(len(here) - 2, -1, -1)
        for i in path:
            if len(here[i]) > 1:
                place = {node: at for at, node in enumerate(here[i - 1 if down else i + 1])}
                _sort(here[i], place, before if down else after)
        crossings = _crossings(here, after)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in here], crossings
    return best


def _sort(layer: list[int], place: dict[int, int], neighbours: dict[int, list[int]]) -> None:
    """By the mean place of the neighbours; what has none stays where it is."""
    mean = {
        node: sum(place[n] for n in found) / len(found) if (found := neighbours.get(node)) else float(at)
        for at, node in enumerate(layer)
    }
    layer.sort(key=mean.__getitem__)


def _crossings(layers: Sequence[Sequence[int]], after: dict[int, list[int]]) -> int:
    """How many pairs of edges cross."""
    total = 0
    for left, right in itertools.pairwise(layers):
        if len(left) < 2 or len(right) < 2:
            continue
        place = {node: at for at, node in enumerate(right)}
        seen: list[int] = []
        for node in left:
            ends = sorted(place[n] for n in after.get(node, ()))
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
