"""The filters of the first layer, as papers show them: every one stretched, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.core.colormaps import AUTO, WEIGHTS, names
from cnnviz.figure import Figure, ImageGrid, number
from cnnviz.views.architecture import network
from cnnviz.views.base import counted, figure, layer_view, times
from cnnviz.views.filters import FilterOptions, filters
from cnnviz.views.kernels import weights_of
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class FirstOptions:
    """How they are painted."""

    contrast: float = field(
        default=1.0,
        metadata=option("Contrast", high=1.0, help="1: each filter stretched to its own largest weight. 0: one scale."),
    )
    numbers: bool = field(default=False, metadata=option("Numbers", help="The number of each filter above it."))
    colormap: str = field(default=AUTO, metadata=option("Colours", choices=names(WEIGHTS), help="Of single kernels."))


def first(trace: Trace) -> Record | None:
    """The first convolution in two dimensions."""
    return next((record for record in trace.records if record.op == "conv2d"), None)


def fits(trace: Trace, record: Record | None) -> bool:
    """From the picture, where there is a convolution."""
    found = first(trace) if record is None else None
    return found is not None and weights_of(trace, found) is not None


@layer_view("first-filters", title="First filters", options=FirstOptions, fits=fits, priority=42)
def first_filters(trace: Trace, record: None, options: FirstOptions) -> Figure:
    """All filters that see the picture itself: in colour where it has three channels."""
    found = first(trace)
    assert found is not None
    weights = weights_of(trace, found)
    assert weights is not None
    drawn = filters(trace, found, FilterOptions(contrast=options.contrast, colormap=options.colormap))
    panels = tuple(_plain(panel, options.numbers) if isinstance(panel, ImageGrid) else panel for panel in drawn.panels)
    about = f"{counted(weights.filters, 'filter')} of {found.key}, {times(weights.reach, *weights.kernel)} each"
    return replace(figure(trace, None, "first-filters", about, *panels), title=f"{network(trace)}: first filters")


def _plain(grid: ImageGrid, numbers: bool) -> ImageGrid:
    """Without numbers, unless they are wanted; and with nothing to pick: this is no record's figure."""
    captions = grid.captions if numbers else ("",) * len(grid.captions)
    title = grid.title
    if grid.scale is None:  # in colour
        low, high = (number(float(end), 2) for end in (grid.ranges[:, 1].min(), grid.ranges[:, 1].max()))
        same = grid.ranges[:, 1].min() == grid.ranges[:, 1].max()
        full = f"±{high}" if same else f"±{low} to ±{high}, each filter its own"
        title = f"grey is 0, full colour {full}"
    return replace(grid, captions=captions, title=title, picks=False, marked=None)
