"""What is asked about all records of a pass, and what is answered. Plain values: nothing here knows torch."""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.response import PICTURE, PassKey

NAN, INFINITE, EXPLODING, SATURATED, DEAD, CONSTANT = "NaN", "infinite", "exploding", "saturated", "dead", "constant"

KINDS = (NAN, INFINITE, EXPLODING, SATURATED, DEAD, CONSTANT)
"""What a channel can suffer from, the worst first."""

HALF = 65504.0
"""The largest number that half precision holds: what is beyond is infinite there."""

OUTLIER = 100.0
"""A channel explodes when its largest magnitude is so many times the median of its layer's channels."""

MEANINGS = {
    NAN: "NaN",
    INFINITE: "infinite values",
    EXPLODING: f"values beyond {HALF:,.0f}, which half precision cannot hold, or {OUTLIER:.0f} times their neighbours'",
    SATURATED: "nearly all values at the ends of the activation's range",
    DEAD: "nothing but 0",
    CONSTANT: "one and the same value everywhere",
}
"""What the channels have that suffer from it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record in numbers.

    Attributes
    ----------
    inputs, shape
        Shapes of what goes in and of what comes out, without the batch axis.
    parameters
        How many it uses.
    macs
        Multiply-adds.
    nbytes
        Size of the output.
    field
        Its receptive field in words.
    reach
        Pixels that the field covers, for sorting; -1 where that is unknown.
    zeros
        Share of the output's values that are exactly 0; None where they were not kept.
    mean
        Of the output's finite values; None where there is none, or they were not kept.
    """

    index: int
    key: str
    op: str
    short: str
    family: str
    inputs: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]
    parameters: int
    macs: int
    nbytes: int
    field: str
    reach: int
    zeros: float | None
    mean: float | None


def layer_name(index: int, short: str, key: str) -> str:
    """``5 · Conv 3×3 (features.3)``, or “the picture”."""
    return "the picture" if index == PICTURE else f"{index} · {short} ({key})"


@dataclass(frozen=True, slots=True)
class Finding:
    """Channels of one record that suffer from the same.

    Attributes
    ----------
    index
        The record's index; ``PICTURE`` for the input of the network.
    key, short
        The record's ``PATH`` or ``PATH#CALL`` and its operation in two words.
    kind
        One of `KINDS`.
    channels, total
        Which channels (units) suffer, of how many.
    begins
        Whether it begins here: its sources suffer less from it, and of NaN and infinite values not at all.
    sentence
        What it is, and where it comes from.
    cause
        Where NaN and infinite values come from, where they begin; else empty.
    """

    index: int
    key: str
    short: str
    kind: str
    channels: tuple[int, ...]
    total: int
    begins: bool
    sentence: str
    cause: str = ""

    @property
    def where(self) -> str:
        """The layer as a person names it: ``5 · Conv 3×3 (features.3)``."""
        return layer_name(self.index, self.short, self.key)


@dataclass(frozen=True, slots=True)
class SurveyQuery:
    """All records of a pass."""

    key: PassKey


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The answer to a ``SurveyQuery``.

    Attributes
    ----------
    rows
        In order of execution.
    findings
        What ails the pass, in order of execution; empty when it is in good health.
    unseen
        How many records were not looked at, because their values were not kept.
    parameters
        Of the whole network, shared ones once.
    """

    query: SurveyQuery
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...]
    unseen: int
    parameters: int

    @property
    def macs(self) -> int:
        """Multiply-adds of the pass."""
        return sum(row.macs for row in self.rows)

    @property
    def nbytes(self) -> int:
        """Size of all outputs."""
        return sum(row.nbytes for row in self.rows)

    @property
    def birthplaces(self) -> tuple[Finding, ...]:
        """Where NaN, and where infinite values come into the pass for the first time."""
        first = (next((f for f in self.findings if f.kind == kind and f.begins), None) for kind in (NAN, INFINITE))
        return tuple(found for found in first if found is not None)

    @property
    def verdict(self) -> str:
        """The health of the pass in one sentence."""
        if self.birthplaces:
            names = " and ".join(f"{found.kind} at {found.where}" for found in self.birthplaces)
            return f"This pass breaks down: {names} for the first time."
        begun = sum(finding.begins for finding in self.findings)
        seen = "" if not self.unseen else f" ({self.unseen} of {len(self.rows)} layers were not kept and not looked at)"
        if not begun:
            return f"This pass is in good health{seen}."
        return f"{begun} {'remark' if begun == 1 else 'remarks'} on the health of this pass{seen}."


@dataclass(frozen=True, slots=True)
class TimingQuery:
    """How long each record takes. Without ``measure``, what was measured before."""

    key: PassKey
    measure: bool = True


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for each record of a network, measured warm.

    Attributes
    ----------
    seconds
        For each record, in order: the median over the rounds.
    nbytes
        For each record the size of its output.
    bare
        Seconds of the whole pass without anything being recorded: the median.
    rounds
        How often it was measured.
    device
        On what, in words.
    """

    seconds: tuple[float, ...]
    nbytes: tuple[int, ...]
    bare: float
    rounds: int
    device: str

    @property
    def total(self) -> float:
        """The sum over all records."""
        return sum(self.seconds)

    @property
    def sentence(self) -> str:
        """The sum beside the bare pass."""
        difference = self.bare - self.total
        what = "Python between them takes the rest" if difference >= 0 else "measuring slows them down"
        return (
            f"The records take {milliseconds(self.total)} together, the bare pass {milliseconds(self.bare)}: {what}. "
            f"Median of {self.rounds} rounds on {self.device}."
        )


@dataclass(frozen=True, slots=True)
class TimingAnswer:
    """The answer to a ``TimingQuery``; None where nothing was measured yet."""

    query: TimingQuery
    timing: Timing | None


def milliseconds(seconds: float) -> str:
    """``12.3 ms``, ``0.012 ms``, ``1,204 ms``."""
    value = seconds * 1000
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms" if value >= 0.1 else f"{value:.3f} ms"
