"""Colour maps that are even to the eye and safe for the colour-blind, as tables of 255 colours.

Every name is one that the ``cmap`` catalogue knows; each table is checked in the tests for even steps of lightness
and for ends that stay apart for the three kinds of dichromats.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cnnviz.core.errors import CnnvizError
from cnnviz.figure import GROUND

SEQUENTIAL, DIVERGING, WEIGHTS = "sequential", "diverging", "weights"

COLORMAPS: dict[str, str] = {
    "RdBu_r": DIVERGING,
    "vik": DIVERGING,
    "berlin": DIVERGING,
    "viridis": SEQUENTIAL,
    "cividis": SEQUENTIAL,
    "magma": SEQUENTIAL,
    "batlow": SEQUENTIAL,
    "oslo": SEQUENTIAL,
    "grayC": SEQUENTIAL,
    "PuOr_r": WEIGHTS,
    "BrBG": WEIGHTS,
}
"""Colour map to what it is for: values that are never negative, signed activations, or weights (signed, too)."""

_CATALOGUE = {
    "RdBu_r": "colorbrewer:RdBu_r",
    "vik": "crameri:vik",
    "berlin": "crameri:berlin",
    "viridis": "bids:viridis",
    "cividis": "cividis:cividis",
    "magma": "bids:magma",
    "batlow": "crameri:batlow",
    "oslo": "crameri:oslo",
    "grayC": "crameri:grayC",
    "PuOr_r": "colorbrewer:PuOr_r",
    "BrBG": "colorbrewer:BrBG",
}

_DEFAULTS = {SEQUENTIAL: "viridis", DIVERGING: "RdBu_r", WEIGHTS: "PuOr_r"}

_PARTNERS = {
    "RdBu_r": "viridis",
    "vik": "batlow",
    "berlin": "magma",
    "viridis": "RdBu_r",
    "cividis": "vik",
    "magma": "berlin",
    "batlow": "vik",
    "oslo": "vik",
    "grayC": "RdBu_r",
}

AUTO = "auto"


def names(*categories: str) -> tuple[str, ...]:
    """The choices of an option: ``auto`` and the colour maps of some categories."""
    return (AUTO, *(name for name, category in COLORMAPS.items() if category in categories))


def fitting(name: str, category: str) -> str:
    """The colour map to take where one of a category is needed.

    A map of the other kind is stood in for by its partner: who prefers ``cividis`` sees signed values in ``vik``, whose
    middle is neutral.

    Raises
    ------
    CnnvizError
        There is no such colour map, or it is kept for weights (or for activations).
    """
    if name == AUTO:
        return _DEFAULTS[category]
    _known(name)
    if COLORMAPS[name] == category:
        return name
    partner = _PARTNERS.get(name, "")
    if COLORMAPS.get(partner) != category:
        raise CnnvizError(f"The colour map {name} is not for {category}; take one of {', '.join(names(category))}.")
    return partner


@cache
def lut(name: str) -> NDArray[np.uint8]:
    """The colours of a map.

    Returns
    -------
    (256, 4) uint8, RGBA: 0 to 254 are the colours, 127 exactly the one in the middle; 255 (``GROUND``) is transparent.

    Raises
    ------
    CnnvizError
        There is no such colour map.
    """
    _known(name)
    from cmap import Colormap  # 0.1 s: not before a picture is drawn

    stops = [(stop.position, *stop.color.rgba) for stop in Colormap(_CATALOGUE[name]).color_stops]
    places, *channels = np.array(stops, np.float64).T  # the catalogue's own tables have no entry in the very middle
    table = np.zeros((256, 4), np.uint8)
    for i, channel in enumerate(channels):
        table[:GROUND, i] = np.rint(np.interp(np.linspace(0, 1, GROUND), places, channel) * 255)
    table.flags.writeable = False
    return table


def _known(name: str) -> None:
    if name not in COLORMAPS:
        raise CnnvizError(f"There is no colour map {name!r}; take one of {', '.join(COLORMAPS)}.")
