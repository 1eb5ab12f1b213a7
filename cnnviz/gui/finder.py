"""What the command palette can find: the network's steps, the layer views, every command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from cnnviz.gui.help import shortcuts_of
from cnnviz.gui.palette import Entry
from cnnviz.response import Step


def steps(found: tuple[Step, ...], go_to: Callable[[int], object]) -> list[Entry]:
    """One entry for each step; its path, shape, family and number of parameters can be searched as well."""
    entries = []
    for position, step in enumerate(found):
        parameters = f"{step.parameters:,} parameters" if step.parameters else ""
        hint = "   ".join(text for text in (step.key, step.shape_text, step.family, parameters) if text)
        entries.append(Entry(step.title, partial(go_to, position), "Layer", hint))
    return entries


def commands(bar: QMenuBar) -> list[Entry]:
    """One entry for each enabled action of all menus."""
    entries: list[Entry] = []
    for action in bar.actions():
        menu = action.menu()
        if isinstance(menu, QMenu):
            entries += _entries(menu, _plain(action.text()))
    return entries


def lessons(open_file: Callable[[Path], object]) -> list[Entry]:
    """One entry for each lesson of ours; what it is about can be searched as well."""
    from cnnviz.lessons.reading import lesson_files, read_head  # not before it is wanted

    heads = [read_head(file) for file in lesson_files()]
    return [Entry(one.title, partial(open_file, Path(one.file)), "Lesson", one.summary) for one in heads]


def words(show: Callable[[str], object]) -> list[Entry]:
    """One entry for each word of the glossary; its meaning stands beside it."""
    from cnnviz.lessons.glossary import glossary  # not before it is wanted

    return [Entry(one.title, partial(show, one.words[0]), "Word", one.sentence) for one in glossary().entries]


def _entries(menu: QMenu, group: str) -> list[Entry]:
    entries: list[Entry] = []
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            entries += _entries(below, _plain(below.title()))
        elif action.isEnabled() and not action.isSeparator():
            entries.append(_entry(action, group))
    return entries


def _entry(action: QAction, group: str) -> Entry:
    checked = "on" if action.isCheckable() and action.isChecked() else ""
    return Entry(_plain(action.text()), action.trigger, group, checked, "  ".join(shortcuts_of(action)))


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")
