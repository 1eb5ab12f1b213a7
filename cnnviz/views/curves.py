"""The curve of an activation with the cell's point on it, and how much of the map it cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnnviz.figure import Curve

if TYPE_CHECKING:
    from cnnviz.core.ops import Explanation
    from cnnviz.core.trace import Record, Trace

POINTS = 401


def curve(trace: Trace, record: Record, found: Explanation, channel: int, at: tuple[int, ...]) -> tuple[Curve, ...]:
    """The curve over the range of the whole layer's inputs; none for what is no function of one number."""
    from torch import Tensor

    from cnnviz.core.ops import Call
    from cnnviz.core.ops.curves import CURVES
    from cnnviz.core.trace import Source

    if record.op not in CURVES or len(found.terms) != 1:
        return ()
    call = Call(record)
    settings = {name: value for name, value in call.arguments.items() if name not in ("input", "inplace", "out")}
    if any(isinstance(value, (Source, Tensor)) for name, value in settings.items() if name != "weight"):
        return ()
    if record.op == "prelu":
        weight = call.tensor("weight")
        settings["weight"] = float(weight[channel if weight.numel() > 1 else 0])
    inputs = call.tensor().detach().float().cpu().numpy()
    finite = inputs[np.isfinite(inputs)]
    edge = max(float(np.abs(finite).max(initial=1.0)), 1.0)
    x = np.linspace(-edge, edge, POINTS)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        y = np.asarray(CURVES[record.op](x, settings), np.float64)
    outputs = record.numpy()
    own = np.take(outputs, channel, axis=record.axes.index("C")) if "C" in record.axes else outputs
    facts = [("cut to 0 in this map", f"{float((own == 0).mean()):.1%}")] if bool((outputs == 0).any()) else []
    if facts and own is not outputs:
        facts.append(("in the layer", f"{float((outputs == 0).mean()):.1%}"))
    point = float(found.terms.values[0]), found.value
    return (Curve(x, y, point, "input", "output", tuple(facts), record.op.replace("_", " ")),)
