"""The sheet of all keys (``?``), made from the actions themselves, so that it cannot be wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnviz.gui.overlay import Overlay
from cnnviz.gui.palette import split_keys
from cnnviz.gui.theme import theme

Group = tuple[str, list[tuple[str, list[str]]]]
"""Title of a group and its rows: (what it does, its shortcuts as text)."""


def groups_of(menus: QMenuBar) -> list[Group]:
    """All actions of a menu bar that have a shortcut, by menu."""
    groups = []
    for action in menus.actions():
        menu = action.menu()
        if isinstance(menu, QMenu) and (rows := _rows(menu)):
            groups.append((_plain(action.text()), rows))
    return groups


def _rows(menu: QMenu) -> list[tuple[str, list[str]]]:
    rows: list[tuple[str, list[str]]] = []
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            rows += _rows(below)
        elif keys := shortcuts_of(action):
            rows.append((_plain(action.text()), keys))
    return rows


def shortcuts_of(action: QAction) -> list[str]:
    """The shortcuts of an action as this system writes them."""
    native = QKeySequence.SequenceFormat.NativeText
    return list(dict.fromkeys(keys.toString(native) for keys in action.shortcuts() if not keys.isEmpty()))


def _plain(text: str) -> str:
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…").strip()


class ShortcutSheet(Overlay):
    """Keys by group, in columns, with a field to find one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 980, 720)
        self.setObjectName("shortcut-sheet")
        self.setAccessibleName("Keyboard shortcuts")
        self._groups: list[Group] = []
        title = QLabel("Keyboard")
        title.setProperty("role", "title")
        self.search = QLineEdit()
        self.search.setObjectName("shortcut-search")
        self.search.setAccessibleName("Find a shortcut")
        self.search.setPlaceholderText("Find a key or what it does")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(theme.px(240))
        self.search.textChanged.connect(self._fill)
        close = QToolButton()
        close.setObjectName("close-sheet")
        close.setAccessibleName("Close")
        close.setToolTip("Close (Esc)")
        theme.set_icon(close, "close", "dim")
        close.clicked.connect(self.dismiss)
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self.search)
        top.addWidget(close)
        self._area = QScrollArea()
        self._area.setObjectName("shortcut-list")
        self._area.setAccessibleName("Shortcuts by group")
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addLayout(top)
        self.body.addWidget(self._area, 1)
        theme.changed.connect(self._fill)

    def open(self, groups: Sequence[Group]) -> None:
        """Show the sheet.

        Parameters
        ----------
        groups
            What ``groups_of`` gives for the menu bar, and further ones for the mouse.
        """
        self._groups = list(groups)
        self.place()
        self.search.clear()
        self._fill()
        self.open_over(self.search)

    def _fill(self) -> None:
        query = self.search.text().strip().lower()
        shown: list[Group] = []
        for title, rows in self._groups:
            fitting = [row for row in rows if query in f"{title} {row[0]} {' '.join(row[1])}".lower()]
            if fitting:
                shown.append((title, sorted(fitting, key=lambda row: not _is_key(query, row))))
        shown.sort(key=lambda group: not _is_key(query, group[1][0]))
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.setContentsMargins(0, theme.px(8), theme.px(8), 0)
        columns.setSpacing(theme.px(32))
        if not shown and self._groups:
            nothing = QLabel(f"No key does “{self.search.text().strip()}”.")
            nothing.setProperty("role", "dim")
            columns.addWidget(nothing, 0, Qt.AlignmentFlag.AlignTop)
        for groups in _balanced(shown, 3 if self.card.width() >= theme.px(860) else 2):
            column = QVBoxLayout()
            column.setSpacing(theme.px(20))
            for group in groups:
                column.addLayout(_block(*group))
            column.addStretch(1)
            columns.addLayout(column, 1)
        self._area.setWidget(page)  # the page before it is deleted by the area
        if not query:  # while one searches the card keeps its size
            above = self.search.sizeHint().height() + self.body.spacing()
            self.fitted_height = page.sizeHint().height() + above + 3 * theme.px(16)
            self.place()


def _is_key(query: str, row: tuple[str, list[str]]) -> bool:
    """Whether a query is one of the keys of a row, however it is written: ``ctrl s`` and ``Ctrl+S``."""

    def plain(keys: str) -> list[str]:
        return sorted(split_keys(keys.lower().replace(" ", "+"))) if keys != "+" else ["+"]

    return bool(query) and any(plain(query) == plain(keys) for keys in row[1])


def _balanced(groups: list[Group], count: int) -> list[list[Group]]:
    """Groups in their order over columns of about the same height."""
    columns: list[list[Group]] = [[]]
    heights = [len(rows) + 2 for _, rows in groups]
    height, goal = 0, sum(heights) / count
    for group, rows in zip(groups, heights, strict=True):
        if columns[-1] and height + rows / 2 > goal * len(columns) and len(columns) < count:
            columns.append([])
        columns[-1].append(group)
        height += rows
    return columns + [[] for _ in range(count - len(columns))]


def _block(title: str, rows: list[tuple[str, list[str]]]) -> QVBoxLayout:
    block = QVBoxLayout()
    block.setSpacing(theme.px(6))
    heading = QLabel(title)
    heading.setProperty("role", "section")
    block.addWidget(heading)
    grid = QGridLayout()
    grid.setVerticalSpacing(theme.px(5))
    grid.setColumnStretch(0, 1)
    for row, (text, shortcuts) in enumerate(rows):
        label = QLabel(text)
        label.setWordWrap(True)
        grid.addWidget(label, row, 0)
        grid.addLayout(_keys(shortcuts), row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    block.addLayout(grid)
    return block


def _keys(shortcuts: list[str]) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(theme.px(3))
    for place, shortcut in enumerate(shortcuts[:2]):
        if place:
            either = QLabel("or")
            either.setProperty("role", "tiny")
            line.addWidget(either)
        for key in split_keys(shortcut):
            cap = QLabel(key)
            cap.setProperty("role", "key")
            cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line.addWidget(cap)
    return line
