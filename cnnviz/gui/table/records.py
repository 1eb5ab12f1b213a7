"""The columns of the table of records, and of the table of what ails them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cnnviz.core.survey.shapes import KINDS, MEANINGS, Finding, Row, Survey, Timing, milliseconds
from cnnviz.figure import percent
from cnnviz.gui.numbers import amount, size_text
from cnnviz.gui.table.columns import END, START, Column, SheetModel


@dataclass(frozen=True, slots=True)
class Line:
    """A record, and how long it takes where that was measured."""

    row: Row
    seconds: float | None = None


def lines_of(survey: Survey, timing: Timing | None) -> tuple[Line, ...]:
    """One line for each record."""
    if timing is None or len(timing.seconds) != len(survey.rows):
        return tuple(map(Line, survey.rows))
    return tuple(map(Line, survey.rows, timing.seconds))


RECORDS: tuple[Column[Line], ...] = (
    Column("#", "Order of execution", lambda x: x.row.index, lambda x: str(x.row.index), pinned=True),
    Column(
        "Layer",
        "Path in the network",
        lambda x: _natural(x.row.key),
        lambda x: x.row.key,
        number=False,
        elastic=START,
        pinned=True,
    ),
    Column("Operation", "What it computes", lambda x: x.row.short.casefold(), lambda x: x.row.short, number=False),
    Column(
        "Output",
        "Shape of what comes out; sorted by how many numbers that is",
        lambda x: _product(x.row.shape),
        lambda x: shape_text(x.row.shape),
        number=False,
    ),
    Column(
        "Parameters",
        "Learned numbers",
        lambda x: x.row.parameters,
        lambda x: _count(x.row.parameters),
        bar=True,
        brief=lambda x: amount(x.row.parameters) if x.row.parameters else "",
    ),
    Column(
        "Multiply–adds",
        "Of one picture",
        lambda x: x.row.macs,
        lambda x: _count(x.row.macs),
        bar=True,
        brief=lambda x: amount(x.row.macs) if x.row.macs else "",
        head="Multiply–\nadds",
    ),
    Column(
        "Time",
        "Median of several warm passes; “Measure times” fills it",
        lambda x: x.seconds,
        lambda x: "" if x.seconds is None else milliseconds(x.seconds),
        bar=True,
    ),
    Column(
        "Memory",
        "Size of the output",
        lambda x: x.row.nbytes,
        lambda x: size_text(x.row.nbytes),
        bar=True,
        unit="Memory (bytes)",
    ),
    Column(
        "Zeros",
        "Share of the values that are exactly 0 for this picture",
        lambda x: x.row.zeros,
        lambda x: "" if x.row.zeros is None else percent(x.row.zeros),
        bar=True,
    ),
    Column(
        "Receptive field",
        "Pixels of the picture on which one value depends; sorted by how many",
        lambda x: x.row.reach,
        lambda x: x.row.field,
        number=False,
        brief=lambda x: x.row.field.partition(", stride")[0],
        head="Receptive\nfield",
    ),
    Column(
        "Input",
        "Shapes of what goes in",
        lambda x: sum(map(_product, x.row.inputs)),
        lambda x: inputs_text(x.row.inputs),
        number=False,
        brief=lambda x: inputs_text(x.row.inputs, 2),
    ),
)
FINDINGS: tuple[Column[Finding], ...] = (
    Column("#", "Order of execution", lambda f: f.index, lambda f: str(f.index) if f.index >= 0 else "", pinned=True),
    Column(
        "Layer",
        "Path in the network",
        lambda f: _natural(f.key),
        lambda f: f.key or "Picture",
        number=False,
        pinned=True,
    ),
    Column("Operation", "What it computes", lambda f: f.short.casefold(), lambda f: f.short, number=False),
    Column("Finding", "What ails its channels", lambda f: KINDS.index(f.kind), lambda f: f.kind, number=False),
    Column(
        "Channels",
        "How many have it; sorted by their share",
        lambda f: len(f.channels) / f.total,
        lambda f: f"{len(f.channels):,} of {f.total:,}",
        bar=True,
    ),
    Column(
        "Which, and why",
        "Numbers of the channels; where NaN or infinite values begin, where they come from",
        lambda f: (f.cause, f.channels),
        lambda f: which(f, 40),
        number=False,
        elastic=END,
    ),
)


def records_model() -> SheetModel[Line]:
    """The table of all records."""
    return SheetModel(RECORDS, lambda line: f"{line.row.short} · {line.row.key}", lambda _: "text")


def findings_model() -> SheetModel[Finding]:
    """The table of what ails them; what is handed on is pale."""
    return SheetModel(FINDINGS, _told, lambda f: "text" if f.begins else "dim")


def which(finding: Finding, most: int) -> str:
    """``3, 17, 20 and 9 more``, or ``all``; and where that comes from."""
    channels = ", ".join(map(str, finding.channels[:most]))
    more = f" and {len(finding.channels) - most:,} more" if len(finding.channels) > most else ""
    said = "all" if len(finding.channels) == finding.total > 1 else f"{channels}{more}"
    return f"{said}; {finding.cause}" if finding.cause else said


def _told(finding: Finding) -> str:
    return (
        f"{finding.sentence}\n{which(finding, 40)[:1].upper()}{which(finding, 40)[1:]}. "
        "Enter shows the first of them; a click with the right button any."
    )


def meanings(findings: tuple[Finding, ...]) -> str:
    """What those findings mean that occur and are no plain words, each once."""
    return " · ".join(f"{kind}: {MEANINGS[kind]}" for kind in KINDS[2:] if any(f.kind == kind for f in findings))


def matching(text: str) -> Callable[[Line], bool]:
    """The records in which every word occurs: in path, operation, shapes, or as the number of parameters."""
    words = text.casefold().replace("x", "×").split()

    def fits(line: Line) -> bool:
        row = line.row
        shapes = " ".join(map(shape_text, (*row.inputs, row.shape)))
        said = f"{row.key} {row.op} {row.short} {row.family} {shapes} {row.parameters} {row.parameters:,}"
        known = said.casefold().replace("x", "×")
        return all(word in known for word in words)

    return fits


def matching_findings(text: str, begins: bool) -> Callable[[Finding], bool]:
    """The findings in which every word occurs; only where they begin, if asked for."""
    words = text.casefold().split()

    def fits(finding: Finding) -> bool:
        said = f"{finding.key} {finding.short} {finding.kind} {finding.sentence}".casefold()
        return (finding.begins or not begins) and all(word in said for word in words)

    return fits


def totals(survey: Survey, timing: Timing | None) -> str:
    """What the whole network comes to."""
    counted = f" ({survey.macs / 1e9:.3g} GFLOPs as most tables count)" if survey.macs >= 1e7 else ""
    parts = [
        f"{len(survey.rows):,} records",
        f"{survey.parameters:,} parameters",
        f"{survey.macs:,} multiply–adds{counted}",
        f"outputs {size_text(survey.nbytes)}",
    ]
    return " · ".join(parts) if timing is None else f"{' · '.join(parts)}\n{timing.sentence}"


def shape_text(shape: tuple[int, ...]) -> str:
    """``16×10×10``."""
    return "×".join(map(str, shape)) or "1"


def inputs_text(shapes: tuple[tuple[int, ...], ...], many: int = 3) -> str:
    """``64×56×56``; of several that are equal ``2 of 64×56×56``, of ``many`` others how many."""
    if len(set(shapes)) == 1 and len(shapes) > 1:
        return f"{len(shapes)} of {shape_text(shapes[0])}"
    return ", ".join(map(shape_text, shapes)) if len(shapes) < many else f"{len(shapes)} inputs"


def _natural(path: str) -> list[str | int]:
    """What paths are sorted by: their numbers as numbers, ``layer1.2`` before ``layer1.10``."""
    return [int(part) if at % 2 else part for at, part in enumerate(re.split(r"(\d+)", path.casefold()))]


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _product(shape: tuple[int, ...]) -> int:
    size = 1
    for edge in shape:
        size *= edge
    return size
