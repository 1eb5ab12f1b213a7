"""A figure: a title and a few panels, with what it takes to make it again."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.figure.architecture import Architecture
from cnnviz.figure.charts import Chart, Curve
from cnnviz.figure.explained import Contributions, Outcome, Sliding
from cnnviz.figure.graph import Graph
from cnnviz.figure.numbers import Bars, Histogram, Matrix, Note, Table, Vector
from cnnviz.figure.pictures import ImageGrid, LayerRows
from cnnviz.figure.visible import Visible
from cnnviz.request import Cell, Request


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Several figures on one sheet.

    Attributes
    ----------
    figures
        Row by row.
    columns
        How many stand side by side.
    letters
        Whether they bear the letters (a), (b), (c).
    captions
        A sentence below each figure; empty for its own heading.
    shared
        Whether all maps of one colour map have one scale, whose colour bar stands beside them.
    """

    figures: tuple[Figure, ...]
    columns: int = 2
    letters: bool = True
    captions: tuple[str, ...] = ()
    title: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """What a figure was made from: with the same weights, picture and preprocessing its numbers come out the same.

    Attributes
    ----------
    model
        What the model is called.
    weights
        Identity of its weights: the SHA-256 of their file, or ``random:SEED``.
    picture
        SHA-256 of the picture's file.
    preprocessing
        What happened between its pixels and the input tensor, as (name, value) pairs.
    """

    model: str
    weights: str
    picture: str
    preprocessing: tuple[tuple[str, object], ...]


Panel = (
    ImageGrid
    | Bars
    | Vector
    | Matrix
    | Histogram
    | Sliding
    | Contributions
    | Curve
    | Chart
    | LayerRows
    | Architecture
    | Graph
    | Table
    | Page
    | Note
)


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """The answer of a layer view.

    Attributes
    ----------
    view
        Name of the view that made it.
    title, subtitle
        One line each.
    panels
        Drawn from left to right.
    request
        What was asked, so that the figure can be made again; None when it was made from Python objects.
    origin
        Identities of what it was made from; None where nobody knows them.
    outcome, cell
        Where the figure explains a number: how the sum comes out, and which number it is.
    """

    view: str
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    request: Request | None = None
    outcome: Outcome | None = None
    cell: Cell | None = None
    origin: Origin | None = None

    @property
    def visible(self) -> tuple[Visible | None, ...]:
        """What of each panel is drawn on paper: a part, or all of it; () where that is all of every one."""
        parts = tuple(getattr(panel, "visible", None) for panel in self.panels)
        return parts if any(parts) else ()

    def seen(self, visible: Sequence[Sequence[float] | None]) -> Figure:
        """The same figure of which only parts are drawn: one for each panel from the left, None for all of it."""
        parts = [None if part is None else Visible.of(part) for part in visible] + [None] * len(self.panels)
        panels = (
            replace(panel, visible=part) if isinstance(panel, ImageGrid | Vector) else panel
            for panel, part in zip(self.panels, parts, strict=False)
        )
        return replace(self, panels=tuple(panels))

    @property
    def still(self) -> tuple[Panel, ...]:
        """The panels as they leave the window: what slides there is laid out."""
        laid = [panel.grids if isinstance(panel, Sliding) else (panel,) for panel in self.panels]
        return tuple(panel for panels in laid for panel in panels)

    @property
    def flat(self) -> tuple[Panel, ...]:
        """The panels that hold numbers: grids instead of rows of them, and of a page the panels of its figures."""
        found: list[Panel] = []
        for panel in self.still:
            match panel:
                case LayerRows():
                    found += [replace(row.grid, title=f"{row.name} · {row.about}") for row in panel.rows]
                case Page():
                    found += [inner for figure in panel.figures for inner in figure.flat]
                case _:
                    found.append(panel)
        return tuple(found)

    def _repr_png_(self) -> bytes:
        """A notebook shows the figure by itself, as it is exported."""
        return _inline().as_png(self)  # type: ignore[no-any-return]

    def _repr_html_(self) -> str:
        """The same, fine enough for screens of twice the density."""
        return _inline().as_html(self)  # type: ignore[no-any-return]


def _inline() -> Any:
    """The exporters, found when a notebook asks for them: figures are data and know nothing of paper."""
    return importlib.import_module("cnnviz.export.inline")
