"""What each operation is: its words, its sizes, its costs, and how its numbers come about.

One file a family. A family is found by being here: its classes register themselves for torch's functional names with
`cnnviz.core.ops.base.operation`. Anything that no family knows gets an honest, generic description.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cnnviz.arithmetic import Patch
from cnnviz.core.ops.base import Description, Head, Reading, Reads, Window, operation_of
from cnnviz.core.ops.call import Call
from cnnviz.core.ops.explanation import NETWORK, Explanation, Term, Terms, cell
from cnnviz.core.ops.fold import Folded, folded, required
from cnnviz.core.ops.minimum import explain_minimum, minimum_pooling
from cnnviz.core.ops.sampled import SampledCurve, cut_share, sampled_curve
from cnnviz.core.ops.sliding import sliding_window

if TYPE_CHECKING:
    from cnnviz.core.record import Record
    from cnnviz.core.trace import Trace

__all__ = [
    "NETWORK",
    "Call",
    "Description",
    "Explanation",
    "Folded",
    "Head",
    "Patch",
    "Reading",
    "Reads",
    "SampledCurve",
    "Term",
    "Terms",
    "Window",
    "cut_share",
    "describe",
    "explain",
    "folded",
    "head",
    "sampled_curve",
    "sliding_window",
    "take_over",
    "window",
]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

_heads: WeakKeyDictionary[Record, Head] = WeakKeyDictionary()  # columns, graph, table and views all ask
_described: WeakKeyDictionary[Record, Description] = WeakKeyDictionary()


def head(trace: Trace, record: Record) -> Head:
    """What a list says of an operation: its kind in two words, its family, parameters, multiply-adds.

    Shapes and arguments alone are looked at, never values: it works for records whose output was dropped.
    """
    found = _heads.get(record)
    if found is None:
        found = _heads[record] = operation_of(record.op).head(Call(record))
    return found


def take_over(record: Record, earlier: Record) -> None:
    """Let a record have the head and the words that one with the same arguments and shapes has, if those are known."""
    if earlier in _heads:
        _heads[record] = _heads[earlier]
    if earlier in _described:
        _described[record] = _described[earlier]


def describe(trace: Trace, record: Record) -> Description:
    """An operation in words and numbers: its head, and title, hyperparameters, output size, and formulas.

    Shapes and arguments alone are looked at, as for `head`.
    """
    found = _described.get(record)
    if found is None:
        found = _described[record] = operation_of(record.op).describe(Call(record))
    return found


def window(trace: Trace, record: Record) -> tuple[Reads, ...]:
    """Which positions of each source an output position reads: one entry for each of ``record.sources``, in that order.

    An entry holds one `Reading` for each axis of that source, the batch axis included.
    """
    return operation_of(record.op).reads(Call(record))


def explain(
    trace: Trace, record: Record, *, channel: int, at: tuple[int, ...] | None = None, folded: bool = False
) -> Explanation:
    """How one number of a record came about.

    Parameters
    ----------
    channel
        Channel of a map, unit of a dense output.
    at
        Position in the channel: (row, column) of a map, (position,) of a signal; None where there is but one.
    folded
        Whether the records that belong together are one step: a convolution, its batch norm and its activation by the
        folded kernels and bias (see `folded`; explained is a number of the last of them), or −maxpool(−x).

    Raises
    ------
    CnnvizError
        When there is no such channel or position, when the operation is not explained yet, or when nothing belongs
        together with it.
    Dropped
        When the record's output or those that went in were not kept.
    """
    index = cell(record, channel, at)
    if not folded:
        return operation_of(record.op).explain(Call(record), index)
    if (pooling := minimum_pooling(record)) is not None:
        return explain_minimum(record, pooling, index)
    return required(trace, record).explain(channel, at)
