"""What a normalisation does to each channel, as a table of its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.core.colormaps import AUTO, WEIGHTS, fitting, names
from cnnviz.figure import Figure, Matrix, Scale
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.kernels import argument, host
from cnnviz.views.options import option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnnviz.core.trace import Record, Trace

NORMS = ("batch_norm", "instance_norm", "group_norm", "layer_norm", "rms_norm")


@dataclass(frozen=True)
class AffineOptions:
    """Colours behind the numbers."""

    colormap: str = field(
        default=AUTO,
        metadata=option("Colours", choices=names(WEIGHTS), help="Colours of their own, never those of activations."),
    )
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Normalisations with numbers of their own, one for each channel."""
    return record is not None and record.op in NORMS and bool(_columns(trace, record))


@layer_view("affine", title="Scale and shift", options=AffineOptions, fits=fits, priority=40, needs_values=False)
def affine(trace: Trace, record: Record, options: AffineOptions) -> Figure:
    """Learned scale γ and shift β, measured mean μ and deviation σ; and y = a·x + b, which they come to in the end."""
    columns = _columns(trace, record)
    values = np.stack(list(columns.values()), axis=1).astype(np.float32)
    finite = values[np.isfinite(values)]
    limit = float(np.abs(finite).max()) if finite.size else 0.0
    scale = Scale(-(limit or 1.0), limit or 1.0, fitting(options.colormap, WEIGHTS), True, "all numbers of this layer")
    table = Matrix(values, scale, "channel", "", (), tuple(columns))
    return figure(trace, record, "affine", f"{counted(len(values), 'channel')} · y = a·x + b", table)


def _columns(trace: Trace, record: Record) -> dict[str, NDArray[np.float64]]:
    """Column heading to (C,) numbers."""
    from cnnviz.core.ops import Call

    call = Call(record)
    found = {name: argument(trace, call, name) for name in ("weight", "bias", "running_mean", "running_var")}
    given = {
        name: host(value).astype(np.float64) for name, value in found.items() if value is not None and value.ndim == 1
    }
    columns = {
        heading: given[name]
        for name, heading in (("weight", "scale γ"), ("bias", "shift β"), ("running_mean", "mean μ"))
        if name in given
    }
    if "running_mean" in given and "running_var" in given and not call["training"]:
        deviation = np.sqrt(given["running_var"] + float(call["eps"]))
        columns["deviation σ"] = deviation
        columns["a = γ/σ"] = given.get("weight", np.ones_like(deviation)) / deviation
        columns["b = β − a·μ"] = (
            given.get("bias", np.zeros_like(deviation)) - columns["a = γ/σ"] * given["running_mean"]
        )
    return columns
