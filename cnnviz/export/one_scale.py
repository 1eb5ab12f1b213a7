"""One colour bar for a whole page: all maps of one colour map are painted on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnnviz.core.raster import paint
from cnnviz.figure import Figure, ImageGrid, Panel, Scale

PAGE_OF_FIGURES = "page"
"""What shares such a scale."""


def on_one_scale(figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures with their maps painted anew: equal colours are equal values on all of the page.

    Maps of another colour map have a scale of their own, which they share with each other. A signed scale stays
    symmetric, as all its parts are.
    """
    scales: dict[tuple[str, bool], Scale] = {}
    for figure in figures:
        for panel in figure.panels:
            if (scale := _scale_of(panel)) is not None:
                known = scales.get((scale.colormap, scale.signed), scale)
                low, high = min(known.low, scale.low), max(known.high, scale.high)
                together = Scale(low, high, scale.colormap, scale.signed, PAGE_OF_FIGURES)
                scales[scale.colormap, scale.signed] = together
    return tuple(
        replace(figure, panels=tuple(_painted(panel, scales) for panel in figure.panels)) for figure in figures
    )


def scales_of(figures: Sequence[Figure]) -> list[Scale]:
    """The scales that figures share on their page, each once."""
    found: dict[int, Scale] = {}
    for figure in figures:
        for panel in figure.panels:
            if (scale := _scale_of(panel)) is not None and scale.shared_by == PAGE_OF_FIGURES:
                found[id(scale)] = scale
    return list(found.values())


def _scale_of(panel: Panel) -> Scale | None:
    """The scale on which a panel's maps were painted; None where it shows something else, or colours of a picture."""
    painted = isinstance(panel, ImageGrid) and panel.values.ndim == panel.raster.ndim == 3
    return panel.scale if isinstance(panel, ImageGrid) and painted else None


def _painted(panel: Panel, scales: dict[tuple[str, bool], Scale]) -> Panel:
    old = _scale_of(panel)
    if old is None or not isinstance(panel, ImageGrid):
        return panel
    scale = scales[old.colormap, old.signed]
    values = np.asarray(panel.values, np.float32)
    ranges = np.tile(np.array([scale.low, scale.high], np.float32), (len(values), 1))
    return replace(panel, scale=scale, raster=paint(values, scale.low, scale.high), ranges=ranges, levels=())
