"""Opening the window from the command line: that it comes, or says why not. What it shows is tested elsewhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from cnnviz import cli, paths
from cnnviz.commands import window

SAMPLES = paths.resources() / "samples" / "lenet5-mnist"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for an X server")


def start(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, as an application has."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-m", "cnnviz", *words],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@LINUX
@pytest.mark.parametrize(
    ("environment", "said"),
    [({}, "There is no display to open a window on"), ({"DISPLAY": ":4711"}, "The display :4711 does not answer")],
)
def test_without_a_display_it_says_so_and_names_the_way_out(environment: dict[str, str], said: str):
    done = start(**environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert "--screenshot FILE.png" in done.stderr


@LINUX
def test_a_display_that_answers_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X4712")
        server.listen()
        assert window._answers(":4712")
        assert window._answers("unix:4712.0")
    assert not window._answers(":4712")
    assert window._answers("far.example.org:0")  # believed: to ask would take time


@LINUX
def test_with_a_display_the_window_is_opened(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    window._require_display()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    window._require_display()


@pytest.fixture
def broken_qt(tmp_path: Path) -> str:
    """A PySide6 that lacks everything, and whose plugin for X11 cannot be loaded."""
    plugins = tmp_path / "PySide6" / "Qt" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    (tmp_path / "PySide6" / "__init__.py").touch()
    (plugins / "libqxcb.so").write_text("no library")
    return str(tmp_path)


def test_where_qt_cannot_be_imported_it_says_what_helps(broken_qt: str, tmp_path: Path):
    done = start("--screenshot", str(tmp_path / "window.png"), PYTHONPATH=broken_qt)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Qt cannot be loaded (No module named 'PySide6.QtCore')" in done.stderr
    assert "apt-get install libegl1" in done.stderr


@LINUX
def test_where_a_library_is_missing_it_says_what_helps(broken_qt: str):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X4713")
        server.listen()
        done = start(DISPLAY=":4713", PYTHONPATH=broken_qt)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Qt cannot open a window here" in done.stderr
    assert "apt-get install libxcb-cursor0" in done.stderr


@pytest.mark.slow
def test_a_screenshot(tmp_path: Path):
    file = tmp_path / "window.png"
    left = tmp_path / "left"  # the process ends at once, and yet leaves nothing behind
    left.mkdir()
    words = "--layer", "3", "--screenshot", str(file), "--size", "1280x720"
    done = start(str(SAMPLES / "two.png"), *words, TMPDIR=str(left))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with Image.open(file) as picture:
        assert picture.size == (1280, 720)
        assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 100
    assert not [path for path in left.iterdir() if path.name.startswith("cnnviz")]


@pytest.mark.slow
def test_a_screenshot_of_what_does_not_exist(tmp_path: Path):
    done = start("--model", "lenet6", "--screenshot", str(tmp_path / "window.png"))
    assert done.returncode == 1
    assert "There is no model lenet6" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_screenshot_into_a_folder_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["--screenshot", str(tmp_path / "nowhere" / "window.png")]) == 1
    assert "There is no folder" in capsys.readouterr().err
