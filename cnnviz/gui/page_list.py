"""The figures of a page: collected one by one, put in order by dragging, each with its caption."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.figure import Figure
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme

MOST_COLUMNS = 12


@dataclass
class Entry:
    """A figure and what stands below it; empty for its own heading."""

    figure: Figure
    caption: str = ""


@dataclass
class PageDraft:
    """A page that grows while one works; it lives as long as the window."""

    entries: list[Entry] = field(default_factory=list)
    columns: int = 2
    letters: bool = True
    shared: bool = False

    def add(self, figure: Figure) -> None:
        """Put a figure at the end."""
        self.entries.append(Entry(figure))

    def figure(self) -> Figure | None:
        """The page as one figure; None while it is empty."""
        if not self.entries:
            return None
        from cnnviz.export.base import page_of

        figures = [entry.figure for entry in self.entries]
        return page_of(figures, self.columns, self.letters, [entry.caption for entry in self.entries], self.shared)


class PageList(QWidget):
    """Shows a draft and changes it.

    Parameters
    ----------
    draft
        What is changed.
    figure
        What “Add to page” adds.
    """

    changed = Signal()

    def __init__(self, draft: PageDraft, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page-list")
        self.draft, self._figure = draft, figure
        self.add = named(QPushButton("Add to page"), "page-add", "Add this figure to the page")
        self.remove = named(QPushButton("Remove"), "page-remove", "Remove the chosen figure from the page")
        self.list = named(QListWidget(), "page-figures", "Figures of the page; drag them into another order")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setMinimumHeight(theme.px(96))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.columns = named(QSpinBox(), "page-columns", "Figures side by side")
        self.columns.setRange(1, MOST_COLUMNS)
        self.columns.setValue(draft.columns)
        self.letters = named(QCheckBox("Letters (a), (b)"), "page-letters", "Letters (a), (b), (c)")
        self.letters.setChecked(draft.letters)
        self.shared = named(QCheckBox("One colour bar for the page"), "page-shared", "One colour bar for the page")
        self.shared.setToolTip("Maps of one colour map have one scale: equal colours are equal values.")
        self.shared.setChecked(draft.shared)
        self.caption = named(QLineEdit(), "page-caption", "Caption below the chosen figure")
        self.caption.setPlaceholderText("Caption: the figure’s own heading")
        self._lay_out()
        self._fill(len(draft.entries) - 1)
        self.add.clicked.connect(self._on_add)
        self.remove.clicked.connect(self._on_remove)
        self.list.currentRowChanged.connect(self._on_chosen)
        self.list.model().rowsMoved.connect(self._on_moved)
        self.columns.valueChanged.connect(self._on_columns)
        self.letters.toggled.connect(self._on_letters)
        self.shared.toggled.connect(self._on_shared)
        self.caption.textEdited.connect(self._on_caption)

    def set_figure(self, figure: Figure) -> None:
        """“Add to page” adds this one."""
        self._figure = figure

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.add, 1)
        buttons.addWidget(self.remove)
        self.rest = QWidget(self)  # nothing to arrange while the page is empty
        inside = QVBoxLayout(self.rest)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(8))
        row = QHBoxLayout()
        row.addWidget(QLabel("Columns"))
        row.addWidget(self.columns)
        row.addStretch(1)
        row.addWidget(self.letters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(buttons)
        inside.addWidget(self.list, 1)
        inside.addWidget(self.caption)
        inside.addLayout(row)
        inside.addWidget(self.shared)
        column.addWidget(self.rest, 1)
        column.addStretch(0)

    def _fill(self, chosen: int) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for entry in self.draft.entries:
                figure = entry.figure
                item = QListWidgetItem(f"{figure.title} · {figure.view}")
                item.setData(Qt.ItemDataRole.UserRole, entry)
                item.setToolTip(figure.subtitle)
                self.list.addItem(item)
            self.list.setCurrentRow(chosen)
        self._on_chosen()

    def _on_add(self) -> None:
        self.draft.add(self._figure)
        self._fill(len(self.draft.entries) - 1)
        self.changed.emit()

    def _on_remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            del self.draft.entries[row]
            self._fill(min(row, len(self.draft.entries) - 1))
            self.changed.emit()

    def _on_moved(self) -> None:
        items = [self.list.item(row) for row in range(self.list.count())]
        self.draft.entries[:] = [item.data(Qt.ItemDataRole.UserRole) for item in items]
        self._on_chosen()
        self.changed.emit()

    def _on_chosen(self) -> None:
        row = self.list.currentRow()
        chosen = 0 <= row < len(self.draft.entries)
        self.rest.setVisible(bool(self.draft.entries))
        self.remove.setVisible(bool(self.draft.entries))
        self.remove.setEnabled(chosen)
        self.caption.setEnabled(chosen)
        with QSignalBlocker(self.caption):
            self.caption.setText(self.draft.entries[row].caption if chosen else "")

    def _on_columns(self, columns: int) -> None:
        self.draft.columns = columns
        self.changed.emit()

    def _on_letters(self, letters: bool) -> None:
        self.draft.letters = letters
        self.changed.emit()

    def _on_shared(self, shared: bool) -> None:
        self.draft.shared = shared
        self.changed.emit()

    def _on_caption(self, text: str) -> None:
        self.draft.entries[self.list.currentRow()].caption = text
        self.changed.emit()
