"""Outputs without rows and columns: one column for each unit, from a common zero line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnviz.core.colormaps import AUTO
from cnnviz.core.maps import is_vector
from cnnviz.core.pixels import extents, layer_scale, maps_of
from cnnviz.figure import Figure, Vector
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.feature_maps import COLORS, remarks
from cnnviz.views.units import labels_of

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class VectorOptions:
    """Colours of the columns."""

    colormap: str = field(default=AUTO, metadata=COLORS)
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """(K,) and (C, 1, 1) outputs."""
    return record is not None and is_vector(record.output_shape) and 0 not in record.output_shape


@layer_view("vector", title="Units", options=VectorOptions, fits=fits, priority=50)
def vector(trace: Trace, record: Record, options: VectorOptions) -> Figure:
    """The value of every unit."""
    values = maps_of(trace, record).reshape(-1)
    zeros = int((values == 0).sum())
    about = [counted(len(values), "unit"), *([f"{zeros:,} are zero"] if zeros else [])]
    panel = Vector(
        values,
        layer_scale(trace, record, options.colormap),
        labels_of(trace, record),
        marked=options.channel,
    )
    return figure(trace, record, "vector", " · ".join(about + remarks(extents(trace, record).notes)), panel)
