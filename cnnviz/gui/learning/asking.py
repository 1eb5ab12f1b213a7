"""Where a lesson is, and where its handout goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

HANDOUTS = "Pages of A4 (*.pdf);;Web page (*.html)"


def ask_lesson(window: QWidget) -> Path | None:
    """A lesson to open; None where the person changed her mind."""
    path, _ = QFileDialog.getOpenFileName(window, "Open a lesson", "", "Lessons (*.md *.markdown)")
    return Path(path) if path else None


def ask_handout(window: QWidget, key: str) -> Path | None:
    """A file for a handout; None where the person changed her mind."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(documents) if Path(documents).is_dir() else Path.home()
    path, chosen = QFileDialog.getSaveFileName(window, "Save a handout", str(folder / f"{key}.pdf"), HANDOUTS)
    if not path:
        return None
    return Path(path) if Path(path).suffix else Path(path + (".html" if "html" in chosen else ".pdf"))
