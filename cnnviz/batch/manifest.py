"""What was made, line by line: so that a run that was stopped can go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnviz.core.errors import PlaceError

MANIFEST = "manifest.jsonl"
"""A line of JSON for each picture that is done."""


def note(folder: Path, line: Mapping[str, Any]) -> None:
    """Add a line. Raises ``PlaceError`` where it cannot be written."""
    try:
        with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
            manifest.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise PlaceError(
            f"{MANIFEST} cannot be written to {folder}: {error.strerror}; make room, or choose another place."
        ) from error


def made_whole(folder: Path, asked: Mapping[str, Any]) -> dict[tuple[str, str], list[str]]:
    """What earlier runs with the same weights and wishes have made whole, by hash and name of the picture."""
    found: dict[tuple[str, str], list[str]] = {}
    path = folder / MANIFEST
    same = False
    now = json.loads(json.dumps(asked))
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
        except ValueError:  # the end of a run that was killed
            continue
        if "ask" in line:
            same = {name: line.get(name) for name in now} == now
        elif same and not line["problems"] and all((folder / name).is_file() for name in line["files"]):
            found[line["sha256"], line["image"]] = line["files"]
    return found
