"""The pictures of the README, made by the app itself: ``python scripts/make_pictures.py``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "resources" / "samples"
DIGITS = [
    str(SAMPLES / "lenet5-mnist" / f"{name}.png") for name in ("seven", "four", "two-large", "seven-barred", "eight")
]
THINGS = [str(SAMPLES / "vgg-cifar10" / f"{name}.png") for name in ("frog", "ship", "truck", "cat", "horse", "bird")]

PICTURES = {
    "main-window.png": ("dark", [*DIGITS, "--layer", "3"]),
    "explain.png": ("dark", [*DIGITS, "--layer", "3", "--view", "explain"]),
    "graph.png": ("dark", [*THINGS, "--model", "densenet201:random", "--workspace", "network"]),
    "learn.png": ("light", ["--lesson", "04", "--step", "5"]),
    "main-window-light.png": ("light", [*THINGS, "--model", "vgg-cifar10", "--layer", "4"]),
}
"""File in ``docs``: theme and arguments of the window."""


FIGURES = {
    "architecture": ["--model", "googlenet:random", "--layers", "picture", "--view", "architecture"],
}
"""Exported figures, by the name of their file in ``docs`` without its suffix."""


def main() -> int:
    for name, arguments in FIGURES.items():
        command = [sys.executable, "-m", "cnnviz", "export", THINGS[0], *arguments, "--name", name, "--overwrite"]
        paper = ["--preset", "double", "--dpi", "200", "--out", str(ROOT / "docs")]
        if status := subprocess.run([*command, *paper], cwd=ROOT, check=False).returncode:
            return status
    for name, (theme, arguments) in PICTURES.items():
        with tempfile.TemporaryDirectory() as home:
            settings = Path(home, "config", "settings.json")
            settings.parent.mkdir()
            settings.write_text(f'{{"theme": "{theme}"}}', encoding="utf-8")
            target = ROOT / "docs" / name
            target.parent.mkdir(exist_ok=True)
            command = [sys.executable, "-m", "cnnviz", *arguments, "--screenshot", str(target), "--size", "1440x900"]
            done = subprocess.run(command, env={**os.environ, "CNNVIZ_HOME": home}, cwd=ROOT, check=False)
            if done.returncode:
                return done.returncode
            print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
