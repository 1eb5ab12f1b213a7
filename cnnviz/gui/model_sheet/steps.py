"""Changes of a plan, a network as data: one step exchanged, left out, or put in after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnviz.core.finder.plan import Plan, Step

Where = tuple[int, ...]
"""The way to a step: its number, then for each block the number of a branch and of the step in it."""


def listed(steps: tuple[Step, ...], way: Where = ()) -> Iterator[tuple[Where, Step]]:
    """Every step with the way to it, in the order in which it runs; a block comes before what is in it."""
    for number, step in enumerate(steps):
        yield (*way, number), step
        for branch, inner in enumerate(step.branches):
            yield from listed(inner, (*way, number, branch))


def exchanged(plan: Plan, where: Where, new: tuple[Step, ...]) -> Plan:
    """The plan with other steps in the place of one."""
    return replace(plan, steps=_exchanged(plan.steps, where, new))


def _exchanged(steps: tuple[Step, ...], where: Where, new: tuple[Step, ...]) -> tuple[Step, ...]:
    number, *rest = where
    if not rest:
        return (*steps[:number], *new, *steps[number + 1 :])
    step, branch = steps[number], rest[0]
    inner = _exchanged(step.branches[branch], tuple(rest[1:]), new)
    branches = (*step.branches[:branch], inner, *step.branches[branch + 1 :])
    return (*steps[:number], replace(step, branches=branches), *steps[number + 1 :])
