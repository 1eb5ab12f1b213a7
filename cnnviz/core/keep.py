"""Which traces, and which of their outputs, stay in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cnnviz.core.again import is_repeatable
from cnnviz.core.record import Record

if TYPE_CHECKING:
    from cnnviz.core.producers import Producers
    from cnnviz.core.trace import Trace

BUDGET = 2 * 2**30
"""Bytes that all kept traces may take together, unless set otherwise."""


@dataclass(slots=True, eq=False)
class Storage:
    """A piece of memory, and the records whose outputs live in it."""

    nbytes: int
    records: list[Record] = field(default_factory=list)


def storages(records: Iterable[Record]) -> list[Storage]:
    """The pieces of memory in which the outputs of records live, each once."""
    found: dict[int, Storage] = {}
    for record in records:
        if (kept := record.kept) is not None:
            memory = kept.untyped_storage()
            found.setdefault(memory._cdata, Storage(memory.nbytes())).records.append(record)
    return list(found.values())


class Budget:
    """Keeps the outputs of one pass within a number of bytes, by letting the largest go while it runs.

    They are computed again when something looks at them; what cannot be is dropped, last of all.

    Parameters
    ----------
    most
        Bytes.

    Attributes
    ----------
    dropped
        Bytes that the outputs which were let go would have taken.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.dropped = 0
        self._held: list[Record] = []
        self._away: list[Record] = []
        self._at_most = 0  # bytes, with those of views counted twice

    def count(self, record: Record, producers: Producers) -> None:
        """Take a new record's output into account."""
        self._held.append(record)
        self._at_most += record.nbytes
        if self._at_most > self.most:
            self._shrink(producers)

    def _shrink(self, producers: Producers) -> None:
        groups = storages(self._held)
        total = sum(group.nbytes for group in groups)
        # The largest first; what could not be computed again only when nothing else is left.
        back = {id(group): all(map(is_repeatable, group.records)) for group in groups}
        groups.sort(key=lambda group: (back[id(group)], group.nbytes))
        lost = False
        enough = len(groups) - len(groups) // 32  # a few at once: to look through thousands for each one takes minutes
        while total > self.most or (self.most and len(groups) > enough):
            largest = groups.pop()
            total -= largest.nbytes
            self.dropped += largest.nbytes
            lost |= not back[id(largest)]
            for record in largest.records:
                if record.kept is not None:
                    producers.watch(record.kept)
                self._let_go(record, back[id(largest)])
        if lost:
            self._lose_what_follows()
        self._held = [record for record in self._held if not (record.dropped or record.away)]
        self._at_most = total

    def _let_go(self, record: Record, back: bool) -> None:
        if not back:
            record.drop()
            return
        record.send_away(1 + max((parent.depth for parent in record.parents), default=0))
        self._away.append(record)

    def _lose_what_follows(self) -> None:
        """What would be computed from what is lost is lost, too."""
        for record in sorted({*self._held, *self._away}, key=lambda record: record.index):
            if record.depth and any(parent.dropped for parent in record.parents):
                record.drop()


class TraceCache:
    """Traces by key, within a budget of bytes over all of them: the one that was not looked at for longest goes first.

    Parameters
    ----------
    budget
        Bytes. The newest trace stays even when it alone is larger.
    """

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._traces: OrderedDict[Hashable, tuple[Trace, int]] = OrderedDict()
        self._nbytes = 0

    def __len__(self) -> int:
        return len(self._traces)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._traces

    @property
    def nbytes(self) -> int:
        """Bytes that the kept traces take."""
        return self._nbytes

    def get(self, key: Hashable) -> Trace | None:
        """The trace of that key, or None where it is not kept."""
        if key not in self._traces:
            return None
        self._traces.move_to_end(key)
        return self._traces[key][0]

    def put(self, key: Hashable, trace: Trace) -> list[Hashable]:
        """Keep a trace, and let older ones go until all fit; the keys of those that went."""
        if key in self._traces:
            self._nbytes -= self._traces.pop(key)[1]
        self._traces[key] = (trace, trace.nbytes)
        self._nbytes += trace.nbytes
        gone: list[Hashable] = []
        while len(self._traces) > 1 and self.nbytes > self.budget:
            last, (_, nbytes) = self._traces.popitem(last=False)
            self._nbytes -= nbytes
            gone.append(last)
        return gone

    def clear(self) -> None:
        """Keep none."""
        self._traces.clear()
        self._nbytes = 0
