"""Rules that hold for every test: nothing is left behind, nothing of the user's is touched, nothing goes unnoticed.

Warnings and Qt messages fail a test by the settings in pyproject.toml; what is logged as an error, and widgets, threads
and hooks that a test leaves behind, fail it here.
"""

from __future__ import annotations

import os

# Before Qt or torch is imported, here and in the processes that tests start.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_API"] = os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ.setdefault(
    "OMP_NUM_THREADS",  # the processes of one run share the cores
    str(max(1, (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))),
)

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """Folder with MNIST, CIFAR-10 and real weights, which are not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the data sets in {folder}")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of its own for each test: settings, cache and logs."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CNNVIZ_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _no_logged_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test that provokes a logged error looks at it and then calls ``caplog.clear()``."""
    yield
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not errors, f"logged as errors: {errors}"


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.daemon:
            thread.join(timeout=5)
    left = [t.name for t in set(threading.enumerate()) - before if t.is_alive() and not t.daemon]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def _torch_as_found() -> Iterator[None]:
    """Hooks, function modes, gradient mode and the attention fast path are as they were before the test."""
    before = _torch_state()
    yield
    after = _torch_state()
    if before is None:  # torch came with this test: compare with what a fresh torch has
        before = {"hooks": 0, "modes": 0, "grad": True, "inference": False, "fastpath": True} if after else None
    assert after == before


def _torch_state() -> dict[str, object] | None:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    module = torch.nn.modules.module
    kinds = (
        "_global_forward_hooks",
        "_global_forward_pre_hooks",
        "_global_backward_hooks",
        "_global_backward_pre_hooks",
    )
    return {
        "hooks": sum(len(getattr(module, kind)) for kind in kinds),
        "modes": len(torch.overrides._get_current_function_mode_stack()),
        "grad": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "fastpath": torch.backends.mha.get_fastpath_enabled(),
    }


@pytest.fixture(autouse=True)
def _no_widgets_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test with Qt, no window of its own and no running QThread is left."""
    if not {"qtbot", "qapp"} & set(request.fixturenames):
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent, QThread
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    application = request.getfixturevalue("qapp")
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()
    gc.collect()
    widgets = [w for w in QApplication.topLevelWidgets() if id(w) not in before and w.parent() is None]
    # By type: to ask some objects of torch for their __class__ warns.
    threads = [o for o in gc.get_objects() if issubclass(type(o), QThread) and isValid(o) and o.isRunning()]
    threads = [t for t in threads if t is not application.thread()]
    assert not widgets, f"widgets left: {[f'{type(w).__name__} {w.objectName()!r}' for w in widgets]}"
    assert not threads, f"QThreads left running: {threads}"
