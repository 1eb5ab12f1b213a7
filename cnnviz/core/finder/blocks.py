"""The steps of one block: its main way, its shortcut, its gate."""

from __future__ import annotations

from cnnviz.core.finder.layers import Layer
from cnnviz.core.finder.order import groups_of
from cnnviz.core.finder.plan import Step
from cnnviz.core.finder.segments import Unit
from cnnviz.core.finder.styles import Style


def unit_steps(unit: Unit, channels: int, stride: int, style: Style) -> list[Step] | None:
    """The steps of a block: one with branches, and the activation behind it; None when the channels do not fit."""
    if unit.is_fire:
        return [_fire(unit, style, style.residual and channels == unit.outputs)]
    main = main_steps(unit, channels, stride, style)
    if main is None:
        return None
    if unit.is_pair:
        return [*main, Step(style.activation)]
    head: tuple[Step, ...] = ()
    if unit.preactivated and unit.shortcut:
        head, main = main[:2], main[2:]
    if unit.gate:
        main = _with_gate(main, unit, style)
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


def main_steps(unit: Unit, channels: int, stride: int, style: Style) -> tuple[Step, ...] | None:
    """The layers of a block's main way with activations between them; None when the channels do not fit."""
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


def _with_gate(main: tuple[Step, ...], unit: Unit, style: Style) -> tuple[Step, ...]:
    """The main way with its gate: behind it, or in front of its last convolution, whichever has as many channels."""
    if unit.gate[0].shape[1] == unit.outputs or len(unit.convs) < 2:
        return (*main, *_gated(unit, "relu"))
    place = [step.path for step in main].index(unit.convs[-1].path)
    return (*main[:place], *_gated(unit, "silu" if style.activation == "silu" else "relu"), *main[place:])


def _gated(unit: Unit, activation: str) -> tuple[Step, ...]:
    """Each channel times a number between 0 and 1 that is reckoned from all channels' means."""
    first, second = [layer for layer in unit.gate if layer.kind in ("conv", "dense")][:2]
    flat = (Step("flatten"),) if first.kind == "dense" else ()
    inside = (
        Step("gap"), *flat, Step("layer", first.path), Step(activation), Step("layer", second.path), Step("sigmoid")
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
