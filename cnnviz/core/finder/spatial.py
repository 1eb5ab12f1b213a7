"""Where a chain pools and pads, and how large its input is: what the size of the first dense layer leaves possible.

The weights of a convolution do not say how it pads, nor whether a pooling follows it; the first dense layer says how
many pixels are left. All combinations that people use are tried, and those that end with that many are kept, the most
usual first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from cnnviz.core.finder.layers import Layer, number_of, parent_of
from cnnviz.core.finder.order import Chain, Link

_SIZES = {
    1: {28: 0.0, 32: 0.8, 48: 2.0, 64: 2.0, 224: 2.5, 128: 2.5, 96: 3.0, 100: 3.0, 50: 3.0, 20: 3.5, 8: 3.5},
    3: {
        32: 0.0, 224: 1.0, 64: 1.0, 128: 1.5, 28: 1.6, 48: 2.0, 96: 2.0, 150: 2.0, 256: 2.0, 227: 2.0, 30: 2.2,
        100: 2.2, 40: 2.5, 50: 2.5, 60: 2.5, 80: 2.5, 84: 2.5, 112: 2.5, 120: 2.5, 160: 2.5, 180: 2.5, 192: 2.5,
        200: 2.5, 299: 2.5, 24: 3.0, 36: 3.0, 16: 3.5, 400: 3.5, 512: 3.5,
    },
}  # fmt: skip
"""How unusual an input of so many pixels is, by the number of planes."""

KNOWN_SIZES = {(1, 43): {32: -0.5}, (1, 7): {48: -2.5}, (3, 43): {30: 0.8, 48: 1.2}, (3, 200): {64: -1.5}}
"""The same for (planes, classes) of well-known data sets: faces' expressions, traffic signs, Tiny ImageNet."""

_PHOTOGRAPHS = {224: 0.2, 128: 0.6, 64: 0.6, 150: 0.8, 256: 0.9, 32: 0.8, 100: 1.2}
"""The same for colour pictures of as few classes as people photograph themselves."""

_POOLS = (
    ("max2", 2, 2, 0, 0.0),
    ("max3s2", 3, 2, 0, 1.5),
    ("max3s2p1", 3, 2, 1, 2.0),
    ("max3", 3, 3, 0, 2.5),
    ("max4", 4, 4, 0, 3.0),
)
_LONG = 9  # with more convolutions, a pooling stands only where the channels change


@dataclass(frozen=True, slots=True)
class Spatial:
    """One way in which a chain may treat its pixels.

    Attributes
    ----------
    cost
        How unusual it is.
    size
        Height and width of the input.
    paddings, strides, pools
        Of each convolution; the pooling after it, or an empty text.
    last
        A global pooling before the dense layers, or an empty text.
    """

    cost: float
    size: int
    paddings: tuple[int, ...]
    strides: tuple[int, ...]
    pools: tuple[str, ...]
    last: str = ""


def ways(
    chain: Chain,
    count: int = 24,
    size: int | None = None,
    known: Mapping[str, tuple[int, int]] | None = None,
) -> list[Spatial]:
    """The most usual ways in which these layers fit together, best first; none when nothing fits.

    ``size`` is that of the input where it is known already, ``known`` the stride and padding of convolutions by path.
    """
    convs = chain.convs
    planes = convs[0].inputs
    classes = chain.links[-1].layer.outputs
    sizes = _sizes(planes, classes) if size is None else {size: 0.0}
    pixels = _pixels_left(chain)
    if pixels is None:
        return []
    known_rooms = rooms(chain)
    gaps = [known_rooms.get(link.layer.path) for link in convs]
    linear = any(known_rooms.get(link.layer.path) == 0 for link in chain.dense)
    found: dict[tuple[object, ...], Spatial] = {}
    paddings_of = _paddings(convs)
    strides_of: Callable[[int], list[tuple[tuple[int, ...], float]]] = partial(_strides, convs)
    if known and all(link.layer.path in known for link in convs):
        said = [known[link.layer.path] for link in convs]
        paddings_of = [(tuple(padding for _, padding in said), 0.0)]
        strides_of = lambda _: [(tuple(stride for stride, _ in said), 0.0)]  # noqa: E731
    kernels = [link.layer.kernel for link in convs]
    masks = sorted(((mask, cost + _against(gaps, mask, linear)) for mask, cost in _masks(convs)), key=lambda m: m[1])
    limit = math.inf  # what is more unusual than all of the best so far need not be looked at
    for (edge, unusual), (paddings, padding_cost) in itertools.product(
        sorted(sizes.items(), key=lambda pair: pair[1]), sorted(paddings_of, key=lambda pair: pair[1])
    ):
        for strides, stride_cost in strides_of(edge):
            halved = stride_cost and strides.count(2) >= len(convs) / 2
            for mask, mask_cost in masks:
                base = unusual + padding_cost + stride_cost + mask_cost
                if halved:
                    base += 1.5 if any(mask) else -2.0
                elif base > limit:
                    break
                if base > limit:
                    continue
                for way in _fitting(kernels, edge, paddings, strides, mask, pixels, base):
                    key = (way.size, way.paddings, way.strides, way.pools, way.last)
                    found[key] = min(way, found.get(key, way), key=lambda one: one.cost)
        if len(found) >= count:
            limit = sorted(way.cost for way in found.values())[count - 1]
    return sorted(found.values(), key=lambda way: (way.cost, way.size))[:count]


