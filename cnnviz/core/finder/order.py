"""Layers brought into the order in which they run, each with the norm and the slope that belong to it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnviz.core.finder.layers import Layer


@dataclass(slots=True)
class Link:
    """A convolution or dense layer of a chain.

    Attributes
    ----------
    layer
        Its weights.
    groups
        Of a convolution.
    norm, slope
        The normalisation and the PReLU after it; None where there is none.
    """

    layer: Layer
    groups: int = 1
    norm: Layer | None = None
    slope: Layer | None = None

    @property
    def inputs(self) -> int:
        """Channels or units that go in."""
        return self.layer.shape[1] * self.groups


@dataclass(slots=True)
class Chain:
    """Plain layers one after the other.

    Attributes
    ----------
    first
        A normalisation of the input itself; mostly None.
    convs, dense
        The convolutions, then the dense layers.
    """

    first: Layer | None = None
    convs: list[Link] = field(default_factory=list)
    dense: list[Link] = field(default_factory=list)

    @property
    def links(self) -> list[Link]:
        """All of them in order."""
        return self.convs + self.dense


def chained(layers: Sequence[Layer]) -> Chain | None:
    """The layers as a chain; None where they form none."""
    convs = [layer for layer in layers if layer.kind == "conv"]
    dense = [layer for layer in layers if layer.kind == "dense"]
    if any(layer.kind == "other" for layer in layers) or not (convs or dense):
        return None
    linked = _linked_convs(convs)
    followed = _linked_dense(dense)
    if linked is None or followed is None:
        return None
    chain = Chain(None, linked, followed)
    if linked and followed and followed[0].inputs % linked[-1].layer.outputs:
        return None
    return chain if _attach_norms(chain, layers) and _attach_slopes(chain, layers) else None


def _linked_convs(convs: Sequence[Layer]) -> list[Link] | None:
    for first in sorted(convs, key=lambda c: (c.shape[1] not in (1, 3), convs.index(c)))[:3]:
        links, rest, channels = [Link(first)], [c for c in convs if c is not first], first.outputs
        while rest:
            found = next(((c, g) for c in rest if (g := groups_of(c, channels))), None)
            if found is None:
                break
            links.append(Link(*found))
            rest.remove(found[0])
            channels = found[0].outputs
        if not rest:
            return links
    return None if convs else []


def groups_of(conv: Layer, channels: int) -> int:
    """In how many groups a convolution takes that many channels; 0 when it cannot."""
    inputs = conv.shape[1]
    groups, left = divmod(channels, inputs)
    return groups if not left and conv.outputs % groups == 0 and (groups in (1, 2) or groups >= 8) else 0


def _linked_dense(dense: Sequence[Layer]) -> list[Link] | None:
    """In the file's order where it fits, else from the one whose inputs no other gives."""
    if all(a.outputs == b.shape[1] for a, b in itertools.pairwise(dense)):
        return [Link(layer) for layer in dense]
    outputs = {layer.outputs for layer in dense}
    start = next((layer for layer in dense if layer.shape[1] not in outputs), None)
    links, rest = [], list(dense)
    while start is not None:
        links.append(Link(start))
        rest.remove(start)
        units = start.outputs
        start = next((layer for layer in rest if layer.shape[1] == units), None)
    return None if rest else links


def _attach_norms(chain: Chain, layers: Sequence[Layer]) -> bool:
    """Each norm to the layer that stands right before it, else in order to those that have none yet."""
    by_path = {link.layer.path: link for link in chain.links}
    waiting, before = [], None
    for layer in layers:
        if layer.kind in ("norm", "scale"):
            if before is not None and before.norm is None and before.layer.outputs == layer.outputs:
                before.norm = layer
            else:
                waiting.append(layer)
        before = by_path.get(layer.path)
    for norm in waiting:
        link = next((one for one in chain.links if one.norm is None and one.layer.outputs == norm.outputs), None)
        if link is not None:
            link.norm = norm
        elif chain.first is None and chain.links and norm.outputs == chain.links[0].inputs:
            chain.first = norm
        else:
            return False
    return True


def _attach_slopes(chain: Chain, layers: Sequence[Layer]) -> bool:
    links = iter(chain.links)
    for layer in layers:
        if layer.kind == "prelu":
            link = next((one for one in links if layer.outputs in (1, one.layer.outputs)), None)
            if link is None:
                return False
            link.slope = layer
    return True
