"""Cards coloured by a number: which numbers there are, what they are of a block, and their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from PySide6.QtGui import QColor

from cnnviz.core.colormaps import AUTO, DIVERGING, fitting, lut
from cnnviz.core.graph.shapes import PICTURE, Card, Facts
from cnnviz.core.survey.shapes import DEAD, Survey, Timing, milliseconds
from cnnviz.figure import number
from cnnviz.gui.graph.scene import Scene
from cnnviz.gui.numbers import amount, size_text

COLORS = "viridis"

Values = Sequence[float | None]
"""One for each record; None where there is none."""


class _Says(Protocol):
    def __call__(self, number: float, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A number that records have.

    Attributes
    ----------
    is_share
        Whether it goes from 0 to 100 %.
    is_signed
        Whether it may be below 0; its colours are those of signed values then.
    """

    name: str
    title: str
    text: _Says
    is_share: bool = False
    is_signed: bool = False

    @property
    def is_mean(self) -> bool:
        """Whether a block has the mean of its records' numbers; else it has their sum."""
        return self.is_share or self.is_signed


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.1 else f"{100 * share:.0f} %"


PARAMETERS = Kind("parameters", "Parameters", amount)
MACS = Kind("macs", "Multiply–adds", amount)
MEMORY = Kind("memory", "Memory of the output", size_text)
TIME = Kind("time", "Time", milliseconds)
ZEROS = Kind("zeros", "Zeros", _percent, is_share=True)
DEAD_CHANNELS = Kind("dead", "Dead channels", _percent, is_share=True)
MEAN = Kind("mean", "Mean activation", partial(number, signed=True), is_signed=True)
KINDS = (PARAMETERS, MACS, MEMORY, TIME, ZEROS, DEAD_CHANNELS, MEAN)
OF_PICTURE = (ZEROS.name, DEAD_CHANNELS.name, MEAN.name)
"""Those that another picture changes."""


def of_facts(kind: Kind, facts: Sequence[Facts]) -> Values | None:
    """What an architecture has without any picture; None for what has to be measured."""
    if kind is PARAMETERS:
        return [record.parameters for record in facts]
    if kind is MACS:
        return [record.macs for record in facts]
    return [record.nbytes for record in facts] if kind is MEMORY else None


def of_survey(survey: Survey) -> dict[str, Values]:
    """The share of zeros, that of channels that are zero everywhere, and the mean, of each record."""
    zeros = [row.zeros for row in survey.rows]
    dead: list[float | None] = [None if share is None else 0.0 for share in zeros]
    for finding in survey.findings:
        if finding.kind == DEAD and finding.index != PICTURE:
            dead[finding.index] = len(finding.channels) / max(finding.total, 1)
    return {ZEROS.name: zeros, DEAD_CHANNELS.name: dead, MEAN.name: [row.mean for row in survey.rows]}


def of_timing(timing: Timing) -> dict[str, Values]:
    """The seconds that each record takes."""
    return {TIME.name: timing.seconds}


class Numbers:
    """One kind of number for all cards: its range among them, and the colour of each.

    The scale of shares goes from 0 to 100 %, that of signed numbers is as far below zero as above it, with a square
    root between, so that small ones are told apart; that of other numbers is logarithmic: between layers of one network
    lie factors of thousands.
    """

    def __init__(self, kind: Kind, scene: Scene, values: Values) -> None:
        self.kind, self._values = kind, values
        self.note = "" if kind.is_share else "square-root scale" if kind.is_signed else "logarithmic scale"
        found = [value for card in scene.cards if (value := self._value(scene.records_of(card)))]
        self.low, self.high = (min(found), max(found)) if found else (1.0, 1.0)
        if kind.is_share:
            self.low, self.high = 0.0, 1.0
        if kind.is_signed:
            self.high = max(abs(self.low), abs(self.high))
            self.low = -self.high
        colors = lut(fitting(AUTO, DIVERGING) if kind.is_signed else COLORS)
        self._table = [QColor(*map(int, rgba[:3])) for rgba in colors[:255]]

    def of(self, card: Card, scene: Scene) -> tuple[QColor, str] | None:
        """Colour and words of a card; None where it has no such number."""
        if card.first == PICTURE:
            return None
        value = self._value(scene.records_of(card))
        if value is None or (not value and not self.kind.is_mean):
            return None
        return self.color(value), self.kind.text(value)

    def color(self, value: float) -> QColor:
        """The colour of a value."""
        if self.kind.is_share:
            return self.shade(value)
        if self.kind.is_signed:
            return self.shade((1 + math.copysign(math.sqrt(min(abs(value) / self.high, 1.0)), value)) / 2)
        span = math.log(self.high / self.low)
        return self.shade(math.log(max(value, self.low) / self.low) / span if span > 0 else 1.0)

    def shade(self, share: float) -> QColor:
        """The colour at a share of the scale, 0 to 1."""
        return self._table[round(min(max(share, 0.0), 1.0) * 254)]

    def _value(self, records: Sequence[Facts]) -> float | None:
        """The number of a part: the sum of its records', or the mean, each weighted by its number of values."""
        known = [
            (value, math.prod(record.shape))
            for record in records
            if record.index < len(self._values) and (value := self._values[record.index]) is not None
        ]
        if not known:
            return None
        if not self.kind.is_mean:
            return sum(value for value, _ in known)
        weight = sum(size for _, size in known)
        return sum(value * size for value, size in known) / weight if weight else 0.0
