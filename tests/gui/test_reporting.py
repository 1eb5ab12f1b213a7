"""A report saved from the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from .conftest import Opened


def test_a_report_is_saved_where_one_says(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "seven"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), "Page for a browser (*.html)"))
    with opened.qtbot.waitSignal(opened.controller.reporting.done, timeout=30_000) as saved:
        opened.window.commands["report"].trigger()
    opened.settle()
    assert saved.args == [f"Saved {file}.html"]
    assert "LeNet-5 · seven.png" in file.with_suffix(".html").read_text("utf-8")


def test_a_place_that_is_not_there_is_said(opened: Opened, tmp_path: Path) -> None:
    with opened.qtbot.waitSignal(opened.controller.reporting.problem, timeout=30_000):
        opened.controller.reporting.write(opened.request, tmp_path / "nowhere" / "r.html")
    opened.settle()
    assert "There is no folder" in opened.window.errors.messages[-1].sentence