def _sizes(planes: int, classes: int) -> dict[int, float]:
    """How unusual each size of the input is."""
    photographs = _PHOTOGRAPHS if planes == 3 and classes < 10 else {}
    return _SIZES.get(planes, _SIZES[3]) | photographs | KNOWN_SIZES.get((planes, classes), {})


def _pixels_left(chain: Chain) -> int | None:
    """Height and width before the dense layers; 0 where the last convolution gives the classes itself."""
    if not chain.dense:
        return 0
    left = chain.dense[0].inputs // chain.convs[-1].layer.outputs
    side = math.isqrt(left)
    return side if side * side == left else None


def steps_apart(layer: Layer, after: Layer) -> int | None:
    """How many modules stand between two layers, by their numbers in one sequence; None where nothing says."""
    numbers = number_of(layer.path), number_of(after.path)
    if None in numbers or parent_of(layer.path) != parent_of(after.path):
        return None
    return numbers[1] - numbers[0] - 1  # type: ignore[operator]


def rooms(chain: Chain) -> dict[str, int]:
    """How many activations, poolings and the like stand behind layers, by path; only where their numbers say so.

    The norm and the slope of a layer are left out, and the flattening in front of a dense layer. Layers side by side
    are in a list, not in a sequence: what stands between them has no numbers then.
    """
    found: dict[str, int] = {}
    apart: dict[str, int] = {}
    for link, following in itertools.pairwise(chain.links):
        gap = steps_apart(link.layer, following.layer)
        if gap is None:
            continue
        own = sum(part is not None and steps_apart(link.layer, part) is not None for part in (link.norm, link.slope))
        flattened = link.layer.kind == "conv" and following.layer.kind == "dense"
        found[link.layer.path] = gap - own - flattened
        parent = parent_of(link.layer.path)
        apart[parent] = max(apart.get(parent, 0), gap - own)
    return {path: room for path, room in found.items() if apart[parent_of(path)]}


def _against(gaps: Sequence[int | None], mask: Sequence[bool], linear: bool) -> float:
    """How much the numbers of the layers speak against these poolings: one module between two is an activation.

    ``linear`` says that dense layers follow each other with nothing between, so that there may be no activations.
    """
    cost = 0.0
    for gap, pooled in zip(gaps, mask, strict=False):
        if gap is None:
            continue
        if gap == 1 and pooled:
            cost += 0.0 if linear else 0.8
        else:
            cost += 3.0 * (pooled and gap < 2) + (1.5 if not linear else 0.5) * (not pooled and gap >= 2)
            cost += 1.5 * (linear and gap == 1)
    return cost


