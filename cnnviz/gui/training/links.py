"""The chain editor: a network link by link, with what comes out of each; every change is seen at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnviz.core.errors import CnnvizError
from cnnviz.gui.flow import FlowRow
from cnnviz.gui.naming import named
from cnnviz.gui.theme import theme
from cnnviz.gui.training.chain_bar import ChainBar
from cnnviz.gui.training.link_row import LinkRow
from cnnviz.gui.training.words import CHAINS, NEW, kind_of, numbers_of, title_of

if TYPE_CHECKING:
    from cnnviz.training.chain import Chain


class ChainEditor(QWidget):
    """A chain to be edited.

    Signals
    -------
    changed(str)
        The plan, after a change by the person.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chain-editor")
        self.setAccessibleName("Layers of the network")
        self.chain: Chain | None = None
        self.rows: list[LinkRow] = []
        self._chosen = -1
        self._undo: list[str] = []
        self._redo: list[str] = []
        self._laying = False
        self._drop = -1
        self._classes = 0
        self._soon = QTimer(self, interval=0, singleShot=True)  # once a new row has its place
        self._soon.timeout.connect(self._reveal)
        self.bar = ChainBar()
        self.bar.input_changed.connect(lambda shape: self.set_input(*shape))
        self.bar.started.connect(self.begin_with)
        self.bar.undone.connect(self.undo)
        self.bar.redone.connect(self.redo)
        self.adders = {word: self._adder(word) for word in NEW}
        self._total = named(QLabel(), "chain-total")
        self._total.setWordWrap(True)
        self._lay_out()

    # what is shown

    def set_text(self, text: str) -> str:
        """Show a plan, or with no text none; answers with the sentence on why it cannot be shown, or with nothing."""
        from cnnviz.training.chain import parse  # torch, which has come by the time that somebody edits

        if not text:
            self.chain = None
            while self.rows:
                self._drop_row(self.rows.pop())
            return ""
        if self.chain is not None and text == self.chain.text:
            return ""
        try:
            chain = parse(text)
        except CnnvizError as error:
            return str(error)
        self._show(chain)
        return ""

    def set_data(self, classes: int, shape: tuple[int, int, int] | None) -> None:
        """What the pictures are: the last layer is to give so many class scores."""
        self._classes = classes
        self.bar.set_pictures(shape)

    def set_input(self, channels: int, height: int, width: int) -> None:
        """The pictures are of that size: the chain takes them as they are."""
        if self.chain is not None:
            self._change(replace(self.chain, channels=channels, size=(height, width)))

    def _show(self, chain: Chain) -> None:
        self.chain = chain
        self._laying = True  # a row that goes hands its focus on, which is no choice of the person's
        self._show_rows()
        self._laying = False
        broken, total = False, sum(link.parameters for link in chain.links)
        for row, link in zip(self.rows, chain.links, strict=True):
            row.set_link(link, broken, link.parameters / max(total, 1))
            broken = broken or bool(link.problem)
        self.bar.set_shape((chain.channels, *chain.size))
        self._say(chain)
        self._choose(min(self._chosen, len(self.rows) - 1))
        self.bar.back.setEnabled(bool(self._undo))
        self.bar.again.setEnabled(bool(self._redo))

    def _say(self, chain: Chain) -> None:
        problem = chain.problem
        total = sum(link.parameters for link in chain.links)
        ends = chain.links[-1].output_shape if chain.links else ()
        self._total.setText(problem or f"{total:,} parameters · {ends[0]:,} class scores come out")
        self._total.setProperty("role", "error" if problem else "dim")
        self._total.style().unpolish(self._total)
        self._total.style().polish(self._total)

    def _show_rows(self) -> None:
        """A row for each link; those of the same form are used again, so that the focus stays where it is."""
        assert self.chain is not None
        words = self.chain.words
        for place, word in enumerate(words):
            old = self.rows[place] if place < len(self.rows) else None
            if old is not None and _form(old.word) == _form(word):
                continue
            row = self._row(place, word)
            if old is not None:
                self._drop_row(old)
            self.rows[place : place + 1] = [row]
            self._column.insertWidget(place, row)
            row.show()  # at once, so that it can have the focus
        while len(self.rows) > len(words):
            self._drop_row(self.rows.pop())

    def _row(self, place: int, word: str) -> LinkRow:
        row = LinkRow(place, word)
        row.changed.connect(self._on_changed)
        row.removed.connect(self._on_removed)
        row.moved.connect(self._on_moved)
        row.picked.connect(self._on_picked)
        row.dragged.connect(self._on_dragged)
        row.dropped.connect(self._on_dropped)
        for box in row.findChildren(QSpinBox):
            box.installEventFilter(self)
        return row

    def _drop_row(self, row: LinkRow) -> None:
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    # what the person does

    def _change(self, chain: Chain, chosen: int | None = None) -> None:
        """One edit, which can be undone."""
        if chain == self.chain:
            return
        if self.chain is not None:
            self._undo.append(self.chain.text)
        self._redo.clear()
        self._chosen = self._chosen if chosen is None else chosen
        self._show(chain)
        self.changed.emit(chain.text)

    @Slot(int, str)
    def _on_changed(self, place: int, word: str) -> None:
        if self.chain is not None:
            self._change(self.chain.changed(place, word))

    @Slot(int)
    def _on_removed(self, place: int) -> None:
        if self.chain is not None:
            self._change(self.chain.removed(place), min(place, len(self.chain.words) - 2))
            self._focus()

    @Slot(int, int)
    def _on_moved(self, place: int, to: int) -> None:
        if self.chain is not None and 0 <= to < len(self.chain.words):
            self._change(self.chain.moved(place, to), to)
            self._focus()

    @Slot(int)
    def _on_picked(self, place: int) -> None:
        if 0 <= place < len(self.rows) and not self._laying:
            self._choose(place)
            if not self.rows[place].hasFocus():
                self._focus()

    def _choose(self, place: int) -> None:
        self._chosen = place
        for number, row in enumerate(self.rows):
            row.set_chosen(number == place)

    def _focus(self) -> None:
        if 0 <= self._chosen < len(self.rows):
            row = self.rows[self._chosen]
            row.setFocus(Qt.FocusReason.OtherFocusReason)
            self._soon.start()

    @Slot()
    def _reveal(self) -> None:
        if 0 <= self._chosen < len(self.rows):
            self._scroll.ensureWidgetVisible(self.rows[self._chosen])

    @Slot(int, QPoint)
    def _on_dragged(self, place: int, where: QPoint) -> None:
        """A line says where it would come to stand."""
        y = self._inside.mapFromGlobal(where).y()
        self._drop = sum(1 for row in self.rows if y > row.geometry().center().y())
        edge = self.rows[self._drop].y() if self._drop < len(self.rows) else self.rows[-1].geometry().bottom() + 4
        self._line.setStyleSheet(f"background: {theme.color('accent').name()};")
        self._line.setGeometry(0, max(0, edge - 3), self._inside.width(), theme.px(2))
        self._line.show()
        self._line.raise_()
        self._scroll.ensureVisible(0, y, 0, theme.px(40))

    @Slot(int)
    def _on_dropped(self, place: int) -> None:
        self._line.hide()
        if self._drop >= 0:
            self._on_moved(place, self._drop - (self._drop > place))
        self._drop = -1

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the chain's wherever in it the focus is, and not those of the picture."""
        return self._keyed(event) or super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The same in a number, but for letters that are not yet one."""
        typing = isinstance(watched, QSpinBox) and watched.text() != watched.textFromValue(watched.value())
        return not typing and self._keyed(event)

    def _keyed(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
            return False
        for key, act in ((QKeySequence.StandardKey.Undo, self.undo), (QKeySequence.StandardKey.Redo, self.redo)):
            if event.matches(key):
                event.accept()  # no shortcut of the window, but a key of this
                if event.type() == QEvent.Type.KeyPress:
                    act()
                return True
        return False

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        self._step(self._undo, self._redo)

    @Slot()
    def redo(self) -> None:
        """Make it again."""
        self._step(self._redo, self._undo)

    def _step(self, source: list[str], target: list[str]) -> None:
        if source and self.chain is not None:
            target.append(self.chain.text)
            self.set_text(source.pop())
            self.bar.back.setEnabled(bool(self._undo))
            self.bar.again.setEnabled(bool(self._redo))
            self.changed.emit(self.chain.text)

    def begin_with(self, name: str) -> None:
        """Begin with one of ``CHAINS``."""
        from cnnviz.training.chain import parse

        chain = parse(CHAINS[name])
        if not name and self.bar.pictures is not None:
            channels, *size = self.bar.pictures
            chain = replace(chain, channels=channels, size=(size[0], size[1]))
        self._change(chain.with_classes(self._classes) if self._classes else chain, -1)

    def add(self, word: str) -> None:
        """Another link after the chosen one, or at the end."""
        if self.chain is not None:
            at = self._chosen + 1 if self._chosen >= 0 else len(self.chain.words)
            self._change(self.chain.added(at, word), at)
            self._focus()

    # what it is made of

    def _adder(self, word: str) -> QPushButton:
        button = named(QPushButton(NEW[word]), f"chain-add-{word}", f"Add: {NEW[word]}")
        button.setProperty("role", "chip")
        button.setToolTip("Comes after the layer that is chosen, else at the end")
        theme.set_icon(button, "plus", "dim")
        button.clicked.connect(lambda: self.add(word))
        return button

    def _lay_out(self) -> None:
        self._inside = QWidget()
        self._line = QFrame(self._inside)  # where a link that is dragged would come to stand
        self._line.hide()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, theme.px(8), 0)
        self._column.setSpacing(theme.px(4))
        self._column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("chain-scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self._inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.setMaximumWidth(theme.px(1100))  # numbers and what comes of them stay within one glance
        column.addWidget(self.bar)
        column.addWidget(self._scroll, 1)
        column.addWidget(self._total)
        adding = FlowRow()
        adding.set_gaps(theme.px(4), theme.px(4))
        adding.set_widgets(tuple(self.adders.values()))
        column.addWidget(adding)


def _form(word: str) -> tuple[str, ...]:
    """Links of one form have the same fields."""
    return (kind_of(word), title_of(word), *(number.name for number in numbers_of(word)))
