"""Names and values under each other, painted as one widget: another layer changes only what is written in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QSize
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from cnnviz.gui.theme import theme
from cnnviz.layout.shortening import shortened


class Fact(NamedTuple):
    """A name, its value, and what hovering tells."""

    name: str
    text: str
    tip: str = ""


class _Laid(NamedTuple):
    """A fact where it stands: its upper edge, the lines of its value, and how far below the name they begin."""

    fact: Fact
    top: int
    lines: list[str]
    below: int = 0


class Facts(QWidget):
    """Facts one under the other: names at the left, values at the right, long ones in several lines.

    A fact without a name is a line of its own at the left. As high as its facts; the mouse's right button copies.
    """

    def __init__(self, name: str, font: str = "number", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._font = font
        self._facts: tuple[Fact, ...] = ()
        self._laid: list[_Laid] = []
        self._width = self._height = 0
        theme.changed.connect(self._arrange)

    def set_facts(self, facts: tuple[Fact, ...]) -> None:
        """Show other facts."""
        if facts != self._facts:
            self._facts = facts
            self.setAccessibleName("; ".join(_said(fact) for fact in facts))
            self._arrange()

    def height_at(self, width: int) -> int:
        """How high they are in that width."""
        if width != self._width:
            self._width = width
            self._arrange()
        return self._height

    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def lines(self, order: int) -> list[str]:
        """The lines in which a value is written."""
        return self._laid[order].lines

    # geometry

    def sizeHint(self) -> QSize:
        names, values = QFontMetrics(theme.font()), QFontMetrics(theme.font(self._font))
        wide = [names.horizontalAdvance(f.name) + values.horizontalAdvance(f.text) for f in self._facts]
        return QSize(max(wide, default=0) + theme.px(16), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.height_at(event.size().width())

    def _arrange(self) -> None:
        """Break values into lines; only a different height moves what stands below."""
        names, values = QFontMetrics(theme.font()), QFontMetrics(theme.font(self._font))
        gap, line = theme.px(5), max(values.height(), names.height() if any(f.name for f in self._facts) else 0)
        self._laid, top = [], 0
        for fact in self._facts:
            room = self._width - (names.horizontalAdvance(fact.name) + theme.px(12) if fact.name else 0)
            advance, below = values.horizontalAdvance, 0
            lines = broken(fact.text, room, advance)
            if max(map(advance, lines)) > room or room < min(theme.px(60), advance(fact.text)):  # under the name
                below = line if fact.name else 0
                lines = [self._cut(text, advance) for text in broken(fact.text, self._width, advance)]
            self._laid.append(_Laid(fact, top, lines, below))
            top += below + line * len(lines) + gap
        height = max(0, top - gap)
        if height != self._height:
            self._height = height
            self.updateGeometry()
        self.update()

    def _cut(self, text: str, advance: Callable[[str], int]) -> str:
        """A line that ends within the width."""
        return shortened(text, lambda shorter: advance(shorter) <= self._width)

    def fact_at(self, y: float) -> Fact | None:
        """The fact at a height."""
        return next((laid.fact for laid in reversed(self._laid) if y >= laid.top), None)

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font, enabled = theme.font(self._font), self.isEnabled()
        values = QFontMetrics(font)
        painter.setPen(theme.color("dim" if enabled else "faint"))
        for fact, top, _, _ in self._laid:
            if fact.name:
                painter.drawText(QPointF(0, top + values.ascent()), fact.name)
        painter.setFont(font)
        painter.setPen(theme.color("text" if enabled else "faint"))
        for fact, top, lines, below in self._laid:
            for order, line in enumerate(lines):
                left = self.width() - values.horizontalAdvance(line) if fact.name else 0
                painter.drawText(QPointF(left, top + below + order * values.height() + values.ascent()), line)
        painter.end()

    # what the person does

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            fact = self.fact_at(event.pos().y())
            QToolTip.showText(event.globalPos(), fact.tip if fact else "", self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        for action in self.copying(self.fact_at(event.pos().y())):
            menu.addAction(action)
        menu.exec(event.globalPos())
        menu.deleteLater()

    def copying(self, fact: Fact | None) -> list[QAction]:
        """The entries that put one value, or all facts, on the clipboard."""
        texts = [(f"Copy “{fact.text}”", fact.text)] if fact is not None else []
        texts.append(("Copy all", "\n".join(_said(fact) for fact in self._facts)))
        actions = []
        for words, text in texts:
            action = QAction(words, self)
            action.triggered.connect(lambda _=False, text=text: QGuiApplication.clipboard().setText(text))
            actions.append(action)
        return actions


def _said(fact: Fact) -> str:
    return f"{fact.name}: {fact.text}" if fact.name else fact.text


def broken(text: str, room: int, advance: Callable[[str], int]) -> list[str]:
    """Lines of at most ``room`` pixels, broken before an operator rather than after it; no result stands alone."""
    if advance(text) <= room:
        return [text]
    units: list[str] = []
    for word in text.split(" "):
        if units and units[-1].split(" ")[-1] in ("=", "+", "−", "·", "×", "→", "/"):
            units[-1] += f" {word}"  # an operator stays with what follows it
        else:
            units.append(word)
    lines: list[list[str]] = [[]]
    for unit in units:
        if lines[-1] and advance(" ".join([*lines[-1], unit])) > room:
            lines.append([])
        lines[-1].append(unit)
    if len(lines) > 1 and len(lines[-1]) == 1 and lines[-1][0].startswith("=") and len(lines[-2]) > 1:
        lines[-1].insert(0, lines[-2].pop())
    return [" ".join(line) for line in lines]
