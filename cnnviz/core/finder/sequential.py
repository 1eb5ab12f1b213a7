"""Plans for plain chains: convolutions, then dense layers, with what people put between them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cnnviz.core.finder.layers import Layer
from cnnviz.core.finder.order import Chain, Link, chained
from cnnviz.core.finder.plan import Plan, Step
from cnnviz.core.finder.spatial import Spatial, rooms, steps_apart, ways

_SMALLEST = 8  # pictures with fewer pixels at an edge are none: so many inputs are a row of numbers


def chain_plans(
    layers: Sequence[Layer],
    after: frozenset[str] = frozenset(),
    known: Mapping[str, tuple[int, int]] | None = None,
) -> list[tuple[float, Plan]]:
    """Plans for a chain with how unusual each is, best first; none when the layers form no chain.

    ``after`` names the norms that stand behind the activation instead of before it, ``known`` the stride and padding
    of convolutions.
    """
    aligning, rest = _transformer(layers)
    chain = chained(rest)
    if chain is None:
        return []
    if not chain.convs:
        return _perceptrons(chain, after)
    planes = chain.convs[0].inputs
    found = [(way.cost, _plan(chain, way, planes, after)) for way in ways(chain, known=known)]
    return [whole for pair in found if (whole := _with_transformer(pair, aligning, after)) is not None]


_ALIGNING = re.compile(r"(^|[._])(stn\d?|localization|localisation|fc_?loc|loc(_net)?|theta)([._]|$)", re.IGNORECASE)


def _transformer(layers: Sequence[Layer]) -> tuple[list[Layer], list[Layer]]:
    """The layers of a spatial transformer (Jaderberg et al. 2015), told by names and six outputs; and the rest."""
    aligning = [layer for layer in layers if _ALIGNING.search(layer.path)]
    chain = chained(aligning) if aligning else None
    if chain is None or not chain.convs or not chain.dense or chain.dense[-1].layer.outputs != 6:
        return [], list(layers)
    return aligning, [layer for layer in layers if layer not in aligning]


def _with_transformer(
    pair: tuple[float, Plan], layers: Sequence[Layer], after: frozenset[str]
) -> tuple[float, Plan] | None:
    """The plan with a spatial transformer in front; None where its layers do not fit the size of the input."""
    cost, plan = pair
    chain = chained(layers) if layers else None
    if chain is None:
        return pair
    way = next(iter(ways(chain, 1, plan.size[0])), None)
    if way is None:
        return None
    inside = _plan(chain, way, plan.channels, after).steps
    step = Step("stn", branches=(inside,))
    return cost + way.cost, replace(plan, steps=(step, *plan.steps))


def _perceptrons(chain: Chain, after: frozenset[str]) -> list[tuple[float, Plan]]:
    """A network of dense layers alone, which reads a picture as one row."""
    inputs = chain.dense[0].inputs
    found = []
    for planes in (1, 3):
        side = math.isqrt(inputs // planes)
        if planes * side * side == inputs and side >= _SMALLEST:
            steps = [Step("flatten"), *dense_steps(chain, after)]
            if chain.first:
                steps.insert(1, Step("layer", chain.first.path))
            found.append((float(planes - 1), Plan(planes, (side, side), tuple(steps))))
    return found


def _plan(chain: Chain, way: Spatial, planes: int, after: frozenset[str]) -> Plan:
    steps = [Step("layer", chain.first.path)] if chain.first else []
    room = rooms(chain)
    ends_here = not chain.dense
    for link, stride, padding, pool in zip(chain.convs, way.strides, way.paddings, way.pools, strict=True):
        steps.append(Step("layer", link.layer.path, stride, padding, link.groups))
        if not (ends_here and link is chain.convs[-1]):
            steps += _behind(link, after, room.get(link.layer.path), pool)
    if way.last:
        steps.append(Step(way.last))
    steps.append(Step("flatten"))
    return Plan(planes, (way.size, way.size), (*steps, *dense_steps(chain, after)))


def dense_steps(chain: Chain, after: frozenset[str] = frozenset()) -> list[Step]:
    """The dense layers of a chain, with what stands behind each but the last."""
    steps, room = [], rooms(chain)
    for link in chain.dense:
        steps.append(Step("layer", link.layer.path))
        if link is not chain.dense[-1]:
            steps += _behind(link, after, room.get(link.layer.path))
    return steps


def _behind(link: Link, after: frozenset[str], room: int | None, pool: str = "") -> list[Step]:
    """Norm, activation and pooling behind a layer, in the order that is usual, or with the norm last.

    ``room`` is how many modules stand there, where numbers say so: there may be none for an activation.
    """
    norm = [Step("layer", link.norm.path)] if link.norm else []
    active = [Step("layer", link.slope.path) if link.slope else Step("relu")]
    pooled = [Step(pool)] if pool else []
    if room is not None and not link.slope and room - len(pooled) < 1:
        active = []
    before = steps_apart(link.layer, link.norm) if link.norm else None
    if link.norm and (link.norm.path in after if before is None else before > 0):
        return [*active, *pooled, *norm] if before is None or before > len(active) else [*active, *norm, *pooled]
    return [*norm, *active, *pooled]
