"""Objects of the window are deleted in its own thread, whoever makes the object that sets off the collection."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import pytest
from pytestqt.qtbot import QtBot

from cnnviz.gui.garbage import LIBRARY, STILL, Garbage


class Ring:
    """Refers to itself, and notes in which thread it is deleted."""

    def __init__(self, deleted: list[threading.Thread]) -> None:
        self.itself = self
        self.deleted = deleted

    def __del__(self) -> None:
        self.deleted.append(threading.current_thread())


@pytest.fixture
def idle() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def garbage(qtbot: QtBot, idle: threading.Event) -> Iterator[Garbage]:
    made = Garbage(idle)
    made.start()
    yield made
    made.stop()


def work(deleted: list[threading.Thread]) -> None:
    """Make so many objects that Python collects several times, if it may."""
    Ring(deleted)
    kept = [[n] for n in range(50_000)]
    del kept


def test_a_worker_deletes_nothing_of_the_window(qtbot: QtBot, garbage: Garbage) -> None:
    deleted: list[threading.Thread] = []
    Ring(deleted)
    worker = threading.Thread(target=work, args=(deleted,))
    worker.start()
    worker.join()
    assert deleted == []
    kept = [[n] for n in range(10_000)]
    with qtbot.waitSignal(garbage.collected):
        pass
    assert deleted == [threading.main_thread()] * 2
    assert kept


def test_all_objects_are_looked_through_in_a_pause(qtbot: QtBot, garbage: Garbage) -> None:
    with qtbot.waitSignal(garbage.collected, check_params_cb=lambda generation: generation == 2):
        for _ in range(STILL + 1):
            for _ in range(gc.get_threshold()[2] + 1):
                gc.collect(1)  # each counts as one reason to look through all
            garbage.look()


def test_a_library_is_looked_through_once(qtbot: QtBot, garbage: Garbage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(LIBRARY):
        monkeypatch.setitem(sys.modules, f"library.part{number}", ModuleType(f"part{number}"))
    part = sys.modules["library.part0"]
    assert any(found is part for found in gc.get_objects())
    with qtbot.waitSignal(garbage.collected, check_params_cb=lambda generation: generation == 2):
        for _ in range(STILL + 1):
            for _ in range(gc.get_threshold()[2] + 1):
                gc.collect(1)
            garbage.look()
    assert not any(found is part for found in gc.get_objects())
    garbage.stop()
    assert any(found is part for found in gc.get_objects())


def test_while_something_is_computed_all_objects_can_wait(garbage: Garbage, idle: threading.Event) -> None:
    idle.clear()
    seen: list[int] = []
    garbage.collected.connect(seen.append)
    for _ in range(STILL + 1):
        for _ in range(gc.get_threshold()[2] + 1):
            gc.collect(1)
        garbage.look()
    assert gc.get_count()[2] > gc.get_threshold()[2]
    assert 2 not in seen


def test_afterwards_python_collects_by_itself_again(qtbot: QtBot) -> None:
    garbage = Garbage(threading.Event())
    garbage.start()
    assert not gc.isenabled()
    garbage.stop()
    assert gc.isenabled()
