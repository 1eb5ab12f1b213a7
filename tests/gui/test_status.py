from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QProgressBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from cnnviz.figure import remaining
from cnnviz.gui.status import StatusBar, duration, size
from cnnviz.gui.theme import theme


@pytest.fixture
def status(qtbot: QtBot, qapp: QApplication) -> StatusBar:
    theme.install(qapp, "dark")
    status = StatusBar()
    qtbot.addWidget(status)
    status.resize(1280, 28)
    with qtbot.waitExposed(status):
        status.show()
    return status


def text(status: StatusBar, name: str) -> str:
    label = status.findChild(QWidget, name)
    return label.text() if label.isVisible() else ""


def test_facts(status: StatusBar) -> None:
    assert text(status, "state") == "Ready"
    status.set_forward(0.0014)
    status.set_memory(12, 100_000)
    status.set_remark("zero is white")
    assert [text(status, n) for n in ("forward", "memory", "remark")] == [
        "forward 1.4 ms",
        "12 steps, 0.1 MB kept",
        "zero is white",
    ]
    status.set_forward(None)
    status.set_memory(0, 0)
    status.set_state("Computing…", busy=True)
    assert [text(status, n) for n in ("state", "forward", "memory")] == ["Computing…", "", ""]


def test_a_job_has_progress_and_can_be_cancelled(qtbot: QtBot, status: StatusBar) -> None:
    status.set_job(7, "Classifying 500 pictures", 0, 0, None)
    bar = status.findChild(QProgressBar)
    assert (bar.minimum(), bar.maximum()) == (0, 0)  # it goes on, nobody knows how far
    status.set_job(7, "Classifying 500 pictures", 37, 500, 75.0)
    assert (bar.value(), bar.maximum()) == (37, 500)
    assert text(status, "counts") == "37 of 500 · 1 min left"
    with qtbot.waitSignal(status.cancel_requested) as cancel:
        qtbot.mouseClick(status.findChild(QToolButton, "cancel"), Qt.MouseButton.LeftButton)
    assert cancel.args == [7]
    status.set_job(7, "Classifying 500 pictures", 38, 500, 70.0)
    assert text(status, "counts") == "cancelling"
    status.end_job(7)
    status.end_job(7)  # a report that comes late
    assert text(status, "counts") == ""


def test_further_jobs_are_counted(status: StatusBar) -> None:
    for number in range(4):
        status.set_job(number, f"Job {number}", 1, 10, 5.0)
    assert sum(bar.isVisible() for bar in status.findChildren(QProgressBar)) == 2
    assert text(status, "more-jobs") == "+2 more"
    for number in range(3):
        status.end_job(number)
    assert text(status, "more-jobs") == ""


@pytest.mark.parametrize("width", [300, 560, 853, 1280])
def test_nothing_overlaps_at_any_width(status: StatusBar, width: int) -> None:
    status.set_forward(0.14)
    status.set_memory(170, 140_000_000)
    status.set_remark("zero is white · red positive · blue negative · scale shared by the layer")
    status.set_job(1, "Classifying", 37, 500, 75.0)
    status.resize(width, 28)
    QApplication.processEvents()
    parts = sorted((w.geometry() for w in status.children() if w.isWidgetType() and w.isVisible()), key=lambda g: g.x())
    assert all(a.right() < b.x() for a, b in itertools.pairwise(parts))
    assert text(status, "state") == "Ready"


def test_words_for_numbers() -> None:
    assert [duration(s) for s in (0.0014, 0.0995, 0.3204, 2.06)] == ["1.4 ms", "100 ms", "320 ms", "2.1 s"]
    assert [remaining(s) for s in (0.2, 5.4, 75, 4200)] == ["1 s", "5 s", "1 min", "1 h 10 min"]
    assert [size(n) for n in (100_000, 12_400_000, 1_500_000_000)] == ["0.1 MB", "12 MB", "1.5 GB"]
