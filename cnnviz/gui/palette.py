"""The command palette (Ctrl+K): finds any layer, command or setting by a few letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QWidget,
)

from cnnviz.gui.fuzzy import match
from cnnviz.gui.overlay import Overlay
from cnnviz.gui.palette_list import ENTRY, Entry, EntryDelegate, Results, SearchLine, split_keys
from cnnviz.gui.theme import theme

__all__ = ["CommandPalette", "Entry", "split_keys"]

RECENT = 20
"""How many choices are remembered."""


def _as_written(query: str) -> str:
    """Shapes and numbers as the window writes them: ``512x14x14`` is 512×14×14, 590080 is 590,080."""
    if query.isdecimal() and len(query) > 3:
        return f"{int(query):,}"
    return re.sub(r"(?<=\d)[xX](?=\d)", "×", query)


class CommandPalette(Overlay):
    """Search field and list above the window.

    Parameters
    ----------
    parent
        The window.
    provider
        Gives all entries; asked each time when the palette opens.
    """

    def __init__(self, parent: QWidget, provider: Callable[[], Sequence[Entry]]) -> None:
        super().__init__(parent, 620, 440)
        self.setObjectName("command-palette")
        self.setAccessibleName("Command palette")
        self._provider = provider
        self._entries: tuple[Entry, ...] = ()
        self.recent: list[str] = []
        self.search = SearchLine()
        self.search.setObjectName("palette-search")
        self.search.setAccessibleName("Find a layer, command or setting")
        self.search.setPlaceholderText("Find a layer, command or setting")
        self.search.setProperty("role", "plain")
        self._glass = QLabel()
        self.model = Results(self)
        self.list = QListView()
        self.list.setObjectName("palette-list")
        self.list.setAccessibleName("What was found")
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._foot = QLabel()
        self._foot.setObjectName("palette-foot")
        self._foot.setProperty("role", "tiny")
        top = QHBoxLayout()
        top.addWidget(self._glass)
        top.addWidget(self.search, 1)
        line = QFrame()
        line.setProperty("role", "line")
        self.body.addLayout(top)
        self.body.addWidget(line)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._foot)
        self.search.textChanged.connect(self._find)
        self.search.key_pressed.connect(self._on_key)
        self.list.clicked.connect(self._choose)
        theme.changed.connect(self._dress)
        self._dress()

    def open(self, text: str = "") -> None:
        """Show the palette, with ``text`` typed in already."""
        self._entries = tuple(self._provider())
        self.search.setText(text)
        self._find()
        self.open_over(self.search)

    @property
    def found(self) -> tuple[Entry, ...]:
        """What the list shows, best first."""
        return tuple(entry for entry, _ in self.model.results)

    def _find(self) -> None:
        query = _as_written(self.search.text().strip())
        age = {key: place for place, key in enumerate(self.recent)}
        results: list[tuple[float, int, Entry, tuple[int, ...]]] = []
        for place, entry in enumerate(self._entries):
            newest = RECENT - age[entry.key] if entry.key in age else 0
            if not query:
                results.append((float(newest), place, entry, ()))
            elif (hit := match(query, entry.title, f"{entry.group} {entry.hint}")) is not None:
                results.append((hit[0] + newest, place, entry, hit[1]))
        results.sort(key=lambda result: (-result[0], result[1]))
        self.model.set_results([(entry, letters) for _, _, entry, letters in results])
        if results:
            self.list.setCurrentIndex(self.model.index(0))
            self.list.scrollToTop()
        self._foot.setText(
            f"{len(results):,} of {len(self._entries):,}     ↑ ↓ choose     Enter run     Esc close"
            if results
            else f"Nothing is called “{query}”. Try fewer letters."
        )
        self.fitted_height = theme.px(108) + max(len(results), 1) * theme.px(32)
        self.place()

    def _on_key(self, key: int) -> None:
        rows, row = self.model.rowCount(), self.list.currentIndex().row()
        page = max(1, self.list.viewport().height() // max(1, self.list.sizeHintForRow(0)) - 1)
        keys = Qt.Key
        if key in (keys.Key_Return, keys.Key_Enter):
            self._choose(self.list.currentIndex())
            return
        if not rows:
            return
        target = {
            keys.Key_Down: (row + 1) % rows,
            keys.Key_Up: (row - 1) % rows,
            keys.Key_PageDown: min(row + page, rows - 1),
            keys.Key_PageUp: max(row - page, 0),
        }[Qt.Key(key)]
        self.list.setCurrentIndex(self.model.index(target))

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        self.recent = [entry.key, *(key for key in self.recent if key != entry.key)][:RECENT]
        self.dismiss()
        entry.run()

    def _dress(self) -> None:
        self._glass.setPixmap(theme.pixmap("search", "dim", theme.px(18), self.devicePixelRatioF()))
