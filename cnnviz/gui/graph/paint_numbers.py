"""Cards coloured by a number: which numbers there are, what they are of a block, and their colours."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QColor

from cnnviz.core.colormaps import lut
from cnnviz.core.graph.shapes import PICTURE, Card, Facts
from cnnviz.gui.graph import words
from cnnviz.gui.graph.scene import Scene

COLORS = "viridis"


@dataclass(frozen=True, slots=True)
class Kind:
    """A number that records have."""

    name: str
    title: str
    of: Callable[[Facts], float]
    text: Callable[[float], str]


KINDS = (
    Kind("parameters", "Parameters", lambda facts: facts.parameters, words.amount),
    Kind("macs", "Multiply–adds", lambda facts: facts.macs, words.amount),
    Kind("memory", "Memory of the output", lambda facts: facts.nbytes, words.nbytes),
)
"""Numbers that an architecture has without any picture; of a block they are the sum."""


class Numbers:
    """One kind of number for all cards: its range among them, and the colour of each.

    The scale is logarithmic: between the layers of one network lie factors of thousands.
    """

    note = "logarithmic"

    def __init__(self, kind: Kind, scene: Scene) -> None:
        self.kind = kind
        values = [value for card in scene.cards if (value := self._value(scene.records_of(card))) > 0]
        self.low, self.high = (min(values), max(values)) if values else (1.0, 1.0)
        self._table = [QColor(*map(int, rgba[:3])) for rgba in lut(COLORS)[:255]]

    def of(self, card: Card, scene: Scene) -> tuple[QColor, str] | None:
        """Colour and words of a card; None where it has no such number."""
        if card.first == PICTURE:
            return None
        value = self._value(scene.records_of(card))
        return (self.color(value), self.kind.text(value)) if value > 0 else None

    def color(self, value: float) -> QColor:
        """The colour of a value."""
        span = math.log(self.high / self.low)
        return self.shade(math.log(max(value, self.low) / self.low) / span if span > 0 else 1.0)

    def shade(self, share: float) -> QColor:
        """The colour at a share of the scale, 0 to 1."""
        return self._table[round(min(max(share, 0.0), 1.0) * 254)]

    def _value(self, records: Sequence[Facts]) -> float:
        return sum(self.kind.of(record) for record in records)
