"""The command palette (Ctrl+K): finds any layer, command or setting by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from cnnviz.gui.fuzzy import match
from cnnviz.gui.overlay import Overlay
from cnnviz.gui.theme import theme

RECENT = 20
"""How many choices are remembered."""

_Index = QModelIndex | QPersistentModelIndex
_ENTRY = Qt.ItemDataRole.UserRole
_LETTERS = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Entry:
    """Something that the palette can find.

    Attributes
    ----------
    title
        What it is called; this is what one searches.
    run
        Called when it is chosen.
    group
        ``Layer``, ``View``, ``Command``, ``Setting`` ...
    hint
        A few more words, shown dimly: a shape, the current value.
    shortcut
        Its keys, as text.
    icon
        Name of an icon.
    """

    title: str
    run: Callable[[], object]
    group: str = ""
    hint: str = ""
    shortcut: str = ""
    icon: str = ""

    @property
    def key(self) -> str:
        """What names the entry among the recently used ones."""
        return f"{self.group}/{self.title}"


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
        self.search = _Search()
        self.search.setObjectName("palette-search")
        self.search.setAccessibleName("Find a layer, command or setting")
        self.search.setPlaceholderText("Find a layer, command or setting")
        self.search.setProperty("role", "plain")
        self._glass = QLabel()
        self.model = _Results(self)
        self.list = QListView()
        self.list.setObjectName("palette-list")
        self.list.setAccessibleName("What was found")
        self.list.setModel(self.model)
        self.list.setItemDelegate(_Delegate(self.list))
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
        query = self.search.text().strip()
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
        entry = index.data(_ENTRY)
        if not isinstance(entry, Entry):
            return
        self.recent = [entry.key, *(key for key in self.recent if key != entry.key)][:RECENT]
        self.dismiss()
        entry.run()

    def _dress(self) -> None:
        self._glass.setPixmap(theme.pixmap("search", "dim", theme.px(18), self.devicePixelRatioF()))


class _Search(QLineEdit):
    """A line edit that hands the keys of the list on."""

    key_pressed = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        enter, pages = (keys.Key_Return, keys.Key_Enter), (keys.Key_PageUp, keys.Key_PageDown)
        if event.key() in (keys.Key_Up, keys.Key_Down, *pages, *enter):
            self.key_pressed.emit(event.key())
            event.accept()
        else:
            super().keyPressEvent(event)


class _Results(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.results: list[tuple[Entry, tuple[int, ...]]] = []

    def set_results(self, results: list[tuple[Entry, tuple[int, ...]]]) -> None:
        self.beginResetModel()
        self.results = results
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 (Qt's own signature)
        return 0 if parent.isValid() else len(self.results)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry, letters = self.results[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return f"{entry.title} · {entry.hint}" if entry.hint else entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return " ".join(filter(None, (entry.title, entry.hint, entry.group, entry.shortcut)))
        return {_ENTRY: entry, _LETTERS: letters}.get(Qt.ItemDataRole(role) if role < _ENTRY else role)


class _Delegate(QStyledItemDelegate):
    """One row: icon, title with the fitting letters in the accent colour, hint, group, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(theme.px(200), theme.px(32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(_ENTRY)
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover" if state & QStyle.StateFlag.State_Selected else "raised"))
            painter.drawRoundedRect(rect.adjusted(0, 1, -theme.px(4), -1), theme.px(6), theme.px(6))
        inner = rect.adjusted(theme.px(10), 0, -theme.px(14), 0)
        right = self._keys(painter, entry, inner)
        painter.setFont(theme.font("tiny"))
        painter.setPen(theme.color("dim"))
        group = painter.fontMetrics().horizontalAdvance(entry.group)
        painter.drawText(QRect(right - group, inner.y(), group, inner.height()), _MIDDLE, entry.group)
        right -= group + theme.px(16)
        left = inner.x()
        if entry.icon:
            edge = theme.px(16)
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(left, inner.center().y() - edge // 2, theme.pixmap(entry.icon, "dim", edge, ratio))
        left += theme.px(26)
        self._words(painter, entry, index.data(_LETTERS), QRect(left, inner.y(), right - left, inner.height()))
        painter.restore()

    @staticmethod
    def _keys(painter: QPainter, entry: Entry, inner: QRect) -> int:
        """Draw the shortcut as keys; the x at which it begins."""
        right = inner.right()
        painter.setFont(theme.font("tiny"))
        for key in reversed(split_keys(entry.shortcut)):
            width = max(painter.fontMetrics().horizontalAdvance(key) + theme.px(10), theme.px(20))
            box = QRect(right - width, inner.center().y() - theme.px(9), width, theme.px(19))
            painter.setPen(theme.color("border"))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(box, theme.px(4), theme.px(4))
            painter.setPen(theme.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
            right -= width + theme.px(4)
        return right - (theme.px(8) if entry.shortcut else 0)

    @staticmethod
    def _words(painter: QPainter, entry: Entry, letters: tuple[int, ...], room: QRect) -> None:
        plain, bold = theme.font(), theme.font()
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(plain)
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideMiddle, room.width())
        fitting = set(letters) if title == entry.title else set()
        x, start = room.x(), 0
        while start < len(title):  # runs of letters that fit or do not
            end = start
            while end < len(title) and (end in fitting) == (start in fitting):
                end += 1
            painter.setFont(bold if start in fitting else plain)
            painter.setPen(theme.color("accent" if start in fitting else "text"))
            run = title[start:end]
            painter.drawText(QRect(x, room.y(), room.right() - x, room.height()), _MIDDLE, run)
            x += painter.fontMetrics().horizontalAdvance(run)
            start = end
        x += theme.px(10)
        if entry.hint and x < room.right():
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("dim"))
            hint = painter.fontMetrics().elidedText(entry.hint, Qt.TextElideMode.ElideRight, room.right() - x)
            painter.drawText(QRect(x, room.y(), room.right() - x, room.height()), _MIDDLE, hint)


_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine


def split_keys(shortcut: str) -> list[str]:
    """``"Ctrl++"`` is the keys ``Ctrl`` and ``+``; of several sequences the first."""
    first = shortcut.split(", ")[0]
    if first.endswith("+"):
        return [*filter(None, first[:-1].split("+")), "+"]
    return [key for key in first.split("+") if key]
