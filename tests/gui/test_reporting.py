"""A report saved from the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from cnnviz.figure import number
from cnnviz.request import PictureEdit

from .conftest import Opened


def test_a_report_is_saved_where_one_says(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "seven"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), "Page for a browser (*.html)"))
    with opened.qtbot.waitSignal(opened.controller.reporting.offered, timeout=30_000) as saved:
        opened.window.commands["report"].trigger()
    opened.settle()
    assert saved.args[0] == f"Saved {file}.html."
    assert "LeNet-5 · seven.png" in file.with_suffix(".html").read_text("utf-8")


def test_a_report_is_opened_with_a_button(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, there = [], [True, False]
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: (shown.append(url.toLocalFile()), there.pop(0))[1])
    with opened.qtbot.waitSignal(opened.controller.reporting.offered, timeout=30_000) as saved:
        opened.controller.reporting.write(opened.request, tmp_path / "r.html")
    opened.settle()
    words, act = saved.args[1]
    assert words == "Open it"
    act()
    assert shown == [str(tmp_path / "r.html")]
    assert not [message for message in opened.window.errors.messages if message.level == "error"]
    act()
    assert "No program that opens r.html was found" in opened.window.errors.messages[-1].sentence


def test_a_report_is_of_the_picture_as_it_was_edited(opened: Opened, tmp_path: Path) -> None:
    opened.ask(picture_edit=PictureEdit(turn=90))
    file = tmp_path / "r.html"
    with opened.qtbot.waitSignal(opened.controller.reporting.offered, timeout=30_000):
        opened.controller.reporting.write(opened.request, file)
    opened.settle()
    best = opened.controller.response.scores.logits.max()
    assert f"<td>{number(best, 4, signed=True)}</td>" in file.read_text("utf-8")


@pytest.mark.parametrize("suffix", ["html", "pdf"])
def test_a_report_that_is_cancelled_leaves_nothing(opened: Opened, tmp_path: Path, suffix: str) -> None:
    jobs, reporting, told = opened.controller.jobs, opened.controller.reporting, []
    for signal in (reporting.offered, reporting.problem):
        signal.connect(lambda *_: told.append(True))
    (tmp_path / f"r.{suffix}").write_bytes(b"old")
    with opened.qtbot.waitSignal(jobs.reported, timeout=30_000, check_params_cb=lambda report: report.ended):
        jobs.cancel(reporting.write(opened.request, tmp_path / f"r.{suffix}"))
    assert [file.name for file in tmp_path.iterdir()] == [f"r.{suffix}"]
    assert (tmp_path / f"r.{suffix}").read_bytes() == b"old"
    assert not told


def test_a_place_that_is_not_there_is_said(opened: Opened, tmp_path: Path) -> None:
    with opened.qtbot.waitSignal(opened.controller.reporting.problem, timeout=30_000):
        opened.controller.reporting.write(opened.request, tmp_path / "nowhere" / "r.html")
    opened.settle()
    assert "There is no folder" in opened.window.errors.messages[-1].sentence
