"""“What is this?”: by pointing, by the right button, from the words of a lesson, and as a list of all words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from cnnviz.gui.theme import theme

if TYPE_CHECKING:
    from cnnviz.gui.main_window import MainWindow
    from cnnviz.gui.terms.popover import TermPopover
    from cnnviz.gui.terms.sheet import GlossarySheet
    from cnnviz.lessons.glossary import Entry

HINT = "Point at anything to see what it means. Esc ends it."


class Terms(QObject):
    """Everything about words; the glossary is read when the first of them is asked for.

    Attributes
    ----------
    asking
        Whether what is pointed at is explained.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("terms")
        self._window = window
        self._popover: TermPopover | None = None
        self._sheet: GlossarySheet | None = None
        self._hint: QLabel | None = None
        self.asking = False
        window.installEventFilter(self)

    @property
    def popover(self) -> TermPopover:
        """The card that says what a word means."""
        if self._popover is None:
            from cnnviz.gui.terms.popover import TermPopover  # not before it is wanted

            self._popover = TermPopover(self._window)
            self._popover.glossary_wanted.connect(self.open_glossary)
        return self._popover

    def open_glossary(self, word: str = "") -> None:
        """The list of all words, at one of them."""
        if self._sheet is None:
            from cnnviz.gui.terms.sheet import GlossarySheet

            self._sheet = GlossarySheet(self._window)
        self._sheet.open(word)

    def show_entry(self, entry: Entry, area: QRect) -> None:
        """Say what a word means that stands in an area of the window."""
        self.popover.show_entry(entry, area)

    # pointing

    def ask(self) -> None:
        """Explain what is pointed at, until a click or Esc; at first what has the focus."""
        from cnnviz.gui.terms.spots import spot_of

        if self.asking:
            return
        self.asking = True
        self.popover.keeps = True
        QApplication.setOverrideCursor(Qt.CursorShape.WhatsThisCursor)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]
        self._show_hint()
        focused = QApplication.focusWidget()
        if focused is not None and self._window.isAncestorOf(focused):
            self._explain(spot_of(self._window, focused))

    def end(self) -> None:
        """What is pointed at is no longer explained; what was said last stays."""
        if self.asking:
            self.asking = False
            self.popover.keeps = False
            QApplication.restoreOverrideCursor()
            QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]
            self._window.installEventFilter(self)
            if self._hint is not None:
                self._hint.hide()

    def _show_hint(self) -> None:
        if self._hint is None:
            self._hint = QLabel(HINT, self._window)
            self._hint.setObjectName("ask-hint")
            self._hint.setProperty("role", "hint")
            self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.adjustSize()
        self._hint.move((self._window.width() - self._hint.width()) // 2, theme.px(56))
        self._hint.show()
        self._hint.raise_()

    def _explain(self, spot: Any) -> None:
        if spot is None:
            self.popover.dismiss()
        else:
            self.popover.show_spot(spot)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.asking:
            return watched is self._window and isinstance(event, QContextMenuEvent) and self._on_menu(event)
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self._on_escape(event)
        if event.type() == QEvent.Type.WindowDeactivate and watched is self._window:
            self.end()
        if not isinstance(event, QMouseEvent) or watched is not self._window.windowHandle():
            return False
        return self._on_mouse(event)

    def _on_mouse(self, event: QMouseEvent) -> bool:
        from cnnviz.gui.terms.spots import spot_at

        at = self._window.mapFromGlobal(event.globalPosition().toPoint())
        if self.popover.isVisible() and self.popover.geometry().contains(at):
            return False
        if event.type() == QEvent.Type.MouseMove:
            self._explain(spot_at(self._window, at))
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self.end()
            self._explain(spot_at(self._window, at))
        return event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)

    def _on_escape(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            self.end()
            self.popover.dismiss()
        return event.type() == QEvent.Type.KeyPress

    def _on_menu(self, event: QContextMenuEvent) -> bool:
        """The right button where nothing else has an answer to it."""
        from cnnviz.gui.terms.spots import spot_at

        spot = spot_at(self._window, self._window.mapFromGlobal(event.globalPos()))
        if spot is None or not spot.entries:
            return False
        self.popover.show_spot(spot)
        return True


def terms_of(widget: QWidget) -> Terms | None:
    """Those of the window in which a widget stands; None where it stands in none of ours."""
    return widget.window().findChild(Terms)
