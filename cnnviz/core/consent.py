"""Which programs a person agreed to run: remembered by their content, so that a changed file is asked for again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cnnviz.core.writing import replacing
from cnnviz.paths import config


def agreed(file: Path) -> bool:
    """Whether the person agreed to run a file with this very content."""
    digest = _digest(file)
    return bool(digest) and digest in _known()


def agree(file: Path) -> None:
    """Remember that the person agreed to run this file as it is now. Raises ``CnnvizError`` if it cannot be written."""
    known = _known() | {_digest(file): file.name}
    with replacing(_store()) as store:
        store.write(json.dumps(known, indent=1).encode())


def forget() -> None:
    """Ask again for every file."""
    _store().unlink(missing_ok=True)


def _store() -> Path:
    return config() / "trusted.json"


def _known() -> dict[str, str]:
    try:
        known = json.loads(_store().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""
