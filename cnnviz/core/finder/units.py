"""Networks of repeated blocks, told by the names and shapes of their layers.

Residual blocks (He et al. 2015, with and without a convolution on the shortcut; pre-activated, He et al. 2016; with
gates, Hu et al. 2018), inverted ones (Sandler et al. 2018), depthwise pairs (Howard et al. 2017) and fire modules
(Iandola et al. 2016). The plan uses the file's own names, so nothing is renamed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cnnviz.core.finder.layers import Layer, parent_of
from cnnviz.core.finder.order import groups_of
from cnnviz.core.finder.plan import Plan, Step

_SHORTCUT = re.compile(
    r"(short_?cut|down_?sample|skip|proj(ection)?|identity|residual_(conv|layer)|res_?conv|match)", re.I
)
_GATE = re.compile(r"(^|\.)(se|squeeze_?excit\w*|se_?(block|layer|module)|fc[12]|ca)\b(?!.*squeeze\.)", re.I)
_INVERTED_STRIDED = {
    1: (2, 3, 5),
    2: (1, 2, 3, 5),
}  # stages of MobileNetV2 that halve, for small and for large pictures


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


def unit_plans(layers: Sequence[Layer]) -> list[tuple[float, Plan]]:
    """Plans for a network of blocks with how unusual each is, best first; none when it is none."""
    parts = segments(layers)
    units = [part for part in parts if isinstance(part, Unit)]
    if len(units) < 2 or any(not unit.convs for unit in units) or any(layer.kind == "other" for layer in layers):
        return []
    beside = _residual_beside_plain(parts, units)
    if beside is not None:
        return [(0.0, beside)]
    found = [(style.cost, plan) for style in _styles(parts, units) if (plan := _plan(parts, units, style)) is not None]
    return sorted(found, key=lambda pair: pair[0])


def _residual_beside_plain(parts: Sequence[Layer | Unit], units: Sequence[Unit]) -> Plan | None:
    """ResNet-9 of the DAWNBench: plain convolutions that halve, with blocks between them; None for other networks."""
    plain = [part for part in parts if isinstance(part, Layer) and part.kind == "conv"]
    square = all(len(u.convs) == 2 and not u.shortcut and u.convs[0].shape[:2] == (u.outputs,) * 2 for u in units)
    head = parts[-1]
    if len(plain) < 3 or not square or isinstance(head, Unit) or head.kind != "dense":
        return None
    steps: list[Step] = []
    after: list[Step] = []  # what comes behind the norm of a plain convolution
    for part in parts:
        if isinstance(part, Layer) and part.kind == "norm":
            steps.append(Step("layer", part.path))
            continue
        steps, after = [*steps, *after], []
        if isinstance(part, Unit):
            main = [[Step("layer", one.path, 1, one.kernel // 2 if one.kind == "conv" else 0)] for one in part.main]
            for group, one, behind in zip(main, part.main, [*part.main[1:], None], strict=True):
                group += [Step("relu")] if behind is None or (one.kind == "norm") or behind.kind == "conv" else []
            steps.append(Step("add", part.path, branches=(tuple(step for group in main for step in group), ())))
        elif part.kind == "conv":
            steps.append(Step("layer", part.path, 1, part.kernel // 2))
            after = [Step("relu")] + ([Step("max2")] if part is not plain[0] else [])
        elif part is head and part.shape[1] == units[-1].outputs:
            steps += [Step("gmp"), Step("flatten"), Step("layer", part.path)]
        else:
            return None
    return Plan(plain[0].shape[1], (32, 32), tuple(steps))


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


def _styles(parts: Sequence[Layer | Unit], units: Sequence[Unit]) -> Iterator[Style]:
    """All that people do with such blocks: sizes of the input, stems, shortcuts, activations."""
    stem = next((part for part in parts if isinstance(part, Layer) and part.kind == "conv"), None)
    classes = next((layer.outputs for layer in reversed(parts) if isinstance(layer, Layer)), 0)
    fire = any(unit.is_fire for unit in units)
    grows = any(_grows(a, b) and not b.shortcut for a, b in itertools.pairwise(units))
    wheres = ("both", "end") if grows and not fire else ("both",)
    certain = any(unit.shortcut for unit in units) or all(_named_residual(unit) for unit in units)
    activations = ("relu",)
    if any(unit.inverted for unit in units):
        activations = ("relu", "relu6") if any(unit.shortcut for unit in units) else ("relu6", "relu")  # type: ignore[assignment]
    for (size, first, cost), where, activation in itertools.product(_sizes(stem, classes), wheres, activations):
        for residual in (False, True) if fire else (True,) if certain else (True, False):
            extra = 0.3 * (where != wheres[0]) + 0.4 * (activation != activations[0]) + 0.8 * (residual == fire)
            yield Style(size, first, residual, where, activation, cost + extra)


def _sizes(stem: Layer | None, classes: int) -> list[tuple[int, tuple[int, str], float]]:
    """Sizes of the input with the stem's stride and pooling, and how unusual they are."""
    planes = 3 if stem is None else stem.shape[1]
    small = 28 if planes == 1 else 32
    pooled = (2, "max3s2p1")
    if stem is not None and stem.kernel >= 7:
        return [(224, pooled, 0.0), (small, (1, ""), 1.5), (64, pooled, 1.5), (small, pooled, 1.8), (224, (2, ""), 2.0)]
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


