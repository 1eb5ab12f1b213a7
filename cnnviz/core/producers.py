"""Which record produced which tensor that a network holds, also after parts of it were written over."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

from torch import Tensor

from cnnviz.core.record import Record


class Producers:
    """The records behind the tensors of a pass that is running.

    Tensors are known by their identity. A record holds the tensor it produced, so that the identity stays good; tensors
    that no record holds are watched and forgotten when they go.

    Attributes
    ----------
    current
        The record behind each tensor, by ``id(tensor)``.
    overtaken
        For a tensor whose memory was written through another one: the record that produced it, and those that wrote
        into it since.
    """

    def __init__(self) -> None:
        self.current: dict[int, Record] = {}
        self.overtaken: dict[int, tuple[Record, list[Record]]] = {}
        self._watched: dict[int, weakref.ref[Tensor]] = {}

    def watch(self, tensor: Tensor) -> None:
        """Forget the tensor when it goes, as no record will hold it from now on."""
        name = id(tensor)

        def forget(_: object) -> None:
            self.current.pop(name, None)
            self.overtaken.pop(name, None)
            self._watched.pop(name, None)

        self._watched[name] = weakref.ref(tensor, forget)

    def add(self, tensor: Tensor, record: Record) -> None:
        """A tensor that shows a record's output, and is not held by it."""
        self.current[id(tensor)] = record
        self.watch(tensor)

    def on_storage(self, address: int, records: list[Record]) -> Iterator[Tensor]:
        """All known tensors that live in one storage."""
        held = [record.kept for record in records]
        watched = [reference() for reference in self._watched.values()]
        for tensor in held + watched:
            if tensor is not None and storage_of(tensor) == address:
                yield tensor

    def is_only(self, tensor: Tensor, records: list[Record]) -> bool:
        """Whether no other known tensor lives in the memory of this one."""
        return all(other is tensor for other in self.on_storage(storage_of(tensor), records))

    def overtake(self, tensor: Tensor, writer: Record) -> None:
        """The memory under a tensor was written through another tensor."""
        name = id(tensor)
        record = self.current.pop(name, None)
        if record is not None:
            self.overtaken[name] = (record, [writer])
        elif name in self.overtaken:
            self.overtaken[name][1].append(writer)

    def forget(self) -> None:
        """Let go of everything, when the pass is over."""
        self._watched.clear()
        self.current.clear()
        self.overtaken.clear()


def storage_of(tensor: Tensor) -> int:
    """Identity of the memory that a tensor lives in, shared by its views."""
    address: int = tensor.untyped_storage()._cdata
    return address
