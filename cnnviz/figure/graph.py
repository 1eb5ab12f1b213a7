"""The panel of the executed operations as a graph, folded and coloured as somebody has left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True, eq=False)
class GraphCard:
    """One operation, or a folded block.

    Attributes
    ----------
    title, lines
        What stands on it.
    color
        Of its kind of operation, or of its number; ``#rrggbb``.
    filled
        Whether the colour fills the card, as it stands for a number.
    count
        For how many operations or equal blocks it stands: 0 for a single operation.
    raster
        (N, h, w) uint8 indices of the colour map, or (1, h, w, 3) RGB; None where no maps are shown.
    columns
        Maps side by side.
    """

    box: Box
    title: str
    lines: tuple[str, ...]
    color: str
    filled: bool = False
    count: int = 0
    raster: NDArray[np.uint8] | None = None
    columns: int = 1
    colormap: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What of the graph is seen, and how it is folded and coloured: plain values, for files.

    Attributes
    ----------
    room
        (width, height) for which its cards were laid out, in pixels at 100 %.
    depth
        To which it is folded; None where blocks were opened one by one.
    opened
        Keys of those.
    seen
        The part of the graph that is seen, in its own units; None for all.
    colours
        Name of the number that colours the cards; empty for their operations.
    strongest
        Whether cards show their strongest channels first.
    """

    room: tuple[int, int]
    depth: int | None = None
    opened: tuple[str, ...] = ()
    seen: Box | None = None
    colours: str = ""
    strongest: bool = True

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> Place:
        """From its JSON. Raises ``KeyError``, ``TypeError`` or ``ValueError`` where it is damaged."""
        (wide, high), depth, seen = saved["room"], saved.get("depth"), saved.get("seen")
        x, y, width, height = map(float, seen or (0, 0, 1, 1))
        if min(wide, high, width, height) <= 0:
            raise ValueError(f"no place: {saved}")
        return cls(
            (int(wide), int(high)),
            None if depth is None else int(depth),
            tuple(map(str, saved.get("opened", ()))),
            None if seen is None else (x, y, width, height),
            str(saved.get("colours", "")),
            bool(saved.get("strongest", True)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """All cards, the frames of opened blocks, and the lines along which values flow.

    Attributes
    ----------
    frames
        (box, name) of each opened block; those that hold others come first.
    lines
        Each as the corners of its straight strokes.
    size
        (width, height), in the units of the boxes: hundredths of an inch where there is room.
    keys
        (colour, meaning) of the legend.
    ramp
        Colours from the lowest to the highest number, where cards are coloured by one; its name and ends stand in
        ``ends``.
    place
        From where it was looked at on the screen, so that it can be brought back; on paper all of it is drawn.
    """

    cards: tuple[GraphCard, ...]
    frames: tuple[tuple[Box, str], ...]
    lines: tuple[tuple[tuple[float, float], ...], ...]
    size: tuple[float, float]
    keys: tuple[tuple[str, str], ...] = ()
    ramp: tuple[str, ...] = ()
    ends: tuple[str, str, str] = ("", "", "")
    title: str = ""
    place: Place | None = None
