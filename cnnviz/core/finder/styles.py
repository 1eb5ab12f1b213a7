"""What the weights of a network of blocks do not say: sizes, stems, strides, activations, and how usual each is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnviz.core.finder.layers import Layer, parent_of
from cnnviz.core.finder.segments import Unit, concatenates

_INVERTED_STRIDED = {
    1: (2, 3, 5),
    2: (1, 2, 3, 5),
}  # stages of MobileNetV2 that halve, for small and for large pictures


@dataclass(frozen=True, slots=True)
class Style:
    """What the weights of a network of blocks do not say.

    Attributes
    ----------
    size
        Height and width of the input.
    stem
        Stride of the first convolution, and the pooling after it or an empty text.
    residual
        Whether blocks without a convolution on the shortcut add their input.
    where
        ``"both"`` or ``"end"``: where new channels are filled with zeros.
    activation
        Of all blocks.
    cost
        How unusual it is.
    """

    size: int
    stem: tuple[int, str]
    residual: bool = True
    where: str = "both"
    activation: str = "relu"
    cost: float = 0.0


def styles(parts: Sequence[Layer | Unit], units: Sequence[Unit]) -> Iterator[Style]:
    """All that people do with such blocks: sizes of the input, stems, shortcuts, activations."""
    stem = next((part for part in parts if isinstance(part, Layer) and part.kind == "conv"), None)
    classes = next((layer.outputs for layer in reversed(parts) if isinstance(layer, Layer)), 0)
    fire = any(unit.is_fire for unit in units)
    growing = any(grows(a, b) and not b.shortcut for a, b in itertools.pairwise(units))
    wheres = ("both", "end") if (growing and not fire) or concatenates(units) else ("both",)
    certain = (
        any(unit.shortcut for unit in units) or concatenates(units) or all(_named_residual(unit) for unit in units)
    )
    activations = _activations(units)
    for (size, first, cost), where, activation in itertools.product(_sizes(stem, classes), wheres, activations):
        for residual in (False, True) if fire else (True,) if certain else (True, False):
            extra = 0.3 * (where != wheres[0]) + 0.4 * (activation != activations[0]) + 0.8 * (residual == fire)
            yield Style(size, first, residual, where, activation, cost + extra)


def _activations(units: Sequence[Unit]) -> tuple[str, ...]:
    """Those that such blocks mostly have, the most usual first."""
    if not any(unit.inverted for unit in units):
        return ("relu",)
    if any(unit.gate for unit in units):
        return ("silu", "relu", "hardswish")
    return ("relu", "relu6") if any(unit.shortcut for unit in units) else ("relu6", "relu")


def _sizes(stem: Layer | None, classes: int) -> list[tuple[int, tuple[int, str], float]]:
    """Sizes of the input with the stem's stride and pooling, and how unusual they are."""
    planes = 3 if stem is None else stem.shape[1]
    small = 28 if planes == 1 else 32
    pooled = (2, "max3s2p1")
    if stem is not None and stem.kernel >= 7:
        return [(224, pooled, 0.0), (small, (1, ""), 1.5), (64, pooled, 1.5), (small, pooled, 1.8), (224, (2, ""), 2.0)]
    if classes in (10, 100):
        return [(small, (1, ""), 0.0), *_SMALL_TOO[planes == 1]]
    far = 1.0 if classes > 100 else 0.0
    found = [
        (small, (1, ""), far),
        (224, (2, ""), 1.0 - far),
        (64, (1, ""), 2.2 - (classes == 200) * 2),
        (small, (1, "max2"), 1.8),
        (64, (2, ""), 2.0),
        (224, pooled, 2.0 - far),
        (small, (2, ""), 2.0),
    ]
    return [*found, (32, (1, ""), 0.5)] if planes == 1 else found


_SMALL_TOO: dict[bool, list[tuple[int, tuple[int, str], float]]] = {
    False: [(32, (1, "max2"), 2.0), (32, (1, "max3s2p1"), 2.0), (32, (2, ""), 2.5), (224, (2, ""), 2.5)],
    True: [(32, (1, ""), 0.5), (28, (1, "max2"), 2.0), (28, (2, ""), 2.5)],
}
"""Sizes, strides and poolings beside the usual ones, of colour and grey pictures of ten or a hundred classes."""


def _named_residual(unit: Unit) -> bool:
    return re.search(r"(layer|block|stage|group|res)\w*\.\d+$", unit.path) is not None or unit.inverted or unit.is_fire


def grows(before: Unit, unit: Unit) -> bool:
    """Whether a block has another number of channels than the one before it."""
    return before.outputs != unit.outputs


def strides_of(units: Sequence[Unit], style: Style) -> dict[str, int]:
    """Stride of each block: 2 where a stage begins, but not the first."""
    if any(unit.is_fire for unit in units) or concatenates(units):
        return {unit.path: 1 for unit in units}
    if sum(unit.inverted for unit in units) > len(units) // 2 and any(len(unit.convs) == 3 for unit in units):
        return _inverted_strides(units, style)
    named = len({parent_of(unit.path) for unit in units}) > 1
    found = {units[0].path: 1}
    for before, unit in itertools.pairwise(units):
        begins = parent_of(unit.path) != parent_of(before.path) if named else grows(before, unit)
        found[unit.path] = 2 if begins else 1
    return found


def _inverted_strides(units: Sequence[Unit], style: Style) -> dict[str, int]:
    halving, stage, found = _INVERTED_STRIDED[style.stem[0]], 0, {units[0].path: 1}
    for before, unit in itertools.pairwise(units):
        begins = grows(before, unit)
        stage += begins
        found[unit.path] = 2 if begins and stage in halving else 1
    return found
