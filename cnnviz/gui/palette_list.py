"""What the command palette finds: entries, their list, and how a row is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cnnviz.gui.theme import theme

_Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
LETTERS = Qt.ItemDataRole.UserRole + 1


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


class SearchLine(QLineEdit):
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


class Results(QAbstractListModel):
    """The entries that were found, best first, with the letters of their titles that fit."""

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
        return {ENTRY: entry, LETTERS: letters}.get(Qt.ItemDataRole(role) if role < ENTRY else role)


class EntryDelegate(QStyledItemDelegate):
    """One row: icon, title with the fitting letters in the accent colour, hint, group, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(theme.px(200), theme.px(32))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(ENTRY)
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
        self._words(painter, entry, index.data(LETTERS), QRect(left, inner.y(), right - left, inner.height()))
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
