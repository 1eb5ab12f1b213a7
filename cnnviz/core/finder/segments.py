"""Layers gathered into blocks by the names that they share."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cnnviz.core.finder.layers import Layer, parent_of

_SHORTCUT = re.compile(
    r"(short_?cut|down_?sample|skip|proj(ection)?|identity|residual_(conv|layer)|res_?conv|match)", re.I
)
_GATE = re.compile(r"(^|\.)(se|squeeze_?excit\w*|se_?(block|layer|module)|fc[12]|ca)\b(?!.*squeeze\.)", re.I)


@dataclass(slots=True)
class Unit:
    """A block: all layers whose names begin alike.

    Attributes
    ----------
    path
        That beginning.
    main, shortcut, gate
        Its layers by what they are for.
    """

    path: str
    main: list[Layer] = field(default_factory=list)
    shortcut: list[Layer] = field(default_factory=list)
    gate: list[Layer] = field(default_factory=list)

    @property
    def convs(self) -> list[Layer]:
        """The convolutions of the main way."""
        return [layer for layer in self.main if layer.kind == "conv"]

    @property
    def is_fire(self) -> bool:
        """Whether two of its three convolutions run side by side."""
        if len(self.convs) != 3:
            return False
        squeeze, left, right = self.convs
        beside = left.shape[1] == right.shape[1] == squeeze.outputs
        return beside and left.kernel == 1 and right.kernel > 1 and "expand" in right.path

    @property
    def outputs(self) -> int:
        """Channels that come out."""
        return sum(c.outputs for c in self.convs[1:]) if self.is_fire else self.convs[-1].outputs

    @property
    def inputs(self) -> int:
        """Channels that go in; of a depthwise convolution, its own."""
        first = self.convs[0]
        return first.outputs if first.shape[1] == 1 else first.shape[1]

    @property
    def preactivated(self) -> bool:
        """Whether it begins with a normalisation."""
        return bool(self.main) and self.main[0].kind == "norm" and self.main[0].outputs == self.inputs

    @property
    def is_pair(self) -> bool:
        """Whether it is a depthwise convolution and one of 1 x 1, with nothing around them."""
        first, *rest = self.convs
        alone = not self.shortcut and not self.gate and ".conv." not in first.path
        return first.shape[1] == 1 and len(rest) == 1 and rest[0].kernel == 1 and alone

    @property
    def inverted(self) -> bool:
        """Whether a depthwise convolution stands in front of its last one, which is linear."""
        return len(self.convs) >= 2 and self.convs[-2].shape[1] == 1 and self.convs[-1].kernel == 1 and not self.is_pair


def concatenates(units: Sequence[Unit]) -> bool:
    """Whether each block's output stands beside its input, as in DenseNet (Huang et al. 2017): channels add up."""
    pairs = [(a, b) for a, b in itertools.pairwise(units) if parent_of(a.path) == parent_of(b.path)]
    return len(pairs) > 1 and all(b.inputs == a.inputs + a.outputs and not b.shortcut for a, b in pairs)


def segments(layers: Sequence[Layer]) -> list[Layer | Unit]:
    """Layers that stand alone, and blocks, in order."""
    prefixes = _prefixes(layers)
    parts: list[Layer | Unit] = []
    units: dict[str, Unit] = {}
    for layer in layers:
        prefix = next((p for p in prefixes if layer.path.startswith(p + ".")), None)
        if prefix is None:
            parts.append(layer)
            continue
        if prefix not in units:
            units[prefix] = Unit(prefix)
            parts.append(units[prefix])
        inside = layer.path[len(prefix) + 1 :]
        own = units[prefix]
        small = layer.kind in ("dense", "conv") and (layer.kind == "dense" or layer.kernel == 1)
        kind = own.shortcut if _SHORTCUT.search(inside) else own.gate if small and _GATE.search(inside) else own.main
        kind.append(layer)
    return parts


def _prefixes(layers: Sequence[Layer]) -> list[str]:
    """The names of blocks: the longest that end with a number and hold several convolutions with names of their own."""
    counts: dict[str, int] = {}
    named: dict[str, bool] = {}
    for layer in layers:
        if layer.kind != "conv":
            continue
        words = layer.path.split(".")
        for end in range(1, len(words)):
            if re.search(r"\d$", words[end - 1]):
                prefix = ".".join(words[:end])
                counts[prefix] = counts.get(prefix, 0) + 1
                named[prefix] = named.get(prefix, False) or not words[-1].isdecimal() or len(words) - end > 1
    several = [prefix for prefix, count in counts.items() if count > 1 and named[prefix]]
    longest = [p for p in several if not any(other.startswith(p + ".") for other in several)]
    return sorted(longest, key=len, reverse=True)
