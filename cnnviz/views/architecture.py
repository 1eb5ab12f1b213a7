"""The whole network as a drawing for a paper, and as a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cnnviz.figure import Figure, Fork
from cnnviz.views.base import counted, figure, layer_view
from cnnviz.views.options import option

if TYPE_CHECKING:
    from cnnviz.core.trace import Record, Trace


@dataclass(frozen=True)
class ArchitectureOptions:
    """How much of it is drawn."""

    fold: bool = field(
        default=True,
        metadata=option("Fold repeats", help="Blocks that follow each other and are built alike are drawn once."),
    )
    names: bool = field(default=True, metadata=option("Names", help="The paths of the layers in the model."))
    note: bool = field(default=True, metadata=option("What is left out", help="Says below what is not drawn."))


def fits(trace: Trace, record: Record | None) -> bool:
    """The network as a whole is looked at from the picture."""
    return record is None and len(trace.records) > 0


@layer_view("architecture", title="Architecture", options=ArchitectureOptions, fits=fits, priority=40)
def architecture(trace: Trace, record: None, options: ArchitectureOptions) -> Figure:
    """Blocks sized by their shapes; forks where ways meet again; repeated ones once, with how often."""
    from cnnviz.core.graph.answers import facts
    from cnnviz.core.graph.outline import outline

    drawn = outline(trace, facts(trace), fold=options.fold)
    if not options.names:
        drawn = replace(drawn, items=tuple(replace(item, name="") for item in drawn.items))
    if not options.note:
        drawn = replace(drawn, remark="")
    parameters = sum(parameter.numel() for parameter in trace.module.parameters())
    about = [f"{counted(parameters, 'parameter')}", counted(len(trace.records), "operation")]
    if any(isinstance(item, Fork) and item.count > 1 for item in drawn.items):
        about.append("“× n”: so many blocks like this, one after the other")
    made = figure(trace, None, "architecture", " · ".join(about), drawn)
    return replace(made, title=network(trace))


def network(trace: Trace) -> str:
    """What the network is called."""
    return trace.model.title if trace.model is not None else type(trace.module).__name__
