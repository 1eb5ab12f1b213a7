"""Where files live. Nothing else in the package knows whether it runs from a repository or from a wheel.

The environment variable ``CNNVIZ_HOME`` moves all that belongs to a user (settings, cache, logs) into one folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import platformdirs


def resources() -> Path:
    """Folder of what comes with CNNViz: bundled weights, samples, icons."""
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"


def glossary() -> Path:
    """The file that says what every word means; in a wheel it is among the resources."""
    inside = resources() / "CONTEXT.md"
    return inside if inside.is_file() else resources().parent / "CONTEXT.md"


def config() -> Path:
    """Folder of the user's settings."""
    return _personal("config", platformdirs.user_config_path)


def cache() -> Path:
    """Folder of what can be made or downloaded again."""
    return _personal("cache", platformdirs.user_cache_path)


def logs() -> Path:
    """Folder of the log files."""
    return _personal("logs", platformdirs.user_log_path)


def log_file() -> Path:
    """The log that is being written."""
    return logs() / "cnnviz.log"


def _personal(kind: str, standard: Callable[..., Path]) -> Path:
    home = os.environ.get("CNNVIZ_HOME")
    folder = Path(home).expanduser() / kind if home else standard("cnnviz", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