def _paddings(convs: Sequence[Link]) -> list[tuple[tuple[int, ...], float]]:
    """Paddings of all convolutions, and how unusual they are."""
    kernels = [link.layer.kernel for link in convs]
    same = tuple(k // 2 for k in kernels)
    none = tuple(0 for _ in kernels)
    large = max(kernels) >= 5
    normed = any(link.norm for link in convs) or len(convs) > 4
    found = {same: 0.5 if large and not normed else 0.0, none: 0.4 if normed else 0.1}
    found.setdefault((same[0], *none[1:]), 0.7)
    found.setdefault((0, *same[1:]), 1.5)
    found.setdefault(tuple(1 if k > 1 else 0 for k in kernels), 0.1 if 4 in kernels else 1.5)
    if len(convs) <= 5:
        for mixed in itertools.product(*({0, padding} for padding in same)):
            found.setdefault(mixed, 2.2)
    return list(found.items())


def _strides(convs: Sequence[Link], size: int) -> list[tuple[tuple[int, ...], float]]:
    """Strides of all convolutions: 1, but larger for the large kernels on large pictures."""
    kernels = [link.layer.kernel for link in convs]
    ones = tuple(1 for _ in kernels)
    stem = tuple(4 if k == 11 else 2 if k >= 7 and size >= 64 else 1 for k in kernels)
    found = {ones: 0.0 if stem == ones else 1.5}
    found.setdefault(stem, 0.0)
    found.setdefault((2, *ones[1:]), 2.0)
    found.setdefault(tuple(2 for _ in kernels), 1.4)
    found.setdefault((1, *(2 for _ in kernels[1:])), 2.0)
    found.setdefault(tuple(1 + n % 2 for n in range(len(kernels))), 2.0)
    found.setdefault(tuple(2 - n % 2 for n in range(len(kernels))), 2.2)
    halving = tuple(2 if k == 4 else 1 for k in kernels)
    found[halving] = min(found.get(halving, 9.0), 0.3 if 4 in kernels else 9.0)
    return list(found.items())


def _masks(convs: Sequence[Link]) -> Iterator[tuple[tuple[bool, ...], float]]:
    """After which convolutions pixels are pooled, and how unusual that is."""
    count = len(convs)
    widths = [link.layer.outputs for link in convs]
    widens = tuple([a != b for a, b in itertools.pairwise(widths)] + [True])
    free = range(count) if count <= _LONG else [i for i in range(count) if widens[i] or i % 2]
    if len(free) > _LONG:
        free = [i for i in range(count) if widens[i]][-_LONG:]
    every = tuple(True for _ in convs)
    pairs = tuple(i % 2 == 1 for i in range(count))
    costs = {tuple(False for _ in convs): 2.0}
    costs[tuple(i == count - 1 for i in range(count))] = 0.4 if count <= 2 else 1.2
    costs[(*every[:-1], False)] = 0.7
    costs[(False, *every[1:])] = 0.8
    costs[(*widens[:-1], False)] = 0.3
    costs[widens] = 0.0 if widens != every or count < 6 else 1.0
    costs[pairs] = 0.1
    costs[every] = 0.0 if count < 6 else 1.5
    for chosen in itertools.product((False, True), repeat=len(free)):
        mask = [False] * count
        for place, pooled in zip(free, chosen, strict=True):
            mask[place] = pooled
        yield tuple(mask), costs.get(tuple(mask), 1.4)


def _fitting(
    kernels: Sequence[int],
    size: int,
    paddings: tuple[int, ...],
    strides: tuple[int, ...],
    mask: Sequence[bool],
    pixels: int,
    base: float,
) -> Iterator[Spatial]:
    for word, kernel, step, pad, cost in _POOLS if any(mask) else _POOLS[:1]:
        left = size
        for side, padding, stride, pooled in zip(kernels, paddings, strides, mask, strict=True):
            left = (left + 2 * padding - side) // stride + 1
            if pooled and left >= 1:
                left = (left + 2 * pad - kernel) // step + 1
            if left < 1:
                break
        if left < 1:
            continue
        pools = tuple(word if pooled else "" for pooled in mask)
        if left == pixels:
            yield Spatial(base + cost, size, paddings, strides, pools)
        elif pixels <= 1:
            yield Spatial(base + cost + 0.6, size, paddings, strides, pools, "gap")
        elif left > pixels and (pixels in (6, 7) or left % pixels == 0):
            yield Spatial(base + cost + 3.0, size, paddings, strides, pools, f"gap{pixels}")
