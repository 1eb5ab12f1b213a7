"""What the worker answers to the queries of the graph."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cnnviz.core.graph.facts import facts_of
from cnnviz.core.graph.layout import Designer
from cnnviz.core.graph.shapes import Facts, GraphAnswer, GraphQuery

if TYPE_CHECKING:
    from cnnviz.core.trace import Trace

ARCHITECTURES_KEPT = 4

_designers: OrderedDict[tuple[Facts, ...], Designer] = OrderedDict()
_facts: WeakKeyDictionary[Trace, tuple[Facts, ...]] = WeakKeyDictionary()


def facts(trace: Trace) -> tuple[Facts, ...]:
    """All records of a pass in words and numbers, gathered once."""
    if trace not in _facts:
        _facts[trace] = facts_of(trace)
    return _facts[trace]


def graph(trace: Trace, query: GraphQuery, wanted: Callable[[], bool]) -> GraphAnswer:
    """The graph of a pass; another picture finds the drawing of the same architecture ready.

    Raises
    ------
    Cancelled
        It is no longer wanted.
    """
    known = facts(trace)
    designer = _designers.pop(known, None) or Designer(known)
    _designers[known] = designer
    while len(_designers) > ARCHITECTURES_KEPT:
        _designers.popitem(last=False)
    return GraphAnswer(query, designer.facts, designer.layout(query, wanted))
