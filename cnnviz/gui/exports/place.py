"""Where a file goes: asked for, never written over unasked, and opened when it is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnnviz.gui.exports.form import last_folder, remember_folder
from cnnviz.gui.naming import named


def ask_place(window: QWidget, title: str, name: str, filters: str, suffixes: Iterable[str]) -> Path | None:
    """A file to be written; None where the person thought better of it.

    Parameters
    ----------
    name
        The name that is proposed, without its suffix.
    filters
        As file dialogs take them; the suffix of the one that is chosen is the file's where it is given none.
    suffixes
        What the name can end in.
    """
    suffixes = tuple(suffixes)
    first = filters.split(";;")[0]
    proposed = last_folder() / f"{name}.{_suffix_of(first)}"
    path, chosen = QFileDialog.getSaveFileName(window, title, str(proposed), filters)
    if not path:
        return None
    file = Path(ending(path, _suffix_of(chosen or first), suffixes))
    if str(file) != path and file.exists() and not _replaced(window, file):
        return None  # the dialog asked about the name without its suffix only
    remember_folder(file.parent)
    return file


def ending(path: str, suffix: str, suffixes: Iterable[str]) -> str:
    """A path that ends as a format does: in the chosen one where it ends in none (“layer1.0” does not)."""
    return path if any(path.lower().endswith(f".{known}") for known in suffixes) else f"{path}.{suffix}"


def _suffix_of(words: str) -> str:
    """``html`` of “Page for a browser (*.html)”."""
    return words.rpartition("(*.")[2].rstrip(")")


def _replaced(window: QWidget, file: Path) -> bool:
    buttons = QMessageBox.StandardButton
    box = QMessageBox(QMessageBox.Icon.Question, "Replace the file?", f"{file.name} is there already.", parent=window)
    named(box, "replace-file", "Replace the file?")
    box.setInformativeText("Replace it?")
    box.setStandardButtons(buttons.Yes | buttons.No)
    box.setDefaultButton(buttons.No)
    return bool(box.exec() == buttons.Yes)


def opened(path: Path) -> bool:
    """Open a file or a folder in the computer's own program for it; whether there is one."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
