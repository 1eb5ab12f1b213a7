"""``cnnviz``: open the window, or draw it off screen into a file."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import socket
import sys
from pathlib import Path

from cnnviz.commands.common import model_request
from cnnviz.core.errors import CnnvizError
from cnnviz.launch import WindowOptions

LIBRARIES = "libegl1 libgl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 libfontconfig1"
WINDOW_LIBRARIES = "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0"


def run(options: argparse.Namespace) -> int:
    """Open the window and stay until it is closed."""
    if options.screenshot:
        folder = Path(options.screenshot).absolute().parent
        if not folder.is_dir():
            raise CnnvizError(f"There is no folder {folder} for the screenshot; make it first.")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    else:
        _require_display()
    try:
        from cnnviz.app import run as open_window
    except ImportError as error:
        if getattr(error, "name", None) and str(error.name).startswith("cnnviz"):
            raise
        raise CnnvizError(
            f"Qt cannot be loaded ({error}). On Debian and Ubuntu this helps: sudo apt-get install {LIBRARIES}"
        ) from error
    return open_window(
        WindowOptions(
            images=tuple(os.path.abspath(path) for path in options.images),  # noqa: PTH100 (no links are followed)
            model=model_request(options),
            layer=options.layer,
            view=options.view,
            screenshot=os.path.abspath(options.screenshot) if options.screenshot else "",  # noqa: PTH100
            size=options.size,
            workspace=options.workspace,
            lesson=options.lesson,
            step=options.step,
        )
    )


def _require_display() -> None:
    """Without a display, or without the libraries that talk to it, Qt aborts the process: look before it does."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY", "")
    if not display:
        problem = "There is no display to open a window on"
    elif not _answers(display):
        problem = f"The display {display} does not answer"
    else:
        missing = _missing_library()
        if not missing:
            return
        raise CnnvizError(
            f"Qt cannot open a window here ({missing}). "
            f"On Debian and Ubuntu this helps: sudo apt-get install {WINDOW_LIBRARIES}"
        )
    raise CnnvizError(f"{problem}; with --screenshot FILE.png CNNViz draws the window into a file instead.")


def _answers(display: str) -> bool:
    """Whether an X server listens; displays of other machines are believed."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if host not in ("", "unix") or not number.isdecimal():
        return True
    path = f"/tmp/.X11-unix/X{number}"
    for address in (path, "\0" + path):  # a file, and Linux' abstract name of the same
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(address)
                return True
            except OSError:
                continue
    return False


def _missing_library() -> str:
    """What Qt's own plugin for X11 lacks, in the linker's words; empty when it loads."""
    found = importlib.util.find_spec("PySide6")
    folders = found.submodule_search_locations if found else None
    plugin = Path(folders[0], "Qt", "plugins", "platforms", "libqxcb.so") if folders else None
    if plugin is None or not plugin.exists():
        return ""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error).partition(":")[0]
    return ""
