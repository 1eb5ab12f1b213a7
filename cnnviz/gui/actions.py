"""Every command of the window, in one table: its menu, words, keys and icon.

Menus, the list of keys and the command palette are all made from the same ``QAction`` objects.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from cnnviz.gui.theme import theme

Keys = QKeySequence.StandardKey


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table; ``name`` is the action's object name."""

    menu: str
    name: str
    text: str
    keys: tuple[QKeySequence.StandardKey | str, ...] = ()
    icon: str = ""
    checkable: bool = False


SEPARATOR = ""

SHIFTS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
"""By how many rows and columns the explained cell moves."""

COMMANDS = (
    Command("File", "open-pictures", "Open pictures…", (Keys.Open,), "image"),
    Command("File", "open-folder", "Open folder of pictures…", ("Ctrl+Shift+O",), "folder"),
    Command("File", "open-model", "Open model…", ("Ctrl+M",), "model"),
    Command("File", "about-model", "About this model…", ("Ctrl+I",), "info"),
    Command("File", "paste", "Paste pictures", (Keys.Paste,), "paste"),
    Command("File", SEPARATOR, ""),
    Command("File", "open-session", "Open session…"),
    Command("File", "save-session", "Save session", ("Ctrl+Shift+S",)),
    Command("File", "save-session-as", "Save session as…"),
    Command("File", SEPARATOR, ""),
    Command("File", "export", "Export figure…", (Keys.Save,), "export"),
    Command("File", "add-to-page", "Add figure to page", ("Ctrl+Shift+E",)),
    Command("File", "export-film", "Export film…", ("Ctrl+Alt+F",)),
    Command("File", "export-many", "Export many figures…", ("Ctrl+Alt+E",)),
    Command("File", "report", "Save report…", ("Ctrl+Shift+R",), "export"),
    Command("File", SEPARATOR, ""),
    Command("File", "quit", "Quit", (Keys.Quit, "Ctrl+Q")),
    Command("Edit", "undo", "Undo", (Keys.Undo,), "undo"),
    Command("Edit", "redo", "Redo", (Keys.Redo, "Ctrl+Shift+Z", "Ctrl+Y"), "redo"),
    Command("Edit", SEPARATOR, ""),
    Command("Edit", "copy-picture", "Copy figure as picture", (Keys.Copy,), "copy"),
    Command("Edit", "copy-values", "Copy figure as values", ("Ctrl+Shift+C",)),
    Command("Edit", "copy-python", "Copy as Python", ("Ctrl+Alt+C",)),
    Command("Edit", "copy-command", "Copy as command"),
    Command("Edit", SEPARATOR, ""),
    Command("Edit", "preferences", "Preferences…", ("Ctrl+,",), "settings"),
    Command("View", "draw", "Drawing pad", ("D",), "pen", checkable=True),
    Command("View", SEPARATOR, ""),
    Command("View", "larger", "Larger interface", ("Ctrl++", "Ctrl+="), "plus"),
    Command("View", "smaller", "Smaller interface", ("Ctrl+-",), "minus"),
    Command("View", "normal-size", "Normal interface", ("Ctrl+0",)),
    Command("View", SEPARATOR, ""),
    Command("View", "full-screen", "Full screen", ("F11",), checkable=True),
    Command("View", "reset-layout", "Reset layout", icon="reset"),
    Command("Go", "find", "Find a layer or command…", ("Ctrl+K", "Ctrl+F"), "search"),
    Command("Go", SEPARATOR, ""),
    Command("Go", "back", "Back", ("Alt+Left",), "arrow-left"),
    Command("Go", "forward", "Forward", ("Alt+Right",), "arrow-right"),
    Command("Go", SEPARATOR, ""),
    Command("Go", "next-step", "Next step", ("Right",), "forward"),
    Command("Go", "previous-step", "Previous step", ("Left",), "back"),
    Command("Go", "first-step", "First step: the picture", ("Home",), "home"),
    Command("Go", "last-step", "Last step: the answer", ("End",), "end"),
    Command("Go", "play", "Play", ("Space",), "play", checkable=True),
    Command("Go", SEPARATOR, ""),
    Command("Go", "explain", "Explain a number", ("E",), checkable=True),
    Command("Go", "trace-back", "Back along the trace", ("Backspace",)),
    *(Command("Go", f"shift-{way}", f"Shift the window {way}", (f"Ctrl+{way.title()}",)) for way in SHIFTS),
    Command("Go", "level-up", "One level up", ("Esc",)),
    Command("Go", "sandbox", "Sandbox", ("B",), checkable=True),
    Command("Go", "train", "Train a network", ("L",), checkable=True),
    Command("Go", "learn", "Learn", ("Ctrl+L",), checkable=True),
    Command("Go", "network", "Network as a graph", ("G",), checkable=True),
    Command("Go", "table", "Table of all operations", ("T",), checkable=True),
    Command("Go", "health", "Health of this pass", ("H",)),
    Command("Go", SEPARATOR, ""),
    Command("Go", "across", "Over all pictures…", ("A",), "gallery"),
    Command("Go", "next-picture", "Next picture", ("PgDown",)),
    Command("Go", "previous-picture", "Previous picture", ("PgUp",)),
    Command("Help", "lesson-next", "Next step of the lesson", ("N",)),
    Command("Help", "lesson-back", "Step of the lesson before", ("P",)),
    Command("Help", "lesson-show", "Show me what the lesson asks for", ("S",)),
    Command("Help", "lesson-open", "Open a lesson…"),
    Command("Help", SEPARATOR, ""),
    Command("Help", "tour", "Take the tour"),
    Command("Help", "what-is-this", "What is this?", ("Shift+F1",), "help"),
    Command("Help", "glossary", "Glossary…"),
    Command("Help", SEPARATOR, ""),
    Command("Help", "keys", "Keyboard shortcuts", ("F1", "?"), "keyboard"),
    Command("Help", "about", "About CNNViz", icon="info"),
)
MENUS = ("File", "Edit", "View", "Go", "Model", "Help")


class Actions:
    """The window's actions by name, and its menus by title."""

    def __init__(self, window: QMainWindow, bar: QMenuBar) -> None:
        self.menus: dict[str, QMenu] = {}
        for title in MENUS:
            menu = bar.addMenu(f"&{title}")
            menu.setObjectName(f"menu-{title.lower()}")
            self.menus[title] = menu
        self.by_name: dict[str, QAction] = {}
        for command in COMMANDS:
            if command.name == SEPARATOR:
                self.menus[command.menu].addSeparator()
            else:
                self.by_name[command.name] = self._action(window, command)

    def __getitem__(self, name: str) -> QAction:
        return self.by_name[name]

    def _action(self, window: QMainWindow, command: Command) -> QAction:
        action = QAction(command.text, window)
        action.setObjectName(command.name)
        keys = [QKeySequence(key) for key in command.keys]
        action.setShortcuts([key for at, key in enumerate(keys) if key not in keys[:at]])  # said twice, it does nothing
        action.setCheckable(command.checkable)
        said = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{command.text} ({said})" if said else command.text)
        if command.icon:
            theme.set_icon(action, command.icon)
        self.menus[command.menu].addAction(action)
        window.addAction(action)
        return action