def _named_residual(unit: Unit) -> bool:
    return re.search(r"(layer|block|stage|group|res)\w*\.\d+$", unit.path) is not None or unit.inverted or unit.is_fire


def _grows(before: Unit, unit: Unit) -> bool:
    return before.outputs != unit.outputs


class _Builder:
    """Puts a plan together, part by part; ``fits`` is False as soon as channels do not."""

    def __init__(self, style: Style, units: Sequence[Unit]) -> None:
        self.style = style
        self.strides = _strides(units, style)
        self.steps: list[Step] = []
        self.channels = self.planes = 0
        self.fits = True
        self._pooled = _pooled_after(units)
        self._waiting = False  # an activation, until it is known that no norm comes first
        self._in_blocks = self._flat = False

    def add(self, part: Layer | Unit, last: bool) -> None:
        """The next part of the network."""
        if isinstance(part, Unit):
            self._block(part)
        elif part.kind == "norm":
            self.fits &= part.outputs == self.channels
            self.steps.append(Step("layer", part.path))
            self._waiting = True
        elif part.kind == "conv":
            self._activate()
            self._convolution(part, last)
        elif part.kind == "dense":
            self._activate()
            self._dense(part, last)
        else:
            self.fits = False

    def plan(self) -> Plan:
        """What was put together."""
        end = () if self._flat else (Step("gap"), Step("flatten"))
        return Plan(self.planes, (self.style.size, self.style.size), (*self.steps, *end))

    def _activate(self) -> None:
        if self._waiting:
            self.steps.append(Step(self.style.activation))
        self._waiting = False

    def _block(self, unit: Unit) -> None:
        if unit.preactivated:  # it begins with a norm and an activation of its own
            self._waiting = False
        self._activate()
        if not self._in_blocks and self.style.stem[1]:
            self.steps.append(Step(self.style.stem[1]))
        self._in_blocks = True
        self.channels = self.channels or unit.inputs
        self.planes = self.planes or self.channels
        made = _unit_steps(unit, self.channels, self.strides[unit.path], self.style)
        self.fits &= made is not None
        self.steps += made or []
        if unit.path in self._pooled:
            self.steps.append(Step(self.style.stem[1] or "max2"))
        self.channels = unit.outputs

    def _convolution(self, layer: Layer, last: bool) -> None:
        groups = groups_of(layer, self.channels) if self.channels else 1
        self.fits &= groups > 0
        self.planes = self.planes or layer.shape[1]
        stride = self.style.stem[0] if not self.steps else 1
        self.steps.append(Step("layer", layer.path, stride, layer.kernel // 2, max(groups, 1)))
        self.channels, self._waiting = layer.outputs, not (last and self._in_blocks)

    def _dense(self, layer: Layer, last: bool) -> None:
        if not self._flat:
            gap = _pool_before(layer, self.channels)
            self.fits &= gap is not None
            self.steps += [Step(gap or "gap"), Step("flatten")]
            self._flat = True
        else:
            self.fits &= layer.shape[1] == self.channels
        self.steps.append(Step("layer", layer.path))
        self.channels, self._waiting = layer.outputs, not last


def _plan(parts: Sequence[Layer | Unit], units: Sequence[Unit], style: Style) -> Plan | None:
    builder = _Builder(style, units)
    for part in parts:
        builder.add(part, last=part is parts[-1])
        if not builder.fits:
            return None
    return builder.plan()


def _pooled_after(units: Sequence[Unit]) -> frozenset[str]:
    """The fire modules behind which pixels are pooled, as in SqueezeNet 1.0, or 1.1 where one widens at once."""
    if len(units) != 8 or not all(unit.is_fire for unit in units):
        return frozenset()
    early = units[0].convs[0].shape[1] == 64
    return frozenset(units[n].path for n in ((1, 3) if early else (2, 6)))


def _pool_before(dense: Layer, channels: int) -> str | None:
    """The global pooling before the head: to one pixel, or as many as its inputs ask for."""
    pixels, left = divmod(dense.shape[1], max(channels, 1))
    side = round(pixels**0.5)
    return None if left or side * side != pixels or not side else f"gap{side if side > 1 else ''}"


def _strides(units: Sequence[Unit], style: Style) -> dict[str, int]:
    """Stride of each block: 2 where a stage begins, but not the first."""
    if any(unit.is_fire for unit in units):
        return {unit.path: 1 for unit in units}
    if sum(unit.inverted for unit in units) > len(units) // 2 and any(len(unit.convs) == 3 for unit in units):
        return _inverted_strides(units, style)
    named = len({parent_of(unit.path) for unit in units}) > 1
    found = {units[0].path: 1}
    for before, unit in itertools.pairwise(units):
        begins = parent_of(unit.path) != parent_of(before.path) if named else _grows(before, unit)
        found[unit.path] = 2 if begins else 1
    return found


def _inverted_strides(units: Sequence[Unit], style: Style) -> dict[str, int]:
    halving, stage, found = _INVERTED_STRIDED[style.stem[0]], 0, {units[0].path: 1}
    for before, unit in itertools.pairwise(units):
        begins = _grows(before, unit)
        stage += begins
        found[unit.path] = 2 if begins and stage in halving else 1
    return found


def _unit_steps(unit: Unit, channels: int, stride: int, style: Style) -> list[Step] | None:
    """The steps of a block: one with branches, and the activation behind it; None when the channels do not fit."""
    if unit.is_fire:
        return [_fire(unit, style, style.residual and channels == unit.outputs)]
    main = _main(unit, channels, stride, style)
    if main is None:
        return None
    if unit.is_pair:
        return [*main, Step(style.activation)]
    head: tuple[Step, ...] = ()
    if unit.preactivated and unit.shortcut:
        head, main = main[:2], main[2:]
    if unit.gate:
        main = (*main, *_gated(unit))
    behind = [] if unit.preactivated or unit.inverted else [Step(style.activation)]
    shortcut = _shortcut(unit, channels, stride, style)
    fitting = not unit.inverted or (stride == 1 and channels == unit.outputs)
    if not (unit.shortcut or (style.residual and fitting)):
        return [*main, *behind]
    if shortcut is None:
        return None
    if head:
        return [Step("seq", unit.path, branches=((*head, Step("add", branches=(main, shortcut))),)), *behind]
    return [Step("add", unit.path, branches=(main, shortcut)), *behind]


def _main(unit: Unit, channels: int, stride: int, style: Style) -> tuple[Step, ...] | None:
    convs = unit.convs
    strided = next((c for c in convs if c.kernel > 1), convs[0])
    steps: list[Step] = []
    pending = False
    for layer in unit.main:
        if layer.kind == "conv":
            groups = groups_of(layer, channels)
            if not groups:
                return None
            if pending:
                steps.append(Step(style.activation))
            steps.append(Step("layer", layer.path, stride if layer is strided else 1, layer.kernel // 2, groups))
            channels, pending = layer.outputs, True
        elif layer.kind == "norm" and layer.outputs == channels:
            steps.append(Step("layer", layer.path))
            pending = True
        else:
            return None
    return tuple(steps)


def _shortcut(unit: Unit, channels: int, stride: int, style: Style) -> tuple[Step, ...] | None:
    if unit.shortcut:
        steps = []
        for layer in unit.shortcut:
            conv = layer.kind == "conv"
            steps.append(Step("layer", layer.path, stride if conv else 1, layer.kernel // 2 if conv else 0))
        return tuple(steps)
    if channels == unit.outputs:
        return (Step(f"sub{stride}both{unit.outputs}"),) if stride > 1 else ()
    return (Step(f"sub{stride}{style.where}{unit.outputs}"),) if channels < unit.outputs else None


def _gated(unit: Unit) -> tuple[Step, ...]:
    """Each channel times a number between 0 and 1 that is reckoned from all channels' means."""
    first, second = [layer for layer in unit.gate if layer.kind in ("conv", "dense")][:2]
    flat = (Step("flatten"),) if first.kind == "dense" else ()
    inside = (
        Step("gap"), *flat, Step("layer", first.path), Step("relu"), Step("layer", second.path), Step("sigmoid")
    )  # fmt: skip
    return (Step("gate", branches=((), inside)),)


def _fire(unit: Unit, style: Style, bypassed: bool) -> Step:
    """A squeeze, then two convolutions side by side; with a bypass, the input is added."""
    own: dict[str, list[Layer]] = {}
    key = ""
    for layer in unit.main:
        key = layer.path if layer.kind == "conv" else key
        own.setdefault(key, []).append(layer)
    squeeze, left, right = (
        tuple(Step("layer", one.path, 1, one.kernel // 2) for one in layers) for layers in own.values()
    )
    active = Step(style.activation)
    beside = Step("cat", branches=((*left, active), (*right, active)))
    if bypassed:
        return Step("add", unit.path, branches=((*squeeze, active, beside), ()))
    return Step("seq", unit.path, branches=((*squeeze, active, beside),))
