"""The values themselves, as a grid of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnviz.core.colormaps import AUTO
from cnnviz.core.maps import is_vector
from cnnviz.core.pixels import layer_scale, maps_of
from cnnviz.figure import Figure, Matrix
from cnnviz.views.base import counted, figure, layer_view, times
from cnnviz.views.feature_maps import COLORS
from cnnviz.views.units import labels_of

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace

_NAMES = {"H": "y", "W": "x", "C": "channel", "K": "unit", "L": "position", "D": "z", "G": "head"}


@dataclass(frozen=True)
class NumberOptions:
    """Colours behind the numbers."""

    colormap: str = field(default=AUTO, metadata=COLORS)
    channel: int | None = None


def fits(trace: Trace, record: Record | None) -> bool:
    """Everything."""
    return True


@layer_view("numbers", title="Numbers", options=NumberOptions, fits=fits, priority=30)
def numbers(trace: Trace, record: Record | None, options: NumberOptions) -> Figure:
    """One channel as rows and columns of numbers; a vector as one column."""
    maps = maps_of(trace, record)  # (N, H, W)
    scale = layer_scale(trace, record, options.colormap)
    if record is not None and is_vector(record.output_shape):
        column = Matrix(maps.reshape(-1, 1), scale, "unit", "", labels_of(trace, record), ("value",))
        return figure(trace, record, "numbers", counted(len(maps), "value"), column)
    channel = options.channel or 0
    rows, columns = _axis_names(record)
    values = maps[channel]
    about = f"{times(*values.shape)} values"
    if len(maps) > 1:
        about = f"channel {channel:,} of {len(maps):,}: {about}"
    title = f"channel {channel}" if len(maps) > 1 else ""
    return figure(trace, record, "numbers", about, Matrix(values, scale, rows, columns, title=title))


def _axis_names(record: Record | None) -> tuple[str, str]:
    if record is None or record.axes[2:] == ("C",):
        return "y", "x"
    return _NAMES.get(record.axes[-2], "row"), _NAMES.get(record.axes[-1], "column")
