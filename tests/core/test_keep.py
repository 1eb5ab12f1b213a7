"""Traces within a budget of bytes over all of them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import torch
from torch import nn

from cnnviz.core import keep
from cnnviz.core.keep import BUDGET, TraceCache, storages
from cnnviz.core.record import Record
from cnnviz.core.trace import Trace, trace

SIZE = 4 * 1000
"""Bytes of one output, and of the input, of the network below."""


def traced(outputs: int = 2) -> Trace:
    return trace(nn.Sequential(*[nn.ReLU() for _ in range(outputs)]), torch.rand(1, 1000))


def test_bytes_of_a_trace() -> None:
    assert traced(2).nbytes == 3 * SIZE
    shared = trace(nn.Sequential(nn.ReLU(), nn.Unflatten(1, (10, 100)), nn.Flatten()), torch.rand(1, 1000))
    assert shared.nbytes == 2 * SIZE
    assert [len(group.records) for group in storages(shared.records)] == [3]


def test_older_traces_go_first() -> None:
    cache = TraceCache(7 * SIZE)
    first, second, third = traced(), traced(), traced()
    cache.put("first", first)
    cache.put("second", second)
    assert cache.get("first") is first
    cache.put("third", third)
    assert cache.get("second") is None, "not looked at for longest"
    assert cache.get("first") is first
    assert cache.get("third") is third
    assert "second" not in cache
    assert len(cache) == 2
    assert cache.nbytes == 6 * SIZE


def test_the_newest_stays_even_when_it_is_too_large() -> None:
    cache = TraceCache(SIZE)
    cache.put("large", traced())
    assert len(cache) == 1
    cache.put("larger", traced(5))
    assert len(cache) == 1
    assert "larger" in cache


def test_a_key_is_kept_once() -> None:
    cache = TraceCache()
    assert cache.budget == BUDGET == 2**31
    again = traced()
    cache.put(("model", "picture"), traced())
    cache.put(("model", "picture"), again)
    assert cache.get(("model", "picture")) is again
    assert cache.nbytes == again.nbytes
    cache.clear()
    assert len(cache) == cache.nbytes == 0


def test_thousands_of_outputs_are_not_looked_through_for_each_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    def counted(records: Iterable[Record]) -> list[keep.Storage]:
        looks.append(1)
        return storages(records)

    monkeypatch.setattr(keep, "storages", counted)
    image = torch.rand(1, 1000)
    tight = trace(nn.Sequential(*[nn.ReLU() for _ in range(1000)]), image, budget=500 * SIZE)
    assert len(looks) < 50, "once for each of the 500 that do not fit would be 500"
    assert 480 * SIZE < tight.nbytes <= 501 * SIZE
    assert torch.equal(tight[999].output, image)
