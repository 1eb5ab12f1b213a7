"""Networks of repeated blocks, told by the names and shapes of their layers.

Residual blocks (He et al. 2015, with and without a convolution on the shortcut; pre-activated, He et al. 2016; with
gates, Hu et al. 2018), inverted ones (Sandler et al. 2018), depthwise pairs (Howard et al. 2017) and fire modules
(Iandola et al. 2016), dense blocks (Huang et al. 2017). The plan uses the file's own names, so nothing is renamed.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.core.finder.blocks import main_steps, unit_steps
from cnnviz.core.finder.layers import Layer
from cnnviz.core.finder.order import groups_of
from cnnviz.core.finder.plan import Plan, Step
from cnnviz.core.finder.segments import Unit, concatenates, segments
from cnnviz.core.finder.styles import Style, strides_of, styles


def unit_plans(layers: Sequence[Layer]) -> list[tuple[float, Plan]]:
    """Plans for a network of blocks with how unusual each is, best first; none when it is none."""
    parts = segments(layers)
    units = [part for part in parts if isinstance(part, Unit)]
    if len(units) < 2 or any(not unit.convs for unit in units) or any(layer.kind == "other" for layer in layers):
        return []
    beside = _residual_beside_plain(parts, units)
    if beside is not None:
        return [(0.0, beside)]
    found = [(style.cost, plan) for style in styles(parts, units) if (plan := _plan(parts, units, style)) is not None]
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


class _Builder:
    """Puts a plan together, part by part; ``fits`` is False as soon as channels do not."""

    def __init__(self, style: Style, units: Sequence[Unit]) -> None:
        self.style = style
        self.strides = strides_of(units, style)
        self.steps: list[Step] = []
        self.channels = self.planes = 0
        self.fits = True
        self._pooled = _pooled_after(units)
        self._beside = concatenates(units)
        self._waiting = False  # an activation, until it is known that no norm comes first
        self._in_blocks = self._flat = self._normed = False

    def add(self, part: Layer | Unit, last: bool) -> None:
        """The next part of the network."""
        if isinstance(part, Unit):
            self._block(part)
            self._normed = False
        elif part.kind == "norm":
            self._normed = True
            self.fits &= part.outputs == self.channels
            self.steps.append(Step("layer", part.path))
            self._waiting = True
        elif part.kind == "conv":
            self._activate()
            self._convolution(part, last)
            self._normed = False
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
        if unit.preactivated and not self._normed:  # it begins with a norm and an activation of its own
            self._waiting = False
        self._activate()
        if not self._in_blocks and self.style.stem[1]:
            self.steps.append(Step(self.style.stem[1]))
        self._in_blocks = True
        self.channels = self.channels or unit.inputs
        self.planes = self.planes or self.channels
        if self._beside:
            self._block_beside(unit)
            return
        made = unit_steps(unit, self.channels, self.strides[unit.path], self.style)
        self.fits &= made is not None
        self.steps += made or []
        if unit.path in self._pooled:
            self.steps.append(Step(self.style.stem[1] or "max2"))
        self.channels = unit.outputs

    def _block_beside(self, unit: Unit) -> None:
        """A block whose output stands beside its input."""
        main = main_steps(unit, self.channels, 1, self.style)
        self.fits &= main is not None
        branches = (main or (), ()) if self.style.where == "both" else ((), main or ())
        self.steps.append(Step("cat", unit.path, branches=branches))
        self.channels += unit.outputs

    def _convolution(self, layer: Layer, last: bool) -> None:
        groups = groups_of(layer, self.channels) if self.channels else 1
        self.fits &= groups > 0
        self.planes = self.planes or layer.shape[1]
        stride = self.style.stem[0] if not self.steps else 1
        self.steps.append(Step("layer", layer.path, stride, layer.kernel // 2, max(groups, 1)))
        self.channels, self._waiting = layer.outputs, not (last and self._in_blocks)
        if self._beside and self._in_blocks and not last:  # between two stages: fewer channels, then fewer pixels
            self.steps.append(Step("avg2"))
            self._waiting = False

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
